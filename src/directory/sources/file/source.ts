/** People from a file: the options of an entry, and how it is opened. */

import { statSync } from 'node:fs'
import { path } from '../../../options/files.ts'
import { defineSource } from '../../source.ts'
import type { TypedSource } from '../../source.ts'
import { FileProvider } from './provider.ts'

export const fileSource: TypedSource<{ readonly path: string }> = defineSource({
  type: 'file',
  typeProse: 'People from a file.',
  prose: 'A directory kept in a file.',
  usualSync: '*/5 * * * *',
  signsIn: false,
  options: (around) => ({
    path: path(around, 'The people file: .yaml, .json or .csv. It is also read again when it changes.'),
  }),
  settings: (values) => values,
  open: ({ name, path: file }) => new FileProvider({ name, path: file }),
  placeOf: (entry) => entry.path,
  changedSince(entry, time) {
    try {
      return statSync(entry.path).mtimeMs > time
    } catch {
      return true // reading it says why it can't be read
    }
  },
})

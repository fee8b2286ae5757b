/** The directories of namesake.yaml. */

import * as z from 'zod'
import { duration, options, schedule, text } from '../options/fields.ts'
import type { Field } from '../options/fields.ts'
import type { OptionContext } from '../options/files.ts'
import type { DirectoryConfig, SourceOptions } from '../options/source.ts'

/** One entry of `directories`: the options that every type has, and those of its source. */
export function directorySchema(around: OptionContext, sources: readonly SourceOptions[]): Field<DirectoryConfig> {
  const types = sources.map(({ type }) => type).join(', ')
  const entries = sources.map((source) =>
    options(
      {
        type: z.literal(source.type).meta({ description: source.typeProse }),
        ...common(source.usualSync),
        ...source.options(around),
      },
      source.prose,
    ),
  )
  const [first, ...rest] = entries
  if (first === undefined) throw new TypeError('there is no source of people')
  return z
    .discriminatedUnion('type', [first, ...rest], {
      error: (issue) => ((issue.code as string) === 'invalid_type' ? 'a map with name and type' : types),
    })
    .transform((entry, ctx): DirectoryConfig => {
      const { name, type, sync, staleAfter, shrink, ...own } = entry
      const source = sources.find((one) => one.type === type)
      return { ...source?.settings(own as never, ctx), name, type, sync, staleAfter, shrink }
    })
}

/** The options that every type of directory has; `sync` differs in its default alone. */
function common(sync: string) {
  const fraction = 'a fraction from 0 to 1, such as 0.5'
  return {
    name: text('Name by which protection.yaml, the command line and the metrics know the directory.', 'a name'),
    sync: schedule(
      'When it is read again: minute, hour, day of month, month, day of week (seconds may stand before them); or after how long.',
      sync,
    ),
    staleAfter: duration(
      'Age of the last success above which /readyz says degraded. The people are served whatever their age.',
      '24h',
      'years',
    ),
    shrink: z.number({ error: fraction }).min(0, { error: fraction }).max(1, { error: fraction }).prefault(0.5).meta({
      description:
        'A synchronisation that would remove more than this fraction of the people stops and keeps them; so does one of office365 that reads everything and would remove more of the groups or memberships. 1 lets any through.',
      accepts: fraction,
    }),
  }
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from '../../../src/options/fields.ts'
import { path, secret } from '../../../src/options/files.ts'
import { defineSource } from '../../../src/directory/source.ts'
import type { Attributes, SourceChange, PersonFacts, Provider, ReadStep } from '../../../src/directory/provider.ts'

/** Contacts as a folder of vCards: a source that the product does not have, all of it in this folder. */
export const contactsSource = defineSource({
  type: 'contacts',
  typeProse: 'People from a folder of vCards.',
  prose: 'A folder of vCards.',
  usualSync: '15m',
  signsIn: true,
  options: (around) => ({
    folder: path(around, 'Folder of .vcf files.'),
    user: text('Who reads.', 'a user name').optional(),
    password: secret(around, 'Password of the folder.').optional(),
  }),
  settings: (values) => values,
  faults: ({ user, password }) =>
    user !== undefined && password === undefined
      ? [{ option: 'user', message: 'user needs password beside it; fix: add password' }]
      : [],
  open: ({ name, folder }) => new Contacts(name, folder),
  placeOf: ({ folder }) => folder,
})

class Contacts implements Provider {
  readonly type = 'contacts'
  readonly deltas = false
  readonly name: string
  readonly fingerprint: string
  readonly #folder: string

  constructor(name: string, folder: string) {
    this.name = name
    this.#folder = folder
    this.fingerprint = `contacts 1 ${folder}`
  }

  async *read(): AsyncGenerator<ReadStep> {
    yield { step: 'begin', round: 'full' }
    const changes: SourceChange[] = []
    for (const file of await readdir(this.#folder)) {
      const card = await readFile(join(this.#folder, file), 'utf8')
      const line = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(card)?.[1]?.trim() ?? ''
      const [surname = '', givenName = ''] = line('N').split(';')
      const attributes = { displayName: line('FN'), surname, givenName, mail: line('EMAIL') }
      changes.push({ op: 'person', id: line('UID'), attributes })
    }
    yield { step: 'changes', changes }
    yield { step: 'end', cursor: null }
  }

  personOf(_id: string, { displayName, givenName, surname, mail }: Attributes): PersonFacts | null {
    if (typeof displayName !== 'string' || typeof mail !== 'string') return null
    return { displayName, givenName: String(givenName), surname: String(surname), addresses: [mail] }
  }
}

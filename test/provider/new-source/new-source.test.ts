import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { configurationPage } from '../../../scripts/configuration-page.ts'
import { describeOptions } from '../../../src/config/json-schema.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { directorySources, scheduledOf } from '../../../src/directory/sources/registry.ts'
import { synchronise } from '../../../src/directory/sync.ts'
import { ConfigError } from '../../../src/errors.ts'
import type { ConfigFault } from '../../../src/errors.ts'
import { explainFrom } from '../../../src/admin/explain.ts'
import { judgeBy } from '../../../src/admin/replay/people.ts'
import { indexMaker } from '../../../src/main/index-maker.ts'
import { openStore } from '../../unit/directory/helpers.ts'
import { contactsSource } from './source.ts'

/** "A new source is one folder and one line in the registry": here is the folder, and this is the line. */
const sources = [...directorySources, contactsSource]

/** A configuration with one directory of the new type. */
function write(t: Test, entry: string): string {
  const folder = t.testdir({})
  const cards = join(folder, 'cards')
  mkdirSync(cards)
  const card = (uid: string, fn: string, n: string, mail: string): void =>
    writeFileSync(join(cards, `${uid}.vcf`), `BEGIN:VCARD\nUID:${uid}\nFN:${fn}\nN:${n}\nEMAIL:${mail}\nEND:VCARD\n`)
  card('1', 'Jane Roe', 'Roe;Jane', 'jane.roe@corp.example')
  card('2', 'John Doe', 'Doe;John', 'john.doe@corp.example')
  const smtp = 'smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:10026" }\nstore: ./store\n'
  writeFileSync(join(folder, 'namesake.yaml'), `${smtp}directories:\n  - ${entry}\n`)
  const rules = 'protect:\n  - { directory: Cards, users: ["jane.roe@corp.example"] }\n'
  writeFileSync(join(folder, 'protection.yaml'), rules)
  return join(folder, 'namesake.yaml')
}

function faultsOf(path: string, env = {}): readonly ConfigFault[] {
  try {
    loadConfig(path, sources, { env })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

t.test('the configuration takes its options, with defaults and the common ones', async (t) => {
  const path = write(t, '{ name: Cards, type: contacts, folder: ./cards, shrink: 0.2 }')
  const { config } = loadConfig(path, sources)
  t.match(config.directories, [
    { name: 'Cards', type: 'contacts', sync: { everyMs: 900_000 }, shrink: 0.2, folder: join(path, '../cards') },
  ])
})

t.test('its faults have a place, what stands there, and the fix', async (t) => {
  const cases: [entry: string, fault: object][] = [
    [
      '{ name: Cards, type: contacts }',
      { path: 'directories[0].folder', line: 4, message: /missing; accepted: a path/ },
    ],
    [
      '{ name: Cards, type: contacts, folder: ./cards, foldr: x }',
      { path: 'directories[0].foldr', message: /unknown key "foldr".*did you mean folder/ },
    ],
    [
      '{ name: Cards, type: contacts, folder: ./cards, user: jane }',
      { path: 'directories[0].user', column: 59, message: /user needs password beside it; fix: add password/ },
    ],
    [
      '{ name: Cards, type: contacts, folder: ./cards, user: jane, password: { env: CARDS } }',
      { path: 'directories[0].password', message: /the environment variable CARDS is not set/ },
    ],
    [
      '{ name: Cards, type: contact, folder: ./cards }',
      { path: 'directories[0].type', message: /accepted: office365, file, contacts/ },
    ],
  ]
  for (const [entry, fault] of cases) t.match(faultsOf(write(t, entry)), [fault], entry)
})

t.test('whoever signs in nowhere does not read its secrets', async (t) => {
  const path = write(t, '{ name: Cards, type: contacts, folder: ./cards, user: a, password: { env: CARDS } }')
  t.doesNotThrow(() => loadConfig(path, sources, { env: {}, credentials: false }))
})

t.test('the reference and the schema for editors have it', async (t) => {
  const { namesake, protection } = describeOptions(sources)
  t.match(configurationPage(namesake, protection), /Folder of \.vcf files\./)
  t.match(JSON.stringify(namesake), /"contacts"/)
})

t.test('its people are synchronised on its schedule, and judged against', async (t) => {
  const path = write(t, '{ name: Cards, type: contacts, folder: ./cards }')
  const loaded = loadConfig(path, sources)
  const scheduled = loaded.config.directories.map((directory) => scheduledOf(directory, sources))
  t.match(scheduled, [{ sync: { everyMs: 900_000 }, shrink: 0.5 }])
  const store = openStore(t, loaded.config.store)
  const makeIndex = indexMaker(loaded, () => undefined)
  for (const { provider, shrink } of scheduled) {
    const options = { makeIndex, maxShrink: shrink, signal: new AbortController().signal, now: Date.now }
    t.match(await synchronise(store, provider, options), { people: 2, added: 2 })
  }
  t.same([...store.snapshot().people()].map(({ displayName }) => displayName).sort(), ['Jane Roe', 'John Doe'])
  const by = await judgeBy(store, loaded.rules)
  const verdict = (from: string): string => explainFrom(from, by, 65_536, Date.now()).outcome.verdict
  t.equal(verdict('Jane Roe <someone@mail.example>'), 'detected')
  t.equal(verdict('Jane Roe <jane.roe@corp.example>'), 'clean')
})

t.test('the house names a source in its folder and in the registry only', async (t) => {
  const src = resolve(import.meta.dirname, '../../../src')
  /** Where an operator is led through the set-up of one type, which is more than a source needs. */
  const assistants =
    /^(admin\/(init|directory-setup)|cli\/(init|authorize)|console\/(routes\/directories|page\/pages\/(add-directory|consent)))\.tsx?$/
  for (const { type } of directorySources.filter((source) => source.type !== 'file')) {
    for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
      const path = relative(src, join(entry.parentPath, entry.name))
      if (!/\.tsx?$/.test(path) || path.startsWith(`directory/sources/${type}/`) || assistants.test(path)) continue
      const text = readFileSync(join(src, path), 'utf8')
      if (path === 'directory/sources/registry.ts') t.match(text, `./${type}/`, 'the registry has its line')
      else t.notMatch(text, `'${type}'`, `${path} does not know the type ${type}`)
    }
  }
})

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'

/** Floors of the house (docs/contract.md, "Floors"): an import goes down only. Each rule has its reason, which the failure prints. */
const root = resolve(import.meta.dirname, '../..')
const src = join(root, 'src')

const floorOf: Record<string, number> = {
  'model.ts': 0,
  'errors.ts': 0,
  'text.ts': 0,
  'budget.ts': 0,
  'memo.ts': 0,
  'search-text.ts': 0,
  'vocabulary.ts': 0,
  'ports.ts': 0,
  mail: 1,
  names: 1,
  policy: 2,
  net: 3,
  options: 3,
  directory: 4,
  config: 4,
  smtp: 4,
  milter: 4,
  judge: 4,
  history: 4,
  notify: 4,
  fleet: 4,
  ops: 4,
  admin: 5,
  console: 6,
  main: 7,
  cli: 8,
  'cli.ts': 8,
}

/** Packages with few importers: the rest of the house can't come to depend on them. */
const importers: Record<string, { by: RegExp; why: string }> = {
  lmdb: { by: /^(directory\/store|history)\//, why: 'a store can be replaced only if one room knows it' },
  zod: {
    by: /^(config|options)\/|^console\/routes|^directory\/(source|sources\/[^/]+\/options)\.ts$/,
    why: 'validated configuration is plain data elsewhere',
  },
  yaml: {
    by: /^(net\/yaml-bounds\.ts$|(config|directory\/sources\/file)\/)/,
    why: 'YAML is read where files are read',
  },
  'pino-pretty': { by: /^ops\//, why: 'what makes the log readable belongs to its sink' },
  pino: { by: /^ops\//, why: 'one sink, so that redaction can not be passed by' },
  'prom-client': { by: /^ops\//, why: 'log line and counter are written together' },
  'node-cron': {
    by: /^(directory|options)\//,
    why: 'only syncs run on a schedule, and what it accepts is checked at load',
  },
  '@azure/msal-node': { by: /^directory\/sources\/office365\//, why: 'a provider is one folder' },
  '@microsoft/microsoft-graph-client': { by: /^directory\/sources\/office365\//, why: 'a provider is one folder' },
  fastify: { by: /^(console|judge)\//, why: 'mail is carried without a web framework' },
  pg: { by: /^fleet\//, why: 'mail is judged without a database' },
  'openid-client': { by: /^console\//, why: 'only the console signs people in' },
  commander: { by: /^cli/, why: 'only the command line reads arguments' },
  'smtp-server': { by: /^smtp\/maildir/, why: 'the proxied session is ours; smtp-server is the embedded next hop' },
}

/** Rooms that may use less than all below them. */
const narrower: Record<string, { may: RegExp; why: string }> = {
  console: { may: /^(admin|net|(model|errors|ports|text|vocabulary)\.ts)$/, why: "what it does is an operator's work" },
}

/** Node modules that floors 0 to 2 may use: none that does I/O, but for loading code when it is first needed. */
const pureNode = /^node:(buffer|string_decoder|crypto|util|url|module)$/

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else if (entry.name.endsWith('.ts')) yield path
  }
}

function importsOf(text: string): string[] {
  const found: string[] = []
  for (const m of text.matchAll(
    /^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )) {
    const name = m[1] ?? m[2] ?? m[3]
    if (name !== undefined) found.push(name)
  }
  return found
}

function room(path: string): string {
  return relative(src, path).split('/')[0] ?? ''
}

const all = [...files(src)]

t.test('every room has a floor', async (t) => {
  for (const file of all) t.ok(room(file) in floorOf, `${relative(root, file)} stands in a room with a floor`)
})

t.test('imports go down only', async (t) => {
  for (const file of all) {
    const here = room(file)
    const floor = floorOf[here] ?? 9
    for (const name of importsOf(readFileSync(file, 'utf8'))) {
      const at = `${relative(src, file)} imports ${name}`
      if (name.startsWith('.')) {
        t.match(name, /\.(ts|json)$/, `${at}: with its suffix, as the runtime resolves it`)
        const there = room(resolve(dirname(file), name))
        if (there === here) continue
        const only = narrower[here]
        if (only) t.match(there, only.may, `${at}: ${only.why}`)
        const below = floorOf[there] ?? 9
        // Kinds of options use the readers of addresses and networks; never the other way.
        const isTool = here === 'options' && there === 'net'
        // A fleet's nodes read its log as just another source: the port of sources is theirs too.
        const isPort = here === 'fleet' && name === '../directory/provider.ts'
        const sideways = (here === 'cli.ts' && there === 'cli') || (floor === 0 && below === 0) || isTool || isPort
        t.ok(
          below < floor || sideways,
          `${at}: floor ${floor} may not lean on floor ${below} (parts of a floor meet in main/)`,
        )
      } else {
        const pkg = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '')
        const rule = importers[pkg]
        if (rule) t.match(relative(src, file), rule.by, `${at}: ${rule.why}`)
        if (floor <= 2 && name.startsWith('node:')) t.match(name, pureNode, `${at}: floors 0 to 2 have no I/O`)
      }
    }
  }
})

t.test('floors 0 to 2 have no clock, no async and no log', async (t) => {
  // Ports are types alone: they say what others answer, and that may take time.
  for (const file of all.filter((f) => (floorOf[room(f)] ?? 9) <= 2 && room(f) !== 'ports.ts')) {
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    for (const [pattern, why] of [
      [/\basync\b|\bawait\b|\bPromise\b/, 'a judgement is one synchronous step: nothing can come between its parts'],
      [
        /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b|\bsetTimeout\b/,
        'time comes in as an argument, so a test can set it',
      ],
      [/\bconsole\.|\bprocess\./, 'what happened is a returned value; the adapters log it'],
    ] as const) {
      t.notMatch(text, pattern, `${relative(root, file)}: ${why}`)
    }
  }
})

t.test('named exports only', async (t) => {
  for (const file of all) {
    const text = readFileSync(file, 'utf8')
    t.notMatch(text, /^export default/m, `${relative(root, file)}: the exported name is the search key`)
    t.notMatch(text, /^export \* from/m, `${relative(root, file)}: no barrel files`)
  }
})

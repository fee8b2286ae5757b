import { join, resolve } from 'node:path'
import t from 'tap'
import {
  duplicates,
  exportsUnusedInSource,
  importCircles,
  importersOf,
  readSources,
} from '../../scripts/structure/sources.ts'

/** Habits of the house that reading src/ can hold. Every exception stands here, with the reason that it owes. */
const root = resolve(import.meta.dirname, '../..')
const files = readSources(root)
const isPage = (path: string): boolean => path.startsWith('console/page/')

t.test('no two files import each other, directly or round a corner', async (t) => {
  const circles = importCircles(files)
  t.same(circles, [], 'a part that two others need belongs into a file below both')
})

/** Types may be exported for the declarations of what is: the compiler writes them there. */
t.test('no export without an importer', async (t) => {
  for (const { path, name, importers } of exportsUnusedInSource(root, files)) {
    if (files.find((file) => file.path === path)?.values.includes(name) !== true) continue
    const folders = path
      .replace(/\.tsx?$/, '')
      .split('/')
      .slice(0, -1)
    const rooms = folders.length === 0 ? [path.replace(/\.ts$/, '')] : [folders[0], folders.at(-1)]
    // Documents and measurements are made of the code, and these suites run over several rooms.
    const own = /^(scripts|bench|test\/(repo|property|fuzz|dialog|provider))\//
    const used = importers.some((file) => own.test(file) || rooms.some((room) => file.startsWith(`test/unit/${room}`)))
    t.ok(
      used,
      `src/${path} exports ${name}, which ${importers.length === 0 ? 'nobody' : 'only a test of another room'} imports`,
    )
  }
})

/** Modules whose names may change, and why. */
const stateful: Record<string, string> = {
  'console/page/api.ts': 'the browser has one signed-in user a page, and its token is no matter of components',
  'console/page/live.ts': 'the browser has one stream of events a page',
  'console/page/state.ts': 'the store of the page: the one place of its state',
}

t.test('no state at module level', async (t) => {
  for (const { path, state } of files.filter(({ path }) => !(path in stateful)))
    t.same(state, [], `src/${path}: what changes belongs to an object that somebody makes and ends`)
  for (const path of Object.keys(stateful))
    t.ok(files.find((file) => file.path === path)?.state.length, `${path} has state still, or its line here goes`)
})

/** Files above 450 lines, and what makes them one thought. */
const longFiles: Record<string, string> = {
  'model.ts': 'the words that all rooms share, types alone',
  'vocabulary.ts': 'every closed list once, with what belongs to its entries',
  'admin/people.ts': 'lists, search and pages of people and groups over one snapshot',
  'main/main.ts': 'the daemon from start to end, in the order in which it happens',
  'smtp/session.ts': 'THE dialogue: all transitions of a session are walked in one file',
  'names/tables/nickname-sets.ts': 'a table',
  'names/tables/variant-sets.ts': 'a table',
}
const maxLines = 450

/** Functions above 60 lines; a page of elements is one thought, and ESLint bounds it. */
const longFunctions: Record<string, string> = {
  'cli/review.ts addReviewVerbs': 'one verb after the other, declared',
  'config/console-schema.ts consoleSchema': 'one option after the other, with prose',
  'config/protection-schema.ts protectionSchema': 'one option after the other, with prose',
  'policy/compile.ts compilePolicy':
    'the questions that a policy answers, each a few lines, over what is compiled once',
}
const maxFunctionLines = 60

t.test('files and functions that are long owe a reason', async (t) => {
  for (const { path, lines, functions } of files.filter(({ path }) => !isPage(path))) {
    if (lines > maxLines) t.ok(path in longFiles, `src/${path} has ${lines} lines: its reason stands in longFiles`)
    for (const { name, line, lines: length } of functions) {
      if (length <= maxFunctionLines) continue
      t.ok(
        `${path} ${name}` in longFunctions,
        `src/${path}:${line} ${name} has ${length} lines: its reason stands here`,
      )
    }
  }
  const names = new Set(
    files.flatMap(({ path, functions }) => [path, ...functions.map(({ name }) => `${path} ${name}`)]),
  )
  for (const name of [...Object.keys(longFiles), ...Object.keys(longFunctions)])
    t.ok(names.has(name), `${name} is there`)
})

t.test('small files with one importer owe a reason', async (t) => {
  const importers = importersOf(files)
  for (const { path, lines } of files) {
    if (lines >= 60 || isPage(path)) continue
    const by = importers.get(path) ?? []
    if (by.length === 1)
      t.ok(
        path in smallFiles,
        `src/${path} has ${lines} lines and one importer, ${by[0]}: it belongs there, or says why not`,
      )
  }
})

/** Files under 60 lines with one importer, and why they are not part of it. */
const smallFiles: Record<string, string> = {
  'policy/rekeyed.ts':
    'keys and counts by other rules, pure, held to the index by a property test; its importer has store and turns',
  'names/tables/iberian-surnames.ts': 'a table',
  'names/tables/known-names.ts': 'a table, packed',
  'names/tables/rare-names.ts': 'a table, packed',
  'names/text/han.ts': 'a table, packed',
  'policy/foreign-domains.ts': 'one thing that the context holds, as own-companies.ts',
  'admin/explain.ts': 'what an operator can do stands in admin/, for the console too',
  'admin/replay/report-file.ts': 'files are written in admin/, verbs only ask for it',
  'admin/replay/report-style.ts': 'a style sheet',
  'cli/config-check.ts': 'a verb',
  'cli/explain.ts': 'a verb',
  'cli/run.ts': 'loaded by cli.ts after the heap was set',
  'cli/serve.ts': 'a verb',
  'config/directories-schema.ts': 'a section of namesake.yaml, one file each',
  'config/tls-checks.ts': 'reads certificates, which load.ts does not know',
  'console/assets.ts': 'reads the bundle; the server knows no files',
  'console/routes.ts': 'the table of routes',
  'fleet/migrations.ts': 'a list that only grows: released steps are never changed',
  'history/decisions.ts': 'one table of the history, one file each',
  'history/migrate.ts': 'goes when no older history is left',
  'main/fleet-node.ts': 'what the fleet needs of the daemon, apart from the daemon',
  'main/in-force.ts': 'which state of the files is in force: a part of the daemon',
  'main/readiness.ts': 'what /readyz means, in one place',
  'main/record-queue.ts': 'a queue with its own test',
  'main/small-heap.ts': 'has to run before everything else is loaded',
  'ops/readable-log.ts': 'loaded only where a person reads the log',
  'smtp/received.ts': 'the Received field, with its reference to RFC 5321',
}

/** Words for limits that are not the house's: a limit is `maxX` or `minX`, with `Ms` or `Bytes` where it has a unit. */
const otherLimit =
  /\b(?:const|readonly|let) #?((?:longest|most|shortest|largest|smallest|heaviest)(?:[A-Z]\w*)?|[a-z]\w*(?:Limit|Kept))\b/g

/** Names that only look like such a limit, and why. */
const otherWords: Record<string, string> = {
  'admin/replay/plots.ts largest': 'the largest value of a plot',
  'console/routes/people.ts defaultLimit': 'a page of a list, as the parameter `limit` of the API says it',
}

t.test('limits have one vocabulary', async (t) => {
  for (const { path, text } of files.filter(({ path }) => !isPage(path)))
    for (const [, name = ''] of text.matchAll(otherLimit))
      t.ok(`${path} ${name}` in otherWords, `src/${path}: ${name} is called maxX or minX`)
})

/** Types of one name in two rooms, and why. */
const sharedNouns: Record<string, string> = {
  Options: 'the options of one verb of the command line, each in its own file',
  Environment: 'people and history lie in LMDB alike, and neither room knows the other',
  OpenOptions: 'as Environment',
  StoredGroup: 'as Environment',
  Table: 'as Environment',
  Tables: 'as Environment; accounts have a file of their own',
}

t.test('one noun, one type', async (t) => {
  const owners = new Map<string, string[]>()
  for (const { path, text } of files.filter(({ path }) => !isPage(path)))
    for (const [, name = ''] of text.matchAll(/^(?:export )?(?:interface|type|class) (\w+)/gm))
      owners.set(name, [...(owners.get(name) ?? []), path])
  for (const [name, paths] of owners)
    t.ok(
      paths.length === 1 || name in sharedNouns,
      `${name} is a type of ${paths.join(' and ')}: a reader takes one for the other`,
    )
})

t.test('one dialect', async (t) => {
  for (const { path, dialect } of files) t.same(dialect, [], `src/${path}`)
})

t.test('a file opens with one comment', async (t) => {
  for (const { path, comments } of files) {
    t.ok(comments > 0 || path === 'cli.ts', `src/${path} opens with a comment that says what it is`)
    t.ok(comments <= 1, `src/${path} opens with ${comments} comments: they say one thing`)
  }
})

/** Code that stands in two places and may, and why. */
const doubled: readonly { readonly in: RegExp; readonly why: string }[] = [
  { in: /^names\/text\//, why: 'a word and its forms written out: spreading a word costs more than making one' },
  { in: /^console\/page\//, why: 'the browser does not load src/: what crosses the wire is described on both sides' },
]

t.test('no code stands in two places', async (t) => {
  for (const { lines, places } of duplicates(files, 6)) {
    const allowed = doubled.some((one) => places.some((place) => one.in.test(place)))
    t.ok(allowed, `${lines} lines stand at ${places.map((place) => join('src', place)).join(' and ')}`)
  }
})

/** Directory. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/types.ts'
import { type DirectoryStatus, statusOf } from '../directory/schedule.ts'
import { openStoreToRead } from '../directory/store/open.ts'
import type { Store } from '../directory/store/store.ts'
import { exitCode, NamesakeError } from '../errors.ts'
import { findGroups, findPeople, type Marked, markedView } from './directory-find.ts'
import { duration } from './progress.ts'
import { tellProblems } from './problems.ts'
import { count, jsonLine, printable, table } from '../text.ts'

export interface DirectoryDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** Messages. */
  readonly err: NodeJS.WritableStream
  /** Sets the exit code of a run that ends without an error. */
  exit(code: number): void
}

interface DirectoryOptions {
  readonly config: string
  readonly json?: boolean
  readonly people?: boolean
  readonly groups?: boolean
  readonly group?: string
}

const examples = [
  'directory',
  'directory jane',
  'directory jane.roe@corp.example',
  'directory --group Executives',
  'directory --json --people',
]

/** Adds the verb `directory [QUERY]`: what is known of directories, groups and people. */
export function addDirectoryVerb(program: Command, deps: DirectoryDeps): void {
  program
    .command('directory [QUERY]')
    .summary('show directories, groups and people')
    .description(
      'Shows directories with state and age; with QUERY the people whose name or any address it is (or is part of); ' +
        'protected ones are marked with *.',
    )
    .option('--config <file>', "the daemon's configuration", 'config/namesake.yaml')
    .option('--people', 'all people, or those that QUERY finds')
    .option('--groups', 'all groups, or those whose name QUERY is part of')
    .option('--group <name>', 'the members of one group, by name or object id')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  namesake ${line}`).join('\n')}`)
    .action(async (query: string | undefined, options: DirectoryOptions) => {
      await show(loadConfig(options.config, { credentials: false }), query, options, deps)
    })
}

async function show(
  loaded: LoadedConfig,
  query: string | undefined,
  options: DirectoryOptions,
  deps: DirectoryDeps,
): Promise<void> {
  const forms = [options.people, options.groups, options.group !== undefined].filter(Boolean).length
  if (forms > 1) throw new NamesakeError('usage', 'one of --people, --groups and --group at a time')
  const wantsDirectories = query === undefined && forms === 0
  // Before the first sync there is no store, and that is what the states then say.
  const missing = !existsSync(join(loaded.config.store, 'data.mdb'))
  const store = wantsDirectories && missing ? null : await openStoreToRead(loaded.config.store)
  try {
    const lines =
      store === null || wantsDirectories
        ? directoryLines(loaded, store, options)
        : found(loaded, store, query, options, deps)
    await writeLines(deps.out, lines)
    if (lines.length === 0 && options.json !== true) deps.err.write(`${nothing(query, options)}\n`)
    if (lines.length === 0 && (query !== undefined || options.group !== undefined)) deps.exit(exitCode.badInput)
  } finally {
    await store?.close()
  }
}

function nothing(query: string | undefined, options: DirectoryOptions): string {
  const wanted = options.group ?? query
  if (wanted === undefined) return options.groups === true ? 'no groups' : 'no people'
  return `no ${options.group === undefined && options.groups !== true ? 'person' : 'group'} found for ${JSON.stringify(wanted)}`
}

function found(
  loaded: LoadedConfig,
  store: Store,
  query: string | undefined,
  options: DirectoryOptions,
  deps: DirectoryDeps,
): string[] {
  const view = markedView(store, loaded.rules)
  tellProblems(deps.err, loaded, view.problems)
  if (options.groups === true) {
    const groups = findGroups(view, query, false)
    if (options.json === true) return groups.map((group) => jsonLine(group))
    return groupTable(groups)
  }
  if (options.group !== undefined) {
    const groups = findGroups(view, options.group, true)
    if (options.json === true) return groups.map((group) => jsonLine(group))
    return groups.flatMap((group) => {
      const members = group.members.flatMap((id) => view.personById(group.directory, id) ?? [])
      const heading = `${group.protected ? '* ' : ''}${printable(group.displayName)} (${group.directory}, ${group.id}): `
      return [`${heading}${count(members.length, 'person', 'people')}`, ...peopleTable(members)]
    })
  }
  const people = findPeople(view, query)
  return options.json === true ? people.map((person) => jsonLine(person)) : peopleTable(people)
}

function directoryLines(loaded: LoadedConfig, store: Store | null, options: DirectoryOptions): string[] {
  const now = Date.now()
  const states = loaded.config.directories.map((directory) =>
    statusOf(directory, store?.record(directory.name), directory.staleAfter, directory.sync, now),
  )
  if (options.json === true) return states.map((state) => jsonLine(jsonOf(state)))
  const rows = states.map((state) => [
    printable(state.name),
    state.type,
    state.state,
    state.age === null ? 'never' : `${duration(state.age / 1000)} ago`,
    state.nextRun === null ? '-' : `in ${duration(Math.max(0, state.nextRun - now) / 1000)}`,
    String(state.people),
    String(state.groups),
    printable((state.error ?? '').split('\n')[0] ?? ''),
  ])
  const heading = ['NAME', 'TYPE', 'STATE', 'LAST SYNC', 'NEXT', 'PEOPLE', 'GROUPS', 'LAST ERROR']
  return states.length === 0 ? [] : table([heading, ...rows], [30, 12, 6, 20, 20, 9, 9])
}

/** A directory as `--json` prints it: times as ISO 8601 text, age in seconds. */
function jsonOf(state: DirectoryStatus): object {
  const { name, type, people, groups, error } = state
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
  const age = state.age === null ? null : Math.floor(state.age / 1000)
  const { lastSync, nextRun } = { lastSync: time(state.lastSync), nextRun: time(state.nextRun) }
  return { name, type, state: state.state, lastSync, age, nextRun, people, groups, error }
}

function peopleTable(people: readonly Marked[]): string[] {
  if (people.length === 0) return []
  const rows = people.map((person) => [
    person.protected ? '*' : ' ',
    printable(person.displayName),
    printable(person.addresses.concat(person.secondaryEmails.map((email) => `(${email})`)).join(' ')),
    printable(person.directory),
    printable(person.id),
  ])
  return table([[' ', 'NAME', 'ADDRESSES', 'DIRECTORY', 'ID'], ...rows], [1, 40, 80, 20])
}

function groupTable(groups: ReturnType<typeof findGroups>): string[] {
  if (groups.length === 0) return []
  const rows = groups.map((group) => [
    group.protected ? '*' : ' ',
    printable(group.displayName),
    String(group.members.length),
    printable(group.directory),
    printable(group.id),
  ])
  return table([[' ', 'GROUP', 'PEOPLE', 'DIRECTORY', 'ID'], ...rows], [1, 50, 7, 20])
}

/** Writes lines as fast as they are taken: a pipe to `less` may take them one page at a time. */
async function writeLines(out: NodeJS.WritableStream, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 500) {
    const text = lines.slice(at, at + 500).join('\n') + '\n'
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve))
  }
}

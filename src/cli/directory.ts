/** The verb directory: directories, their people and groups. */

import type { Command } from 'commander'
import { Installation } from '../admin/installation.ts'
import type { GroupEntry, People, PersonDetails, PersonEntry } from '../admin/people.ts'
import { exitCode, NamesakeError } from '../errors.ts'
import type { DirectoryReport } from '../ports.ts'
import { count, fittedTable, jsonLine, printable } from '../text.ts'
import { tellProblems } from './problems.ts'
import { duration } from './progress.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

interface DirectoryOptions {
  readonly json?: boolean
  readonly people?: boolean
  readonly groups?: boolean
  readonly group?: string
  readonly protected?: boolean
  readonly guests?: boolean
  readonly directory?: string
  readonly ids?: boolean
}

/** Adds the verb `directory [QUERY]`: what is known of directories, groups and people. */
export function addDirectoryVerb(program: Command, cli: Cli): void {
  const directory = program
    .command('directory [QUERY]')
    .summary('show directories, groups and people')
    .description(
      'Shows directories with state and age; with QUERY the people whose name or any address it is (or is part of), ' +
        'whatever its case, accents and alphabet; protected ones are marked with *.',
    )
    .option('--people', 'all people, or those that QUERY finds')
    .option('--groups', 'all groups, or those whose name QUERY is part of')
    .option('--group <name>', 'the members of one group, by name or object id')
    .option('--protected', 'only protected people, or groups')
    .option('--guests', "only guests of a Microsoft 365 tenant (with the directory's include.guests)")
    .option('--directory <name>', 'of this directory alone')
    .option('--ids', 'with object ids')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      examples(
        'directory',
        'directory jane',
        'directory show jane.roe@corp.example',
        'directory --group Executives',
        'directory --people --protected',
        'directory --json --people',
      ),
    )
    .action(async (query: string | undefined, options: DirectoryOptions, command: Command) => {
      await withInstallation(command, (installation) => show(installation, query, options, cli))
    })
  directory
    .command('show <person>')
    .summary("everything that decides one person's protection")
    .description(
      'Shows one person, by any address, object id or whole name: addresses, groups, why protected, and what is done.',
    )
    .option('--json', 'as one JSON object')
    .addHelpText('after', examples('directory show jane.roe@corp.example', 'directory show "Jane Roe"'))
    .action(async (who: string, _options: object, command: Command) => {
      // `--json` is an option of `directory` too: commander gives it to whichever comes first.
      const { json } = command.optsWithGlobals<{ json?: boolean }>()
      await withInstallation(command, async (installation) => {
        const person = (await installation.people()).meant(who)
        await writeLines(cli.out, json === true ? [jsonLine(person)] : detailLines(person))
      })
    })
}

async function withInstallation(command: Command, work: (installation: Installation) => Promise<void>): Promise<void> {
  const installation = new Installation(configPath(command))
  try {
    await work(installation)
  } finally {
    await installation.close()
  }
}

async function show(
  installation: Installation,
  query: string | undefined,
  options: DirectoryOptions,
  cli: Cli,
): Promise<void> {
  const forms = [options.people, options.groups, options.group !== undefined].filter(Boolean).length
  if (forms > 1) throw new NamesakeError('usage', 'one of --people, --groups and --group at a time')
  const filters = options.protected === true || options.guests === true || options.directory !== undefined
  if (query === undefined && forms === 0 && !filters) {
    await writeLines(cli.out, await directoryLines(installation, options, cli))
    return
  }
  const people = await installation.people()
  tellProblems(cli.err, installation.protection(), people.problems)
  const lines = found(people, query, options, cli)
  await writeLines(cli.out, lines)
  if (lines.length === 0 && options.json !== true) cli.err.write(`${nothing(query, options)}\n`)
  if (lines.length === 0 && (query !== undefined || options.group !== undefined)) cli.exit(exitCode.badInput)
}

function nothing(query: string | undefined, options: DirectoryOptions): string {
  const wanted = options.group ?? query
  if (wanted === undefined) return options.groups === true ? 'no groups' : 'no people'
  return `no ${options.group === undefined && options.groups !== true ? 'person' : 'group'} found for ${JSON.stringify(wanted)}`
}

function found(people: People, query: string | undefined, options: DirectoryOptions, cli: Cli): string[] {
  const { directory, guests } = options
  const filters = { directory, protected: options.protected }
  if (options.groups === true) {
    const groups = people.groups({ ...filters, text: query }).items
    if (options.json !== true) return groupTable(groups, options, cli)
    return groups.map((group) => jsonLine(groupJson(people, group)))
  }
  if (options.group === undefined) {
    const entries = people.list({ ...filters, guests, text: query }).items
    return options.json === true ? entries.map((entry) => jsonLine(entry)) : peopleTable(entries, options, cli)
  }
  const groups = people.groupsMeant(options.group, directory)
  return groups.flatMap((group) => {
    const entry = people.group(group)
    if (entry === null) return []
    if (options.json === true) return [jsonLine(groupJson(people, entry))]
    const members = people.list({ ...filters, guests, text: query, group: entry.id, directory: entry.directory }).items
    const heading = `${entry.protected ? '* ' : ''}${printable(entry.displayName)} (${entry.directory}, ${entry.id}): `
    return [`${heading}${count(members.length, 'person', 'people')}`, ...peopleTable(members, options, cli)]
  })
}

/** A group as `--json --groups` prints it: with the ids of its members. */
function groupJson(people: People, { directory, id, displayName, protected: guarded }: GroupEntry): object {
  const members = people.members({ directory, id }).map((person) => person.id)
  return { directory, id, displayName, members, protected: guarded }
}

async function directoryLines(installation: Installation, options: DirectoryOptions, cli: Cli): Promise<string[]> {
  const reports = await installation.directories()
  if (options.json === true) return reports.map((report) => jsonLine(report))
  if (reports.length === 0) return []
  // Without a daemon nothing is synchronised by itself.
  const runs = await installation.control.status().then(
    () => true,
    () => false,
  )
  const now = Date.now()
  const next = ({ nextRun }: DirectoryReport): string =>
    nextRun === null ? '-' : `in ${duration(Math.max(0, Date.parse(nextRun) - now) / 1000)}`
  const rows = reports.map((report) => [
    printable(report.name),
    report.type,
    report.state,
    report.age === null ? 'never' : `${duration(report.age)} ago`,
    ...(runs ? [next(report)] : []),
    String(report.people),
    String(report.groups),
    printable((report.error ?? '').split('\n')[0] ?? ''),
  ])
  const heading = ['NAME', 'TYPE', 'STATE', 'LAST SYNC', ...(runs ? ['NEXT'] : []), 'PEOPLE', 'GROUPS', 'LAST ERROR']
  return fittedTable([heading, ...rows], columnsOf(cli))
}

/** Columns of the terminal; null in a pipe or file, where nothing is cut. */
function columnsOf({ out }: Cli): number | null {
  return out.isTTY === true ? (out.columns ?? 80) : null
}

function peopleTable(people: readonly PersonEntry[], { ids }: DirectoryOptions, cli: Cli): string[] {
  if (people.length === 0) return []
  const several = new Set(people.map(({ directory }) => directory)).size > 1
  const rows = people.map((person) => [
    person.protected ? '*' : ' ',
    printable(person.displayName),
    printable(person.addresses.concat(person.secondaryEmails.map((email) => `(${email})`)).join(' ')),
    ...(several ? [printable(person.directory)] : []),
    ...(ids === true ? [printable(person.id)] : []),
  ])
  const heading = [' ', 'NAME', 'ADDRESSES', ...(several ? ['DIRECTORY'] : []), ...(ids === true ? ['ID'] : [])]
  return fittedTable([heading, ...rows], columnsOf(cli))
}

function groupTable(groups: readonly GroupEntry[], { ids }: DirectoryOptions, cli: Cli): string[] {
  if (groups.length === 0) return []
  const rows = groups.map((group) => [
    group.protected ? '*' : ' ',
    printable(group.displayName),
    String(group.people),
    printable(group.directory),
    ...(ids === true ? [printable(group.id)] : []),
  ])
  return fittedTable([[' ', 'GROUP', 'PEOPLE', 'DIRECTORY', ...(ids === true ? ['ID'] : [])], ...rows], columnsOf(cli))
}

function detailLines(person: PersonDetails): string[] {
  const { protection, actions, actionOrigins } = person
  const ways = [
    ...(protection.byName ? ['by name'] : []),
    ...(protection.throughGroups.length > 0 ? [`through ${protection.throughGroups.join(', ')}`] : []),
  ]
  const why = protection.excluded
    ? `no: excluded${ways.length > 0 ? `, though ${ways.join(' and ')}` : ''}`
    : person.protected
      ? `yes, ${ways.join(' and ')}`
      : 'no'
  const action = (tier: 'certain' | 'likely'): string => `${tier} ${actions[tier]} (${actionOrigins[tier]})`
  const rows: [string, string][] = [
    ['name', person.displayName],
    ...(person.names.length > 0 ? [['also guarded as', person.names.join(', ')] as [string, string]] : []),
    ['directory', `${person.directory}, id ${person.id}`],
    ['own addresses', person.addresses.join(' ') || 'none'],
    ['secondary', person.secondaryEmails.join(' ') || 'none'],
    [
      'groups',
      person.groupNames.map((group) => `${group.protected ? '* ' : ''}${group.displayName}`).join(', ') || 'none',
    ],
    ['protected', why],
    ...(person.protected ? [['action', `${action('certain')}; ${action('likely')}`] as [string, string]] : []),
  ]
  return fittedTable(
    rows.map(([word, value]) => [`${word}:`, printable(value)]),
    null,
  )
}

/** Writes lines as fast as they are taken: a pipe to `less` may take them one page at a time. */
async function writeLines(out: NodeJS.WritableStream, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 500) {
    const text = lines.slice(at, at + 500).join('\n') + '\n'
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve))
  }
}

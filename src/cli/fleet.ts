/** Fleet: the nodes that share people and rules, and what to do where two edits meet. */

import type { Command } from 'commander'
import { conflictOf, fleetMembers, migrateFleet, resolveConflict } from '../admin/fleet.ts'
import { Installation } from '../admin/installation.ts'
import { loadConfig } from '../config/load.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { NamesakeError } from '../errors.ts'
import type { FleetMember } from '../ports.ts'
import { count, fittedTable, jsonLine, printable } from '../text.ts'
import { duration } from './progress.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

/** Adds `fleet`, `fleet resolve` and `fleet migrate`. 64: this node is in no fleet; 69: PostgreSQL does not answer. */
export function addFleetVerb(program: Command, cli: Cli): void {
  const fleet = program
    .command('fleet')
    .summary('the nodes that share people and rules')
    .description(
      'Lists the nodes of the fleet: version, when each was last heard of, which revision of people and rules it has, and what ' +
        'is wrong with it. Asks the database; no daemon is needed. Exit code 69: the database does not answer.',
    )
    .option('--json', 'one JSON object a node')
    .addHelpText('after', examples('fleet', "fleet --json | jq -r 'select(.trouble != []).node'"))
    .action(async (options: { json?: boolean }, command: Command) => {
      const members = await fleetMembers(read(command))
      const lines = options.json === true ? members.map((member) => jsonLine(member)) : memberLines(members, cli)
      cli.out.write(lines.map((line) => `${line}\n`).join(''))
    })
  fleet
    .command('resolve')
    .summary('end a conflict of two edits of the protection file')
    .description(
      'Where this node and another one edited the protection file at once, the first one counts and the other is kept beside ' +
        'the file. Without an option the difference is shown. --ours puts the kept edit into force on all nodes; --theirs ' +
        'throws it away.',
    )
    .option('--ours', "this node's edit, over what is in force now")
    .option('--theirs', "the other node's, which is in force")
    .addHelpText('after', examples('fleet resolve', 'fleet resolve --ours'))
    .action(async (options: { ours?: boolean; theirs?: boolean }, command: Command) => {
      if (options.ours === true && options.theirs === true)
        throw new NamesakeError('usage', '--ours and --theirs exclude each other')
      const config = read(command)
      if (options.ours !== true && options.theirs !== true) {
        const conflict = conflictOf(config)
        cli.out.write(
          conflict === null ? 'no conflict on this node\n' : `conflict: ${conflict.path}\n${conflict.diff}\n`,
        )
        if (conflict !== null && conflict.more > 0) cli.out.write(`${waiting(conflict.more)}\n`)
        return
      }
      const left = resolveConflict(config, options.ours === true ? 'ours' : 'theirs')
      if (options.theirs === true) cli.out.write("resolved: the other node's edit stays in force\n")
      else cli.out.write(await inForce(configPath(command)))
      if (left > 0) cli.out.write(`${waiting(left)}\n`)
    })
  fleet
    .command('migrate')
    .summary("make the database's schema, or bring it to this version")
    .description(
      'Makes or upgrades the schema of the database. Nodes do so themselves where their user may; where they run with fewer ' +
        "rights, run this once with the URL of the database's owner.",
    )
    .addHelpText('after', examples('fleet migrate'))
    .action(async (_options: object, command: Command) => {
      await migrateFleet(read(command))
      cli.out.write('the schema is what this version needs\n')
    })
}

function waiting(more: number): string {
  return `${count(more, 'more edit of this node waits', 'more edits of this node wait')}: "namesake fleet resolve" again`
}

/** Of what is secret in the file only the database's URL is needed, which is read all the same. */
function read(command: Command): NamesakeConfig {
  return loadConfig(configPath(command), directorySources, { credentials: false }).config
}

/** Has the daemon read the file, if one runs: it gives the edit to the others. */
async function inForce(path: string): Promise<string> {
  try {
    const answer = await new Installation(path).control.reload({ what: 'protection', force: true })
    if (answer.outcome === 'done') return "resolved: this node's edit is in force here, and goes to the others\n"
    throw new NamesakeError('config-invalid', `resolved, but the edit is refused: ${answer.faults.join('\n')}`)
  } catch (error) {
    if (!(error instanceof NamesakeError) || error.code !== 'daemon-unreachable') throw error
    return "resolved: this node's edit is in the file, and goes to the others when its daemon runs\n"
  }
}

function memberLines(members: readonly FleetMember[], cli: Cli): string[] {
  if (members.length === 0) return ['no node has joined yet']
  const rows = members.map((member) => [
    member.node,
    member.version,
    `${duration(member.age)} ago`,
    String(member.rules),
    member.directories.map(({ name, revision }) => `${name} ${revision}`).join(', '),
    String(member.protectedPeople),
    String(member.messages.total),
    member.trouble.join('; '),
  ])
  const head = ['NODE', 'VERSION', 'SEEN', 'RULES', 'PEOPLE', 'PROTECTED', 'MESSAGES', 'TROUBLE']
  const width = cli.out.isTTY === true ? (cli.out.columns ?? null) : null
  return fittedTable([head, ...rows.map((row) => row.map(printable))], width)
}

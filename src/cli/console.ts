/** Console: invitations, accounts and tokens of the web console. */

import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { NamesakeError } from '../errors.ts'
import { Accounts } from '../history/accounts.ts'
import { Hasher } from '../history/passwords.ts'
import { formatAddress } from '../net/addresses.ts'
import type { Role } from '../ports.ts'
import { jsonLine, printable, table } from '../text.ts'
import { configPath } from './verb.ts'

interface ConsoleDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** A password, where one is read; absent if nobody can type. */
  readonly input?: NodeJS.ReadableStream
}

interface Options {
  readonly json?: boolean
  readonly role?: string
  readonly until?: string
}

const roleOption = ['--role <role>', 'reader, reviewer or admin'] as const

/** Adds the verbs `console invite`, `console user add|remove|list` and `console token add|remove|list`. */
export function addConsoleVerb(program: Command, deps: ConsoleDeps): void {
  const console = program
    .command('console')
    .summary('who may use the web console')
    .description('Invitations, accounts and API tokens of the web console.')
  console
    .command('invite')
    .description('Prints a link that makes an account once, within 30 minutes.')
    .option(...roleOption, 'admin')
    .action(async (options: Options, command: Command) => {
      await withAccounts(command, (accounts, config) => {
        const { secret } = accounts.invite(roleOf(options.role), 'the command line')
        deps.out.write(`${addressOf(config)}/first-run#${secret}\n`)
      })
    })
  addUserVerbs(console, deps)
  addTokenVerbs(console, deps)
}

function addUserVerbs(console: Command, deps: ConsoleDeps): void {
  const user = console.command('user').description('Accounts of people.')
  user
    .command('add <user> <name>')
    .description('Makes an account; the password is read from standard input, one line.')
    .option(...roleOption, 'reader')
    .action(async (userName: string, name: string, options: Options, command: Command) => {
      const password = await firstLine(deps.input)
      if (password.length < 12) throw new NamesakeError('usage', 'a password has at least 12 characters')
      const hash = await new Hasher().hash(password)
      await withAccounts(command, (accounts) => {
        const role = roleOf(options.role)
        accounts.add({ userName, name, role, way: 'password', subject: null, hash })
        deps.out.write(`made: ${printable(userName)} (${role})\n`)
      })
    })
  user
    .command('remove <user>')
    .description('Removes an account; its sessions end at once.')
    .action(async (userName: string, _options: Options, command: Command) => {
      await withAccounts(command, (accounts) => {
        const found = accounts.byUserName(userName)
        if (found === null) throw new NamesakeError('input-invalid', `there is no account ${JSON.stringify(userName)}`)
        accounts.remove(found.account.id)
        deps.out.write(`removed: ${printable(found.account.userName)}\n`)
      })
    })
  user
    .command('list')
    .description('Accounts, with role and last use.')
    .option('--json', 'one JSON object a line')
    .action(async (options: Options, command: Command) => {
      await withAccounts(command, (accounts) => {
        const rows = accounts.accounts().map(({ userName, name, role, way, lastSeen }) => ({
          user: userName,
          name,
          role,
          way,
          lastSeen: lastSeen === null ? null : new Date(lastSeen).toISOString(),
        }))
        writeRows(deps, options, ['USER', 'NAME', 'ROLE', 'WAY', 'LAST HERE'], rows)
      })
    })
}

function addTokenVerbs(console: Command, deps: ConsoleDeps): void {
  const token = console.command('token').description('Tokens of programs.')
  token
    .command('add <name>')
    .description('Makes a token and prints it: it is not shown again.')
    .option(...roleOption, 'reader')
    .option('--until <day>', 'last day, YYYY-MM-DD')
    .action(async (name: string, options: Options, command: Command) => {
      const until = options.until === undefined ? null : Date.parse(`${options.until}T23:59:59Z`)
      if (until !== null && Number.isNaN(until)) throw new NamesakeError('usage', '--until is a day as YYYY-MM-DD')
      await withAccounts(command, (accounts) => {
        const made = accounts.addToken({ name, role: roleOf(options.role), until, madeBy: 'the command line' })
        deps.out.write(`${made.secret}\n`)
      })
    })
  token
    .command('remove <id>')
    .description('Withdraws a token, by its id or name.')
    .action(async (id: string, _options: Options, command: Command) => {
      await withAccounts(command, (accounts) => {
        const found = accounts.tokens().filter((one) => one.id === id || one.name === id)
        const [only] = found
        if (only === undefined || found.length > 1) {
          throw new NamesakeError(
            'input-invalid',
            `${found.length} tokens are named ${JSON.stringify(id)}; fix: give the id`,
          )
        }
        accounts.removeToken(only.id)
        deps.out.write(`withdrawn: ${printable(only.name)}\n`)
      })
    })
  token
    .command('list')
    .description('Tokens, with role, end and last use.')
    .option('--json', 'one JSON object a line')
    .action(async (options: Options, command: Command) => {
      const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
      await withAccounts(command, (accounts) => {
        const rows = accounts.tokens().map(({ id, name, hint, role, until, lastUsed }) => ({
          id,
          name,
          hint,
          role,
          until: time(until),
          lastUsed: time(lastUsed),
        }))
        writeRows(deps, options, ['ID', 'NAME', 'BEGINS', 'ROLE', 'UNTIL', 'LAST USED'], rows)
      })
    })
}

async function withAccounts(
  command: Command,
  work: (accounts: Accounts, config: NamesakeConfig) => void,
): Promise<void> {
  const { config } = loadConfig(configPath(command), directorySources, { credentials: false })
  const accounts = Accounts.open(config.console?.path ?? join(dirname(config.store), 'console'))
  try {
    work(accounts, config)
  } finally {
    await accounts.close()
  }
}

/** Where browsers find the console. */
function addressOf({ console }: NamesakeConfig): string {
  if (console === null) {
    throw new NamesakeError('usage', 'namesake.yaml has no console; fix: add console: { listen: "127.0.0.1:9466" }')
  }
  if (console.publicUrl !== null) return console.publicUrl
  return `${console.tls === null ? 'http' : 'https'}://${formatAddress(console.listen)}`
}

function roleOf(text: string | undefined): Role {
  if (text === 'reader' || text === 'reviewer' || text === 'admin') return text
  throw new NamesakeError('usage', `--role ${JSON.stringify(text)} is none; accepted: reader, reviewer, admin`)
}

function writeRows(
  deps: ConsoleDeps,
  options: Options,
  heads: readonly string[],
  rows: readonly Readonly<Record<string, string | null>>[],
): void {
  const lines =
    options.json === true
      ? rows.map((row) => jsonLine(row))
      : rows.length === 0
        ? []
        : table(
            [[...heads], ...rows.map((row) => Object.values(row).map((value) => printable(value ?? '-')))],
            heads.map(() => 40),
          )
  for (const line of lines) deps.out.write(`${line}\n`)
}

async function firstLine(input: NodeJS.ReadableStream | undefined): Promise<string> {
  let text = ''
  for await (const part of input ?? []) {
    text += String(part)
    if (text.includes('\n') || text.length > 4096) break
  }
  return text.split(/\r?\n/)[0] ?? ''
}

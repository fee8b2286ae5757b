/** The verb init: a first configuration, asked for or from options. */

import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { defaultRelay, initDefaults, planInit, readPeople, writeInit } from '../admin/init.ts'
import type { InitAnswers, InitPeople } from '../admin/init.ts'
import { NamesakeError } from '../errors.ts'
import { count, printable } from '../text.ts'
import { configPlaces, examples, givenConfig } from './verb.ts'
import type { Cli } from './verb.ts'

interface InitDeps extends Cli {
  /** What the operator types; absent where nobody can. */
  readonly input?: NodeJS.ReadableStream
}

interface Options {
  readonly people?: string
  readonly office365?: boolean
  readonly tenant?: string
  readonly clientId?: string
  readonly listen?: readonly string[]
  readonly clients?: readonly string[]
  readonly relay?: string
  readonly protect?: readonly string[]
  readonly yes?: boolean
}

/** Adds `init`: writes a first configuration, asking for what the options don't say. */
export function addInitVerb(program: Command, deps: InitDeps): void {
  program
    .command('init')
    .summary('write a first configuration')
    .description(
      `Writes namesake.yaml and protection.yaml, with comments, into config/ or where --config says, and asks for what the ` +
        `options don't say. Nothing is overwritten. Without a terminal, --yes takes the defaults for the rest.`,
    )
    .option('--people <file>', 'a people file: .yaml, .json or .csv')
    .option('--office365', 'people come from Microsoft 365')
    .option('--tenant <name>', 'its tenant, such as contoso.onmicrosoft.com')
    .option('--client-id <id>', 'its application (client) id')
    .option('--listen <address...>', `where mail comes in (default: ${initDefaults.listen})`)
    .option('--clients <network...>', 'who may relay (default: this machine)')
    .option(
      '--relay <url>',
      'where mail goes on to, such as smtp://127.0.0.1:10026 (default: a folder, for trying out)',
    )
    .option('--protect <who...>', 'groups or people to protect first (default: what the people file has)')
    .option('--yes', 'ask nothing')
    .addHelpText(
      'after',
      examples(
        'init',
        'init --people people.csv --relay smtp://127.0.0.1:10026 --yes',
        'init --office365 --tenant contoso.onmicrosoft.com --client-id 11111111-2222-3333-4444-555555555555 --protect Executives --yes',
        'init --config /etc/namesake/namesake.yaml',
      ),
    )
    .action(async (options: Options, command: Command) => {
      // Not NAMESAKE_CONFIG's or /etc's: what is to be written is said, or it is written here.
      const path = givenConfig(command) ?? process.env['NAMESAKE_CONFIG'] ?? configPlaces[0]
      const answers =
        options.yes === true || deps.input === undefined ? given(options, path) : await ask(options, path, deps)
      const plan = await planInit(path, answers)
      writeInit(plan)
      for (const file of plan.files) deps.out.write(`written: ${file.path}\n`)
      for (const note of plan.notes) deps.out.write(`${printable(note)}\n`)
      const config = givenConfig(command) === null ? '' : ` --config ${path}`
      deps.out.write(`Next:\n${plan.next.map((line) => `  namesake ${line}${config}`).join('\n')}\n`)
    })
}

/** The answers that options and defaults give. @throws NamesakeError usage where nobody can be asked and too little is said */
function given(options: Options, path: string): InitAnswers {
  const source = peopleOf(options)
  if (source === null && options.yes !== true) {
    const fix = 'fix: --people FILE or --office365 says where people come from, --yes takes an example'
    throw new NamesakeError('usage', `there is no terminal to ask on; ${fix}`)
  }
  return {
    people: source ?? { kind: 'example' },
    listen: options.listen ?? [initDefaults.listen],
    clients: options.clients ?? initDefaults.clients,
    relay: options.relay ?? defaultRelay(path),
    protect: options.protect ?? null,
  }
}

function peopleOf({ people, office365, tenant, clientId }: Options): InitPeople | null {
  if (people !== undefined && office365 === true)
    throw new NamesakeError('usage', '--people and --office365 exclude each other')
  if (people !== undefined) return { kind: 'file', path: people }
  if (office365 === true) return { kind: 'office365', tenant: tenant ?? null, clientId: clientId ?? null }
  return null
}

async function ask(options: Options, path: string, { input, err }: InitDeps): Promise<InitAnswers> {
  if (input === undefined) return given(options, path)
  const lines = createInterface({ input, output: err, terminal: false })
  const answers = lines[Symbol.asyncIterator]()
  /** An empty line, or the end of input, is the default. */
  const question = async (text: string, usual: string): Promise<string> => {
    err.write(`${text}${usual === '' ? '' : ` [${usual}]`}: `)
    const next = await answers.next()
    if (next.done === true) throw new NamesakeError('usage', 'interrupted; nothing was written')
    return next.value.trim() === '' ? usual : next.value.trim()
  }
  try {
    const people = peopleOf(options) ?? (await askPeople(question))
    const protect = options.protect ?? (await askProtect(people, question, err))
    const listen = options.listen ?? split(await question('Where mail comes in', initDefaults.listen))
    const clients = options.clients ?? split(await question('Who may relay (networks)', initDefaults.clients.join(' ')))
    const relay = options.relay ?? (await question('Where mail goes on to (smtp://host:port)', defaultRelay(path)))
    return { people, listen, clients, relay, protect }
  } finally {
    lines.close()
  }
}

type InitQuestion = (text: string, usual: string) => Promise<string>

async function askPeople(question: InitQuestion): Promise<InitPeople> {
  const text = 'Where do people come from? A file (its path), "office365", or "example" for five invented people'
  const answer = await question(text, 'example')
  if (answer === 'example') return { kind: 'example' }
  if (!/^(?:office ?365|microsoft ?365|m365)$/i.test(answer)) return { kind: 'file', path: answer }
  const tenant = await question('Tenant, such as contoso.onmicrosoft.com (empty: later)', '')
  const clientId = await question('Application (client) id (empty: later)', '')
  return { kind: 'office365', tenant: tenant === '' ? null : tenant, clientId: clientId === '' ? null : clientId }
}

async function askProtect(
  people: InitPeople,
  question: InitQuestion,
  err: NodeJS.WritableStream,
): Promise<string[] | null> {
  if (people.kind === 'example') return null
  if (people.kind === 'file') {
    const { groups, people: found } = await readPeople(people.path)
    err.write(`It holds ${count(found.length, 'person', 'people')} and ${count(groups.length, 'group', 'groups')}.\n`)
    if (groups.length > 0)
      err.write(
        `Groups: ${groups
          .slice(0, 20)
          .map((group) => printable(group.displayName))
          .join(', ')}\n`,
      )
  }
  const usual = people.kind === 'file' ? 'all groups, or all people' : ''
  const answer = await question('Whom to protect first (groups or addresses, with commas between them)', usual)
  return answer === usual && people.kind === 'file'
    ? null
    : answer
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '')
}

function split(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

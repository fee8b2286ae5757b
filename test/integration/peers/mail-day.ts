import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeMail, random } from '../../../bench/mail-maker.ts'
import { readCases, readRealFields } from '../../corpus/detection-sample.ts'
import { namesake } from './command.ts'
import { removeDaemon, startDaemon, waitUntil } from './daemon.ts'
import type { Daemon } from './daemon.ts'
import { SmtpClient } from './mta-client.ts'
import { freePorts } from './ports.ts'
import { startPostfix } from './postfix.ts'
import type { Postfix } from './postfix.ts'

/**
 * A day of mail through a real Postfix with Namesake as its milter, and what an operator does about it: looks at what came, tries an
 * answer, gives it, takes it back, gives it again. Each number that Namesake says is held against one that comes another way.
 */
export interface DayOptions {
  readonly messages: number
  /** A detection sample (directory.json, cases.jsonl, perhaps real_from.txt); null: mail that is made up. */
  readonly sample: string | null
  /** Told of each command and what it says. */
  readonly print: (text: string) => void
  /** Connections at once. */
  readonly sessions?: number
}

export interface DayResult {
  readonly sent: number
  /** Messages a second through Postfix and Namesake. */
  readonly rate: number
  /** Detections by the log lines, and records by `history --json`. */
  readonly detected: number
  readonly records: number
  /** The person whose name was taken most: by `history summary`, and counted in the records. */
  readonly mostBySummary: string
  readonly mostByRecords: string
  /** What the preview says that the answer clears, and how many of those were refused. */
  readonly preview: { readonly cleared: number; readonly refused: number }
  /** The same by `check` over the messages themselves, before and after the answer, and by the replies that were given. */
  readonly judgedAgain: { readonly cleared: number; readonly refused: number }
  /** Milliseconds from the end of the command, or from the save by hand, until a message is treated by the new rules. */
  readonly inForce: { readonly decide: number; readonly undo: number; readonly again: number; readonly byHand: number }
  /** States of the pair: after the answer, undo, the second answer, and the entry taken out by hand. */
  readonly states: readonly string[]
  /** Whether undo left the protection file as it was. */
  readonly restored: boolean
  readonly audit: readonly string[]
}

const pairAddress = 'j.roe@private.example'
const protectedName = 'Jane Roe'

const madePeople = `
users:
  - { id: u1, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example, groups: [g1] }
  - { id: u2, displayName: Max Mustermann, givenName: Max, surname: Mustermann, mail: max@corp.example, groups: [g1] }
  - { id: u3, displayName: Olivia Bystander, givenName: Olivia, surname: Bystander, mail: olivia@corp.example, groups: [] }
groups:
  - { id: g1, displayName: Leadership, members: [u1, u2] }
`

interface SampleUser {
  readonly id: string
  readonly displayName: string
  readonly secondaryEmails: readonly string[]
  readonly groups: readonly string[]
  readonly protectedBy: string | null
}

/** People and rules as the two files have them. JSON is YAML too. */
function files(sample: string | null): { people: string; protection: string; person: string } {
  const actions = 'groupActions: { Leadership: { certain: reject, likely: tag } }\n'
  if (sample === null) {
    const protection = `# kept\nprotect:\n  - directory: Staff\n    groups: [Leadership]\n${actions}`
    return { people: madePeople, protection, person: 'u1' }
  }
  const { users, groups } = JSON.parse(readFileSync(join(sample, 'directory.json'), 'utf8')) as {
    users: SampleUser[]
    groups: { id: string; displayName: string; protected: boolean }[]
  }
  const known = ['id', 'displayName', 'givenName', 'surname', 'mail', 'userPrincipalName', 'proxyAddresses', 'groups']
  const people = {
    users: users.map((user) => Object.fromEntries(Object.entries(user).filter(([key]) => known.includes(key)))),
    groups: groups.map(({ id, displayName }) => ({
      ...{ id, displayName },
      members: users.filter((user) => user.groups.includes(id)).map((user) => user.id),
    })),
  }
  const rules = {
    protect: [
      {
        directory: 'Staff',
        groups: groups.filter((group) => group.protected).map((group) => group.displayName),
        users: users.filter((user) => user.protectedBy === 'self').map((user) => user.id),
      },
    ],
    people: Object.fromEntries(
      users.filter((user) => user.secondaryEmails.length > 0).map(({ id, secondaryEmails }) => [id, { secondaryEmails }]),
    ),
  } // prettier-ignore
  const person = users.find(({ displayName }) => displayName === protectedName)?.id ?? ''
  const protection = `# kept\nprotect: ${JSON.stringify(rules.protect)}\npeople:\n${Object.entries(rules.people)
    .map(([id, settings]) => `  ${id}: ${JSON.stringify(settings)}\n`)
    .join('')}${actions}initials: true\n`
  return { people: JSON.stringify(people), protection, person }
}

interface Message {
  /** As it stands in DATA, without dot-stuffing. */
  readonly octets: Buffer
  readonly isOfPair: boolean
}

/** One in twelve shows a protected name, one in a hundred from the private address; the rest is ordinary mail. */
function makeDay({ messages, sample }: DayOptions): Message[] {
  const next = random(13)
  const rest = (n: number): Buffer =>
    Buffer.from(`To: staff@corp.example\r\nSubject: message ${n}\r\nMessage-ID: <${n}@day.example>\r\n\r\nText\r\n`)
  const from = (body: Buffer, n: number): Buffer =>
    Buffer.concat([Buffer.from('From: '), body, Buffer.from('\r\n'), rest(n)])
  const detected = sample === null ? [] : readCases('cases.jsonl', sample).filter(({ expect }) => expect === 'detect')
  const realPath = sample === null ? null : join(sample, 'real_from.txt')
  const real = realPath !== null && existsSync(realPath) ? readRealFields(realPath) : []
  const made = makeMail({ seed: 5, count: messages, detectionEvery: 12, names: ['Jane Roe', 'Max Mustermann'] })
  return Array.from({ length: messages }, (_, n): Message => {
    if (n % 100 === 50) return { octets: from(Buffer.from(`${protectedName} <${pairAddress}>`), n), isOfPair: true }
    if (detected.length > 0 && n % 12 === 0) {
      const one = detected[Math.floor(next() * detected.length)]
      return { octets: Buffer.concat([Buffer.from(one?.from_raw_base64 ?? '', 'base64'), rest(n)]), isOfPair: false }
    }
    const body = real[Math.floor(next() * real.length)]
    if (body !== undefined) return { octets: from(body, n), isOfPair: false }
    const wire = made[n] ?? Buffer.alloc(0)
    return { octets: Buffer.from(wire.subarray(0, -3).toString('latin1').replace(/^\.\./gm, '.'), 'latin1'), isOfPair: false }
  }) // prettier-ignore
}

async function send(client: SmtpClient, octets: Buffer): Promise<string> {
  for (const line of ['MAIL FROM:<a@mail.example>', 'RCPT TO:<staff@corp.example>']) {
    const reply = await client.say(line)
    if (!reply.startsWith('250')) return reply
  }
  const reply = await client.say('DATA')
  if (!reply.startsWith('354')) return reply
  const stuffed = Buffer.from(octets.toString('latin1').replace(/^\./gm, '..'), 'latin1')
  client.send(Buffer.concat([stuffed, Buffer.from('.\r\n')]))
  return client.reply()
}

class Operator {
  readonly daemon: Daemon
  readonly #print: (text: string) => void

  constructor(daemon: Daemon, print: (text: string) => void) {
    this.daemon = daemon
    this.#print = print
  }

  /** Runs a verb and shows it as a terminal would. @param shown lines of what it says, at most */
  async run(args: readonly string[], shown = 12): Promise<string> {
    const { out, err } = await namesake(this.daemon, ...args)
    const said = out + err
    const lines = said.split('\n').slice(0, -1)
    this.#print(`$ namesake ${args.join(' ')}`)
    for (const line of lines.slice(0, shown)) this.#print(line.length > 220 ? `${line.slice(0, 220)} …` : line)
    if (lines.length > shown) this.#print(`… ${lines.length - shown} more lines`)
    this.#print('')
    return said
  }

  async json<T>(...args: readonly string[]): Promise<T[]> {
    const said = await this.run([...args, '--json'], 2)
    return said.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as T) // prettier-ignore
  }
}

/** Runs the day. @throws if Postfix or the daemon can't be started, or something does not come within a minute */
export async function mailDay(options: DayOptions): Promise<DayResult> {
  const { people, protection, person } = files(options.sample)
  const [port = 0] = await freePorts(1)
  const daemon = await startDaemon({
    relay: 'smtp://127.0.0.1:9',
    ...{ people, protection },
    more: `milter: { listen: ["inet:127.0.0.1:${port}"] }\nhistory: { path: ./history }\n`,
  })
  let postfix: Postfix | null = null
  try {
    postfix = await startPostfix({
      main: {
        ...{ default_transport: 'discard', local_transport: 'discard', milter_default_action: 'tempfail' },
        ...{ smtpd_milters: `inet:127.0.0.1:${port}`, smtpd_error_sleep_time: '0', smtpd_hard_error_limit: '100000' },
        ...{ smtpd_soft_error_limit: '100000', smtpd_junk_command_limit: '100000' },
      },
    })
    return await liveThrough(options, daemon, postfix.ports['smtp'] ?? 0, person)
  } finally {
    await postfix?.stop()
    await removeDaemon(daemon)
  }
}

interface HistoryLine {
  readonly verdict: string
  readonly person: string | null
  readonly name: string | null
}

async function liveThrough(options: DayOptions, daemon: Daemon, port: number, person: string): Promise<DayResult> {
  const { print, sessions = 4 } = options
  const operator = new Operator(daemon, print)
  const day = makeDay(options)
  const replies: string[] = []
  const started = performance.now()
  let at = 0
  await Promise.all(
    Array.from({ length: sessions }, async () => {
      const client = await SmtpClient.connect(port)
      for (let n = at++; n < day.length; n = at++) replies[n] = await send(client, day[n]?.octets ?? Buffer.alloc(0))
      await client.quit()
    }),
  )
  const rate = Math.round((day.length * 1000) / (performance.now() - started))
  const refusals = replies.filter((reply) => reply.startsWith('550')).length
  print(`# ${day.length} messages through Postfix, ${rate} a second, ${refusals} refused\n`)

  // The log is written some lines at a time.
  const lines = await waitUntil('all log lines', () => {
    const found = daemon.lines().filter(({ event }) => event === 'message')
    return found.length >= day.length ? found : undefined
  })
  const detected = lines.filter(({ verdict }) => verdict === 'detected').length
  await waitUntil('all records', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${daemon.opsPort}/metrics`)).text()
    const [, written = '0'] = /^namesake_history_records_total\{outcome="written"\} (\d+)/m.exec(metrics) ?? []
    return Number(written) >= detected ? true : undefined
  })
  print('# What came?')
  const summary = await operator.run(['history', 'summary'], 40)
  await operator.run(['history', '--limit', '8'])
  const records = await operator.json<HistoryLine>('history')
  const mostBySummary = /whose names were taken\n +\d+ +(.*) \(/.exec(summary)?.[1] ?? ''
  const byName = new Map<string, number>()
  for (const { verdict, name } of records) {
    if (verdict === 'detected' && name !== null) byName.set(name, (byName.get(name) ?? 0) + 1)
  }
  const mostByRecords = [...byName].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''

  print('# Is this really them?')
  await operator.run(['review', '--limit', '8'])
  const mbox = join(daemon.folder, 'day.mbox')
  writeFileSync(mbox, Buffer.concat(day.flatMap(({ octets }) => [Buffer.from('From a@mail.example Thu Nov 26 10:00:00 2026\n'), octets, Buffer.from('\n')]))) // prettier-ignore
  const judged = async (): Promise<string[]> =>
    (await operator.json<{ verdict: string }>('check', mbox)).map(({ verdict }) => verdict)
  const path = join(daemon.folder, 'protection.yaml')
  const fileBefore = readFileSync(path, 'utf8')
  const before = await judged()
  const decide = ['review', 'decide', person, pairAddress, 'them'] as const
  const said = await operator.run([...decide, '--preview'])
  const [, cleared = '0', refused = '0'] =
    /would have cleared (\d+) messages?(?:, (\d+) of them refused)?/.exec(said) ?? []

  const client = await SmtpClient.connect(port)
  const probe = Buffer.from(`From: ${protectedName} <${pairAddress}>\r\nSubject: probe\r\n\r\nText\r\n`)
  const inForce = async (wanted: string): Promise<number> => {
    const from = performance.now()
    await waitUntil(`a reply ${wanted}`, async () =>
      (await send(client, probe)).startsWith(wanted) ? true : undefined,
    )
    return Math.round(performance.now() - from)
  }
  const stateOf = async (): Promise<string> =>
    (await operator.json<{ address: string; person: string; state: string }>('review')).find(
      (pair) => pair.address === pairAddress && pair.person === person,
    )?.state ?? ''
  const states: string[] = []
  await operator.run([...decide, '--yes'])
  const decideMs = await inForce('250')
  states.push(await stateOf())
  const after = await judged()
  const isCleared = (n: number): boolean => before[n] === 'detected' && after[n] === 'clean'
  const clearedMessages = day.flatMap((_, n) => (isCleared(n) ? [n] : []))
  print('# Taken back, and given again')
  await operator.run(['review', 'undo', person, pairAddress])
  const undoMs = await inForce('550')
  const restored = readFileSync(path, 'utf8') === fileBefore
  states.push(await stateOf())
  await operator.run([...decide, '--yes'])
  const againMs = await inForce('250')
  states.push(await stateOf())
  print('# Somebody takes the entry out by hand, in another terminal')
  writeFileSync(path, fileBefore)
  const byHandMs = await inForce('550')
  states.push(await stateOf())
  await operator.run(['history', 'audit'], 40)
  await client.quit()
  const audit = (await operator.json<{ what: string }>('history', 'audit')).map(({ what }) => what)
  return {
    ...{ sent: day.length, rate, detected, records: records.length, mostBySummary, mostByRecords },
    preview: { cleared: Number(cleared), refused: Number(refused) },
    judgedAgain: {
      cleared: clearedMessages.length,
      refused: clearedMessages.filter((n) => replies[n]?.startsWith('550') === true).length,
    },
    inForce: { decide: decideMs, undo: undoMs, again: againMs, byHand: byHandMs },
    ...{ states, restored, audit },
  }
}

/** The sample that stands beside the repository; null where there is none. */
export function sampleBeside(): string | null {
  const folder = resolve(import.meta.dirname, '../../../../shared/detection')
  return existsSync(join(folder, 'directory.json')) ? folder : null
}

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatMilterAddress } from '../../src/net/addresses.ts'
import t, { type Test } from 'tap'
import type { Action, MessageRecord } from '../../src/model.ts'
import type { MilterEvent } from '../../src/milter/session.ts'
import { startMilter, type MilterListen, type MilterServer } from '../../src/milter/listener.ts'
import type { Skip } from '../../src/milter/negotiation.ts'
import { buildTestJudge, type TestRule } from './milter-judge.ts'
import { MilterPeer } from './milter-peer.ts'
import { canonicalLine, formatLine, wordsOf } from './milter-text.ts'

/**
 * Plays each `milter-*.txt` against a milter entrance in this process, over TCP and over a unix socket, whole and an
 * octet at a time. Lines: `= name value` an option; `> …` the MTA sends; `< …` the milter must send exactly this next
 * (`< end`: it closes); `* event name [key=value …]` and `* message [key=value …]`: it must have told this by now, in
 * this order; `#` a remark.
 */
const here = import.meta.dirname
const files = readdirSync(here).filter((name) => /^milter-.*\.txt$/.test(name))

interface Told {
  readonly name: string
  readonly details: Readonly<Record<string, unknown>>
}

interface Stage {
  readonly server: MilterServer
  readonly told: Told[]
}

/** Events that come by their own time, at every connection; a file names them only if it is about them. */
const everyday: readonly MilterEvent[] = ['milter-listening', 'milter-opened', 'milter-closed', 'milter-negotiated']

async function stage(lines: readonly string[], listen: MilterListen): Promise<Stage> {
  const option = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`= ${name} `))?.slice(name.length + 3)
  const told: Told[] = []
  const rule: TestRule = {
    action: (option('action') ?? 'tag') as Action,
    ...(option('unchecked') === undefined ? {} : { unchecked: option('unchecked') as 'tag' | 'tempfail' }),
  }
  const exempt = wordsOf(option('exempt') ?? '')
  const server = await startMilter({
    listen: [listen],
    clients: ['127.0.0.0/8'],
    skip: (option('skip') ?? 'auto') as Skip,
    exempt: { authenticated: exempt.includes('authenticated'), networks: exempt.filter((w) => w !== 'authenticated') },
    timeout: Number(option('timeout') ?? 60_000),
    limits: { connections: 10, headerSection: Number(option('headerSection') ?? 262_144) },
    judge: option('judge') === 'throws' ? failingJudge : buildTestJudge(rule),
    onMessage: (record) => told.push({ name: 'message', details: flat(record) }),
    onEvent: (name, details) => {
      if (!everyday.includes(name)) told.push({ name, details: details })
    },
  })
  return { server, told }
}

function failingJudge(): never {
  throw new Error('a fault of the judgement')
}

function flat(record: MessageRecord): Record<string, unknown> {
  return { ...record, verdict: record.decision.verdict.state }
}

async function play(t: Test, lines: readonly string[], listen: MilterListen, size: number): Promise<void> {
  const { server, told } = await stage(lines, listen)
  const address = server.addresses.map(formatMilterAddress)[0] ?? ''
  const path = /^unix:(.*)$/.exec(address)?.[1]
  const to = path === undefined ? { host: '127.0.0.1', port: Number(address.split(':').pop()) } : { path }
  const peer = await MilterPeer.connect(to)
  try {
    for (const [number, line] of lines.entries()) {
      const rest = line.slice(2)
      if (line.startsWith('> ')) await peer.send(formatLine(rest), size)
      else if (line.startsWith('< ')) {
        const wanted = rest === 'end' ? 'end' : canonicalLine(rest)
        const got = await peer.receive()
        t.equal(got, wanted, `line ${number + 1}`)
        if (got !== wanted) return
      } else if (line.startsWith('* ')) expectTold(t, told, rest, number + 1)
    }
  } finally {
    peer.close()
    await server.close({ drain: 0 })
  }
}

function expectTold(t: Test, told: Told[], line: string, number: number): void {
  const [kind = '', ...words] = wordsOf(line)
  const wanted = kind === 'event' ? words.shift() : kind
  const next = told.shift()
  t.equal(next?.name, wanted, `line ${number}: told in this order`)
  for (const word of words) {
    const at = word.indexOf('=')
    t.equal(String(next?.details[word.slice(0, at)]), word.slice(at + 1), `line ${number}: ${word.slice(0, at)}`)
  }
}

for (const file of files) {
  const lines = readFileSync(join(here, file), 'utf8').split('\n')
  t.test(file, async (t) => {
    const tcp: MilterListen = { address: { kind: 'tcp', host: '127.0.0.1', port: 0 }, mode: null, group: null }
    await t.test('over TCP', async (t) => play(t, lines, tcp, 0))
    const folder = mkdtempSync(join(tmpdir(), 'namesake-dialog-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const unix: MilterListen = {
      address: { kind: 'unix', path: join(folder, 'socket') },
      mode: 0o600,
      group: null,
    }
    await t.test('over a unix socket, an octet at a time', async (t) => play(t, lines, unix, 1))
  })
}

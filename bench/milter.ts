/**
 * Postfix with Namesake as its milter over Postfix alone, and beside rspamd with one cheap rule (design, section 6).
 * Needs root, Debian's postfix and a build; rspamd is fetched as a package if it can be. Loopback only.
 *
 *   npm run bench:milter [-- --messages N] [--sessions N] [--rounds N] [--workers N]
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removeDaemon, startDaemon } from '../test/integration/peers/daemon.ts'
import { SmtpClient } from '../test/integration/peers/mta-client.ts'
import { postfixMissing, startPostfix } from '../test/integration/peers/postfix.ts'
import { startRspamd } from '../test/integration/peers/rspamd.ts'
import { findProgram, makeScratch, removeScratch, run } from '../test/integration/peers/scratch.ts'
import { freePorts } from '../test/integration/peers/ports.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000' },
    sessions: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    workers: { type: 'string', default: '1' },
  },
})
const messages = Number(values.messages)
const rounds = Number(values.rounds)

const missing = postfixMissing()
if (missing !== null) {
  console.error(missing)
  process.exit(69)
}

const folder = makeScratch('bench')
const [port = 0] = await freePorts(1)
const socket = join(folder, 'milter.sock')
const rspamd = await startRspamd()
if (typeof rspamd === 'string') console.error(`without rspamd: ${rspamd}`)
const daemon = await startDaemon({
  relay: 'smtp://127.0.0.1:9',
  workers: Number(values.workers),
  more: `log: { level: info }\nmilter:\n  listen: ["inet:127.0.0.1:${port}", { address: "unix:${socket}", mode: "0666" }]\n`,
})
const milters: Record<string, string> = {
  alone: '',
  'namesake tcp': `inet:127.0.0.1:${port}`,
  'namesake unix': `unix:${socket}`,
  ...(typeof rspamd === 'string' ? {} : { 'rspamd tcp': `inet:127.0.0.1:${rspamd.port}` }),
}
const postfix = await startPostfix({
  main: { default_transport: 'discard', local_transport: 'discard', milter_default_action: 'tempfail' },
  listeners: Object.fromEntries(Object.entries(milters).map(([name, milter]) => [name, { smtpd_milters: milter }])),
})

/** Messages a second with several sessions at once, each message on a connection of its own or all on few. */
async function throughput(name: string): Promise<number> {
  const source = findProgram('smtp-source') ?? 'smtp-source'
  const target = `127.0.0.1:${postfix.ports[name]}`
  const args = ['-s', values.sessions, '-m', values.messages, '-l', '4096', '-d', '-f', 'a@mail.example']
  const started = performance.now()
  const { code, output } = await run(source, [...args, '-t', 'b@corp.example', target], { limit: 600_000 })
  if (code !== 0) throw new Error(`${name}: ${output}\n${postfix.log().slice(-1500)}`)
  return (messages * 1000) / (performance.now() - started)
}

/** Milliseconds a message in one session, the median of many. */
async function latency(name: string): Promise<number> {
  const client = await SmtpClient.connect(postfix.ports[name] ?? 0)
  const text = `From: A Sender <a@mail.example>\nTo: b@corp.example\nSubject: x\n\n${'Text text text text\n'.repeat(200)}`
  const times: number[] = []
  for (let i = 0; i < 60; i++) {
    const started = performance.now()
    const reply = await client.message('a@mail.example', ['b@corp.example'], text)
    if (!reply.startsWith('250')) throw new Error(`${name}: ${reply}\n${postfix.log().slice(-1500)}`)
    times.push(performance.now() - started)
  }
  await client.quit()
  return median(times.slice(10))
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
}

const names = Object.keys(milters)
const speed: Record<string, number[]> = {}
const wait: Record<string, number[]> = {}
try {
  for (const name of names) await throughput(name)
  for (let round = 0; round < rounds; round++) {
    // Alternating, so that what else the machine does hits all of them alike.
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      ;(speed[name] ??= []).push(await throughput(name))
      ;(wait[name] ??= []).push(await latency(name))
    }
  }
  console.log(`Postfix, ${messages} messages of 4 KB over ${values.sessions} sessions, median of ${rounds} rounds`)
  console.log('                  messages/s   over alone   ms in one session   added ms')
  for (const name of names) {
    // Ratios and differences within a round, as the machine's pace changes between rounds.
    const ratio = median((speed[name] ?? []).map((value, i) => value / (speed['alone']?.[i] ?? value)))
    const added = median((wait[name] ?? []).map((value, i) => value - (wait['alone']?.[i] ?? value)))
    const cells = [
      median(speed[name] ?? []).toFixed(0),
      ratio.toFixed(2),
      median(wait[name] ?? []).toFixed(2),
      added.toFixed(2),
    ]
    console.log(`${name.padEnd(16)}${cells.map((cell, i) => cell.padStart([12, 13, 20, 11][i] ?? 0)).join('')}`)
  }
} catch (error) {
  for (const line of daemon
    .lines()
    .filter(({ event }) => event !== 'message')
    .slice(-10))
    console.error(line)
  console.error(daemon.stderr())
  throw error
} finally {
  await postfix.stop()
  await removeDaemon(daemon)
  if (typeof rspamd !== 'string') await rspamd.stop()
  removeScratch(folder)
}

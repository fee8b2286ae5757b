/**
 * What the history costs mail: messages a second with it over without, one message in ten a detection, which are tagged and kept with
 * how they were judged. Two daemons of one worker, sent to in turn; the ratio is taken within each round. Both are warm: V8 compiles for
 * some 20,000 messages, and of records the primary sees a tenth as many.
 * Needs a build and Debian's postfix (smtp-sink). Loopback only.
 *
 *   npm run bench:history-cost [-- --messages 6000] [--rounds 7] [--warm 20000]
 */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removeDaemon, startDaemon } from '../test/integration/peers/daemon.ts'
import type { Daemon } from '../test/integration/peers/daemon.ts'
import { freePorts } from '../test/integration/peers/ports.ts'
import { run } from '../test/integration/peers/scratch.ts'
import { commonPeople } from './common-names.ts'
import type { Load, LoadResult } from './load.ts'
import { allProtected, childrenOf, processorTime, startSink } from './processes.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '7' },
    warm: { type: 'string', default: '20000' },
  },
})
const messages = Number(values.messages)
const rounds = Number(values.rounds)
const detectionEvery = 10

const people = commonPeople().filter((_, i) => i % 10 === 0).slice(0, 1000) // prettier-ignore
const [sinkPort = 0] = await freePorts(1)
const sink = await startSink(sinkPort)

function start(history: string): Promise<Daemon> {
  return startDaemon({
    relay: `smtp://127.0.0.1:${sinkPort}`,
    ...allProtected(people),
    more: `history: ${history}`,
  })
}

const daemons = { on: await start('{ path: ./history }'), off: await start('null') }

/** Time until what a message leaves has been written: records wait for others. Milliseconds. */
const settleMs = 1200

interface Measured {
  readonly rate: number
  /** Processor time in microseconds a message. */
  readonly worker: number
  readonly primary: number
}

async function measure(which: 'on' | 'off', seed: number, count = messages): Promise<Measured> {
  const { smtpPort, child } = daemons[which]
  const load: Load = {
    ...{ port: smtpPort, messages: count, sessions: 10, kept: true, pipelined: false, oneSender: false, rate: 0, seed },
    ...{ detectionEvery, different: Math.min(count, 3000), names: people.map(({ displayName }) => displayName) },
  }
  const primary = child.pid ?? 0
  const [worker = 0] = childrenOf(primary)
  const before = [processorTime(primary), processorTime(worker)] as const
  const args = ['--import=tsx', join(import.meta.dirname, 'load.ts'), JSON.stringify(load)]
  const { code, output } = await run(process.execPath, args, { limit: 300_000 })
  if (code !== 0) throw new Error(output)
  const { rate } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoadResult
  await new Promise((resume) => setTimeout(resume, settleMs))
  const [all, own] = [processorTime(primary) - before[0], processorTime(worker) - before[1]]
  return { rate, worker: (own * 1e6) / count, primary: ((all - own) * 1e6) / count }
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN
}

try {
  for (const which of ['on', 'off'] as const) await measure(which, 1, Number(values.warm))
  const ratios: number[] = []
  const measured: Record<'on' | 'off', Measured[]> = { on: [], off: [] }
  for (let round = 0; round < rounds; round++) {
    // Each round both ways round, so that what else the machine does hits both alike.
    const order = round % 2 === 0 ? (['on', 'off', 'off', 'on'] as const) : (['off', 'on', 'on', 'off'] as const)
    const found: Record<'on' | 'off', number[]> = { on: [], off: [] }
    for (const which of order) {
      const one = await measure(which, round + 2)
      found[which].push(one.rate)
      measured[which].push(one)
    }
    const [on, off] = [found.on, found.off].map((two) => two.reduce((sum, rate) => sum + 1 / rate, 0))
    ratios.push((off ?? NaN) / (on ?? NaN))
    const rates = order.map((which) => `${which} ${found[which].shift()?.toFixed(0)}`).join(', ')
    console.log(`round ${round + 1}: ${ratios.at(-1)?.toFixed(3)} (${rates}; load ${loadavg()[0]?.toFixed(1)})`)
  }
  const medianOf = (what: keyof Measured): string =>
    (['on', 'off'] as const).map((which) => median(measured[which].map((one) => one[what])).toFixed(0)).join(' and ')
  console.log(`medians with and without: ${medianOf('rate')} messages a second`)
  console.log(`processor time a message, µs: worker ${medianOf('worker')}, primary ${medianOf('primary')}`)
  console.log(`with over without, median of ${rounds} rounds: ${median(ratios).toFixed(3)}`)
} finally {
  for (const daemon of Object.values(daemons)) await removeDaemon(daemon)
  sink.kill()
}

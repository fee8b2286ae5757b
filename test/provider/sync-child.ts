import { monitorEventLoopDelay } from 'node:perf_hooks'
import { existsSync, readFileSync } from 'node:fs'
import { Office365Provider } from '../../src/directory/sources/office365/provider.ts'
import { systemRuntime } from '../../src/directory/sources/office365/runtime.ts'
import { Store } from '../../src/directory/store/store.ts'
import { optionsFor, settingsAt } from './harness.ts'
import { protecting, sync } from './sync.ts'

/**
 * One sync in a process of its own, to be killed or measured: `sync-child.ts STORE ORIGIN CLIENT-ID [full|delta
 * [PROTECTED GROUP]…]`. Prints a line of JSON at its end: the outcome, the memory before it and the most it held (MB), its time (s), and the longest that the
 * event loop was blocked (ms).
 */
const [, , path = '', origin = '', clientId = '', round = 'delta', ...groups] = process.argv
const store = Store.open({ path })
const provider = new Office365Provider(
  settingsAt(origin, clientId),
  optionsFor(systemRuntime, {
    transport: { ...optionsFor(systemRuntime).transport, headTimeout: 60_000, wholeTimeout: 120_000 },
  }),
)
/** The most memory of its own (heap, stacks), and the most of mapped files, which the system may take back; MB. */
const most = { anonymous: 0, mapped: 0 }
const look = (): void => {
  const status = readFileSync('/proc/self/status', 'utf8')
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024)
  most.anonymous = Math.max(most.anonymous, of('RssAnon'))
  most.mapped = Math.max(most.mapped, of('RssFile') + of('RssShmem'))
}
const looking = existsSync('/proc/self/status') ? setInterval(look, 50) : undefined
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const idle = Math.round(process.memoryUsage().rss / 2 ** 20)
const started = performance.now()
const request = {
  cursor: null,
  signal: new AbortController().signal,
  notice: (text: string) => void process.stderr.write(`${text}\n`),
}
const outcome = await sync(store, provider, request, {
  full: round === 'full',
  ...(groups.length === 0 ? {} : { makeIndex: protecting(groups) }),
})
await store.close()
clearInterval(looking)
const peak = Math.round(process.resourceUsage().maxRSS / 1024)
const seconds = Math.round(performance.now() - started) / 1000
const blocked = Math.round(delay.max / 1e6)
process.stdout.write(`${JSON.stringify({ ...outcome, idle, peak, ...most, seconds, blocked })}\n`)

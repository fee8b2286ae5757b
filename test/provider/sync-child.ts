import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Office365Provider } from '../../src/directory/office365/provider.ts'
import { systemRuntime } from '../../src/directory/office365/runtime.ts'
import { Store } from '../../src/directory/store.ts'
import { optionsFor, settingsAt } from './harness.ts'
import { sync } from './sync.ts'

/**
 * One sync in a process of its own, to be killed or measured: `sync-child.ts STORE ORIGIN CLIENT-ID`. Prints a line of
 * JSON at its end: the outcome, the memory before it and the most it held (MB), its time (s), and the longest that the
 * event loop was blocked (ms).
 */
const [, , path = '', origin = '', clientId = ''] = process.argv
const store = Store.open({ path })
const provider = new Office365Provider(
  settingsAt(origin, clientId),
  optionsFor(systemRuntime, {
    transport: { ...optionsFor(systemRuntime).transport, headTimeout: 60_000, wholeTimeout: 120_000 },
  }),
)
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const idle = Math.round(process.memoryUsage().rss / 2 ** 20)
const started = performance.now()
const outcome = await sync(store, provider, {
  cursor: null,
  signal: new AbortController().signal,
  notice: (text) => process.stderr.write(`${text}\n`),
})
await store.close()
const peak = Math.round(process.resourceUsage().maxRSS / 1024)
const seconds = Math.round(performance.now() - started) / 1000
const blocked = Math.round(delay.max / 1e6)
process.stdout.write(`${JSON.stringify({ ...outcome, idle, peak, seconds, blocked })}\n`)

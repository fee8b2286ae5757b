/** Every metric, counted from events and added up over processes. */

import { readdirSync } from 'node:fs'
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { DirectoryState } from '../model.ts'
import { configFiles, events, metrics } from '../vocabulary.ts'
import type { CountSpec, EventDetails, EventName, EventSpec, MetricName, MetricSpec } from '../vocabulary.ts'

/** What one process counted, as it travels from a worker to the primary. */
export type MetricsSnapshot = object[]

/** One process's metrics. Each process has all of them; what it never counts is zero, and adds nothing. */
export interface Counters {
  /** Counts what the vocabulary's row of the event says. */
  count<E extends EventName>(event: E, details: EventDetails<E>): void
  snapshot(): Promise<MetricsSnapshot>
}

/** What the process that synchronises tells at the moment of a scrape. */
interface Gauges {
  readonly directories: readonly DirectoryState[]
  readonly protectedPeople: number
  /** Entries of the protection file that mean nobody. */
  readonly protectionProblems: number
  /** Whether each file's contents are what the daemon goes by. */
  readonly inForce: Readonly<Record<(typeof configFiles)[number], boolean>>
  readonly version: string
  /** When the daemon was started, in milliseconds since the epoch. */
  readonly started: number
  readonly workers: number
  /** When the first certificate of each listener ends, in milliseconds since the epoch. */
  readonly certificates?: ReadonlyMap<string, number>
  /** Null where no history is open. */
  readonly history?: { readonly records: number; readonly bytes: number } | null
}

const buckets: Partial<Record<MetricName, number[]>> = {
  judgeDuration: [5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 0.05],
  relayDuration: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 100, 300],
}

/** Adds to one series. */
type Add = (labels: Record<string, string>, value: number) => void

/**
 * Makes the metrics of a process.
 *
 * @param read asked at each snapshot, in the process that synchronises
 * @param now milliseconds since the epoch
 */
export function openCounters(read: (() => Gauges) | null = null, now: () => number = Date.now): Counters {
  const registry = new Registry()
  const gauges = new Map<MetricName, Gauge>()
  const adders = new Map<MetricName, Add>()
  const told = process.cpuUsage()
  for (const name of Object.keys(metrics) as MetricName[]) {
    const spec: MetricSpec = metrics[name]
    const options = { name: spec.name, help: spec.help, labelNames: Object.keys(spec.labels), registers: [registry] }
    if (spec.type === 'histogram') {
      const histogram = new Histogram({ ...options, ...(buckets[name] && { buckets: buckets[name] }) })
      adders.set(name, (_, value) => histogram.observe(value))
      continue
    }
    const metric = spec.type === 'counter' ? new Counter(options) : new Gauge(options)
    if (metric instanceof Gauge) gauges.set(name, metric)
    adders.set(name, (labels, value) => metric.inc(labels, value))
    startAtZero(spec.labels, (labels) => metric.inc(labels, 0))
  }
  return {
    count(event, details) {
      for (const spec of countsOf(event)) addTo(adders, spec, details)
    },
    snapshot() {
      tellProcess(gauges, adders, told, { process: read === null ? 'worker' : 'primary' })
      if (read !== null) setGauges(gauges, read(), now())
      return registry.getMetricsAsJSON()
    },
  }
}

/** A series that one closed list names is there from the start: an alert sees its first rise. */
function startAtZero(
  labels: Readonly<Record<string, readonly string[] | 'open'>>,
  set: (labels: object) => void,
): void {
  const [[label, values] = ['', 'open' as const], ...others] = Object.entries(labels)
  if (values === 'open' || others.length > 0) return
  for (const value of values) set({ [label]: value })
}

function countsOf(event: EventName): readonly CountSpec[] {
  const spec: EventSpec = events[event]
  return spec.counts ?? []
}

function addTo(
  adders: ReadonlyMap<MetricName, Add>,
  spec: CountSpec,
  details: Readonly<Record<string, unknown>>,
): void {
  const labels: Record<string, string> = {}
  for (const [label, from] of Object.entries(spec.labels)) {
    const value = typeof from === 'string' ? from : details[from.field]
    if (typeof value !== 'string') return
    labels[label] = value
  }
  const { observe } = spec
  const value = observe === undefined ? (spec.by ?? 1) : Number(details[observe.field]) * observe.scale
  adders.get(spec.metric)?.(labels, value)
}

/** What this process uses. `told`: processor time that was counted before; it is brought up to date. */
function tellProcess(
  gauges: ReadonlyMap<MetricName, Gauge>,
  adders: ReadonlyMap<MetricName, Add>,
  told: NodeJS.CpuUsage,
  labels: { readonly process: 'primary' | 'worker' },
): void {
  const { user, system } = process.cpuUsage()
  adders.get('processCpu')?.(labels, (user + system - told.user - told.system) / 1e6)
  Object.assign(told, { user, system })
  gauges.get('processMemory')?.set(labels, process.memoryUsage.rss())
  try {
    gauges.get('processFiles')?.set(labels, readdirSync('/proc/self/fd').length)
  } catch {
    // A system without /proc.
  }
}

function setGauges(gauges: ReadonlyMap<MetricName, Gauge>, given: Gauges, now: number): void {
  const set = (name: MetricName, value: number, labels: Record<string, string> = {}): void =>
    gauges.get(name)?.set(labels, value)
  gauges.get('directoryAge')?.reset()
  gauges.get('directoryPeople')?.reset()
  for (const { name: directory, lastSync, people } of given.directories) {
    if (lastSync !== null) set('directoryAge', Math.max(0, (now - lastSync) / 1e3), { directory })
    set('directoryPeople', people, { directory })
  }
  gauges.get('certificateExpiry')?.reset()
  for (const [listener, end] of given.certificates ?? []) set('certificateExpiry', (end - now) / 1e3, { listener })
  set('protectedPeople', given.protectedPeople)
  set('protectionProblems', given.protectionProblems)
  for (const file of configFiles) set('configInForce', given.inForce[file] ? 1 : 0, { file })
  set('buildInfo', 1, { version: given.version, node: process.versions.node })
  set('startTime', given.started / 1000)
  set('workers', given.workers)
  set('historyKept', given.history?.records ?? 0)
  set('historyBytes', given.history?.bytes ?? 0)
}

/** Adds up the snapshots of several processes into one. */
export async function sumSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return await AggregatorRegistry.aggregate([...snapshots]).getMetricsAsJSON()
}

/** Prometheus text (version 0.0.4) of several processes' snapshots, added up. */
export function formatMetrics(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics()
}

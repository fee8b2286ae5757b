/** Every metric, counted from events and added up over processes. */

import { readdirSync } from 'node:fs'
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FleetReport } from '../ports.ts'
import type { DirectoryState } from '../model.ts'
import { configFiles, events, metrics } from '../vocabulary.ts'
import type {
  CountSpec,
  EventDetails,
  EventName,
  EventSpec,
  MetricName,
  MetricReadFrom,
  MetricSpec,
} from '../vocabulary.ts'

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
  /** Null where this node is in no fleet. */
  readonly fleet?: FleetReport | null
}

const buckets: Partial<Record<MetricName, number[]>> = {
  judgeDuration: [5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 0.05],
  relayDuration: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 100, 300],
}

/** Adds to one series. */
type Add = (labels: Record<string, string>, value: number) => void

/** A row of the vocabulary with what it adds to. */
interface Counting {
  readonly labels: readonly (readonly [label: string, from: CountSpec['labels'][string]])[]
  readonly by: number
  readonly observe: CountSpec['observe']
  readonly add: Add
}

/**
 * Makes the metrics of a process.
 *
 * @param primary asked at each snapshot, in the process that synchronises
 * @param now milliseconds since the epoch
 */
export function openCounters(primary: (() => Gauges) | null = null, now: () => number = Date.now): Counters {
  const registry = new Registry()
  const read = new Map<string, Counter | Gauge>()
  const adders = new Map<MetricName, Add>()
  const began = process.cpuUsage()
  for (const name of Object.keys(metrics) as MetricName[]) {
    const spec: MetricSpec = metrics[name]
    const options = { name: spec.name, help: spec.help, labelNames: Object.keys(spec.labels), registers: [registry] }
    if (spec.type === 'histogram') {
      const histogram = new Histogram({ ...options, ...(buckets[name] && { buckets: buckets[name] }) })
      adders.set(name, (_, value) => histogram.observe(value))
      continue
    }
    const metric = spec.type === 'counter' ? new Counter(options) : new Gauge(options)
    if (spec.readFrom === undefined) adders.set(name, (labels, value) => metric.inc(labels, value))
    else read.set(name, metric)
    startAtZero(spec.labels, (labels) => metric.inc(labels, 0))
  }
  const countings = new Map<EventName, readonly Counting[]>()
  for (const event of Object.keys(events) as EventName[]) {
    const rows = countsOf(event).map((spec) => countingOf(spec, adders))
    countings.set(event, rows)
  }
  return {
    count(event, details) {
      for (const counting of countings.get(event) ?? []) count(counting, details)
    },
    snapshot() {
      const readings = {
        ...readProcess(primary === null ? 'worker' : 'primary', began),
        ...(primary && readPrimary(primary(), now())),
      }
      for (const [name, series] of Object.entries<Readings>(readings)) {
        read.get(name)?.reset()
        for (const [labels, value] of series) read.get(name)?.inc(labels, value)
      }
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

function countingOf(spec: CountSpec, adders: ReadonlyMap<MetricName, Add>): Counting {
  const { by = 1, observe } = spec
  return { labels: Object.entries(spec.labels), by, observe, add: adders.get(spec.metric) ?? (() => {}) }
}

function count({ labels, by, observe, add }: Counting, details: Readonly<Record<string, unknown>>): void {
  const values: Record<string, string> = {}
  for (const [label, from] of labels) {
    const value = typeof from === 'string' ? from : details[from.field]
    if (typeof value !== 'string') return
    values[label] = value
  }
  add(values, observe === undefined ? by : Number(details[observe.field]) * observe.scale)
}

/** What a scrape reads of one metric: a value for each of its series. */
type Readings = readonly (readonly [labels: Record<string, string>, value: number])[]

/** What this process uses. `began`: its processor time when counting began. */
function readProcess(
  who: 'primary' | 'worker',
  began: NodeJS.CpuUsage,
): Record<MetricReadFrom<'every process'>, Readings> {
  const { user, system } = process.cpuUsage(began)
  let files: number | null = null
  try {
    files = readdirSync('/proc/self/fd').length
  } catch {
    // A system without /proc.
  }
  const labels = { process: who }
  return {
    processCpu: [[labels, (user + system) / 1e6]],
    processMemory: [[labels, process.memoryUsage.rss()]],
    processFiles: files === null ? [] : [[labels, files]],
  }
}

function readPrimary(given: Gauges, now: number): Record<MetricReadFrom<'primary'>, Readings> {
  const { directories, certificates = new Map<string, number>(), history, fleet } = given
  const synced = directories.filter(({ lastSync }) => lastSync !== null)
  return {
    directoryAge: synced.map(({ name, lastSync }) => [{ directory: name }, Math.max(0, now - (lastSync ?? 0)) / 1e3]),
    directoryPeople: directories.map(({ name, people }) => [{ directory: name }, people]),
    certificateExpiry: [...certificates].map(([listener, end]) => [{ listener }, (end - now) / 1e3]),
    protectedPeople: [[{}, given.protectedPeople]],
    protectionProblems: [[{}, given.protectionProblems]],
    configInForce: configFiles.map((file) => [{ file }, given.inForce[file] ? 1 : 0]),
    buildInfo: [[{ version: given.version, node: process.versions.node }, 1]],
    startTime: [[{}, given.started / 1000]],
    workers: [[{}, given.workers]],
    historyKept: [[{}, history?.records ?? 0]],
    historyBytes: [[{}, history?.bytes ?? 0]],
    ...(fleet === null || fleet === undefined
      ? { fleetReads: [], fleetAge: [], fleetRules: [], fleetUnsent: [], fleetErrors: [] }
      : {
          fleetReads: fleet.reads.map(({ directory, reads }) => [{ directory }, reads ? 1 : 0]),
          fleetAge: [[{}, fleet.age]],
          fleetRules: [[{}, fleet.rules]],
          fleetUnsent: [[{}, fleet.unsent]],
          fleetErrors: [[{}, fleet.errors]],
        }),
  }
}

/** Adds up the snapshots of several processes into one. */
export async function sumSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return await AggregatorRegistry.aggregate([...snapshots]).getMetricsAsJSON()
}

/** Prometheus text (version 0.0.4) of several processes' snapshots, added up. */
export function formatMetrics(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics()
}

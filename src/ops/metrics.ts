/** Every metric, counted and added up. */

import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { DirectoryState, Entrance, MessageRecord } from '../model.ts'

/** Every metric once: name, labels and help. docs/metrics.md is generated from this table, and they are part of the contract (docs/contract.md). */
export const metricCatalogue = {
  messages: {
    name: 'namesake_messages_total',
    type: 'counter',
    help: 'Messages by entrance, verdict and what was done with them',
    labels: ['entrance', 'verdict', 'disposition'],
  },
  detections: {
    name: 'namesake_detections_total',
    type: 'counter',
    help: 'Detections by tier and kind',
    labels: ['tier', 'kind'],
  },
  judgeDuration: {
    name: 'namesake_judge_duration_seconds',
    type: 'histogram',
    help: 'Time that one judgement took',
    labels: [],
  },
  relayDuration: {
    name: 'namesake_relay_duration_seconds',
    type: 'histogram',
    help: 'Time from MAIL to the last reply',
    labels: [],
  },
  connections: {
    name: 'namesake_connections',
    type: 'gauge',
    help: 'Connections open now',
    labels: ['entrance'],
  },
  nextHopErrors: {
    name: 'namesake_next_hop_errors_total',
    type: 'counter',
    help: 'Failures of the next hop by kind',
    labels: ['kind'],
  },
  directorySync: {
    name: 'namesake_directory_sync_total',
    type: 'counter',
    help: 'Synchronisations by directory and outcome (ok, failed)',
    labels: ['directory', 'outcome'],
  },
  directoryAge: {
    name: 'namesake_directory_age_seconds',
    type: 'gauge',
    help: 'Seconds since the last sync that succeeded',
    labels: ['directory'],
  },
  directoryPeople: {
    name: 'namesake_directory_people',
    type: 'gauge',
    help: 'People that a directory holds',
    labels: ['directory'],
  },
  protectedPeople: {
    name: 'namesake_protected_people',
    type: 'gauge',
    help: 'People whose names are guarded',
    labels: [],
  },
  configReloads: {
    name: 'namesake_config_reloads_total',
    type: 'counter',
    help: 'Edits of the configuration by outcome (ok, refused)',
    labels: ['outcome'],
  },
} as const

/** What one process counted, as it travels from a worker to the primary. */
export type MetricsSnapshot = object[]

/** Counters of a process that carries mail. */
export interface WorkerMetrics {
  message(record: MessageRecord): void
  connections(entrance: Entrance, change: 1 | -1): void
  nextHopError(kind: string): void
  snapshot(): Promise<MetricsSnapshot>
}

/** Counters of the process that synchronises and answers `/metrics`. */
export interface PrimaryMetrics {
  sync(directory: string, outcome: 'ok' | 'failed'): void
  reload(outcome: 'ok' | 'refused'): void
  snapshot(): Promise<MetricsSnapshot>
}

const judgeBuckets = [5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 0.05]
const relayBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 100, 300]

type Spec = (typeof metricCatalogue)[keyof typeof metricCatalogue]

function options(
  spec: Spec,
  registry: Registry,
): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
  return { name: spec.name, help: spec.help, labelNames: [...spec.labels], registers: [registry] }
}

/** Makes the registry of a worker. */
export function workerMetrics(): WorkerMetrics {
  const registry = new Registry()
  const c = metricCatalogue
  const messages = new Counter(options(c.messages, registry))
  const detections = new Counter(options(c.detections, registry))
  const judge = new Histogram({ ...options(c.judgeDuration, registry), buckets: judgeBuckets })
  const relay = new Histogram({ ...options(c.relayDuration, registry), buckets: relayBuckets })
  const connections = new Gauge(options(c.connections, registry))
  const nextHop = new Counter(options(c.nextHopErrors, registry))
  connections.set({ entrance: 'smtp' }, 0)
  connections.set({ entrance: 'milter' }, 0)
  return {
    message(record) {
      const { verdict, judgeTime } = record.decision
      messages.inc({ entrance: record.entrance, verdict: verdict.state, disposition: record.disposition })
      if (verdict.state === 'detected') detections.inc({ tier: verdict.tier, kind: verdict.kind })
      judge.observe(judgeTime / 1e6)
      relay.observe(record.duration / 1e3)
    },
    connections: (entrance, change) => connections.inc({ entrance }, change),
    nextHopError: (kind) => nextHop.inc({ kind }),
    snapshot: () => registry.getMetricsAsJSON(),
  }
}

/**
 * Makes the primary's registry.
 * @param read gives directories and the number of protected people at the moment of a scrape.
 * @param now milliseconds since the epoch.
 */
export function primaryMetrics(
  read: () => { directories: readonly DirectoryState[]; protectedPeople: number },
  now: () => number,
): PrimaryMetrics {
  const registry = new Registry()
  const c = metricCatalogue
  const syncs = new Counter(options(c.directorySync, registry))
  const reloads = new Counter(options(c.configReloads, registry))
  const age = new Gauge(options(c.directoryAge, registry))
  const people = new Gauge(options(c.directoryPeople, registry))
  const guarded = new Gauge(options(c.protectedPeople, registry))
  reloads.inc({ outcome: 'ok' }, 0)
  reloads.inc({ outcome: 'refused' }, 0)
  return {
    sync: (directory, outcome) => syncs.inc({ directory, outcome }),
    reload: (outcome) => reloads.inc({ outcome }),
    snapshot() {
      const { directories, protectedPeople } = read()
      age.reset()
      people.reset()
      for (const d of directories) {
        if (d.lastSync !== null) age.set({ directory: d.name }, Math.max(0, (now() - d.lastSync) / 1e3))
        people.set({ directory: d.name }, d.people)
      }
      guarded.set(protectedPeople)
      return registry.getMetricsAsJSON()
    },
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

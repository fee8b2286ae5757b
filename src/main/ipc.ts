/** What primary and workers say to each other. */

import type { LogConfig, MilterConfig } from '../config/types.ts'
import type { MetricsSnapshot } from '../ops/metrics.ts'
import type { HistorySettings } from './history-sender.ts'
import type { SmtpSettings } from './smtp-settings.ts'

/**
 * What a worker is started with. It travels by IPC, never through a file: a worker that is replaced gets the
 * configuration in force, whatever an operator has written into the files since. Credentials of directories stay in
 * the primary.
 */
export interface WorkerSettings {
  readonly log: LogConfig
  /** The store's folder. */
  readonly store: string
  /** Null: no history is kept. */
  readonly history: HistorySettings | null
  readonly smtp: SmtpSettings | null
  readonly milter: MilterConfig | null
  /** Octets of an originator field that are read. */
  readonly fromField: { readonly smtp: number; readonly milter: number }
  /** Milliseconds that open messages get to end in when the worker is asked to leave. */
  readonly drain: number
}

/** Primary to worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly settings: WorkerSettings; readonly avoid: readonly string[] }
  | { readonly type: 'metrics'; readonly request: number }
  /** Originator fields (by their digest) that no worker is to judge. */
  | { readonly type: 'avoid'; readonly digests: readonly string[] }
  | { readonly type: 'drain' }

/** Worker to primary. */
export type ToPrimary =
  /** Its first word: what is sent before it listens is lost. */
  | { readonly type: 'listening' }
  | { readonly type: 'ready'; readonly listeners: readonly string[] }
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: 'metrics'; readonly request: number; readonly snapshot: MetricsSnapshot }
  /** Records of a batch of messages, each a line of JSON with its end, and how many could not be sent since the last time. */
  | { readonly type: 'history'; readonly lines: Buffer; readonly dropped: number }
  /** Large originator fields that are being judged now; null: no more. If the worker dies of them, nobody judges them again. */
  | { readonly type: 'judging'; readonly digest: string | null }
  /** Fields whose judgement had to be ended. */
  | { readonly type: 'hung'; readonly digest: string }
  | { readonly type: 'retired'; readonly snapshot: MetricsSnapshot }

/** The one way into the log: an event's line and what it counts, from one row of the vocabulary. */

import { isatty } from 'node:tty'
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { MessageRecord } from '../model.ts'
import { events } from '../vocabulary.ts'
import type { EventDetails, EventName, Level } from '../vocabulary.ts'
import { openLogSink } from './log-sink.ts'
import type { Counters } from './metrics.ts'
import { readableLines } from './readable-log.ts'

export interface Events {
  /** Writes one line, and counts what the vocabulary's row of the event says. */
  emit<E extends EventName>(event: E, details: EventDetails<E>): void
  /** The line of a judged message. `at`: when its record was made, in milliseconds since the epoch. */
  message(record: MessageRecord, at?: number): void
  enabled(level: Level): boolean
  /** Takes another level and another format. */
  use(options: Pick<LogOptions, 'level' | 'format'>): void
  /** Waits until what is held has been written, at most a second. For the end of the process. */
  flush(): Promise<void>
  /** Whether the system still holds a write, which would keep the process from ending. */
  readonly stuck: boolean
}

interface LogOptions {
  readonly level: Level | 'trace' | 'silent'
  /** `auto`: for people on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty'
  /** Fields whose value is replaced where law or policy asks for it. */
  readonly redact: readonly string[]
  /** File descriptor: 1, unless a test says otherwise. */
  readonly destination: number
}

/** Longest time that the end of a process waits for the log's reader or disk. */
const maxFlushMs = 1000

/** Opens the log: one line an event. `counters` are told of the same events, whatever the level. */
export function openEvents(options: LogOptions, counters: Counters): Events {
  const sink = openLogSink(options.destination, {
    onDropped: (lines) => counters.count('log-lost', { lines }),
    // Counted when they were dropped.
    onRecovered: (lines) => log('log-lost', { lines }),
  })
  let read = readable(options)
  let at: number | null = null
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: isoTime(() => at ?? Date.now()),
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: options.redact.map((field) => `["${field}"]`), censor: '[redacted]' },
    },
    { write: (line: string) => sink.write(read === null ? line : read(line)) },
  )
  // One logger an event, which has its name ready as it is written.
  let named = new Map<EventName, Logger>()
  const log = (event: EventName, details: object): void => {
    const { level } = events[event]
    if (!logger.isLevelEnabled(level)) return
    let own = named.get(event)
    if (own === undefined) named.set(event, (own = logger.child({ event })))
    own[level](withoutErrors(details))
  }
  const write = <E extends EventName>(event: E, details: EventDetails<E>): void => {
    counters.count(event, details)
    log(event, details)
  }
  return {
    emit: write,
    message: (record, when) => {
      at = when ?? null
      write('message', messageDetails(record))
      at = null
    },
    enabled: (level) => logger.isLevelEnabled(level),
    use: ({ level, format }) => {
      logger.level = level
      named = new Map()
      read = readable({ format, destination: options.destination })
    },
    flush: () => sink.flush(maxFlushMs),
    get stuck() {
      return sink.stuck
    },
  }
}

/** How a line is made readable, or null where it stays JSON. */
function readable({
  format,
  destination,
}: Pick<LogOptions, 'format' | 'destination'>): ((line: string) => string) | null {
  const isTerminal = isatty(destination)
  if (format === 'json' || (format === 'auto' && !isTerminal)) return null
  return readableLines({ colour: isTerminal && (process.env['NO_COLOR'] ?? '') === '' })
}

/** The time as pino writes it; a busy worker has several lines a millisecond, and the text is made for the first. */
function isoTime(clock: () => number): () => string {
  let at = 0
  let text = ''
  return () => {
    const now = clock()
    if (now !== at) {
      at = now
      text = `,"time":"${new Date(now).toISOString()}"`
    }
    return text
  }
}

/** The details as they are logged: the same object unless there is an error in it, which goes in as its text. */
function withoutErrors(details: object): object {
  const values = Object.values(details) as readonly unknown[]
  if (!values.some((value) => value instanceof Error)) return details
  const entries = Object.entries(details) as [string, unknown][]
  return Object.fromEntries(entries.map(([key, value]) => [key, value instanceof Error ? describe(value) : value]))
}

/** An error with its causes, one line a link; the stack only where it is our own fault. */
export function describe(error: Error): string {
  const code = (error as { code?: unknown }).code
  const own = error.name === 'Error' || error.name === 'TypeError' || error.name === 'RangeError'
  const text = own && code === undefined ? (error.stack ?? error.message) : error.message
  return error.cause instanceof Error && error.cause.message !== '' ? `${text}: ${describe(error.cause)}` : text
}

/** The fields of `event: "message"` (docs/contract.md, "Log, metrics, health"); absent values are null so that the columns stay. */
export function messageDetails(record: MessageRecord): EventDetails<'message'> {
  const { decision } = record
  const { verdict } = decision
  const detected = verdict.state === 'detected' ? verdict : null
  return {
    id: decision.id,
    entrance: record.entrance,
    client: record.client,
    helo: record.helo,
    reversePath: record.reversePath,
    recipients: record.recipients,
    messageId: decision.messageId,
    queueId: record.queueId,
    fromName: decision.fromName,
    fromAddress: decision.fromAddress,
    verdict: verdict.state,
    tier: detected?.tier ?? null,
    kind: detected?.kind ?? null,
    person: detected?.person.id ?? null,
    action: verdict.state === 'clean' ? null : verdict.action,
    reason: verdict.state === 'clean' ? null : verdict.reason,
    disposition: record.disposition,
    reply: record.reply,
    directoryAge: decision.directoryAge,
    judgeTime: decision.judgeTime,
    size: record.size,
    clientName: record.clientName ?? null,
    tls: record.tls ?? null,
    user: record.user ?? null,
    duration: Math.round(record.duration * 10) / 10,
  }
}

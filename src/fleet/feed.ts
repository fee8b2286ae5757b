/** A directory as a fleet reads it: one node reads the source and writes what it said into the log, all others read the log. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Attributes, PersonFacts, Provider, ReadRequest, ReadStep } from '../directory/provider.ts'
import { NamesakeError } from '../errors.ts'
import type { Lease, Leases } from './lease.ts'
import type { LoggedRound, Position, RoundDraft, RoundLog } from './rounds.ts'

/** Milliseconds that a follower waits for the first round of all, and between two looks. */
const maxFirstMs = 120_000
const lookMs = 500

/** A round that was read and is not published: it waits for the store to have taken it. */
interface PendingRound {
  readonly draft: RoundDraft
  readonly kind: 'full' | 'delta'
  readonly base: number
  readonly sourceCursor: string | null
  readonly lease: Lease
}

/**
 * The provider of a fleet's node. Its cursor is a place in the log. The node that holds the directory's lease reads the
 * source itself, once it has all that is in the log, and publishes the round when its own store has taken it: what the
 * shrink brake stops is told to nobody else.
 */
export class Feed implements Provider {
  readonly name: string
  readonly type: string
  readonly fingerprint: string
  readonly deltas: boolean
  /** What nodes must agree on. A source that is read in full each time may lie elsewhere on each, as a file does. */
  readonly #declared: string
  readonly #source: Provider
  readonly #log: RoundLog
  readonly #leases: Leases
  readonly #node: string
  readonly #changed = new Set<() => void>()
  #pending: PendingRound | null = null
  /** The last round of ours on its way into the log: before it is there, a read would take the one before it for the newest. */
  #publishing: Promise<unknown> = Promise.resolve()
  #isReading = false
  /** Where this node's people are. */
  position: Position | null = null

  constructor(source: Provider, log: RoundLog, leases: Leases, node: string) {
    this.#source = source
    this.name = source.name
    this.type = source.type
    this.fingerprint = `fleet ${source.fingerprint}`
    this.deltas = source.deltas
    this.#declared = source.deltas ? source.fingerprint : source.type
    this.#log = log
    this.#leases = leases
    this.#node = node
  }

  personOf(id: string, attributes: Attributes): PersonFacts | null {
    return this.#source.personOf(id, attributes)
  }

  watch(changed: () => void): { close(): void } {
    this.#changed.add(changed)
    const inner = this.#source.watch?.(changed)
    return {
      close: () => {
        this.#changed.delete(changed)
        inner?.close()
      },
    }
  }

  /** The log's newest round, as a look at all directories found it: one that is not ours yet is news. */
  headIs(id: string): void {
    // A read that takes longer than a look would be followed by as many others as there were looks.
    if (this.#isReading) return
    if (id !== this.position?.id && id !== this.#pending?.draft.id) this.#tell()
  }

  #tell(): void {
    for (const changed of this.#changed) changed()
  }

  async *read(request: ReadRequest): AsyncGenerator<ReadStep> {
    this.#isReading = true
    try {
      await this.#publishing.catch(() => undefined)
      yield* this.#readNext(request)
    } finally {
      this.#isReading = false
    }
  }

  async *#readNext(request: ReadRequest): AsyncGenerator<ReadStep> {
    const unused = this.#pending
    this.#pending = null
    // The store did not take it: the shrink brake held, or the disk was full.
    await unused?.draft.drop()
    const position = placeOf(request.cursor)
    const lease = await this.#leases.take(leaseOf(this.name))
    const way = lease === null ? await this.#someWay(position, request.signal) : await this.#log.way(position)
    const head = way === null ? null : (way.at(-1) ?? (await this.#log.head()))
    const isAtHead = way !== null && way.length === 0
    if (lease !== null && (head === null || isAtHead || request.cursor === null)) {
      yield* this.#readSource(request, head, isAtHead, lease)
    } else if (way !== null && head !== null) {
      // The source is ours to read once we have all that is known of it. Who reads us stops at the end: nothing would be done behind it.
      if (lease !== null) setTimeout(() => this.#tell(), lookMs).unref()
      yield* this.#follow(way, head)
    }
  }

  /** The store has what was read last. @throws NamesakeError fleet-unavailable; the round is read again then */
  async synchronised(): Promise<void> {
    const pending = this.#pending
    this.#pending = null
    if (pending === null) return
    const publishing = this.#publish(pending)
    this.#publishing = publishing
    await publishing
  }

  async #publish(pending: PendingRound): Promise<void> {
    const { draft, kind, base, lease, sourceCursor } = pending
    const about = { kind, base, sourceCursor, fingerprint: this.#declared, node: this.#node }
    // Where it does not count our place is in no log: the next read begins anew with the newest full round.
    this.position = (await this.#log.publish(draft, about, lease, this.#leases))
      ? { seq: base + 1, id: draft.id }
      : null
  }

  /** What the source said, passed on to our store and written down beside. */
  async *#readSource(
    request: ReadRequest,
    head: LoggedRound | null,
    isAtHead: boolean,
    lease: Lease,
  ): AsyncGenerator<ReadStep> {
    const same = isAtHead && head?.fingerprint === this.#declared
    const cursor = same ? head.sourceCursor : null
    let draft = this.#log.begin()
    let kind: 'full' | 'delta' = 'full'
    try {
      for await (const step of this.#source.read({ ...request, cursor })) {
        if (step.step === 'begin') {
          await draft.drop()
          draft = this.#log.begin()
          kind = step.round
          // A delta of the source stands on what we have; all else begins anew.
          yield step
        } else if (step.step === 'changes') {
          await draft.add(step.changes)
          yield step
        } else {
          yield await this.#ended(draft, kind, step.cursor, { head, isAtHead, lease })
          return
        }
      }
    } catch (error) {
      await draft.drop()
      throw error
    }
  }

  async #ended(
    draft: RoundDraft,
    kind: 'full' | 'delta',
    sourceCursor: string | null,
    { head, isAtHead, lease }: { head: LoggedRound | null; isAtHead: boolean; lease: Lease },
  ): Promise<ReadStep> {
    const digest = draft.digest()
    const isNews =
      head === null || (kind === 'delta' ? draft.changes > 0 : head.kind !== 'full' || head.digest !== digest)
    if (!isNews && (kind === 'full' || isAtHead)) {
      await draft.drop()
      await this.#log.moveCursor(head, sourceCursor, lease, this.#leases)
      this.position = head
      return { step: 'end', cursor: cursorOf(head) }
    }
    await draft.flush()
    const base = head?.seq ?? 0
    this.#pending = { draft, kind, base, sourceCursor, lease }
    return { step: 'end', cursor: cursorOf({ seq: base + 1, id: draft.id }) }
  }

  /** What the log has that we don't. */
  async *#follow(way: readonly LoggedRound[], head: LoggedRound): AsyncGenerator<ReadStep> {
    if (head.fingerprint !== this.#declared) {
      throw new NamesakeError(
        'input-invalid',
        `directory "${this.name}" is declared otherwise here than on the node "${head.node}", which reads it; fix: give both ` +
          'the same options in namesake.yaml',
      )
    }
    yield { step: 'begin', round: way[0]?.kind === 'full' ? 'full' : 'delta' }
    for (const round of way) {
      for await (const changes of this.#log.changes(round)) yield { step: 'changes', changes }
    }
    this.position = { seq: head.seq, id: head.id }
    yield { step: 'end', cursor: cursorOf(head) }
  }

  /** The way from a place; while nobody has read the directory yet, the node that holds the lease is waited for. */
  async #someWay(position: Position | null, signal: AbortSignal): Promise<readonly LoggedRound[]> {
    const end = performance.now() + maxFirstMs
    for (;;) {
      const way = await this.#log.way(position)
      if (way !== null) return way
      if (performance.now() > end) {
        throw new NamesakeError(
          'provider-unavailable',
          `no node of the fleet has read "${this.name}" yet; it is tried again`,
        )
      }
      await wait(lookMs, undefined, { signal })
    }
  }
}

/** The lease of who reads a directory. */
export function leaseOf(directory: string): string {
  return `directory ${directory}`
}

function cursorOf({ seq, id }: Position): string {
  return JSON.stringify({ seq, id })
}

/** Null for a cursor of a time before the fleet. */
function placeOf(cursor: string | null): Position | null {
  if (cursor === null) return null
  try {
    const { seq, id } = JSON.parse(cursor) as Partial<Position>
    return typeof seq === 'number' && typeof id === 'string' ? { seq, id } : null
  } catch {
    return null
  }
}

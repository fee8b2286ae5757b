/** A node's part in a fleet: leases renewed, the log and the rules looked at every second, itself told of. */

import { randomUUID } from 'node:crypto'
import type { Provider } from '../directory/provider.ts'
import type { FleetReport, SharedEntries } from '../ports.ts'
import { NamesakeError } from '../errors.ts'
import { within } from '../net/deadlines.ts'
import { Database } from './database.ts'
import { SharedDocument } from './document.ts'
import type { DocumentFiles, DocumentOutcome } from './document.ts'
import { EntryExchange } from './entries.ts'
import { Feed, leaseOf } from './feed.ts'
import { Leases, renewMs } from './lease.ts'
import { announce } from './members.ts'
import type { MemberState } from './members.ts'
import { expireRecords } from './records.ts'
import { RoundLog } from './rounds.ts'
import { RecordSender } from './sender.ts'
import type { SentHistory } from './sender.ts'

/** Milliseconds between two looks at what other nodes did, and at most, after failures in a row. */
const lookMs = 1000
const maxLookMs = 5_000
/** Milliseconds between two words of this node. */
const announceMs = 5000
/** Milliseconds between two looks for records that are too old, that the last records may take at the end, and all of the end. */
const expireMs = 60_000
const maxLastMs = 1000
const maxCloseMs = 3000

/** The name of the shared document that protection.yaml is. */
const rulesDocument = 'protection'

export interface FleetOptions {
  readonly url: string
  readonly node: string
  readonly version: string
  /** The protection file, shared by all nodes. */
  readonly rules: DocumentFiles
  /** Whether the protection file, as it stands, is what this node judges by. */
  readonly rulesInForce: () => boolean
  /** The protection file was replaced: reads it again. */
  readonly readRules: () => Promise<void>
  /** What this node tells of itself; what the fleet adds is not in it. */
  readonly state: () => Omit<MemberState, 'rules' | 'directories' | 'trouble'> & { readonly trouble: readonly string[] }
  /** This node's own history, and how many milliseconds records are kept; null while none is open. */
  readonly history: () => {
    readonly own: SentHistory & { readonly entries: SharedEntries }
    readonly keep: number
  } | null
  /** Who may use the console; null where it is not open. */
  readonly accounts: () => SharedEntries | null
  readonly tell: (event: FleetEvent) => void
}

/** What a node tells its log. */
export type FleetEvent =
  | { readonly event: 'away'; readonly error: NamesakeError }
  | { readonly event: 'back' }
  | { readonly event: 'rules'; readonly outcome: Exclude<DocumentOutcome, { outcome: 'same' }> }
  | { readonly event: 'failed'; readonly error: unknown }

/**
 * One node of a fleet. Nothing of it is in the mail's way: with PostgreSQL away, slow or wrong, each node judges by the
 * people and rules that it has, and says so.
 */
export class Fleet {
  readonly #options: FleetOptions
  readonly #database: Database
  readonly #leases: Leases
  readonly #rules: SharedDocument
  readonly #sender: RecordSender
  readonly #entries: EntryExchange
  #feeds = new Map<string, Feed>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #failures = 0
  #trouble: NamesakeError | null = null
  #errors = 0
  #seen = performance.now()
  #isMigrated = false
  #announced = -Infinity
  #told = ''
  #renewed = -Infinity
  #expired = -Infinity
  #closed = false

  /** @throws NamesakeError input-invalid for a URL that can't be used */
  constructor(options: FleetOptions) {
    this.#options = options
    this.#database = new Database(options.url)
    this.#leases = new Leases(this.#database, `${options.node} ${randomUUID()}`)
    this.#sender = new RecordSender(this.#database, options.node)
    this.#entries = new EntryExchange(this.#database, options.node)
    this.#rules = new SharedDocument(this.#database, rulesDocument, options.node, options.rules)
  }

  /**
   * First look, and then one every second. Rules that other nodes have are in the file when it resolves; with PostgreSQL
   * away it resolves all the same.
   */
  async start(): Promise<void> {
    await this.#look()
    this.#again()
  }

  /** A directory as this fleet reads it. */
  feed(source: Provider): Feed {
    const feed = new Feed(source, new RoundLog(this.#database, source.name), this.#leases, this.#options.node)
    this.#feeds.set(source.name, feed)
    return feed
  }

  /** The store has taken what a directory's feed read last. */
  synchronised(directory: string): void {
    this.#feeds
      .get(directory)
      ?.synchronised()
      .catch((error: unknown) => this.#options.tell({ event: 'failed', error }))
  }

  /** The directories as they are configured now. */
  keepFeeds(names: readonly string[]): void {
    this.#feeds = new Map([...this.#feeds].filter(([name]) => names.includes(name)))
  }

  /** The protection file was read and is in force: an edit of it is told to the others without waiting for the next look. */
  rulesChanged(): Promise<void> {
    return this.#look()
  }

  /** What an operator should know, in words. */
  problems(): readonly string[] {
    const conflict = this.#rules.conflicts.map(
      (kept) =>
        `conflict: an edit of the protection file lost against another one, it is kept in ${kept}; "namesake fleet resolve" ends it`,
    )
    return this.#trouble === null ? conflict : [`fleet: ${this.#trouble.message}`, ...conflict]
  }

  report(): FleetReport {
    return {
      age: Math.round((performance.now() - this.#seen) / 1000),
      rules: this.#rules.revision,
      reads: [...this.#feeds.keys()].map((name) => ({ directory: name, reads: this.#leases.has(leaseOf(name)) })),
      unsent: this.#sender.waiting,
      errors: this.#errors,
    }
  }

  /** Gives back what it holds. A database that hangs is not waited for: leases run out, records go at the next start. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const given = this.#looking.then(() => this.#sendLast()).then(() => this.#leases.release())
    await within(maxCloseMs, given).catch(() => undefined)
    await this.#database.close()
  }

  /** What was written since the last look; what is not sent in time goes at the next start. */
  async #sendLast(): Promise<void> {
    const history = this.#options.history()
    if (history === null || this.#trouble !== null) return
    await within(maxLastMs, this.#sender.look(history.own)).catch(() => undefined)
  }

  #again(): void {
    if (this.#closed) return
    const pause = Math.min(maxLookMs, lookMs * 2 ** Math.min(this.#failures, 4))
    this.#timer = setTimeout(() => void this.#look().then(() => this.#again()), pause).unref()
  }

  /** Looks, one at a time. Never throws. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(() => (this.#closed ? undefined : this.#lookOnce()))
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    try {
      if (!this.#isMigrated) await this.#database.migrate()
      this.#isMigrated = true
      if (performance.now() - this.#renewed >= renewMs) {
        this.#renewed = performance.now()
        await this.#leases.renew()
      }
      await this.#reconcileRules()
      await this.#lookAtRounds()
      await this.#shareHistory()
      await this.#tellOfUs()
      if (this.#trouble !== null) this.#options.tell({ event: 'back' })
      this.#failures = 0
      this.#seen = performance.now()
      this.#trouble = null
    } catch (error) {
      this.#failures++
      this.#errors++
      const told =
        error instanceof NamesakeError ? error : new NamesakeError('invariant', String(error), { cause: error })
      // A database that can be reached again may be one that this version can't use: that is another word.
      if (this.#trouble?.code !== told.code) this.#options.tell({ event: 'away', error: told })
      this.#trouble = told
    }
  }

  async #reconcileRules(): Promise<void> {
    const outcome = await this.#rules.reconcile(this.#options.rulesInForce)
    if (outcome.outcome === 'same') return
    if (outcome.outcome !== 'pushed') await this.#options.readRules()
    this.#options.tell({ event: 'rules', outcome })
  }

  async #lookAtRounds(): Promise<void> {
    const heads = await this.#database.transact(({ query }) =>
      query<{ directory: string; id: string }>(
        'select distinct on (directory) directory, id from namesake.round order by directory, seq desc',
      ),
    )
    for (const { directory, id } of heads) this.#feeds.get(directory)?.headIs(id)
  }

  /** Sends what was caught here; one node takes out what is too old. */
  async #shareHistory(): Promise<void> {
    const accounts = this.#options.accounts()
    if (accounts !== null) await this.#entries.look(accounts)
    const history = this.#options.history()
    if (history === null) return
    await this.#sender.look(history.own)
    await this.#entries.look(history.own.entries)
    if (performance.now() - this.#expired < expireMs) return
    this.#expired = performance.now()
    if ((await this.#leases.take('history')) === null) return
    while ((await expireRecords(this.#database, history.keep)) > 0);
  }

  /** Every few seconds, and at once where people, rules or trouble are others than were told. */
  async #tellOfUs(): Promise<void> {
    const { node, version } = this.#options
    const own = this.#options.state()
    const directories = [...this.#feeds.values()].map(({ name, position }) => ({ name, revision: position?.seq ?? 0 }))
    const trouble = [...own.trouble, ...this.problems().filter((problem) => problem.startsWith('conflict'))]
    const news = { directories, rules: this.#rules.revision, trouble }
    // What troubles us says how long it has lasted, in other words each second.
    const text = JSON.stringify({ ...news, trouble: trouble.length })
    if (performance.now() - this.#announced < announceMs && text === this.#told) return
    await announce(this.#database, node, version, { ...own, ...news })
    this.#announced = performance.now()
    this.#told = text
  }
}

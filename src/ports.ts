/** What parts of the house may ask of each other, as interfaces: whoever wires them decides who answers. */

import type {
  AuditEntry,
  Erasure,
  FormerMember,
  HistoryOverview,
  HistoryQuery,
  HistoryRecord,
  PairDecision,
  PairOf,
  PairQuery,
  PairTotals,
  PairWithState,
} from './model.ts'

/** How a running daemon stands, as `namesake status --json` prints it. Times are ISO 8601, durations in seconds. */
export interface DaemonStatus {
  readonly version: string
  readonly pid: number
  readonly since: string
  /** Absolute path of namesake.yaml. */
  readonly config: string
  /** `smtp 127.0.0.1:10025` and the like. */
  readonly listeners: readonly string[]
  readonly workers: number
  /** Where mail goes on to; empty for a milter alone. `reached`: null if it is not probed (MX, SRV, Maildir). */
  readonly nextHop: readonly {
    readonly url: string
    readonly reached: boolean | null
    readonly problem: string | null
  }[]
  readonly directories: readonly DirectoryReport[]
  readonly protectedPeople: number
  readonly messages: MessageCounts & {
    /** Of the last hour, or since the start if that is later. */
    readonly lastHour: MessageCounts
  }
  /** What an operator should look at, in words; empty if all is well. */
  readonly problems: readonly string[]
}

export interface MessageCounts {
  readonly total: number
  readonly detected: number
  readonly unchecked: number
}

/** One directory as `directory --json` and `status --json` print it. */
export interface DirectoryReport {
  readonly name: string
  readonly type: string
  /** `never` read, `ok`, `stale` (too old), `failed` (the last try; people known before stay). */
  readonly state: 'never' | 'ok' | 'stale' | 'failed'
  readonly lastSync: string | null
  /** Seconds since the last success. */
  readonly age: number | null
  readonly nextRun: string | null
  readonly people: number
  readonly groups: number
  readonly error: string | null
}

/** What a synchronisation changed. `duration` in milliseconds. */
export interface SyncReport {
  readonly directory: string
  readonly round: string
  readonly people: number
  readonly groups: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly duration: number
}

/** How far a synchronisation is: changes read, or people written. */
export interface SyncStep {
  readonly directory: string
  readonly phase: 'reading' | 'writing'
  readonly count: number
}

/** What a reload came to. */
export type ReloadReport =
  | { readonly outcome: 'done'; readonly protectedPeople: number }
  /** The rules before it stay. */
  | { readonly outcome: 'refused'; readonly faults: readonly string[] }

/** What a running daemon does for whoever may ask it: the command line by its socket, the console likewise. */
export interface DaemonControl {
  status(): Promise<DaemonStatus>
  /**
   * Synchronises one directory now.
   * @throws NamesakeError as `synchronise` does; usage if there is no such directory
   */
  sync(
    request: { readonly directory: string; readonly full?: boolean; readonly acceptShrink?: boolean },
    onStep: (step: SyncStep) => void,
  ): Promise<SyncReport>
  /** Reads the protection file again (`what: 'protection'`), or both files; `force` lets any number of people lose protection. */
  reload(request: { readonly what: 'protection' | 'all'; readonly force?: boolean }): Promise<ReloadReport>
}

/** One node of a fleet, as `namesake fleet --json` prints it. Times are ISO 8601, ages in seconds. */
export interface FleetMember {
  readonly node: string
  readonly version: string
  readonly seen: string
  readonly age: number
  /** Revision of the protection rules that it has; 0: none of the fleet's yet. */
  readonly rules: number
  /** Which round of each directory's log its people are of; 0: none yet. */
  readonly directories: readonly { readonly name: string; readonly revision: number }[]
  readonly protectedPeople: number
  readonly messages: MessageCounts
  /** What is wrong with it, in words. */
  readonly trouble: readonly string[]
}

/** How a node stands to its fleet. */
export interface FleetReport {
  /** Seconds since it last saw all that other nodes did, or since its start. */
  readonly age: number
  readonly rules: number
  /** Whether it is the node that reads each directory. */
  readonly reads: readonly { readonly directory: string; readonly reads: boolean }[]
  /** Records that wait to be sent, and looks that failed since its start. */
  readonly unsent: number
  readonly errors: number
}

/* ---------- history ---------- */

/** Takes what happened to messages; never holds anybody up, and drops what it can't keep. */
export interface HistorySink {
  /** @param lines each a HistoryRecord as JSON in UTF-8 */
  add(lines: readonly Buffer[], dropped: number): void
}

/** Answered at once by a history on this machine, later by a database: whoever asks waits for it. */
export type Soon<T> = T | Promise<T>
type Stream<T> = Iterable<T> | AsyncIterable<T>

/** What was caught, what was decided about it, and who changed what; as of the moment at which each is asked for. */
export interface HistoryReader {
  /** Newest first. */
  records(query: HistoryQuery): Stream<HistoryRecord>
  /** The same, each as the line of JSON that is kept. */
  lines(query: HistoryQuery): Stream<string>
  record(id: string): Soon<HistoryRecord | undefined>
  count(): Soon<number>
  overview(since: number, until: number): Soon<HistoryOverview>
  /** From how many addresses the names of people (directory ids) were shown in detections since a time, by directory id. */
  addresses(people: readonly string[], since: number): Soon<ReadonlyMap<string, number>>
  /** Pairs in the order that is asked for; each is read when it is its turn. */
  pairs(query?: PairQuery): Stream<PairWithState>
  /** Null if nothing of it is kept. */
  pair(of: PairOf): Soon<PairWithState | null>
  pairTotals(): Soon<PairTotals>
  decisions(): readonly PairDecision[]
  /** Who has left a protected group since then (milliseconds since the epoch), the latest first. */
  formerMembers(since: number): readonly FormerMember[]
  /** Newest first. */
  audit(): Iterable<AuditEntry>
}

/** The history for whoever decides and changes. What can't be written throws what lmdb throws. */
export interface HistoryPort extends HistoryReader {
  /** Puts an answer in the place of the one before; null takes it away. With its entry of the audit log. */
  decide(of: PairOf, decision: PairDecision | null, audit: Omit<AuditEntry, 'id'>): void
  writeAudit(entry: Omit<AuditEntry, 'id'>): void
}

/** The history, opened, with what only its keeper may do. */
export interface KeptHistory extends HistoryPort {
  /** Records that an erasure is about, newest first. */
  recordsToErase(erasure: Erasure): Stream<HistoryRecord>
  /** @returns how many records went */
  erase(erasure: Erasure): Promise<number>
  close(): Promise<void>
}

/** The history that a node keeps itself. */
export interface OwnHistory extends KeptHistory {
  decision(of: PairOf): PairDecision | null
  /** Whether an erasure is about a record. */
  isMeant(erasure: Erasure): (record: HistoryRecord) => boolean
}

/** A record as it is kept, a line of JSON, with its number in one history: later ones have higher ones. */
export interface WrittenRecord {
  readonly sequence: number
  readonly line: string
}

/** What was written into one history, in the order of its numbers. */
export interface WrittenRecords {
  /** Tells this history from every other, and from an earlier one in the same place. */
  readonly id: string
  /** The highest number that was given. */
  readonly last: number
  /** Records behind a number, some thousands at most, as of one moment. */
  after(sequence: number): Iterable<WrittenRecord>
}

/** Something small that all nodes of a fleet have alike, as a line of JSON; null: it was taken away. */
export interface SharedEntry {
  readonly kind: string
  readonly key: string
  readonly data: string | null
  /** What `sent` needs to know of it. */
  readonly mark?: string
}

/** Up to where a node has seen what others changed. */
export interface EntriesPlace {
  readonly revision: number
  /** Tells this revision from one of the same number in another copy of the database. */
  readonly batch: string
}

/** Entries of one node. What was changed here and not sent is not replaced by what others changed. */
export interface SharedEntries {
  readonly kinds: readonly string[]
  /** Null: nothing was ever exchanged. */
  place(): EntriesPlace | null
  movePlace(place: EntriesPlace): void
  /** Changes that were not sent yet. */
  changed(limit: number): readonly SharedEntry[]
  sent(entries: readonly SharedEntry[]): void
  /** Everything counts as changed from here on. Until this was called once, changes are not noted: there is no fleet. */
  beginAnew(place: EntriesPlace): void
  apply(entries: readonly SharedEntry[]): void
}

/* ---------- access to the console ---------- */

/** What somebody may do: `reader` sees; `reviewer` also decides on pairs and edits secondary addresses; `admin` all. */
export type Role = 'reader' | 'reviewer' | 'admin'

/** Somebody who may sign in. Times are milliseconds since the epoch. */
export interface Account {
  readonly id: string
  readonly userName: string
  readonly name: string
  readonly role: Role
  /** How they sign in; an account of the OpenID provider has its subject. */
  readonly way: 'password' | 'oidc'
  readonly subject: string | null
  readonly made: number
  readonly lastSeen: number | null
}

/** A signed-in browser. */
export interface ConsoleSession {
  /** SHA-256 of what the cookie holds. */
  readonly key: string
  readonly account: string
  /** What the browser sends back in a header with every change. */
  readonly csrf: string
  readonly made: number
  readonly lastUsed: number
}

/** A program's way in; the secret itself is shown once and not kept. */
export interface ApiToken {
  readonly id: string
  readonly name: string
  /** The secret's first letters, to tell tokens apart. */
  readonly hint: string
  readonly role: Role
  readonly madeBy: string
  readonly made: number
  /** The end; null: none. */
  readonly until: number | null
  readonly lastUsed: number | null
}

/** A link that makes an account once. */
export interface Invitation {
  readonly role: Role
  readonly until: number
  readonly madeBy: string
}

/** Accounts, sessions, tokens and invitations of the console. What can't be done throws NamesakeError input-invalid. */
export interface AccountsPort {
  accounts(): Account[]
  account(id: string): Account | null
  /** Without case; with the password's hash, which is null for an account of the OpenID provider. */
  byUserName(userName: string): { readonly account: Account; readonly hash: string | null } | null
  bySubject(subject: string): Account | null
  add(
    details: Pick<Account, 'userName' | 'name' | 'role' | 'way' | 'subject'> & { readonly hash: string | null },
  ): Account
  setRole(id: string, role: Role): Account
  /** Ends all sessions of the account. */
  setPassword(id: string, hash: string): void
  remove(id: string): void
  invite(role: Role, madeBy: string): { readonly secret: string; readonly until: number }
  /** Null: used, over or never made. */
  invitation(secret: string): Invitation | null
  accept(secret: string, details: { readonly userName: string; readonly name: string; readonly hash: string }): Account
  beginSession(account: Account): { readonly secret: string; readonly session: ConsoleSession }
  session(secret: string): { readonly session: ConsoleSession; readonly account: Account } | null
  /** Whether a session found before still holds, for connections that last. */
  holds(session: ConsoleSession): boolean
  endSession(session: ConsoleSession): void
  tokens(): ApiToken[]
  addToken(details: Pick<ApiToken, 'name' | 'role' | 'until' | 'madeBy'>): {
    readonly secret: string
    readonly token: ApiToken
  }
  token(secret: string): ApiToken | null
  removeToken(id: string): boolean
}

/** Passwords to hashes. Null: too many are being worked on, and this one was turned away. */
export interface HasherPort {
  hash(password: string): Promise<string | null>
  /** `hash` null: false, after as long as for a hash. */
  verify(password: string, hash: string | null): Promise<boolean | null>
}

/**
 * The words that every part shares: people, what was read from a message, and what was judged of it.
 * Types only; floor 0 imports nothing.
 */

import type {
  Action,
  DefectCode,
  Disposition,
  Entrance,
  Kind,
  Performance,
  Tier,
  UncheckedAction,
  UncheckedReason,
} from './vocabulary.ts'

// The words of closed lists that the types below are made of, for those who take them from here.
export type { Action, Disposition, Entrance, Kind, Tier, UncheckedReason } from './vocabulary.ts'

/** The action asked for, by tier. */
export interface TierActions {
  readonly certain: Action
  readonly likely: Action
}

/** A directory entry, named within all directories. */
export interface PersonRef {
  /** Name of the directory as in namesake.yaml. */
  readonly directory: string
  /** Object id within it. */
  readonly id: string
}

/** A person of a directory, as the store keeps it. */
export interface Person extends PersonRef {
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  /**
   * Own addresses that the directory gives (mail, userPrincipalName, smtp: proxy addresses, a file directory's
   * secondary addresses), primary first, as `mail/address` `canonicalAddress` writes them.
   */
  readonly addresses: readonly string[]
  /** Ids of the groups that hold the person, nested ones resolved. */
  readonly groups: readonly string[]
}

/** A group of a directory, as the store keeps it. */
export interface Group extends PersonRef {
  readonly displayName: string
  /** Ids of people that the group holds, nested groups resolved. */
  readonly members: readonly string[]
}

/** State of one directory as a reader of the store sees it. */
export interface DirectoryState {
  readonly name: string
  readonly type: string
  /** Milliseconds since the epoch of the last sync that succeeded; null before the first. */
  readonly lastSync: number | null
  readonly people: number
  readonly groups: number
  /** The last sync's failure in words; null after a success. */
  readonly error: string | null
}

/**
 * Read access that the judgement has to the people known: synchronous and bounded. The LMDB store and the
 * in-memory index of tests and `check --policy` both give it.
 */
export interface Lookup {
  /** People stored under a spelling key (see `names/keys/key-texts`). At most `limit` of them. */
  byKey(key: string, limit: number): readonly PersonRef[]
  /** Whether any person of any directory bears this name token, and how many do. */
  tokenCount(token: string): number
  /** Whether any may be counted under a token, at no more than a glance: never wrongly false, and now and then wrongly true. */
  mayBear(token: string): boolean
  /** People (protected or not) whose directory addresses include the canonical address. */
  byAddress(address: string): readonly PersonRef[]
  person(ref: PersonRef): Person | undefined
  /** Whether a domain is one of the organisation's own (learnt from people's addresses). */
  isOwnDomain(domain: string): boolean
  /** All own domains; null where the directories know more domains than the limit, own and foreign ones together. */
  ownDomains(limit: number): readonly string[] | null
  /** Own domains stored under a look-alike key of a domain. */
  ownDomainsByKey(key: string): readonly string[]
  /** Directories that have been loaded at least once; empty means nothing can be judged. */
  directories(): readonly DirectoryState[]
}

/** Synchronous reading of groups and people by what operators write; resolves the protection file. */
export interface DirectoryView {
  directoryNames(): readonly string[]
  groups(directory: string): Iterable<Group>
  /** All people, or those of one directory. */
  people(directory?: string): Iterable<Person>
  person(ref: PersonRef): Person | undefined
  byAddress(address: string): readonly PersonRef[]
}

/**
 * Gives the keys under which a person is found. Made from a policy; used by the store when it writes.
 * `refs` lead to the person (empty unless protected), `tokens` are only counted.
 */
export interface Indexer {
  /** Changes whenever the same person could get other keys; the store re-indexes then. */
  readonly fingerprint: string
  keysOf(person: Person): { readonly refs: readonly string[]; readonly tokens: readonly string[] }
  /** Look-alike keys of an own domain. */
  domainKeys(domain: string): readonly string[]
}

/** A fault of mail syntax that was tolerated; counted and explained, never thrown. */
export interface Defect {
  readonly code: DefectCode
  /** Where it stands, in octets from the start of what was parsed. */
  readonly at: number
}

/** One field of a header section, located in its octets (RFC 5322 section 2.2). */
export interface HeaderField {
  /** The name as written, without trailing white space or colon. */
  readonly name: string
  /** Octet offsets in the section: of the name, of the body's first octet, and behind the field's last line end. */
  readonly start: number
  readonly bodyStart: number
  readonly end: number
}

/** A header section as it stands on the wire, with the places of its fields. */
export interface HeaderSection {
  readonly octets: Buffer
  readonly fields: readonly HeaderField[]
  /** True if the section was longer than the limit and only its first part is here. */
  readonly truncated: boolean
  readonly defects: readonly Defect[]
}

export type OriginatorField = 'from' | 'sender' | 'reply-to'

/** Which part of a field shows the name. */
export type ReadingPart =
  'display-name' | 'comment' | 'group-name' | 'stray-text' | 'address-as-name' | 'local-part' | 'whole-field' | 'none'

/** One way in which some mail program would show an originator field. */
export interface Reading {
  readonly field: OriginatorField
  /** Which of several fields of that name, from 0. */
  readonly fieldIndex: number
  readonly reader: 'own' | 'addressparser' | 'libmime'
  readonly part: ReadingPart
  /** The name shown, decoded to Unicode but not normalised; empty for part `none`. */
  readonly name: string
  /** The addr-spec that stands beside it, decoded; null if there is none. */
  readonly address: string | null
}

/** All readings of one message's originator fields. */
export interface OriginatorReadings {
  readonly readings: readonly Reading[]
  /** Every addr-spec found anywhere in the fields, for the log and for rules on addresses alone. */
  readonly addresses: readonly string[]
  readonly defects: readonly Defect[]
  /** True if a From field was longer than the limit and only its first part was read. */
  readonly truncated: boolean
}

interface CleanVerdict {
  readonly state: 'clean'
  /** Why, for `--explain` and the debug log; e.g. that a trusted sender carried a protected name. */
  readonly note: string | null
}

export interface DetectedVerdict {
  readonly state: 'detected'
  readonly person: PersonRef
  /** The protected person's directory name. */
  readonly name: string
  /** The offending address as the message shows it; empty if the field held none. */
  readonly address: string
  readonly kind: Kind
  readonly tier: Tier
  readonly action: Action
  /** `Protected Name <name> should not appear as <address>` with both put in. */
  readonly reason: string
  readonly reading: Reading
}

interface UncheckedVerdict {
  readonly state: 'unchecked'
  readonly reason: UncheckedReason
  readonly action: UncheckedAction
}

export type Verdict = CleanVerdict | DetectedVerdict | UncheckedVerdict

/** A field that Namesake adds: name and unfolded body, ASCII. */
export interface AddedField {
  readonly name: string
  readonly body: string
}

/** A reply of ours: code, enhanced status (RFC 3463) and text, ASCII, one line. */
export interface Reply {
  readonly code: number
  readonly status: string
  readonly text: string
}

/** What is to be done with one message: verdict, fields and reply, as one value with named parts. */
export interface Decision {
  /** Event id: stands in the field, the reply and the log. */
  readonly id: string
  readonly verdict: Verdict
  readonly perform: Performance
  /** Fields to add above the message's first, in this order. */
  readonly add: readonly AddedField[]
  /** Indices into the section's fields that forge ours and are to be removed. */
  readonly remove: readonly number[]
  /** Set if and only if `perform` is reject or defer. */
  readonly reply: Reply | null
  /** The From field's first shown name and address, for the log. */
  readonly fromName: string | null
  readonly fromAddress: string | null
  readonly messageId: string | null
  /** Seconds since the oldest directory's last sync; null without a directory. */
  readonly directoryAge: number | null
  /** Microseconds that the judgement took. */
  readonly judgeTime: number
  /**
   * Makes what the history keeps of it, to be asked for once the message is done with: for some in a row it costs a fraction of what
   * it does between messages. Gives null where it can't be made; absent or null where there is nothing to keep, or no history.
   */
  readonly evidence?: (() => Evidence | null) | null
}

/** Judges one header section. Synchronous, never throws; what both entrances are handed. */
export type Judge = (section: HeaderSection, entrance: Entrance) => Decision

/** One judged message, as the log line `event: "message"` has it. */
export interface MessageRecord {
  readonly entrance: Entrance
  readonly client: string
  /** The client's host name, where the MTA says it (milter). */
  readonly clientName?: string | null
  /** TLS version of the client's session, where known; null without TLS. */
  readonly tls?: string | null
  /** The user that the client authenticated as, where known. */
  readonly user?: string | null
  readonly helo: string
  readonly reversePath: string
  readonly recipients: number
  readonly queueId: string | null
  readonly decision: Decision
  readonly disposition: Disposition
  /** The reply that the client got at the end, one line. */
  readonly reply: string
  /** Octets of the message as the client sent it. */
  readonly size: number
  /** Milliseconds from MAIL to the last reply. */
  readonly duration: number
}

/** Which part of a person's name letters belong to, or what else they are. */
export type LetterPart =
  'given-name' | 'surname' | 'name' | 'between' | 'title' | 'invisible' | 'address' | 'domain' | 'rest'

/** Some letters of a shown name as they were sent, beside the letters that they were taken for. */
export interface LetterPair {
  /** As it stands in the field, decoded. */
  readonly sent: string
  /** What it reads as in the protected name; empty for what was passed over. */
  readonly taken: string
  readonly part: LetterPart
}

/** A person found in a reading, why, and what came of it. */
export interface ExplainedFinding {
  readonly directory: string
  readonly person: string
  readonly name: string
  readonly kind: Kind
  readonly tier: Tier
  /** The address that the name stands beside, as the message shows it. */
  readonly address: string
  /** The steps of the match, in words. */
  readonly steps: readonly string[]
  readonly letters: readonly LetterPair[]
  /** Why the name may stand there; null for a detection. */
  readonly excuse: string | null
  /** What the policy asks for, and the group or setting, by name, that says so. Null where it is excused. */
  readonly action: Action | null
  readonly setting: string | null
}

/** A judgement as data: each reading with what was found in it. */
export interface Explanation {
  readonly readings: readonly {
    readonly field: OriginatorField
    readonly reader: Reading['reader']
    readonly part: ReadingPart
    readonly name: string
    readonly address: string | null
    readonly findings: readonly ExplainedFinding[]
  }[]
  readonly defects: readonly string[]
  /** Readings or findings that were left out of this list. */
  readonly more: number
}

/** What let a protected name stand beside a foreign address. */
export type Excuse = 'secondary' | 'trusted-sender'

/** What history needs of a judgement beside its decision; made only where there is something to keep. */
export interface Evidence {
  /** The person whose name was found: the detected one, or the first excused one; null for an unchecked message. */
  readonly finding: {
    readonly person: PersonRef
    readonly name: string
    readonly address: string
    readonly kind: Kind
    readonly tier: Tier
  } | null
  /** Null for a detection. */
  readonly excusedBy: Excuse | null
  readonly excuse: string | null
  /** The originator fields as they came, at most 4 KiB; whether that is all of them. */
  readonly originators: string
  readonly originatorsComplete: boolean
  /** Latin-1 stands for octets that are no UTF-8. */
  readonly originatorsCharset: 'utf-8' | 'latin1'
  /** Authentication-Results fields of servers that the policy trusts, as they came. */
  readonly authenticationResults: readonly string[]
  /** Whether they say that the address beside the name is who it claims to be; null without such a field. */
  readonly authenticated: boolean | null
  /** Domains of all addresses shown, canonical: what a changed rule could be about. */
  readonly domains: readonly string[]
  /** Whether anybody can have a mailbox at the domain of the address. */
  readonly publicProvider: boolean
  readonly subject: string | null
  readonly explanation: Explanation
}

/** One message as the history keeps it, and as `history --json` prints it. Absent and redacted values are null. */
export interface HistoryRecord {
  readonly id: string
  /** ISO 8601. */
  readonly time: string
  readonly node: string
  readonly verdict: Verdict['state']
  readonly tier: Tier | null
  readonly kind: Kind | null
  /** The directory id, and the directory. */
  readonly person: string | null
  readonly directory: string | null
  /** The directory name. */
  readonly name: string | null
  readonly address: string | null
  readonly action: Action | UncheckedAction | null
  readonly disposition: Disposition
  readonly reason: string | null
  readonly excusedBy: Excuse | null
  readonly excuse: string | null
  readonly authenticated: boolean | null
  readonly publicProvider: boolean
  readonly entrance: Entrance
  readonly client: string | null
  readonly clientName: string | null
  readonly helo: string | null
  readonly tls: string | null
  readonly user: string | null
  readonly reversePath: string | null
  readonly recipients: number
  readonly messageId: string | null
  readonly queueId: string | null
  readonly fromName: string | null
  readonly fromAddress: string | null
  readonly subject: string | null
  readonly reply: string
  readonly size: number
  readonly duration: number
  readonly directoryAge: number | null
  readonly judgeTime: number
  readonly domains: readonly string[]
  readonly originators: string | null
  readonly originatorsComplete: boolean
  readonly originatorsCharset: 'utf-8' | 'latin1'
  readonly authenticationResults: readonly string[]
  readonly explanation: Explanation | null
  /** Fields that `log.redact` took away. */
  readonly redacted: readonly string[]
}

/** What was decided about a pair; `open`: nothing yet, or it behaves otherwise than when it was decided. */
export type PairState = 'open' | 'them' | 'service' | 'namesake' | 'attack'
export type PairAnswer = Exclude<PairState, 'open'>

/** A person and an address: all records of one pair belong together. */
export interface PairOf {
  readonly directory: string
  /** The directory id. */
  readonly person: string
  /** Canonical; empty if the messages show none. */
  readonly address: string
}

/** All records of one person's name at one address. */
export interface Pair {
  readonly directory: string
  /** The directory id. */
  readonly person: string
  readonly name: string
  /** Canonical; empty if the messages show none. */
  readonly address: string
  readonly count: number
  /** Of those: authenticated, known not to be, detected (not excused), refused. */
  readonly authenticated: number
  readonly unauthenticated: number
  readonly detected: number
  readonly rejected: number
  /** ISO 8601. */
  readonly first: string
  readonly last: string
  readonly publicProvider: boolean
  /** How often each was shown; the first twenty names. */
  readonly names: Readonly<Record<string, number>>
  readonly kinds: Readonly<Partial<Record<Kind, number>>>
  readonly actions: Readonly<Partial<Record<Action, number>>>
}

/** What was decided about a pair. */
export interface PairDecision {
  readonly directory: string
  readonly person: string
  readonly name: string
  readonly address: string
  readonly answer: PairAnswer
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  readonly note: string
  /** Whether every message of the pair was authenticated then. */
  readonly wasAuthenticated: boolean
  /** What it wrote into the protection file, for undo; null for `attack`. */
  readonly wrote: PairEdit | null
  /** Why it is open again; null while the answer stands. */
  readonly reopened: { readonly at: string; readonly why: string } | null
}

/** What a decision added to the protection file. */
export type PairEdit =
  | { readonly kind: 'secondary'; readonly who: string; readonly address: string }
  | { readonly kind: 'trusted-sender'; readonly from: string; readonly names: readonly string[]; readonly note: string }

/** A pair with what was decided about it. */
export interface PairWithState extends Pair {
  readonly state: PairState
  readonly decision: PairDecision | null
}

/** One change that somebody made, and what it changed. */
export interface AuditEntry {
  readonly id: string
  /** ISO 8601. */
  readonly time: string
  /** User and host, or the account of the console. */
  readonly who: string
  readonly via: 'cli' | 'console' | 'api' | 'daemon'
  /** `protect`, `review decide`, and so on. */
  readonly what: string
  /** What it was about, in words or as an address. */
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

/** Whose or which records are to be erased: people by directory id, or a canonical address. */
export type Erasure =
  | { readonly kind: 'person'; readonly people: readonly PersonRef[] }
  | { readonly kind: 'address'; readonly address: string }

/** Pairs in order: by the latest message, by detections, by refused messages; the greatest first. */
export type PairOrder = 'newest' | 'messages' | 'refused'

export interface PairQuery {
  /** `newest` if it is left out. */
  readonly order?: PairOrder
  /** Only pairs that look like the person: many messages over weeks, each authenticated, the name shown exactly each time. */
  readonly likely?: boolean
  /** Only pairs with messages that a rule excused. */
  readonly excused?: boolean
  /** Only pairs with detections. */
  readonly detected?: boolean
  /** A pair to begin with, where its place is found without reading those before it. Else the first comes first, as without. */
  readonly from?: PairOf
}

/** What all pairs with detections come to, whatever was decided about them. */
export interface PairTotals {
  readonly pairs: number
  readonly messages: number
}

/** Somebody who was a member of a protected group and is not any more. `at` in milliseconds since the epoch. */
export interface FormerMember {
  readonly directory: string
  readonly person: string
  readonly name: string
  /** Name of the group. */
  readonly group: string
  readonly at: number
}

/** Which records are asked for; what is left out does not narrow. Times in milliseconds since the epoch. */
export interface HistoryQuery {
  /** Part of a name, an address, a subject or a Message-ID, without case and accents. */
  readonly text?: string
  readonly since?: number
  readonly until?: number
  /** Directory ids. */
  readonly people?: readonly string[]
  /** A canonical domain that an address of the message has. */
  readonly domain?: string
  readonly pair?: { readonly directory: string; readonly person: string; readonly address: string }
  readonly tier?: Tier
  readonly kind?: Kind
  readonly action?: Action
  readonly disposition?: Disposition
  readonly verdict?: Verdict['state']
}

/** What a time held, from counters. */
export interface HistoryOverview {
  /** By verdict, tier, kind, action and disposition; null where there is none. */
  readonly counts: readonly {
    readonly verdict: Verdict['state']
    readonly tier: Tier | null
    readonly kind: Kind | null
    readonly action: Action | UncheckedAction | null
    readonly disposition: Disposition
    readonly count: number
  }[]
  /** Detections an hour or a day, oldest first. `at` in milliseconds since the epoch. */
  readonly steps: readonly {
    readonly at: number
    readonly detected: number
    readonly excused: number
    readonly unchecked: number
  }[]
  /** Whose names were taken most, most first. */
  readonly people: readonly {
    readonly directory: string
    readonly person: string
    readonly name: string
    readonly count: number
  }[]
}

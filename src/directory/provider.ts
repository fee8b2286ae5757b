/**
 * The port between a source of people and the store. A provider (file, Office 365, later LDAP or Google) only
 * reads and says what it saw, page by page; the store merges, resolves nested groups, brakes and commits.
 * A new source is one folder in `sources/` that implements `Provider` and defines its source, and one line in
 * `sources/registry.ts`; nothing else changes.
 */

/** One property of a person as the source gives it. */
export type AttributeValue = string | boolean | readonly string[] | null

/**
 * Properties of a person in the source's own names. The store keeps them as they are, so that a later page or
 * delta can change one of them: a value replaces, null clears, an absent property keeps what was there (in a
 * full round: what the same round said before).
 */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** What a provider makes of a person's merged attributes. */
export interface PersonFacts {
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  /** Own addresses, primary first, each as `mail/address` `canonicalAddress` writes it; doubles are dropped. */
  readonly addresses: readonly string[]
}

/**
 * One thing seen in the source. Changes are applied in their order; the same one twice is harmless. Ids are the
 * source's own, at most 512 octets, and unique over people and groups together.
 */
export type SourceChange =
  | { readonly op: 'person'; readonly id: string; readonly attributes: Attributes }
  /** The person is gone. What groups say of them stays, so one who is restored returns with memberships. */
  | { readonly op: 'person-gone'; readonly id: string }
  /** A group is there; its members are kept. Without `displayName` it keeps its name. */
  | { readonly op: 'group'; readonly id: string; readonly displayName?: string }
  | { readonly op: 'group-gone'; readonly id: string }
  /**
   * Members come in any number of chunks, which add up. A member is a person or a group, known or not yet:
   * an unknown one counts from the moment it arrives. The group too may arrive later.
   */
  | {
      readonly op: 'members'
      readonly group: string
      readonly add: readonly string[]
      readonly remove: readonly string[]
    }

/**
 * What `Provider.read` yields: `begin`, any number of `changes`, `end`. Nothing counts before `end`: a read that
 * throws, or stops without it, leaves the store as it was.
 */
export type ReadStep =
  /**
   * `full`: everything follows, and what isn't mentioned is gone after it. `delta`: only what changed since the
   * cursor. A second `begin` (the cursor turned out to have expired) throws away what came before it.
   */
  | { readonly step: 'begin'; readonly round: 'full' | 'delta' }
  /** Some hundred changes: a page. */
  | { readonly step: 'changes'; readonly changes: readonly SourceChange[] }
  /** The cursor for the next read is stored in the transaction of the data; null: the next is full. */
  | { readonly step: 'end'; readonly cursor: string | null }

export interface ReadRequest {
  /** As the last `end` gave it; null: read everything (first sync, reconcile, other fingerprint). */
  readonly cursor: string | null
  /** Aborted when the process stops or the operator gives up. */
  readonly signal: AbortSignal
  /** Something an operator may want to know though the read goes on, in words without secrets. */
  readonly notice: (text: string) => void
}

export interface Provider {
  /** As in namesake.yaml. */
  readonly name: string
  readonly type: string
  /**
   * Changes when the same attributes would give other people (e.g. `include` was edited) or come from another
   * place (tenant, path); the stored cursor is void then and the next read is full.
   */
  readonly fingerprint: string
  /** Whether delta rounds ever come. If not, the store keeps no attributes. */
  readonly deltas: boolean
  /** Throws NamesakeError provider-* or input-invalid, telling what to do; honours `signal`. */
  read(request: ReadRequest): AsyncIterable<ReadStep>
  /** Pure. Null: known, but not counted as a person (a guest, say, or someone without a name). */
  personOf(id: string, attributes: Attributes): PersonFacts | null
  /** Calls back when the source may have changed; sources that can't tell leave it out. */
  watch?(changed: () => void): { close(): void }
}

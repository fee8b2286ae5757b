/** What was found out for earlier messages. */

import type { Lookup, OriginatorReadings } from '../model.ts'
import type { Claim } from './claims.ts'

/**
 * What was found out for earlier messages: people write more than once. It holds for one Lookup, which is for as long
 * as people and rules stay the same, and is bounded in number and size, so memory stays flat.
 */
export interface Recollection {
  /** The claims that a shown name makes. */
  readonly claims: Memo<readonly Claim[]>
  /** How many people bear a word. */
  readonly tokens: Memo<number>
  /** Whether words written together are the name of an own domain. */
  readonly companies: Memo<boolean>
  /** Originator fields, as written, that claim nothing, with their readings: most mail is of senders who wrote before. */
  readonly unclaimed: Memo<OriginatorReadings>
}

const namesKept = 4000
const wordsKept = 20_000
const fieldsKept = 2000
const longestFields = 400

/** One recollection for each state of the directories that is still in use. */
export class Recollections {
  private readonly known = new WeakMap<Lookup, Recollection>()

  of(lookup: Lookup): Recollection {
    let found = this.known.get(lookup)
    if (found === undefined) {
      found = {
        claims: new Memo(namesKept),
        tokens: new Memo(wordsKept),
        companies: new Memo(wordsKept),
        unclaimed: new Memo(fieldsKept, longestFields),
      }
      this.known.set(lookup, found)
    }
    return found
  }
}

/** Longer texts are not kept: nobody writes under such a name twice. */
const longestKept = 120

/** A bounded map of texts: of those asked for lately, at least half of `limit` and at most `limit` are kept. */
export class Memo<T> {
  private readonly half: number
  private readonly longest: number
  private recent = new Map<string, T>()
  private before = new Map<string, T>()

  constructor(limit: number, longest: number = longestKept) {
    this.half = Math.ceil(limit / 2)
    this.longest = longest
  }

  get size(): number {
    return this.recent.size + this.before.size
  }

  get(text: string): T | undefined {
    // A text of a megabyte is not worth its hash.
    if (text.length > this.longest) return undefined
    const found = this.recent.get(text)
    if (found !== undefined) return found
    const earlier = this.before.get(text)
    if (earlier !== undefined) this.set(text, earlier)
    return earlier
  }

  set(text: string, value: T): void {
    if (text.length > this.longest) return
    if (this.recent.size >= this.half) {
      this.before = this.recent
      this.recent = new Map()
    }
    this.recent.set(text, value)
  }
}

/** Spelling keys, written in order. */

import type { Indexer, Person } from '../../model.ts'
import {
  hashKey,
  hashOf,
  keyListOf,
  numberKey,
  numbersOf,
  packKeyList,
  packNumbers,
  slotBounds,
  textOfKey,
} from './format.ts'
import type { EntityNumber, KeyList } from './format.ts'
import type { SlotPlace, Snapshot, StoredPerson } from './snapshot.ts'
import { breathe } from './environment.ts'
import type { Environment } from './environment.ts'
import { KeyFilter } from './key-filter.ts'
import type { Table, Tables } from './tables.ts'

const partitions = 64
const endOfHashes = 2 ** 48
/** Pairs that are held in memory at a time, 12 octets each. */
const maxPairs = 1_000_000

/**
 * Gathers (hash, number) pairs in memory and writes them in the order of their hashes: an index that is built
 * in order touches each page once, where random inserts would rewrite all of it over and over.
 */
export class PairBuffer {
  readonly #from: number
  readonly #partitionOf: number
  readonly #hashes: Float64Array[] = []
  readonly #numbers: Uint32Array[] = []
  readonly #lengths = new Uint32Array(partitions)
  #size = 0

  /** For hashes from `from` up to `to`. */
  constructor(from = 0, to = endOfHashes) {
    this.#from = from
    this.#partitionOf = (to - from) / partitions
    for (let i = 0; i < partitions; i++) {
      this.#hashes.push(new Float64Array(64))
      this.#numbers.push(new Uint32Array(64))
    }
  }

  get full(): boolean {
    return this.#size >= maxPairs
  }

  add(hash: number, number: EntityNumber): void {
    const partition = Math.min(Math.floor((hash - this.#from) / this.#partitionOf), partitions - 1)
    const length = this.#lengths[partition] ?? 0
    let hashes = this.#hashes[partition] as Float64Array
    let numbers = this.#numbers[partition] as Uint32Array
    if (length === hashes.length) {
      hashes = new Float64Array(2 * length)
      hashes.set(this.#hashes[partition] as Float64Array)
      numbers = new Uint32Array(2 * length)
      numbers.set(this.#numbers[partition] as Uint32Array)
      this.#hashes[partition] = hashes
      this.#numbers[partition] = numbers
    }
    hashes[length] = hash
    numbers[length] = number
    this.#lengths[partition] = length + 1
    this.#size++
  }

  /** Writes everything through `put`, which gets each hash once with all its numbers, and empties the buffer. */
  async flush(environment: Environment, put: (hash: number, numbers: EntityNumber[]) => void): Promise<void> {
    const pairs = this.#sorted()
    for (let left = this.#size > 0; left;) {
      await environment.writeLoose(() => {
        for (let count = 0; left && count < 3000; count++) {
          const next = pairs.next()
          if (next.done === true) left = false
          else put(next.value.hash, next.value.numbers)
        }
      })
    }
    this.#lengths.fill(0)
    this.#size = 0
  }

  *#sorted(): Generator<{ hash: number; numbers: EntityNumber[] }, void> {
    for (let partition = 0; partition < partitions; partition++) {
      const hashes = this.#hashes[partition] as Float64Array
      const numbers = this.#numbers[partition] as Uint32Array
      const order = new Uint32Array(this.#lengths[partition] ?? 0).map((_, i) => i)
      order.sort((a, b) => (hashes[a] as number) - (hashes[b] as number))
      for (let at = 0; at < order.length;) {
        const hash = hashes[order[at] as number] as number
        const same: EntityNumber[] = []
        for (; at < order.length && hashes[order[at] as number] === hash; at++) {
          same.push(numbers[order[at] as number] as EntityNumber)
        }
        yield { hash, numbers: same }
      }
    }
  }
}

/** Adds numbers, none of which is there yet, to a packed list. Within a transaction. */
export function addNumbers(table: Table, key: Buffer, added: readonly EntityNumber[]): void {
  table.putSync(key, packNumbers(numbersOf(table.getBinaryFast(key)).concat(added)))
}

/** Takes a number out of a packed list. Within a transaction. */
export function removeNumber(table: Table, key: Buffer, number: EntityNumber): void {
  const left = numbersOf(table.getBinaryFast(key)).filter((n) => n !== number)
  if (left.length === 0) table.removeSync(key)
  else table.putSync(key, packNumbers(left))
}

/** Adds to a count, and forgets one that reaches 0. Within a transaction. */
function addCount(table: Table, key: Buffer, by: number): void {
  const [before = 0] = numbersOf(table.getBinaryFast(key))
  const after = before + by
  if (after <= 0) table.removeSync(key)
  else table.putSync(key, packNumbers([after]))
}

/** Hashes of the keys that an indexer gives a person, each once. */
export function keysOfPerson(indexer: Indexer, person: Person): KeyList {
  const { refs, tokens } = indexer.keysOf(person)
  return { refs: [...new Set(refs.map(hashOf))], tokens: [...new Set(tokens.map(hashOf))] }
}

/**
 * Replaces a person's keys by others (undefined: none, not even a list), touching only what differs. Within a transaction, at whose end
 * the filter is written.
 */
export function replaceKeys(
  tables: Tables,
  keySlot: number,
  filter: KeyFilter | null,
  number: EntityNumber,
  after: KeyList | undefined,
): void {
  const at = numberKey(keySlot, number)
  const before = keyListOf(tables.keyLists.getBinaryFast(at))
  const now = after ?? { refs: [], tokens: [] }
  for (const hash of without(before.refs, now.refs)) removeNumber(tables.keys, hashKey(keySlot, hash), number)
  for (const hash of without(now.refs, before.refs)) addNumbers(tables.keys, hashKey(keySlot, hash), [number])
  for (const hash of without(before.tokens, now.tokens)) addCount(tables.tokens, hashKey(keySlot, hash), -1)
  for (const hash of without(now.tokens, before.tokens)) addCount(tables.tokens, hashKey(keySlot, hash), 1)
  if (filter !== null) addToFilter(filter, now)
  if (after === undefined) tables.keyLists.removeSync(at)
  else tables.keyLists.putSync(at, packKeyList(after))
}

function addToFilter(filter: KeyFilter, { refs, tokens }: KeyList): void {
  for (const hash of refs) filter.add(hash)
  for (const hash of tokens) filter.add(hash)
}

function without(all: readonly number[], some: readonly number[]): number[] {
  return all.filter((hash) => !some.includes(hash))
}

/**
 * Writes the keys of everybody in a directory into an empty key slot, in bounded transactions.
 * `snapshot` gives the state afresh for each piece, as reads after a pause see a newer one.
 */
export async function buildKeys(
  environment: Environment,
  indexer: Indexer,
  keySlot: number,
  place: SlotPlace,
  snapshot: () => Snapshot,
): Promise<void> {
  const { tables } = environment
  let hashes = 0
  for await (const people of peopleInPieces(tables, place, snapshot)) {
    await environment.writeLoose(() => {
      for (const person of people) {
        const list = keysOfPerson(indexer, person)
        hashes += list.refs.length + list.tokens.length
        tables.keyLists.putSync(numberKey(keySlot, person.number), packKeyList(list))
      }
    })
  }
  await buildIndex(environment, indexer, keySlot, hashes)
  const domains = domainsOf(tables, place.slot)
  for (let at = 0; at < domains.length; at += 200) {
    await environment.writeLoose(() => {
      for (const domain of domains.slice(at, at + 200)) addDomain(tables, indexer, keySlot, domain)
    })
  }
}

/**
 * Makes the index of a key slot, and its filter, of the people's lists, which are there. Read as often as the memory for pairs asks for, each
 * time for the next range of hashes: that way no entry is written twice, and none is looked for before it is written.
 * @param hashes how many the lists hold
 */
async function buildIndex(environment: Environment, indexer: Indexer, keySlot: number, hashes: number): Promise<void> {
  const { tables } = environment
  const filter = KeyFilter.withRoom(hashes)
  const passes = Math.max(1, Math.ceil(hashes / maxPairs))
  for (let pass = 0; pass < passes; pass++) {
    const [from, to] = [pass, pass + 1].map((at) => Math.floor((at / passes) * endOfHashes)) as [number, number]
    const keys = new PairBuffer(from, to)
    const tokens = new PairBuffer(from, to)
    for await (const lists of listsInPieces(tables, keySlot)) {
      for (const { key, value } of lists) {
        const list = keyListOf(value)
        if (pass === 0) addToFilter(filter, list)
        const number = key.readUInt32BE(2)
        for (const hash of list.refs) if (hash >= from && hash < to) keys.add(hash, number)
        for (const hash of list.tokens) if (hash >= from && hash < to) tokens.add(hash, number)
      }
    }
    await keys.flush(environment, (hash, numbers) => tables.keys.putSync(hashKey(keySlot, hash), packNumbers(numbers)))
    await tokens.flush(environment, (hash, numbers) =>
      tables.tokens.putSync(hashKey(keySlot, hash), packNumbers([numbers.length])),
    )
  }
  const entries = [...filter.entries(keySlot, indexer.fingerprint)]
  for (let at = 0; at < entries.length; at += 500) {
    await environment.writeLoose(() => {
      for (const [key, value] of entries.slice(at, at + 500)) tables.filters.putSync(key, value)
    })
  }
}

/** All key lists of a slot, a thousand at a time, with a pause after each. */
async function* listsInPieces(
  tables: Tables,
  keySlot: number,
): AsyncGenerator<readonly { readonly key: Buffer; readonly value: Buffer }[]> {
  const { end } = slotBounds(keySlot)
  for (let next = 0; ;) {
    const lists = [...tables.keyLists.getRange({ start: numberKey(keySlot, next), end, limit: 1000 })]
    const last = lists.at(-1)
    if (last === undefined) return
    next = last.key.readUInt32BE(2) + 1
    yield lists
    await breathe()
  }
}

/** Writes what was added to a filter. Within a transaction. */
export function writeFilter(tables: Tables, keySlot: number, filter: KeyFilter, indexer: string): void {
  for (const [key, value] of filter.entries(keySlot, indexer)) tables.filters.putSync(key, value)
}

/** Everybody of a directory in pieces of about 10 ms, with a pause after each. */
export async function* peopleInPieces(
  tables: Tables,
  place: SlotPlace,
  snapshot: () => Snapshot,
): AsyncGenerator<readonly StoredPerson[]> {
  const { end } = slotBounds(place.slot)
  for (let next = 0; ;) {
    const keys = [...tables.people.getKeys({ start: numberKey(place.slot, next), end, limit: 250 })]
    const last = keys.at(-1)
    if (last === undefined) return
    next = last.readUInt32BE(2) + 1
    const view = snapshot()
    const people = keys.map((key) => view.personByNumber(place, key.readUInt32BE(2)))
    yield people.filter((person) => person !== undefined)
    await breathe()
  }
}

function domainsOf(tables: Tables, slot: number): string[] {
  return [...tables.domains.getKeys(slotBounds(slot))].map(textOfKey)
}

/** Stores a domain under its look-alike keys. Within a transaction. */
export function addDomain(tables: Tables, indexer: Indexer, keySlot: number, domain: string): void {
  for (const key of new Set(indexer.domainKeys(domain))) {
    const at = hashKey(keySlot, hashOf(key))
    const bytes = tables.domainKeys.getBinaryFast(at)
    const before = bytes === undefined ? [] : bytes.toString('utf8', 0, bytes.length).split('\n')
    if (!before.includes(domain)) tables.domainKeys.putSync(at, Buffer.from([...before, domain].join('\n')))
  }
}

/** Writes the look-alike keys of all domains anew. Within a transaction; domains are few. */
export function rebuildDomainKeys(tables: Tables, indexer: Indexer, place: SlotPlace, keySlot: number): void {
  for (const key of [...tables.domainKeys.getKeys(slotBounds(keySlot))]) tables.domainKeys.removeSync(key)
  for (const domain of domainsOf(tables, place.slot)) addDomain(tables, indexer, keySlot, domain)
}

/** Keys of the history's tables as octets. */

import { createHash } from 'node:crypto'

/**
 * A record's key: milliseconds since the epoch and a running number, six octets each. Keys sort by time; the number keeps
 * records of one millisecond, or of a clock that was set back, apart.
 */
export function recordKey(time: number, sequence: number): Buffer {
  const key = Buffer.alloc(12)
  key.writeUIntBE(clamped(time), 0, 6)
  key.writeUIntBE(clamped(sequence), 6, 6)
  return key
}

export function timeOfKey(key: Buffer, at = 0): number {
  return key.readUIntBE(at, 6)
}

const largest = 2 ** 48 - 1

function clamped(number: number): number {
  return Math.min(largest, Math.max(0, Math.floor(number)))
}

/** What records are found by beside their time. */
export const indexKinds = { person: 1, pair: 2, domain: 3 } as const
export type IndexKind = keyof typeof indexKinds

/** Kind, eight octets that stand for the value, and the record's key. */
export function indexKey(kind: IndexKind, value: string, record: Buffer): Buffer {
  const key = Buffer.alloc(21)
  key[0] = indexKinds[kind]
  hash(value).copy(key, 1, 0, 8)
  record.copy(key, 9)
  return key
}

/** Where a record's key begins in an index key. */
export const recordInIndexKey = 9

/** A person and an address as one text; what a pair is known by. `address` is canonical. */
export function pairText(directory: string, person: string, address: string): string {
  return `${directory}\0${person}\0${address}`
}

export function pairKey(directory: string, person: string, address: string): Buffer {
  return hash(pairText(directory, person, address)).subarray(0, 16)
}

/** What counters count: messages of an hour and of a day, and whose names were taken on a day. */
export const counterKinds = { hour: 1, day: 2, person: 3 } as const

export const hourMs = 3_600_000
export const dayMs = 86_400_000

export function counterKey(kind: 'hour' | 'day', time: number): Buffer {
  const key = Buffer.alloc(5)
  key[0] = counterKinds[kind]
  key.writeUInt32BE(Math.max(0, Math.floor(time / (kind === 'hour' ? hourMs : dayMs))), 1)
  return key
}

export function personCounterKey(time: number, person: string): Buffer {
  const key = Buffer.alloc(13)
  key[0] = counterKinds.person
  key.writeUInt32BE(Math.max(0, Math.floor(time / dayMs)), 1)
  hash(person).copy(key, 5, 0, 8)
  return key
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

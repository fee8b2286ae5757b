/** Keys of the history's tables as octets. */

import crypto from 'node:crypto'
import { canonicalAddress } from '../mail/address.ts'
import type { PairOf } from '../model.ts'
import type { RecordHead } from './head.ts'

/**
 * A record's key: milliseconds since the epoch and a running number, six octets each. Keys sort by time; the number keeps
 * records of one millisecond, or of a clock that was set back, apart.
 */
export function recordKey(time: number, sequence: number): Buffer {
  const key = Buffer.alloc(recordKeyLength)
  key.writeUIntBE(clamped(time), 0, 6)
  key.writeUIntBE(clamped(sequence), 6, 6)
  return key
}

export const recordKeyLength = 12

export function timeOfKey(key: Buffer, at = 0): number {
  return key.readUIntBE(at, 6)
}

export function sequenceOfKey(key: Buffer): number {
  return key.readUIntBE(6, 6)
}

const maxTimestamp = 2 ** 48 - 1

function clamped(number: number): number {
  return Math.min(maxTimestamp, Math.max(0, Math.floor(number)))
}

/** A block's key: the key of its latest record, the time of its earliest, how many there are. */
export function blockKey(latest: Buffer, earliestTime: number, count: number): Buffer {
  const key = Buffer.alloc(recordKeyLength + 8)
  latest.copy(key)
  key.writeUIntBE(clamped(earliestTime), recordKeyLength, 6)
  key.writeUInt16BE(count, recordKeyLength + 6)
  return key
}

export function countOfBlock(key: Buffer): number {
  return key.readUInt16BE(recordKeyLength + 6)
}

export function earliestTimeOfBlock(key: Buffer): number {
  return key.readUIntBE(recordKeyLength, 6)
}

/** The pair that a record belongs to; null if it names no person, or not the address. */
export function pairOf(record: RecordHead): PairOf | null {
  const { directory, person, address } = record
  if (directory === null || person === null || address === null) return null
  return { directory, person, address: address === '' ? '' : canonicalAddress(address) }
}

export const pairKeyLength = 16

export function pairKey({ directory, person, address }: PairOf): Buffer {
  return hash(`${directory}\0${person}\0${address}`).subarray(0, pairKeyLength)
}

export function groupKey(directory: string, group: string): Buffer {
  return hash(`${directory}\0${group}`).subarray(0, pairKeyLength)
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

/** @param person as `personMark` gives it */
export function personCounterKey(time: number, person: Buffer): Buffer {
  const key = Buffer.alloc(5 + personMarkLength)
  key[0] = counterKinds.person
  key.writeUInt32BE(Math.max(0, Math.floor(time / dayMs)), 1)
  person.copy(key, 5)
  return key
}

export function personMark(person: string): Buffer {
  return Buffer.from(hash(person).subarray(0, personMarkLength))
}

const personMarkLength = 8

/** In one call where Node has it (20.12 and later), which takes a fifth of the time. */
const digest: ((algorithm: string, text: string) => string) | undefined = (crypto as Partial<typeof crypto>).hash

function hash(text: string): Buffer {
  return digest === undefined
    ? crypto.createHash('sha256').update(text).digest()
    : Buffer.from(digest('sha256', text), 'hex')
}

/** The first part of a record: what it is counted and found by. */

import type { HistoryRecord } from '../model.ts'

/** A record without its last fields, which hold most of its octets and which nothing is counted or found by. */
export type RecordHead = Omit<
  HistoryRecord,
  'originators' | 'originatorsComplete' | 'originatorsCharset' | 'authenticationResults' | 'explanation' | 'redacted'
>

/** Within a JSON string the quotes would be escaped, so this is the field and no text. */
const tail = Buffer.from(',"originators":')

/**
 * Reads a record's head, by the first part of its line alone where the fields stand in their usual order.
 * @param line the record as JSON in UTF-8
 */
export function parseHead(line: Buffer): RecordHead {
  const end = line.indexOf(tail)
  const head = (end < 0 ? undefined : JSON.parse(`${line.toString('utf8', 0, end)}}`)) as
    Partial<RecordHead> | undefined
  // `id` is the first of them and `domains` the last: what stands between is there.
  return head?.id === undefined || head.domains === undefined
    ? (JSON.parse(line.toString()) as RecordHead)
    : (head as RecordHead)
}

/** When a record came, in milliseconds since the epoch; without reading more of it, where its fields stand in their usual order. */
export function timeIn(line: Buffer): number {
  const [, time] = firstFields.exec(line.toString('latin1', 0, firstOctets)) ?? []
  return Date.parse(time ?? parseHead(line).time)
}

const firstFields = /^\{"id":"[^"\\]*","time":"([^"\\]*)"/
const firstOctets = 128

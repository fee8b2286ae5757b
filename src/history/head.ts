/** The first part of a record: what it is counted and found by. */

import type { HistoryRecord } from '../model.ts'

/** A record without its last fields, which hold most of its octets and which nothing is counted or found by. */
export type RecordHead = Omit<
  HistoryRecord,
  'originators' | 'originatorsComplete' | 'originatorsCharset' | 'authenticationResults' | 'explanation' | 'redacted'
>

/** Within a JSON string the quotes would be escaped, so this is the field and no text. */
const tail = ',"originators":'

/** Reads a record's head, by the first part of its line alone where the fields stand in their usual order. */
export function parseHead(line: string): RecordHead {
  const end = line.indexOf(tail)
  const head = (end < 0 ? undefined : JSON.parse(`${line.slice(0, end)}}`)) as Partial<RecordHead> | undefined
  // `id` is the first of them and `domains` the last: what stands between is there.
  return head?.id === undefined || head.domains === undefined ? (JSON.parse(line) as RecordHead) : (head as RecordHead)
}

/** What a search looks through. */

import type { HistoryRecord } from './model.ts'

/** Stands between the texts of two records; folded text holds no control characters. */
export const recordEnd = 0x1e

type SearchedFields = Pick<
  HistoryRecord,
  'name' | 'address' | 'fromName' | 'fromAddress' | 'subject' | 'messageId' | 'id'
>

/** All that a search looks through, folded; parted by line ends, which no query holds. */
export function searchTextOf(record: SearchedFields): string {
  const { name, address, fromName, fromAddress, subject, messageId, id } = record
  let text = foldForSearch(id)
  for (const one of [messageId, subject, name, address]) if (one !== null) text += `\n${foldForSearch(one)}`
  if (fromName !== null && fromName !== name) text += `\n${foldForSearch(fromName)}`
  if (fromAddress !== null && fromAddress !== address) text += `\n${foldForSearch(fromAddress)}`
  return text
}

const plain = /^[\x20-\x40\x5b-\x7e]*$/
const ascii = /^[\x20-\x7e]*$/

/** Text without case, accents and what does not show: as people search. */
export function foldForSearch(text: string): string {
  if (plain.test(text)) return text
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/[\s\p{Cc}]+/gu, ' ')
}

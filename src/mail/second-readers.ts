/**
 * Two readers of other projects over the same field: where they find a name or address that ours did not, a mail program
 * may as well. Both measured linear in time; longer fields are left to our own reader all the same.
 */

import { createRequire } from 'node:module'
import type * as Mailparser from 'mailparser'
import addressparser from 'nodemailer/lib/addressparser'
import { decodeEncodedWords } from './encoded-words.ts'

/**
 * Mailparser is loaded by the first field that asks for it: it brings readers of HTML and more, a third of what a command needs
 * to start, and most processes read no mail. A worker has such a field judged before it listens.
 */
const second = {
  get mailparser(): typeof Mailparser {
    const value = createRequire(import.meta.url)('mailparser') as typeof Mailparser
    Object.defineProperty(this, 'mailparser', { value })
    return value
  },
}

/** Characters of a field up to which the second readers run. */
export const maxSecondReaderLength = 16_384
/** Entries taken from each. */
const maxEntries = 64

interface SecondReading {
  readonly reader: 'addressparser' | 'libmime'
  readonly name: string
  readonly address: string | null
  readonly group: boolean
}

interface Entry {
  readonly name?: string
  readonly address?: string | undefined
  readonly group?: readonly Entry[] | undefined
}

/**
 * @param text the field's text
 * @returns what nodemailer's addressparser (names decoded by us) and mailparser's parseAddressHeader give
 */
export function readSecond(text: string): { readings: SecondReading[]; failed: boolean } {
  const readings: SecondReading[] = []
  if (text.length > maxSecondReaderLength) return { readings, failed: false }
  let failed = false
  try {
    collect(addressparser(text), 'addressparser', readings)
  } catch {
    failed = true
  }
  try {
    collect(second.mailparser.parseAddressHeader(text, { decodePunycode: false }).value, 'libmime', readings)
  } catch {
    failed = true
  }
  return { readings, failed }
}

function collect(entries: readonly Entry[], reader: SecondReading['reader'], readings: SecondReading[]): void {
  for (const entry of entries.slice(0, maxEntries)) {
    const name = (entry.name ?? '').slice(0, maxSecondReaderLength)
    const shown = reader === 'addressparser' ? (decodeEncodedWords(name).texts[0] ?? name) : name
    const members = entry.group
    if (members === undefined) {
      readings.push({
        reader,
        name: shown,
        address: mended(entry.address),
        group: false,
      })
      continue
    }
    for (const member of members.slice(0, maxEntries)) {
      if (shown !== '') readings.push({ reader, name: shown, address: mended(member.address), group: true })
    }
    collect(members, reader, readings)
  }
}

/**
 * An address as a program would show it, or null. addressparser puts a broken phrase into quotes and makes it the local-part,
 * so that nothing is sent astray; nobody is shown `"Jane Roe <jane"@corp.example`.
 */
function mended(address: string | undefined): string | null {
  if (address === undefined || address === '' || /[<>\s]|=\?/.test(address)) return null
  return address
}

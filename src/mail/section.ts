/**
 * The header section as it stands on the wire (RFC 5322 section 2.2), scanned once and located by octets, so that a field
 * can be taken out and all the rest stays byte-identical. Lenient on purpose: whatever some program downstream takes for
 * a field is a field here. Lines end with LF or CR LF; a CR alone ends no line (`originators` looks behind it).
 */

import type { Defect, HeaderField, HeaderSection } from '../model.ts'
import type { DefectCode } from '../vocabulary.ts'

type Note = (code: DefectCode, at: number) => void

/** Defects kept for one section; more of them say nothing new. */
const maxDefects = 100

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const COLON = 0x3a

/**
 * Finds the fields of a header section.
 *
 * @param octets the section; what stands behind an empty line is not read. Kept whole and unchanged in the result.
 * @param truncated whether the section was longer than what is handed over
 * @returns the fields in their order with octet offsets, and defects: `no-colon` (a line that is no field; the section
 * goes on), `mbox-line` (such a line at the top that starts with `From `), `leading-space` (the first line is folded; taken for
 * a field if it has a name and a colon), `folded-name` (line end between name and colon), `bare-cr`, `nul`. Never throws.
 */
export function parseHeaderSection(octets: Buffer, truncated = false): HeaderSection {
  const text = octets.toString('latin1')
  const fields: HeaderField[] = []
  const defects: Defect[] = []
  const note: Note = (code, at) => {
    if (defects.length < maxDefects) defects.push({ code, at })
  }
  let at = 0
  while (at < text.length && !isEmptyLine(text, at)) {
    const end = endOfField(text, at)
    const field = fieldAt(text, at, end, note)
    if (field !== null) fields.push(field)
    else note(at === 0 && text.startsWith('From ') ? 'mbox-line' : 'no-colon', at)
    at = end
  }
  noteOddOctets(text, at, note)
  return { octets, fields, truncated, defects }
}

/**
 * Indices into `section.fields` of the fields with a name, in their order. Compared without case; octets in the name as
 * written that are no printable ASCII are passed over, as programs that stop at or drop them take the rest for the name.
 *
 * @param lowerCaseName e.g. `reply-to`
 */
export function fieldsNamed(section: HeaderSection, lowerCaseName: string): number[] {
  const found: number[] = []
  const first = lowerCaseName.charCodeAt(0)
  for (let i = 0; i < section.fields.length; i++) {
    const name = section.fields[i]?.name ?? ''
    if (name.length < lowerCaseName.length) continue
    // Another letter comes first, and printable ASCII is not passed over.
    const code = name.charCodeAt(0)
    if (code > 0x20 && code < 0x7f && (code | 0x20) !== first) continue
    if (name.length === lowerCaseName.length) {
      if (name === lowerCaseName || name.toLowerCase() === lowerCaseName) found.push(i)
    } else if (/[^!-~]/.test(name) && name.replace(/[^!-~]+/g, '').toLowerCase() === lowerCaseName) found.push(i)
  }
  return found
}

/**
 * Octets of a field's body as they stand, folds included, without the field's last line end.
 *
 * @param index into `section.fields`; an index that isn't there gives no octets
 */
export function fieldBodyOctets(section: HeaderSection, index: number): Buffer {
  const field = section.fields[index]
  if (field === undefined) return Buffer.alloc(0)
  let end = field.end
  if (end > field.bodyStart && section.octets[end - 1] === LF) end--
  if (end > field.bodyStart && section.octets[end - 1] === CR) end--
  return section.octets.subarray(field.bodyStart, end)
}

/**
 * Where the header section of a message ends: the offset of the empty line, or the message's length if it has none.
 *
 * @param octets the message from its first octet
 */
export function endOfSection(octets: Buffer): number {
  let at = 0
  while (at < octets.length) {
    if (octets[at] === LF || (octets[at] === CR && octets[at + 1] === LF)) return at
    const lineFeed = octets.indexOf(LF, at)
    if (lineFeed < 0) break
    at = lineFeed + 1
  }
  return octets.length
}

/** The start of the first line behind `start` that continues nothing. */
function endOfField(text: string, start: number): number {
  let at = start
  for (;;) {
    const lineFeed = text.indexOf('\n', at)
    if (lineFeed < 0) return text.length
    at = lineFeed + 1
    if (!isSpace(text.charCodeAt(at))) return at
  }
}

/**
 * The field between two offsets, or null: a name without white space inside, white space and even folds (obsolete, RFC 5322
 * section 4.5), a colon.
 */
function fieldAt(text: string, start: number, end: number, note: Note): HeaderField | null {
  const from = skipSpace(text, start, end)
  let at = from
  while (at < end && !isNameEnd(text.charCodeAt(at))) at++
  const nameEnd = at
  const colon = skipFolds(text, at, end)
  if (nameEnd === from || colon >= end || text.charCodeAt(colon) !== COLON) return null
  if (from > start) note('leading-space', start)
  if (colon > nameEnd && text.slice(nameEnd, colon).includes('\n')) note('folded-name', start)
  return { name: text.slice(from, nameEnd), start, bodyStart: colon + 1, end }
}

function noteOddOctets(text: string, end: number, note: Note): void {
  const nul = text.indexOf('\0')
  if (nul >= 0 && nul < end) note('nul', nul)
  for (let cr = text.indexOf('\r'); cr >= 0 && cr < end; cr = text.indexOf('\r', cr + 1)) {
    if (text.charCodeAt(cr + 1) === LF || (cr + 1 === text.length && cr + 1 === end)) continue
    note('bare-cr', cr)
    return
  }
}

function skipSpace(text: string, from: number, end: number): number {
  let at = from
  while (at < end && isSpace(text.charCodeAt(at))) at++
  return at
}

function skipFolds(text: string, from: number, end: number): number {
  let at = from
  while (at < end && (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === LF || text.charCodeAt(at) === CR)) at++
  return at
}

function isEmptyLine(text: string, at: number): boolean {
  const first = text.charCodeAt(at)
  return first === LF || (first === CR && text.charCodeAt(at + 1) === LF)
}

function isNameEnd(code: number): boolean {
  return code === COLON || code === LF || code === CR || isSpace(code)
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB
}

/** People in CSV. */

import { canonicalAddress } from '../../../mail/address.ts'
import { isSlip } from './entries.ts'
import type { FileEntry } from './entries.ts'
import { quoted } from './faults.ts'
import type { FileFaults, FilePlace } from './faults.ts'

/** A row of a CSV file: its fields and where each starts. */
interface Row {
  readonly fields: readonly string[]
  readonly places: readonly FilePlace[]
}

// Nobody's row is longer; a quote that is never closed would otherwise swallow the whole file.
const maxRowLength = 1_000_000

/**
 * Splits CSV text (RFC 4180) into rows, whatever the pieces it comes in. Lines end in CRLF, LF or CR; a quoted field
 * may hold line ends and doubled quotes; empty lines are skipped. Values are separated by what separates most of them in
 * the first line: a comma, a semicolon (Excel, where the comma is the decimal sign) or a tab.
 */
class CsvSplitter {
  readonly #faults: FileFaults
  #line = 1
  #column = 1
  #fields: string[] = []
  #places: FilePlace[] = []
  #field = ''
  #place: FilePlace = { line: 1, column: 1 }
  #state: 'start' | 'plain' | 'quoted' | 'quote-in-quoted' | 'after-quoted' = 'start'
  #afterCr = false
  #size = 0
  /** Undefined until the first line has been seen; `#head` is what came of it. */
  #delimiter: string | undefined
  #head = ''

  constructor(faults: FileFaults) {
    this.#faults = faults
  }

  /** What stands between two values of a row. */
  get delimiter(): string {
    return this.#delimiter ?? ','
  }

  *push(text: string): Generator<Row> {
    if (this.#delimiter !== undefined) {
      yield* this.#split(text)
      return
    }
    this.#head += text
    const delimiter = delimiterOf(this.#head, false)
    if (delimiter !== undefined) yield* this.#begin(delimiter)
  }

  *#begin(delimiter: string): Generator<Row> {
    this.#delimiter = delimiter
    const head = this.#head
    this.#head = ''
    yield* this.#split(head)
  }

  *#split(text: string): Generator<Row> {
    for (const char of text) {
      if (this.#afterCr && char === '\n') {
        this.#afterCr = false
        continue
      }
      this.#afterCr = char === '\r'
      const row = this.#take(char)
      if (char === '\n' || char === '\r') {
        this.#line++
        this.#column = 1
        if (this.#state === 'start') this.#place = { line: this.#line, column: 1 }
      } else {
        this.#column++
      }
      if (row !== undefined) yield row
    }
  }

  *end(): Generator<Row> {
    if (this.#delimiter === undefined) yield* this.#begin(delimiterOf(this.#head, true) ?? ',')
    if (this.#state === 'quoted') this.#faults.add(this.#place, '', 'a quote opens here and is never closed')
    const row = this.#endRow()
    if (row !== undefined) yield row
  }

  #take(char: string): Row | undefined {
    if (this.#state === 'quoted') {
      if (char === '"') this.#state = 'quote-in-quoted'
      else this.#append(char === '\r' ? '\n' : char)
      return undefined
    }
    if (char === '"') {
      if (this.#state === 'quote-in-quoted') {
        this.#append('"')
        this.#state = 'quoted'
      } else if (this.#field.trim() === '' && this.#state !== 'after-quoted') {
        this.#field = ''
        this.#state = 'quoted'
      } else {
        // A quote within a plain field is text: `Jane "Jay" Roe`.
        this.#append('"')
      }
      return undefined
    }
    if (char === this.#delimiter) {
      this.#endField()
      return undefined
    }
    if (char === '\n' || char === '\r') return this.#endRow()
    if (this.#state === 'quote-in-quoted') this.#state = 'after-quoted'
    if (this.#state === 'after-quoted') {
      if (char !== ' ') {
        this.#faults.add(
          { line: this.#line, column: this.#column },
          '',
          `found ${quoted(char)} after a closing quote; accepted: ${JSON.stringify(this.delimiter)} or a line end`,
        )
        this.#state = 'plain'
      }
      return undefined
    }
    if (this.#state === 'start') this.#state = 'plain'
    this.#append(char)
    return undefined
  }

  #append(char: string): void {
    if (this.#size++ < maxRowLength) this.#field += char
    else if (this.#size === maxRowLength + 2) {
      this.#faults.add(this.#place, '', `this row is longer than ${maxRowLength} characters; is a quote not closed?`)
    }
  }

  #endField(): void {
    this.#fields.push(this.#field)
    this.#places.push(this.#place)
    this.#field = ''
    this.#state = 'start'
    this.#place = { line: this.#line, column: this.#column + 1 }
  }

  #endRow(): Row | undefined {
    this.#endField()
    const row = { fields: this.#fields, places: this.#places }
    this.#fields = []
    this.#places = []
    this.#size = 0
    return row.fields.every((field) => field.trim() === '') ? undefined : row
  }
}

/** A line that Excel (`sep=;`) or PowerShell (`#TYPE …`) puts in front of the header row. */
const preambleForm = /^(?:sep=.|#TYPE .*)$/i

// A header row is shorter; without a line end so far on, there is nothing to wait for.
const maxHeadLength = 100_000

/** What separates the values of the first row; undefined if its end is not there yet. */
function delimiterOf(head: string, whole: boolean): string | undefined {
  const lines = head.split(/\r\n|\n|\r/)
  const last = whole || head.length > maxHeadLength ? lines.length : lines.length - 1
  const told = /^sep=(.)$/i.exec(last > 0 ? (lines[0] ?? '') : '')
  if (told !== null) return told[1]
  const header = lines.slice(0, last).find((line) => line.trim() !== '' && !preambleForm.test(line))
  if (header === undefined) return whole ? ',' : undefined
  const plain = header.replaceAll(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((char) => ({ char, count: plain.split(char).length }))
  return counts.sort((a, b) => b.count - a.count)[0]?.char
}

type CsvColumn =
  | 'displayName'
  | 'mail'
  | 'secondaryEmails'
  | 'groups'
  | 'givenName'
  | 'surname'
  | 'userPrincipalName'
  | 'proxyAddresses'
  | 'userType'

const headerNames: Partial<Record<CsvColumn, string>> = {
  displayName: 'Display_Name',
  mail: 'Email',
  secondaryEmails: 'Secondary_Emails',
  groups: 'Groups',
}

/**
 * Names of columns, letters alone, the preferred one first: ours, and those of what Entra, the Microsoft 365 admin center,
 * Exchange's PowerShell and Google Workspace export. Addresses that people set for themselves, such as the alternate and
 * recovery ones of these exports, are not among them: they would count as the person's own.
 */
const columnNames: Readonly<Record<CsvColumn, readonly string[]>> = {
  displayName: ['displayname', 'fullname', 'name'],
  givenName: ['givenname', 'firstname'],
  surname: ['surname', 'lastname', 'familyname'],
  mail: ['email', 'mail', 'emailaddress', 'primarysmtpaddress', 'primaryemail', 'workemail'],
  userPrincipalName: ['userprincipalname', 'upn'],
  proxyAddresses: ['proxyaddresses', 'emailaddresses'],
  secondaryEmails: ['secondaryemails', 'aliases', 'emailaliases'],
  groups: ['groups', 'memberof'],
  userType: ['usertype'],
}

/** A header as its letters alone: `E-mail`, `Email Address [Required]`. */
function lettersOf(header: string): string {
  return header
    .replace(/\[required\]/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
}

/** Makes entries of CSV rows: the first is the header, a person's id is the address. */
export class CsvEntries {
  readonly #faults: FileFaults
  readonly #splitter: CsvSplitter
  #columns: readonly (CsvColumn | null)[] | undefined
  #failed = false
  #rows = 0

  constructor(faults: FileFaults) {
    this.#faults = faults
    this.#splitter = new CsvSplitter(faults)
  }

  *push(text: string): Generator<FileEntry> {
    for (const row of this.#splitter.push(text)) yield* this.#row(row)
  }

  *end(): Generator<FileEntry> {
    for (const row of this.#splitter.end()) yield* this.#row(row)
    if (this.#columns === undefined && !this.#failed) {
      this.#faults.add({ line: 1, column: 1 }, '', `the file is empty; accepted: a first row ${acceptedHeader}`)
    }
  }

  *#row(row: Row): Generator<FileEntry> {
    if (this.#failed) return
    if (this.#columns === undefined) {
      if (preambleForm.test(row.fields.join(this.#splitter.delimiter))) return
      this.#columns = this.#header(row)
      this.#failed = this.#columns === undefined
      return
    }
    this.#rows++
    const columns = this.#columns
    if (row.fields.slice(columns.length).some((field) => field.trim() !== '')) {
      const place = row.places[columns.length] ?? { line: 1, column: 1 }
      const fix = 'fix: put a value that holds a separator in quotes, and ";" between several values'
      this.#faults.add(place, '', `${row.fields.length} values under ${columns.length} columns; ${fix}`)
      return
    }
    // Directories that sign in count guests as no people unless they are told to; an export of one is no different.
    const userType = columns.indexOf('userType')
    if (userType !== -1 && row.fields[userType]?.trim().toLowerCase() === 'guest') return
    const entry = entryOf(row, columns, `row ${this.#rows}`)
    if ((entry.value as { mail: string }).mail !== '') yield entry
    else this.#faults.add(entry.placeOf('mail'), `${entry.path}.Email`, 'Email is empty; accepted: an address')
  }

  #header(row: Row): (CsvColumn | null)[] | undefined {
    const before = this.#faults.count
    const [first = { line: 1, column: 1 }] = row.places
    const letters = row.fields.map(lettersOf)
    const columns: (CsvColumn | null)[] = letters.map(() => null)
    for (const [column, names] of Object.entries(columnNames) as [CsvColumn, readonly string[]][]) {
      const name = names.find((known) => letters.includes(known))
      if (name === undefined) continue
      const at = letters.indexOf(name)
      columns[at] = column
      const again = letters.indexOf(name, at + 1)
      if (again === -1) continue
      const place = row.places[again] ?? first
      this.#faults.add(place, '', `the column ${headerNames[column] ?? row.fields[at]} stands twice; fix: remove one`)
    }
    for (const needed of ['displayName', 'mail'] as const) {
      if (stands(columns, needed)) continue
      const found = `found ${quoted(row.fields.join(','))}`
      this.#faults.add(first, '', `the column ${headerNames[needed]} is missing: ${found}; accepted: ${acceptedHeader}`)
    }
    columns.forEach((column, i) => {
      const written = row.fields[i] ?? ''
      const meant = Object.values(headerNames).find((name) => isSlip(written, name.replaceAll('_', '').toLowerCase()))
      if (
        column !== null ||
        meant === undefined ||
        Object.values(columnNames)
          .flat()
          .includes(letters[i] ?? '')
      )
        return
      this.#faults.add(row.places[i] ?? first, '', `unknown column ${quoted(written)}; fix: write ${meant}`)
    })
    return this.#faults.count === before ? columns : undefined
  }
}

/** Whether a column is there, or what can take its place. */
function stands(columns: readonly (CsvColumn | null)[], needed: 'displayName' | 'mail'): boolean {
  const instead: CsvColumn = needed === 'displayName' ? 'surname' : 'userPrincipalName'
  return columns.includes(needed) || columns.includes(instead)
}

const acceptedHeader = 'Display_Name,Email and, if wanted, Secondary_Emails,Groups'

function entryOf(row: Row, columns: readonly (CsvColumn | null)[], path: string): FileEntry {
  const text = (column: CsvColumn): string => (row.fields[columns.indexOf(column)] ?? '').trim()
  const lists = (column: CsvColumn, between: RegExp): string[] => {
    const values = text(column).split(between)
    return values.map((value) => value.trim()).filter((value) => value !== '')
  }
  const mail = text('mail') === '' ? text('userPrincipalName') : text('mail')
  const parts = [text('givenName'), text('surname')].filter((part) => part !== '')
  const value = {
    // The address is the identity: a row says nothing better.
    id: canonicalAddress(mail),
    displayName: text('displayName') === '' ? parts.join(' ') : text('displayName'),
    givenName: text('givenName'),
    surname: text('surname'),
    mail,
    userPrincipalName: text('userPrincipalName'),
    proxyAddresses: lists('proxyAddresses', /[;,\s]|\+(?=[a-z0-9]{1,9}:)/i),
    secondaryEmails: lists('secondaryEmails', /[;,\s]/),
    groups: lists('groups', /;/),
  }
  const first = row.places[0] ?? { line: 1, column: 1 }
  return {
    kind: 'user',
    value,
    path,
    labelOf: (property) => headerNames[property as CsvColumn] ?? property,
    placeOf: (property) => row.places[columns.indexOf(property as CsvColumn)] ?? first,
  }
}

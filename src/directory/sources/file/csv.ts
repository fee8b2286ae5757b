/** People in CSV. */

import { canonicalAddress } from '../../../mail/address.ts'
import { type FileEntry, isSlip } from './entries.ts'
import { type FileFaults, type FilePlace, quoted } from './faults.ts'

/** A row of a CSV file: its fields and where each starts. */
interface Row {
  readonly fields: readonly string[]
  readonly places: readonly FilePlace[]
}

// Nobody's row is longer; a quote that is never closed would otherwise swallow the whole file.
const longestRow = 1_000_000

/**
 * Splits CSV text (RFC 4180) into rows, whatever the pieces it comes in. Lines end in CRLF, LF or CR; a quoted field
 * may hold line ends and doubled quotes; empty lines are skipped.
 */
export class CsvSplitter {
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

  constructor(faults: FileFaults) {
    this.#faults = faults
  }

  *push(text: string): Generator<Row> {
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
      this.#takeQuote()
      return undefined
    }
    if (char === ',') {
      this.#endField()
      return undefined
    }
    if (char === '\n' || char === '\r') return this.#endRow()
    if (this.#state === 'quote-in-quoted') this.#state = 'after-quoted'
    if (this.#state === 'after-quoted') {
      if (char !== ' ') {
        this.#faults.add(
          this.#here(),
          '',
          `found ${quoted(char)} after a closing quote; accepted: a comma or a line end`,
        )
        this.#state = 'plain'
      }
      return undefined
    }
    if (this.#state === 'start') this.#state = 'plain'
    this.#append(char)
    return undefined
  }

  #takeQuote(): void {
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
  }

  #append(char: string): void {
    if (this.#size++ < longestRow) this.#field += char
    else if (this.#size === longestRow + 2) {
      this.#faults.add(this.#place, '', `this row is longer than ${longestRow} characters; is a quote not closed?`)
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

  #here(): FilePlace {
    return { line: this.#line, column: this.#column }
  }
}

type Column = 'displayName' | 'mail' | 'secondaryEmails' | 'groups'

const headerNames: Record<Column, string> = {
  displayName: 'Display_Name',
  mail: 'Email',
  secondaryEmails: 'Secondary_Emails',
  groups: 'Groups',
}

/** Makes entries of CSV rows: the first is the header, a person's id is the address. */
export class CsvEntries {
  readonly #faults: FileFaults
  readonly #splitter: CsvSplitter
  #columns: readonly (Column | null)[] | undefined
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
      this.#columns = this.#header(row)
      this.#failed = this.#columns === undefined
      return
    }
    this.#rows++
    const columns = this.#columns
    if (row.fields.length > columns.length) {
      const place = row.places[columns.length] ?? { line: 1, column: 1 }
      const fix = 'fix: put a value that holds a comma in quotes, and ";" between several values'
      this.#faults.add(place, '', `${row.fields.length} values under ${columns.length} columns; ${fix}`)
      return
    }
    const entry = entryOf(row, columns, `row ${this.#rows}`)
    if ((entry.value as { mail: string }).mail !== '') yield entry
    else this.#faults.add(entry.placeOf('mail'), `${entry.path}.Email`, 'Email is empty; accepted: an address')
  }

  #header(row: Row): (Column | null)[] | undefined {
    const columns = row.fields.map((field) => {
      const plain = field.trim().toLowerCase().replace(/[\s-]/g, '_')
      const entry = Object.entries(headerNames).find(([, name]) => name.toLowerCase() === plain)
      return (entry?.[0] as Column | undefined) ?? null
    })
    const before = this.#faults.count
    const [first = { line: 1, column: 1 }] = row.places
    for (const needed of ['displayName', 'mail'] as const) {
      if (columns.includes(needed)) continue
      const separator =
        row.fields.length === 1 && /[;\t]/.test(row.fields[0] ?? '') ? ' (values are separated by ",")' : ''
      const found = `found ${quoted(row.fields.join(','))}${separator}`
      this.#faults.add(first, '', `the column ${headerNames[needed]} is missing: ${found}; accepted: ${acceptedHeader}`)
    }
    columns.forEach((column, i) => {
      const place = row.places[i] ?? first
      const written = row.fields[i] ?? ''
      if (column !== null && columns.indexOf(column) !== i) {
        this.#faults.add(place, '', `the column ${headerNames[column]} stands twice; fix: remove one`)
      }
      const meant = Object.values(headerNames).find((name) => isSlip(written, name.replaceAll('_', '').toLowerCase()))
      if (column === null && meant !== undefined) {
        this.#faults.add(place, '', `unknown column ${quoted(written)}; fix: write ${meant}`)
      }
    })
    return this.#faults.count === before ? columns : undefined
  }
}

const acceptedHeader = 'Display_Name,Email and, if wanted, Secondary_Emails,Groups'

function entryOf(row: Row, columns: readonly (Column | null)[], path: string): FileEntry {
  const value: Record<string, unknown> = {}
  columns.forEach((column, i) => {
    const text = (row.fields[i] ?? '').trim()
    if (column === null) return
    value[column] = column === 'secondaryEmails' || column === 'groups' ? valuesOf(text) : text
  })
  const first = row.places[0] ?? { line: 1, column: 1 }
  // The address is the identity: a row says nothing better.
  value.id = canonicalAddress(value.mail as string)
  return {
    kind: 'user',
    value,
    path,
    labelOf: (property) => headerNames[property as Column] ?? property,
    placeOf: (property) => row.places[columns.indexOf(property as Column)] ?? first,
  }
}

function valuesOf(text: string): string[] {
  return text
    .split(';')
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

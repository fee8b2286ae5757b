/** Writes judged messages as they come: a table whose columns are aligned in parts, JSON lines, or CSV. */

import { printable } from '../../text.ts'
import { changeOf, jsonOf } from './outcome.ts'
import type { Judged } from './outcome.ts'
import { comparedRows, csvHead, csvRow, tableRows } from './rows.ts'

export interface WriterOptions {
  readonly form: 'table' | 'json' | 'csv'
  /** Clean messages (unchanged ones in a comparison) in the table and in CSV too. */
  readonly all: boolean
  /** Each step of the judgement, in place of the table. */
  readonly explain: boolean
  readonly compared: boolean
}

interface Streams {
  readonly out: NodeJS.WritableStream
  readonly err: NodeJS.WritableStream
}

/** Rows that are held back to align their columns. */
const rowsAtOnce = 200
/** Characters that are held back to be written together. */
const textAtOnce = 65_536

export class ResultWriter {
  readonly #streams: Streams
  readonly #options: WriterOptions
  readonly #beforeWriting: () => void
  readonly #rows: Judged[] = []
  #text = ''
  #begun = false

  /** @param beforeWriting takes the progress line away */
  constructor(streams: Streams, options: WriterOptions, beforeWriting: () => void) {
    this.#streams = streams
    this.#options = options
    this.#beforeWriting = beforeWriting
  }

  /** Whether anything was written. */
  get begun(): boolean {
    return this.#begun
  }

  async add(judged: Judged): Promise<void> {
    const { form, explain } = this.#options
    if (explain) {
      const { source, steps } = judged
      const text = `${printable(source)}\n${steps.map((step) => `  ${printable(step)}\n`).join('')}`
      if (this.#options.form === 'table') this.#text += text
      else {
        this.#beforeWriting()
        this.#streams.err.write(text)
      }
    }
    if (form === 'json') this.#text += `${jsonOf(judged)}\n`
    else if (this.#isWanted(judged)) {
      if (form === 'csv') {
        if (!this.#begun && this.#text === '') this.#text = csvHead(this.#options.compared)
        this.#text += csvRow(judged)
      } else if (!explain) this.#rows.push(judged)
    }
    if (this.#rows.length >= rowsAtOnce || this.#text.length >= textAtOnce) await this.flush()
  }

  /** Writes what is held back, and waits for a slow reader instead of piling it up. */
  async flush(): Promise<void> {
    if (this.#rows.length > 0) {
      const rowsOf = this.#options.compared ? comparedRows : tableRows
      for (const row of rowsOf(this.#rows.splice(0), !this.#begun)) this.#text += `${row}\n`
    }
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    await this.write(text)
  }

  async write(text: string): Promise<void> {
    this.#begun = true
    this.#beforeWriting()
    if (!this.#streams.out.write(text)) await new Promise((resume) => this.#streams.out.once('drain', resume))
  }

  /** Writes the rest; the head row of a CSV even if no row follows. */
  async end(): Promise<void> {
    if (this.#options.form === 'csv' && !this.#begun && this.#text === '') this.#text = csvHead(this.#options.compared)
    await this.flush()
  }

  #isWanted({ outcome, before }: Judged): boolean {
    if (this.#options.all) return true
    return before === null ? outcome.verdict !== 'clean' : changeOf(before, outcome) !== null
  }
}

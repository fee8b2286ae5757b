/** A text file that all nodes share: revisions in PostgreSQL, compare and set, and what an edit that loses comes to. */

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database, FleetTransaction } from './database.ts'

/** What a node's file was made from. */
interface Base {
  readonly revision: number
  readonly sha: string
}

/** The newest revision in the database. */
export interface Revision {
  readonly revision: number
  readonly text: string
  readonly node: string
}

export interface DocumentFiles {
  /** The file that is shared. */
  readonly path: string
  /** What this node knows of it: which revision the file holds. */
  readonly statePath: string
  /** Replaces the shared file in one step. @throws NamesakeError input-invalid where it can't be written */
  readonly replace: (path: string, expected: string, text: string) => void
}

/**
 * What one look at both sides came to. `taken`: the file holds a newer revision now and has to be read again. `conflict`: an
 * edit here and another one elsewhere; the newest revision is in the file, ours is kept beside it.
 */
export type DocumentOutcome =
  | { readonly outcome: 'same'; readonly revision: number }
  | { readonly outcome: 'pushed' | 'taken'; readonly revision: number; readonly node: string }
  | {
      readonly outcome: 'conflict'
      readonly revision: number
      readonly node: string
      readonly kept: string
      readonly ours: string
      readonly theirs: string
    }

/** The number of the newest revision; 0 if there is none. */
async function newestRevision({ query }: FleetTransaction, name: string): Promise<number> {
  const [row] = await query<{ revision: string | null }>(
    'select max(revision) as revision from namesake.document where name = $1',
    [name],
  )
  return Number(row?.revision ?? 0)
}

/** Edits of this node that lost and wait for an answer, beside their file: the first one first. */
export function conflictsOf(path: string): string[] {
  const begin = `${basename(path)}.conflict`
  const numbers = readdirSync(dirname(path)).map((name) => {
    if (name === begin) return 1
    const number = name.startsWith(`${begin}-`) ? name.slice(begin.length + 1) : ''
    return /^[1-9]\d{0,5}$/.test(number) ? Number(number) : 0
  })
  return numbers
    .filter((number) => number > 0)
    .sort((a, b) => a - b)
    .map((number) => conflictPath(path, number))
}

function conflictPath(path: string, number: number): string {
  return join(dirname(path), `${basename(path)}.conflict${number === 1 ? '' : `-${number}`}`)
}

/** Keeps an edit that lost, beside those that wait already and once only. @returns where */
function keepBeside(path: string, text: string): string {
  const same = conflictsOf(path).find((kept) => readFileSync(kept, 'utf8') === text)
  if (same !== undefined) return same
  for (let number = 1; ; number++) {
    const kept = conflictPath(path, number)
    try {
      writeFileSync(kept, text, { flag: 'wx', mode: 0o640 })
      return kept
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** A document on one node. Its calls must not run side by side. */
export class SharedDocument {
  readonly #database: Database
  readonly #name: string
  readonly #node: string
  readonly #files: DocumentFiles

  constructor(database: Database, name: string, node: string, files: DocumentFiles) {
    this.#database = database
    this.#name = name
    this.#node = node
    this.#files = files
  }

  /** Which revision the file was made from; 0: none yet. */
  get revision(): number {
    return this.#base().revision
  }

  /** Edits of this node that lost against other ones and wait for `fleet resolve`, the first one first. */
  get conflicts(): readonly string[] {
    return conflictsOf(this.#files.path)
  }

  /**
   * Brings file and database together. An edit of the file is pushed if it was made from the newest revision; else the
   * newest goes into the file, and the edit is kept beside it.
   * @param mayPush whether the file, as it stands, is valid and in force here: nothing else is given to the others
   * @throws NamesakeError fleet-unavailable; input-invalid if the file can't be read or replaced
   */
  async reconcile(mayPush: () => boolean): Promise<DocumentOutcome> {
    const text = this.#read(this.#files.path)
    const base = this.#base()
    const isEdited = shaOf(text) !== base.sha
    const newest = await this.#newest()
    // A database that was restored from an older copy gets back what this node has.
    const isBehind = (newest?.revision ?? 0) < base.revision
    if (newest === null || isBehind || newest.revision === base.revision) {
      if (!(isEdited || isBehind) || !mayPush()) return { outcome: 'same', revision: base.revision }
      const revision = base.revision + (isEdited ? 1 : 0)
      // Somebody may have been faster by now: the next look sees it.
      if (!(await this.#push(revision, text))) return { outcome: 'same', revision: base.revision }
      this.#note({ revision, sha: shaOf(text) })
      return { outcome: 'pushed', revision, node: this.#node }
    }
    const { revision, node } = newest
    const known = { revision, sha: shaOf(newest.text) }
    if (text === newest.text) {
      this.#note(known)
      return { outcome: 'same', revision }
    }
    const kept = isEdited ? keepBeside(this.#files.path, text) : null
    this.#files.replace(this.#files.path, text, newest.text)
    this.#note(known)
    if (kept === null) return { outcome: 'taken', revision, node }
    return { outcome: 'conflict', revision, node, kept, ours: text, theirs: newest.text }
  }

  async #newest(): Promise<Revision | null> {
    const [row] = await this.#database.transact(({ query }) =>
      query<{ revision: string; text: string; node: string }>(
        'select revision, text, node from namesake.document where name = $1 order by revision desc limit 1',
        [this.#name],
      ),
    )
    return row === undefined ? null : { ...row, revision: Number(row.revision) }
  }

  /** False if that revision is there already. */
  async #push(revision: number, text: string): Promise<boolean> {
    const rows = await this.#database.transact(async (transaction) => {
      if ((await newestRevision(transaction, this.#name)) >= revision) return []
      return transaction.query(
        `insert into namesake.document (name, revision, text, node) values ($1, $2, $3, $4)
         on conflict do nothing returning revision`,
        [this.#name, revision, text, this.#node],
      )
    })
    return rows.length > 0
  }

  /** A byte-order mark belongs to the file, not to the text. */
  #read(path: string): string {
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '')
  }

  #base(): Base {
    try {
      const { revision, sha } = JSON.parse(readFileSync(this.#files.statePath, 'utf8')) as Partial<Base>
      if (typeof revision === 'number' && typeof sha === 'string') return { revision, sha }
    } catch {
      // No file yet, or one that was cut off: as a node that is new.
    }
    return { revision: 0, sha: '' }
  }

  #note(base: Base): void {
    const { statePath } = this.#files
    mkdirSync(dirname(statePath), { recursive: true, mode: 0o750 })
    writeFileSync(`${statePath}.new`, JSON.stringify(base), { mode: 0o640 })
    renameSync(`${statePath}.new`, statePath)
  }
}

function shaOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

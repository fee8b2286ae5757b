/** A text file that all nodes share: revisions in PostgreSQL, compare and set, and what an edit that loses comes to. */

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database, FleetTransaction } from './database.ts'

/** A revision by its number and the SHA-256 of its text: after a restore another text may have the number. */
interface Revision {
  readonly revision: number
  readonly sha: string
}

/** What a node's file was made from. */
interface Base extends Revision {
  /** Undefined where an older Namesake noted it. */
  readonly text: string | undefined
  /** What it knows of the revisions before it, the newest first. */
  readonly before: readonly Revision[]
}

/** Revisions that a node remembers: a restored database is told by them. */
const maxRemembered = 200

/** What the database has: the newest revision, and those from the node's base on that it was made from. */
interface Found extends Revision {
  readonly text: string
  readonly node: string
  readonly since: readonly Revision[]
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
 * What one look at both sides came to. `taken`: the file holds a newer revision now and has to be read again. `conflict`: two
 * texts of which neither was made from the other; one is in the file, the one that lost is kept beside it.
 */
export type DocumentOutcome =
  | { readonly outcome: 'same'; readonly revision: number }
  | { readonly outcome: 'pushed' | 'taken'; readonly revision: number; readonly node: string }
  | {
      readonly outcome: 'conflict'
      readonly revision: number
      readonly node: string
      /** Where the text that lost is. */
      readonly kept: string
      readonly lost: string
      readonly inForce: string
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

/** An edit that lost and is in force for all now, as another node that kept it too put it over the rest: nothing is left to decide. */
function dropKept(path: string, inForce: string): void {
  for (const kept of conflictsOf(path)) if (readFileSync(kept, 'utf8') === inForce) rmSync(kept)
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
   * newest goes into the file, and the edit is kept beside it. The same holds for a revision that a restored database has
   * lost; if it has only older ones, what this node has is pushed again, and what was pushed meanwhile is kept.
   * @param mayPush whether the file, as it stands, is valid and in force here: nothing else is given to the others
   * @throws NamesakeError fleet-unavailable; input-invalid if the file can't be read or replaced
   */
  async reconcile(mayPush: () => boolean): Promise<DocumentOutcome> {
    const text = this.#read(this.#files.path)
    const base = this.#base()
    const isEdited = shaOf(text) !== base.sha
    const newest = await this.#newest(base)
    const isBehind = (newest?.revision ?? 0) < base.revision
    const isBase = newest?.since.some((one) => isSame(one, base)) === true
    if (newest === null || isBehind || (isBase && newest.revision === base.revision)) {
      const same = { outcome: 'same', revision: base.revision } as const
      if (!(isEdited || isBehind) || !mayPush()) return same
      return (await this.#push(base, text, isEdited, newest)) ?? same
    }
    const { revision, node } = newest
    const known = { ...newest, before: remembered(newest.since, base) }
    if (text === newest.text) {
      this.#note(known)
      dropKept(this.#files.path, text)
      return { outcome: 'same', revision }
    }
    const isLost = isEdited || (base.revision > 0 && !isBase)
    const kept = isLost ? keepBeside(this.#files.path, text) : null
    this.#files.replace(this.#files.path, text, newest.text)
    this.#note(known)
    dropKept(this.#files.path, newest.text)
    if (kept === null) return { outcome: 'taken', revision, node }
    return { outcome: 'conflict', revision, node, kept, lost: text, inForce: newest.text }
  }

  async #newest({ revision: from }: Base): Promise<Found | null> {
    const rows = await this.#database.transact(({ query }) =>
      query<{ revision: string; sha: string; node: string; text: string | null }>(
        `select revision, encode(sha256(convert_to(text, 'UTF8')), 'hex') as sha, node,
           case when revision = max(revision) over () then text end as text
         from namesake.document where name = $1
         and revision >= least($2, (select max(revision) from namesake.document where name = $1)) order by revision`,
        [this.#name, from],
      ),
    )
    const since = rows.map(({ revision, sha }) => ({ revision: Number(revision), sha }))
    const row = rows.at(-1)
    return row === undefined ? null : { ...row, text: row.text ?? '', revision: Number(row.revision), since }
  }

  /** Null if somebody else pushed meanwhile: the next look sees it. */
  async #push(base: Base, text: string, isEdited: boolean, newest: Found | null): Promise<DocumentOutcome | null> {
    const revision = base.revision + (isEdited ? 1 : 0)
    // Pushed to a restored database by a node that did not know what we have.
    const isForeign = newest !== null && ![base, ...base.before].some((one) => isSame(one, newest))
    const lost = isForeign && newest.text !== text ? newest.text : null
    const kept = lost === null ? null : keepBeside(this.#files.path, lost)
    // What the edit was made from goes with it where the database has lost it: others see by it that theirs is no other edit.
    const from = isEdited && (newest?.revision ?? 0) < base.revision ? base.text : undefined
    const isPushed = await this.#database.transact(async (transaction) => {
      if (!(await this.#isStillNewest(transaction, newest))) return false
      if (from !== undefined) await this.#insert(transaction, base.revision, from)
      await this.#insert(transaction, revision, text)
      return true
    })
    if (!isPushed) return null
    this.#note({ revision, sha: shaOf(text), text, before: isEdited ? remembered([base], base) : base.before })
    dropKept(this.#files.path, text)
    if (kept === null || lost === null) return { outcome: 'pushed', revision, node: this.#node }
    return { outcome: 'conflict', revision, node: newest?.node ?? '', kept, lost, inForce: text }
  }

  async #insert({ query }: FleetTransaction, revision: number, text: string): Promise<void> {
    await query('insert into namesake.document (name, revision, text, node) values ($1, $2, $3, $4)', [
      ...[this.#name, revision, text, this.#node],
    ])
  }

  /** Whether nobody has pushed since, and nobody can until the transaction ends. */
  async #isStillNewest({ query }: FleetTransaction, newest: Found | null): Promise<boolean> {
    await query('lock table namesake.document in share row exclusive mode')
    const [row] = await query<{ revision: string | null }>(
      'select max(revision) as revision from namesake.document where name = $1',
      [this.#name],
    )
    return Number(row?.revision ?? 0) === (newest?.revision ?? 0)
  }

  /** A byte-order mark belongs to the file, not to the text. */
  #read(path: string): string {
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '')
  }

  #base(): Base {
    try {
      const { revision, sha, text, before } = JSON.parse(readFileSync(this.#files.statePath, 'utf8')) as Partial<Base>
      if (typeof revision === 'number' && typeof sha === 'string') return { revision, sha, text, before: before ?? [] }
    } catch {
      // No file yet, or one that was cut off: as a node that is new.
    }
    return { revision: 0, sha: '', text: undefined, before: [] }
  }

  #note({ revision, sha, text, before }: Base): void {
    const { statePath } = this.#files
    mkdirSync(dirname(statePath), { recursive: true, mode: 0o750 })
    writeFileSync(`${statePath}.new`, JSON.stringify({ revision, sha, text, before }), { mode: 0o640 })
    renameSync(`${statePath}.new`, statePath)
  }
}

function isSame(one: Revision, other: Revision): boolean {
  return one.revision === other.revision && one.sha === other.sha
}

/** What a node knows once it has seen further revisions. */
function remembered(seen: readonly Revision[], { before }: Base): Revision[] {
  const further = seen.map(({ revision, sha }) => ({ revision, sha })).reverse()
  return [...further, ...before].slice(0, maxRemembered)
}

function shaOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** What a source of people brings to the configuration: its type, its options, and whether it signs in. */

import type * as z from 'zod'
import type { OptionContext } from './files.ts'

/** One entry of `directories` after validation: what every source has. Its source's own options stand beside these. */
export interface DirectoryConfig {
  readonly name: string
  /** Of a source in the registry. */
  readonly type: string
  /** When it is read again: a cron expression of node-cron (five or six fields), or after so many milliseconds. */
  readonly sync: string | { readonly everyMs: number }
  /** Milliseconds without a success after which the directory counts as stale. */
  readonly staleAfter: number
  /** A sync that would remove more than this fraction of the people stops. */
  readonly shrink: number
  /** Milliseconds; each start is put off by a random part of it. For sources that have the option. */
  readonly jitter?: number
  /** When everything is read again: after so many syncs, or after so long (milliseconds). Likewise. */
  readonly fullEvery?: { readonly syncs: number } | { readonly duration: number }
}

/** A fault across several options of an entry. */
export interface EntryFault {
  /** The option that it is about; null: the entry as a whole. */
  readonly option: string | null
  readonly message: string
}

/** What configuration has to know of a source. */
export interface SourceOptions {
  /** As `type:` in namesake.yaml. */
  readonly type: string
  /** What the type means, for the reference. */
  readonly typeProse: string
  /** What an entry of this type is, for the reference. */
  readonly prose: string
  /** `sync` where an entry does not say it. */
  readonly usualSync: string
  /** Whether its credentials have to be readable before it can be read. */
  readonly signsIn: boolean
  /** Its own options, each with prose. */
  readonly options: (around: OptionContext) => z.ZodRawShape
  /** The options as its provider takes them, from their values. */
  readonly settings: (values: never, ctx: z.RefinementCtx) => object
  /** Faults across its options, from the plain values of an entry that may have other faults. */
  readonly faults: (entry: Readonly<Record<string, unknown>>) => readonly EntryFault[]
}

/** One synchronisation. */

import { NamesakeError } from '../errors.ts'
import type { Provider } from './provider.ts'
import type { Round, RoundOutcome } from './store/round.ts'
import type { MakeIndex } from './store/reindex.ts'
import type { Store } from './store/store.ts'
import { errorText } from '../text.ts'

/** When a directory is read in full though a delta would do: after so many syncs, or so many milliseconds. */
export type FullEvery = { readonly syncs: number } | { readonly duration: number }

export interface SyncOptions {
  readonly makeIndex: MakeIndex
  /** Largest part of the people, 0 to 1, that may go; null accepts any (`--accept-shrink`). */
  readonly maxShrink: number | null
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Reads everything, whatever cursor there is. */
  readonly full?: boolean
  readonly fullEvery?: FullEvery | null
  /** Words for an operator from the provider. */
  readonly notice?: (text: string) => void
  readonly progress?: (progress: SyncProgress) => void
}

export interface SyncProgress {
  /** `reading` counts changes as they come, `writing` people as they are made ready. */
  readonly phase: 'reading' | 'writing'
  readonly count: number
}

export interface SyncOutcome extends RoundOutcome {
  /** Milliseconds. */
  readonly duration: number
}

/**
 * One synchronisation of one directory: reads the provider to its end and commits, or leaves the people as they were
 * and notes the failure in the store. Throws NamesakeError: sync-busy if one is running already (in any process),
 * sync-shrink, or what the provider throws.
 */
export async function synchronise(store: Store, provider: Provider, options: SyncOptions): Promise<SyncOutcome> {
  const start = options.now()
  let round: Round | undefined
  try {
    round = await store.beginRound(provider)
    if (round === undefined) {
      throw new NamesakeError('sync-busy', `"${provider.name}" is being synchronised already; try again in a while`)
    }
    let cursor: string | null | undefined
    let count = 0
    const request = {
      cursor: isFullDue(store, provider, options) ? null : store.cursor(provider),
      signal: options.signal,
      notice: options.notice ?? (() => undefined),
    }
    for await (const step of provider.read(request)) {
      options.signal.throwIfAborted()
      if (step.step === 'begin') {
        count = 0
        await round.begin(step.round)
      } else if (step.step === 'changes') {
        await round.apply(step.changes)
        count += step.changes.length
        options.progress?.({ phase: 'reading', count })
      } else {
        cursor = step.cursor
        break
      }
    }
    if (cursor === undefined) {
      throw new NamesakeError('provider-malformed', `reading "${provider.name}" ended before its end was said`)
    }
    const { makeIndex, maxShrink: maxShrink } = options
    const progress = (people: number): void => options.progress?.({ phase: 'writing', count: people })
    const outcome = await round.commit({ cursor, now: options.now(), makeIndex, maxShrink: maxShrink, progress })
    return { ...outcome, duration: options.now() - start }
  } catch (error) {
    await round?.abandon()
    // A stop is no failure of the directory, and neither is that another process is at it.
    const busy = error instanceof NamesakeError && error.code === 'sync-busy'
    if (!options.signal.aborted && !busy) store.recordFailure(provider, options.now(), recordedText(error))
    throw error
  }
}

function isFullDue(store: Store, provider: Provider, options: SyncOptions): boolean {
  if (options.full === true) return true
  const record = store.record(provider.name)
  const { fullEvery } = options
  if (!provider.deltas || fullEvery === undefined || fullEvery === null || record === undefined) return false
  if ('syncs' in fullEvery) return record.sinceFull + 1 >= fullEvery.syncs
  return record.lastFull === null || options.now() - record.lastFull >= fullEvery.duration
}

const maxErrorLength = 2000

function recordedText(error: unknown): string {
  const text = errorText(error)
  return text.length > maxErrorLength ? `${text.slice(0, maxErrorLength)}…` : text
}

/** Pairs of a person and an address, as the server lists them. */

import { get, query } from './api.ts'
import { waiting } from './state.ts'

export interface Pair {
  readonly id: string
  /** For the If-Match of an answer. */
  readonly version: string
  readonly directory: string
  readonly person: string
  readonly name: string
  readonly address: string
  readonly count: number
  readonly authenticated: number
  readonly unauthenticated: number
  readonly detected: number
  readonly rejected: number
  readonly first: string
  readonly last: string
  readonly publicProvider: boolean
  readonly names: Readonly<Record<string, number>>
  readonly state: string
  readonly decision: {
    readonly answer: string
    readonly by: string
    readonly at: string
    readonly note: string
    readonly reopened: string | null
  } | null
}

export interface Pairs {
  readonly items: readonly Pair[]
  readonly total: number
  readonly messages: number
  readonly next: string | null
}

/** Pairs that wait, counted for the navigation too. */
export async function loadPairs(
  signal?: AbortSignal,
  order = 'messages',
  cursor: string | null = null,
): Promise<Pairs> {
  const found = await get<Pairs>(`/pairs${query({ order, cursor })}`, signal)
  waiting.value = found.total
  return found
}

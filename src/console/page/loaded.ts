/** Something that is fetched, and shown while it is fetched anew. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, wordsOf } from './api.ts'

export interface Loaded<T> {
  /** What was fetched last; stays while it is fetched anew. */
  readonly value: T | null
  readonly error: { readonly message: string; readonly instance: string | null; readonly status: number } | null
  readonly busy: boolean
  readonly reload: () => void
  /** Puts a value in place that a change has answered with. */
  readonly set: (value: T) => void
}

/** Fetches when `key` changes; an answer that comes late, after another key, is dropped. */
export function useLoaded<T>(key: string | null, fetch: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: Loaded<T>['error']; busy: boolean; key: string | null }>(
    {
      value: null,
      error: null,
      busy: key !== null,
      key,
    },
  )
  const [turn, setTurn] = useState(0)
  const latest = useRef(fetch)
  latest.current = fetch
  useEffect(() => {
    if (key === null) return
    const stop = new AbortController()
    setState((before) => ({ ...before, busy: true, value: before.key === key ? before.value : null, key }))
    latest.current(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setState({ value, error: null, busy: false, key })
      },
      (error: unknown) => {
        if (stop.signal.aborted) return
        const of = error instanceof ApiError ? error : null
        setState((before) => ({
          ...before,
          error: { message: wordsOf(error), instance: of?.instance ?? null, status: of?.status ?? 0 },
          busy: false,
        }))
      },
    )
    return () => stop.abort()
  }, [key, turn])
  const reload = useCallback(() => setTurn((n) => n + 1), [])
  const set = useCallback((value: T) => setState((before) => ({ ...before, value, error: null })), [])
  const current = state.key === key
  return { value: current ? state.value : null, error: current ? state.error : null, busy: state.busy, reload, set }
}

/**
 * Asks once what it depends on has stood still for a moment, as somebody types. An answer that comes late, after another key or
 * none, is dropped.
 * @param key null: nothing is to be asked
 */
export function useSettled<T>(
  key: string | null,
  pauseMs: number,
  ask: () => Promise<T>,
  then: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  useEffect(() => {
    if (key === null) return
    let stopped = false
    const timer = setTimeout(() => {
      ask().then(
        (value) => {
          if (!stopped) then(value)
        },
        (error: unknown) => {
          if (!stopped) failed(error)
        },
      )
    }, pauseMs)
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [key])
}

/** A list of which the server gives a page at a time, and where the next one begins. */
interface PageOf<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export interface Paged<P> extends Loaded<P> {
  /** Fetches the next page behind what is there; null: there is none. */
  readonly more: (() => Promise<void>) | null
}

/** As `useLoaded`, by pages: `value` is the latest page with the items of all of them. Fetched anew, it is as long as it was. */
export function usePaged<T, P extends PageOf<T>>(
  key: string | null,
  fetch: (cursor: string | null, signal?: AbortSignal) => Promise<P>,
): Paged<P> {
  const pages = useRef({ key, number: 1 })
  if (pages.current.key !== key) pages.current = { key, number: 1 }
  const loaded = useLoaded(key, async (signal) => {
    let all = await fetch(null, signal)
    for (let at = 1; at < pages.current.number && all.next !== null; at++)
      all = joined(all, await fetch(all.next, signal))
    return all
  })
  const { value, set } = loaded
  const more = async (): Promise<void> => {
    if (value === null || value.next === null) return
    set(joined(value, await fetch(value.next)))
    pages.current.number++
  }
  return { ...loaded, more: value === null || value.next === null ? null : more }
}

function joined<T, P extends PageOf<T>>(before: P, page: P): P {
  return { ...page, items: [...before.items, ...page.items] }
}

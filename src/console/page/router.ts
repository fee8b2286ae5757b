/** The address bar holds the state: which page, which filters, what is open. */

import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

interface Place {
  readonly page: string
  readonly query: URLSearchParams
  /** What stands behind `#`: what is open on the page. */
  readonly open: string
}

function read(): Place {
  return readOf(location)
}

function readOf({ pathname, search, hash }: Pick<URL, 'pathname' | 'search' | 'hash'>): Place {
  return {
    page: pathname.replace(/^\/+/, '').split('/')[0] || 'overview',
    query: new URLSearchParams(search),
    open: decode(hash.slice(1)),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const place = signal<Place>(read())

/** What would be lost by leaving what is open, in words; null: nothing. */
const unsaved = signal<string | null>(null)
/** Where somebody wants to go who would lose something: they are asked first. */
export const leaving = signal<{ readonly to: string; readonly words: string } | null>(null)

/** Says what would be lost while a part of the page is shown. Whoever asked to leave while it was being saved leaves once it is. */
export function useUnsaved(words: string | null): void {
  useEffect(() => {
    unsaved.value = words
    if (words === null && leaving.peek() !== null) leave()
    return forgetUnsaved
  }, [words])
}

/** It was saved, or is not wanted. */
export function forgetUnsaved(): void {
  unsaved.value = null
}

/** Whether somebody who goes there is asked first. */
function isHeld(to: string): boolean {
  const url = new URL(to, location.origin)
  const shown = place.peek()
  const next = readOf(url)
  const words = unsaved.peek()
  if (words === null || (next.page === shown.page && next.open === shown.open)) return false
  leaving.value = { to, words }
  return true
}

/** Goes there all the same. */
export function leave(): void {
  const to = leaving.peek()?.to
  leaving.value = null
  unsaved.value = null
  if (to !== undefined) go(to)
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (isHeld(to)) return
  if (how === 'push') history.pushState(null, '', to)
  else history.replaceState(null, '', to)
  const before = place.peek().page
  place.value = read()
  if (place.peek().page !== before) {
    scrollTo(0, 0)
    // A new page is read from its start, also by those who hear it.
    queueMicrotask(() => document.getElementById('main')?.focus({ preventScroll: true }))
  }
}

/** The address of the page that is shown, with other filters or another thing open. */
export function here(change: {
  readonly query?: Record<string, string | null>
  readonly open?: string | null
}): string {
  const { page, query, open } = place.peek()
  const next = new URLSearchParams(query)
  for (const [key, value] of Object.entries(change.query ?? {})) {
    if (value === null || value === '') next.delete(key)
    else next.set(key, value)
  }
  return addressOf({ page, query: next, open: change.open === undefined ? open : (change.open ?? '') })
}

function addressOf({ page, query, open }: Place): string {
  const search = query.toString()
  return `/${page}${search === '' ? '' : `?${search}`}${open === '' ? '' : `#${encodeURIComponent(open)}`}`
}

/** Follows links within the console without loading the page again. */
export function startRouter(): void {
  const moved = (): void => {
    const { pathname, search, hash } = location
    const shown = place.peek()
    if (!isHeld(pathname + search + hash)) place.value = read()
    else history.pushState(null, '', addressOf(shown))
  }
  addEventListener('popstate', moved)
  addEventListener('hashchange', moved)
  addEventListener('beforeunload', (event) => {
    if (unsaved.peek() !== null) event.preventDefault()
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = (event.target as Element | null)?.closest('a')
    if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return
    if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#main') === true) return
    event.preventDefault()
    go(link.pathname + link.search + link.hash)
  })
}

/** The address bar holds the state: which page, which filters, what is open. */

import { signal } from '@preact/signals'

interface Place {
  readonly page: string
  readonly query: URLSearchParams
  /** What stands behind `#`: what is open on the page. */
  readonly open: string
}

function read(): Place {
  const { pathname, search, hash } = location
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

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
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
  const shown = change.open === undefined ? open : (change.open ?? '')
  const search = next.toString()
  return `/${page}${search === '' ? '' : `?${search}`}${shown === '' ? '' : `#${encodeURIComponent(shown)}`}`
}

/** Follows links within the console without loading the page again. */
export function startRouter(): void {
  addEventListener('popstate', () => (place.value = read()))
  addEventListener('hashchange', () => (place.value = read()))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = (event.target as Element | null)?.closest('a')
    if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return
    if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#main') === true) return
    event.preventDefault()
    go(link.pathname + link.search + link.hash)
  })
}

/** Live updates: counts up when something of a kind has changed, and pages fetch it anew. */

import { signal } from '@preact/signals'

export const changed = {
  detections: signal(0),
  people: signal(0),
  protection: signal(0),
  directories: signal(0),
  audit: signal(0),
  users: signal(0),
}

/** Whether the server can tell now. */
export const connected = signal(false)
let source: EventSource | null = null
let waitMs = 1_000

/** Listens until the page is left; comes back by itself with growing gaps. */
export function startLive(): void {
  if (source !== null) return
  source = new EventSource('/api/v1/events')
  source.onopen = () => {
    // What happened while nobody listened is not told afterwards: look at everything once.
    if (waitMs > 1_000) for (const kind of Object.values(changed)) kind.value++
    waitMs = 1_000
    connected.value = true
  }
  source.onerror = () => {
    connected.value = false
    source?.close()
    source = null
    setTimeout(startLive, waitMs)
    waitMs = Math.min(waitMs * 2, 30_000)
  }
  for (const [name, kind] of Object.entries(changed)) source.addEventListener(name, () => kind.value++)
}

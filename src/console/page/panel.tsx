/** A panel beside a list; over it where there is no room for both. */

import { useEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { Icon } from './icons.tsx'

export function Panel({
  label,
  head,
  foot,
  onClose,
  children,
}: {
  readonly label: string
  readonly head: ComponentChildren
  readonly foot?: ComponentChildren
  readonly onClose: () => void
  readonly children: ComponentChildren
}): JSX.Element {
  const ref = useRef<HTMLElement>(null)
  useEffect(() => {
    const before = document.activeElement
    ref.current?.querySelector<HTMLElement>('[data-close]')?.focus({ preventScroll: true })
    const narrow = matchMedia('(max-width: 1120px)')
    // Over the list, nothing behind it can be reached.
    const cover = (): void => {
      for (const one of document.querySelectorAll<HTMLElement>('.nav, .bar, .list-main')) one.inert = narrow.matches
    }
    cover()
    narrow.addEventListener('change', cover)
    return () => {
      narrow.removeEventListener('change', cover)
      for (const one of document.querySelectorAll<HTMLElement>('.nav, .bar, .list-main')) one.inert = false
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside class="drawer" aria-label={label} ref={ref}>
      <div class="drawer-head">
        {head ?? <h2 class="grow">{label}</h2>}
        <button class="btn quiet small icon" type="button" aria-label="Close" data-close onClick={onClose}>
          <Icon name="cross" />
        </button>
      </div>
      <div class="drawer-body" tabIndex={-1}>
        {children}
      </div>
      {foot ? <div class="drawer-foot">{foot}</div> : null}
    </aside>
  )
}

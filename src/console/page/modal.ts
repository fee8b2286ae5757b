/** What every dialog is opened and closed by. */

import { useLayoutEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'

/** Opens a dialog over the page, which keeps the focus by itself, and gives it back when it goes. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const ref = useRef<HTMLDialogElement>(null)
  // At once and not behind the next frame: a key that is pressed meanwhile is meant for what opens.
  useLayoutEffect(() => {
    const before = document.activeElement
    ref.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return ref
}

/** Finds people, addresses and messages from anywhere. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { Icon } from './icons.tsx'
import { go } from './router.ts'

/** The dialog behind `/`. */
export function Finder({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    const before = document.activeElement
    ref.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  const to = (path: string): void => {
    onClose()
    go(path)
  }
  const q = encodeURIComponent(text.trim())
  return (
    <dialog
      class="dialog wide finder"
      ref={ref}
      aria-label="Find"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (q !== '') to(`/protection?q=${q}`)
        }}
      >
        <div class="finder-box">
          <Icon name="find" />
          <input
            type="search"
            aria-label="Find a person, address, group or message"
            placeholder="A person, address, group, message id"
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <kbd>Esc</kbd>
        </div>
        <div class="finder-list">
          {q === '' ? (
            <h3>Type a name, an address or an id</h3>
          ) : (
            <>
              <h3>Find “{text.trim()}”</h3>
              <a href={`/protection?q=${q}`} onClick={onClose}>
                <Icon name="shield" />
                <span class="grow">Among people and groups</span>
              </a>
              <a href={`/detections?q=${q}`} onClick={onClose}>
                <Icon name="mail" />
                <span class="grow">In detections</span>
              </a>
              <a href={`/try?from=${q}`} onClick={onClose}>
                <Icon name="flask" />
                <span class="grow">Try it as a From field</span>
              </a>
            </>
          )}
        </div>
      </form>
    </dialog>
  )
}

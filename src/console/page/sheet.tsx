/** A panel over the page, which waits behind it. */

import { useId } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { Icon } from './icons.tsx'
import { useModal } from './modal.ts'

export function Sheet({
  title,
  onClose,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}): JSX.Element {
  const id = useId()
  const ref = useModal()
  return (
    <dialog
      class="drawer sheet"
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <div class="drawer-head">
        <h2 id={id} class="grow">
          {title}
        </h2>
        <button class="btn quiet small icon" type="button" aria-label="Close" onClick={onClose}>
          <Icon name="cross" />
        </button>
      </div>
      {children}
    </dialog>
  )
}

/** Finds people, addresses and messages from anywhere. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { get, query } from './api.ts'
import { Icon } from './icons.tsx'
import { useSettled } from './loaded.ts'
import { useModal } from './modal.ts'
import type { Detection } from './pages/detections.tsx'
import { Addr, Avatar, Foreign, Time } from './parts.tsx'
import type { Person, Target } from './people.tsx'
import { go } from './router.ts'

/** What a few letters find at once: so many of each kind. */
interface Found {
  readonly people: readonly Pick<Person, 'directory' | 'id' | 'displayName' | 'addresses'>[]
  readonly groups: readonly (Target & { readonly displayName: string })[]
  readonly detections: readonly Pick<Detection, 'id' | 'verdict' | 'fromName' | 'address' | 'fromAddress' | 'time'>[]
}

const nothing: Found = { people: [], groups: [], detections: [] }
const shownOfEach = 4

async function find(q: string): Promise<Found> {
  const asked = query({ q, limit: shownOfEach })
  // What one of them can't answer, a history that is not kept say, leaves the others.
  const items = <T,>(path: string): Promise<readonly T[]> =>
    get<{ items: readonly T[] }>(`${path}${asked}`).then(
      ({ items: found }) => found,
      () => [],
    )
  const [people, groups, detections] = await Promise.all([
    items<Found['people'][number]>('/people'),
    items<Found['groups'][number]>('/groups'),
    items<Found['detections'][number]>('/detections'),
  ])
  return { people, groups, detections }
}

function personHref({ directory, id }: Target): string {
  return `/protection${query({ directory })}#${encodeURIComponent(`${directory}\n${id}`)}`
}

function Hits({ of, onClose }: { readonly of: Found; readonly onClose: () => void }): JSX.Element {
  const { people, groups, detections } = of
  return (
    <>
      {people.length === 0 ? null : <h3>People</h3>}
      {people.map((one) => (
        <a key={`${one.directory} ${one.id}`} href={personHref(one)} onClick={onClose}>
          <Avatar name={one.displayName} look="small" />
          <span class="grow clip">
            <Foreign text={one.displayName} max={80} />
          </span>
          <Addr text={one.addresses[0] ?? ''} />
        </a>
      ))}
      {groups.length === 0 ? null : <h3>Groups</h3>}
      {groups.map((one) => (
        <a
          key={`${one.directory} ${one.id}`}
          href={`/protection${query({ directory: one.directory, q: one.displayName })}`}
          onClick={onClose}
        >
          <Icon name="group" />
          <span class="grow clip">
            <Foreign text={one.displayName} max={80} />
          </span>
        </a>
      ))}
      {detections.length === 0 ? null : <h3>Detections</h3>}
      {detections.map((one) => (
        <a
          key={one.id}
          href={`/detections${query({ verdict: one.verdict === 'detected' ? null : one.verdict })}#${encodeURIComponent(one.id)}`}
          onClick={onClose}
        >
          <Icon name="mail" />
          <span class="grow clip">
            <Foreign text={one.fromName ?? ''} max={80} /> <Addr text={one.address ?? one.fromAddress ?? ''} />
          </span>
          <span class="muted nowrap">
            <Time at={one.time} />
          </span>
        </a>
      ))}
    </>
  )
}

/** The dialog behind `/`. */
export function Finder({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const ref = useModal()
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found>(nothing)
  const wanted = text.trim()
  useEffect(() => {
    if (wanted === '') setFound(nothing)
  }, [wanted])
  useSettled(
    wanted === '' ? null : wanted,
    150,
    () => find(wanted),
    setFound,
    () => setFound(nothing),
  )
  const to = (path: string): void => {
    onClose()
    go(path)
  }
  const q = encodeURIComponent(wanted)
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
          const first = found.people[0]
          if (first !== undefined) to(personHref(first))
          else if (q !== '') to(`/protection?q=${q}`)
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
              <Hits of={found} onClose={onClose} />
              <h3>Look for “{wanted}”</h3>
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

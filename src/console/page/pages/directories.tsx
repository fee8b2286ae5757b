/** Directories: where people come from, and how one is added. */

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError, ask, send, wordsOf } from '../api.ts'
import { frequencyWords } from '../frequency.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import { Button, capital, count, Dialog, Empty, Foreign, Input, Menu, number, Shown, State, Time } from '../parts.tsx'
import { here, place } from '../router.ts'
import { act, may, readOnly, toast } from '../state.ts'
import { AddDirectory } from './add-directory.tsx'
import { asksConsent, AuthorizeAgain, authorizeAgain } from './consent.tsx'
import { InTrouble, RunBars } from './runs.tsx'
import type { Run } from './runs.tsx'
import { FrequencyField } from './frequency-field.tsx'

export interface Directory {
  readonly name: string
  readonly type: string
  readonly detail: string
  readonly state: 'never' | 'ok' | 'stale' | 'failed'
  readonly lastSync: string | null
  readonly nextRun: string | null
  readonly sync: string
  readonly people: number
  readonly groups: number
  readonly error: string | null
  readonly syncing: { readonly phase: string; readonly count: number } | null
  /** The latest last. */
  readonly runs: readonly Run[]
}

/** What a dialog was opened for, and the version of namesake.yaml that it showed then. */
interface Chosen {
  readonly one: Directory
  readonly version: string | null
}

const typeNames: Record<string, string> = { office365: 'Office 365', file: 'File' }

export function Directories(): JSX.Element {
  const list = useLoaded('directories', (signal) => ask<{ items: Directory[] }>('GET', '/directories', { signal }))
  const signals = changed.directories.value + changed.people.value
  useEffect(() => list.reload(), [signals])
  const [removing, setRemoving] = useState<Chosen | null>(null)
  const [editing, setEditing] = useState<Chosen | null>(null)
  const { open } = place.value
  const mayChange = may('admin') && !readOnly.value
  const items = list.value?.value.items ?? []
  const version = list.value?.version ?? null
  const late = items.find(({ error, runs }) => error !== null && runs.length > 0)
  const readAgain = (name: string): void => {
    const one = items.find((of) => of.name === name)
    if (one !== undefined) void syncNow(one, {})
  }
  const syncAll = (): void => {
    for (const one of items) void syncNow(one, {})
    toast(`${count(items.length, 'directory', 'directories')} being read`)
  }
  return (
    <>
      <div class="inner">
        <div class="page-head">
          <div class="text">
            <h1>Directories</h1>
            <p>Where your people come from. If one cannot be read, the people known before stay protected.</p>
          </div>
          <div class="acts">
            {may('admin') && items.length > 1 ? (
              <Button icon="sync" onClick={syncAll}>
                Sync all
              </Button>
            ) : null}
            {mayChange ? (
              <a class="btn primary" href={here({ open: 'add' })}>
                <Icon name="plus" />
                Add directory
              </a>
            ) : null}
          </div>
        </div>
        <section class="card" aria-label="Directories" aria-busy={list.busy && list.value !== null}>
          <Shown of={list} rows={3}>
            {() =>
              items.length === 0 ? (
                <Empty icon="book" title="No directory yet">
                  <p>Add one, and its people and groups are listed here.</p>
                </Empty>
              ) : (
                <div class="table-wrap">
                  <table class="table top dirs-t fold">
                    <thead>
                      <tr>
                        <th scope="col">Directory</th>
                        <th scope="col">State</th>
                        <th scope="col" class="num">
                          People
                        </th>
                        <th scope="col" class="num">
                          Groups
                        </th>
                        <th scope="col">Last sync</th>
                        <th scope="col">Next</th>
                        <th scope="col">Last 12 runs</th>
                        <th scope="col">
                          <span class="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((one) => (
                        <Row
                          key={one.name}
                          one={one}
                          onRemove={() => setRemoving({ one, version })}
                          onEdit={() => setEditing({ one, version })}
                        />
                      ))}
                    </tbody>
                  </table>
                </div>
              )
            }
          </Shown>
        </section>
        {late === undefined ? null : <InTrouble one={late} />}
      </div>
      {open.startsWith('again-') ? <AuthorizeAgain key={open} id={open.slice(6)} onRead={readAgain} /> : null}
      {open === 'add' || open.startsWith('add-') ? <AddDirectory key={open} onSaved={list.reload} /> : null}
      {removing === null ? null : <Remove {...removing} onClose={() => setRemoving(null)} onDone={list.reload} />}
      {editing === null ? null : <Frequency {...editing} onClose={() => setEditing(null)} onDone={list.reload} />}
    </>
  )
}

async function syncNow(one: Directory, options: { full?: boolean; acceptShrink?: boolean }): Promise<void> {
  interface Report {
    readonly people: number
    readonly added: number
    readonly changed: number
    readonly removed: number
  }
  const path = `/directories/${encodeURIComponent(one.name)}/sync`
  await act(
    () => send<Report>('POST', path, options),
    ({ people, added, changed: others, removed }) =>
      `${one.name} is read: ${count(people, 'person', 'people')}; ${added} added, ${others} changed, ${removed} removed.`,
  )
}

function Row({
  one,
  onRemove,
  onEdit,
}: {
  readonly one: Directory
  readonly onRemove: () => void
  readonly onEdit: () => void
}): JSX.Element {
  const mayChange = may('admin') && !readOnly.value
  return (
    <tr>
      <td>
        <span class="cell-2">
          <b>{one.name}</b>
          <small>
            {typeNames[one.type] ?? one.type}, <Foreign text={one.detail.split('/').at(-1) ?? ''} />
          </small>
        </span>
      </td>
      <td class="dir-state">
        <DirectoryState one={one} />
      </td>
      <td class="num" data-l="People">
        {number(one.people)}
      </td>
      <td class="num" data-l="Groups">
        {number(one.groups)}
      </td>
      <td class="nowrap" data-l="Last sync">
        {one.lastSync === null ? <span class="soft">never</span> : <Time at={one.lastSync} />}
      </td>
      <td class="nowrap soft" data-l="Next">
        {one.nextRun === null ? '' : <Time at={one.nextRun} />}
      </td>
      <td data-l="Last 12 runs">
        <RunBars runs={one.runs} />
      </td>
      <td class="nowrap num">
        {may('admin') ? (
          <>
            <Button
              look="small"
              icon="sync"
              busy={one.syncing === null ? null : 'Syncing'}
              onClick={() => syncNow(one, {})}
            >
              Sync now
            </Button>{' '}
            <Menu
              label={`More for ${one.name}`}
              items={[
                { label: 'Read everything again', icon: 'sync', act: () => void syncNow(one, { full: true }) },
                asksConsent(one.type)
                  ? { label: 'Authorize again', icon: 'open', act: () => void authorizeAgain(one.name) }
                  : null,
                mayChange ? { label: 'How often', icon: 'clock', act: onEdit } : null,
                {
                  label: 'Groups and people',
                  icon: 'shield',
                  href: `/protection?directory=${encodeURIComponent(one.name)}`,
                },
                mayChange ? { label: 'Remove…', icon: 'cross', danger: true, act: onRemove } : null,
              ]}
            />
          </>
        ) : null}
      </td>
    </tr>
  )
}

/** How a directory is: shape, word, and what to do in words. */
function DirectoryState({ one }: { readonly one: Directory }): JSX.Element {
  if (one.syncing !== null || (one.state === 'never' && one.error === null)) {
    const first = one.lastSync === null
    const far = one.syncing === null || one.syncing.count === 0 ? '' : `${number(one.syncing.count)} read so far. `
    return (
      <>
        <State look="busy">{first ? 'First sync' : 'Syncing'}</State>
        {first ? (
          <p>{far}Mail is marked unchecked until the first directory is read.</p>
        ) : far === '' ? null : (
          <p>{far}</p>
        )}
      </>
    )
  }
  const error = one.error ?? ''
  if (/shrink|would remove/i.test(error)) {
    return (
      <>
        <State look="bad">Stopped to be sure</State>
        <p>
          {error}{' '}
          {may('admin') ? (
            <button class="link" type="button" onClick={() => void syncNow(one, { acceptShrink: true })}>
              Accept that they left
            </button>
          ) : null}
        </p>
      </>
    )
  }
  if (error !== '' && one.state !== 'stale') {
    const consent = /consent|permission/i.test(error)
    const never = one.lastSync === null
    return (
      <>
        <State look={consent || never ? 'bad' : 'warn'}>
          {consent ? 'Needs consent' : never ? 'Not read yet' : 'Late'}
        </State>
        <p>
          <Foreign text={capital(error)} max={2000} />
          {never ? '.' : '. Its people stay protected.'}{' '}
          {consent && asksConsent(one.type) && may('admin') ? (
            <button class="link" type="button" onClick={() => void authorizeAgain(one.name)}>
              Authorize again
            </button>
          ) : null}
        </p>
      </>
    )
  }
  if (one.state === 'stale') {
    return (
      <>
        <State look="warn">Late</State>
        <p>{error === '' ? 'It was not read for longer than it should be. Its people stay protected.' : error}</p>
      </>
    )
  }
  return <State look="ok">In sync</State>
}

function Remove({
  one,
  version,
  onClose,
  onDone,
}: Chosen & {
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const remove = async (): Promise<void> => {
    setBusy(true)
    const path = `/directories/${encodeURIComponent(one.name)}`
    if ((await act(() => ask('DELETE', path, { version }), `${one.name} is removed.`)) !== null) onClose()
    setBusy(false)
    onDone()
  }
  return (
    <Dialog
      title={`Remove ${one.name}?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" busy={busy ? 'Removing' : null} disabled={typed !== one.name} onClick={remove}>
            Remove directory
          </Button>
        </>
      }
    >
      <p>
        Its {count(one.people, 'person', 'people')} leave the store, and whoever was protected by it is not any more.
        {one.type === 'file' ? ' The file itself stays where it is.' : ' Nothing changes at Microsoft.'}
      </p>
      <Input
        label="Type the name to confirm"
        value={typed}
        onInput={setTyped}
        placeholder={one.name}
        autocomplete="off"
      />
    </Dialog>
  )
}

function Frequency({
  one,
  version,
  onClose,
  onDone,
}: Chosen & {
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const [sync, setSync] = useState(one.sync)
  const [error, setError] = useState<string | null>(null)
  const save = async (): Promise<void> => {
    try {
      await ask('PATCH', `/directories/${encodeURIComponent(one.name)}`, { body: { sync }, version })
      toast(`${one.name} is read ${frequencyWords(sync)}.`)
      onClose()
      onDone()
    } catch (failure) {
      setError(failure instanceof ApiError && failure.faults[0] ? failure.faults[0].message : wordsOf(failure))
    }
  }
  return (
    <Dialog
      title={`How often ${one.name} is read`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <FrequencyField value={sync} onChange={setSync} error={error} />
    </Dialog>
  )
}

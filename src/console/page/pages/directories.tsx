/** Directories: where people come from, and how one is added. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, ask, get, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import {
  Button,
  Copy,
  count,
  Dialog,
  Diff,
  diffWords,
  Empty,
  Failed,
  Foreign,
  Input,
  Menu,
  Note,
  number,
  Select,
  Skeleton,
  State,
  Time,
} from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { go, here, place } from '../router.ts'
import { act, may, readOnly, toast } from '../state.ts'
import { frequencies, frequencyWords } from '../frequency.ts'
import { Sheet } from '../sheet.tsx'

interface Directory {
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
          {list.error !== null && list.value === null ? (
            <Failed error={list.error} retry={list.reload} />
          ) : list.value === null ? (
            <Skeleton rows={3} />
          ) : items.length === 0 ? (
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
          )}
        </section>
      </div>
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
      <td class="nowrap num">
        {may('admin') ? (
          <>
            <Button
              look="small"
              icon="sync"
              busy={one.syncing === null ? null : 'Syncing'}
              onClick={() => void syncNow(one, {})}
            >
              Sync now
            </Button>{' '}
            <Menu
              label={`More for ${one.name}`}
              items={[
                { label: 'Read everything again', icon: 'sync', act: () => void syncNow(one, { full: true }) },
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
  if (one.state === 'failed' || (one.state === 'never' && error !== '')) {
    const consent = /consent|permission/i.test(error)
    return (
      <>
        <State look={consent || one.state === 'never' ? 'bad' : 'warn'}>
          {consent ? 'Needs consent' : one.state === 'never' ? 'Not read yet' : 'Late'}
        </State>
        <p>
          {error}
          {one.state === 'never' ? '' : '. Its people stay protected.'}
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
          <Button
            look="danger"
            busy={busy ? 'Removing' : null}
            disabled={typed !== one.name}
            onClick={() => void remove()}
          >
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
          <Button look="primary" onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <FrequencyField value={sync} onChange={setSync} error={error} />
    </Dialog>
  )
}

function FrequencyField({
  value,
  onChange,
  error,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error?: string | null | undefined
}): JSX.Element {
  const known = frequencies.some(([cron]) => cron === value)
  const [own, setOwn] = useState(!known)
  return (
    <>
      <Select
        label="Sync frequency"
        value={own ? 'own' : value}
        options={[...frequencies, ['own', 'Cron expression…']]}
        onChange={(next) => {
          setOwn(next === 'own')
          if (next !== 'own') onChange(next)
        }}
      />
      {own ? (
        <Input
          label="Cron expression"
          mono
          value={value}
          onInput={onChange}
          error={error}
          hint="Minute, hour, day of month, month, day of week."
        />
      ) : error ? (
        <p class="error">{error}</p>
      ) : null}
    </>
  )
}

/* ---------- add ---------- */

type Cloud = 'global' | 'usgov' | 'usgov-dod' | 'china' | 'other'
type CredentialKind = 'env' | 'file' | 'certificate'

interface Draft {
  readonly type: 'office365' | 'file'
  readonly name: string
  readonly sync: string
  readonly tenant: string
  readonly clientId: string
  readonly cloud: Cloud
  readonly authority: string
  readonly graph: string
  readonly credential: CredentialKind
  readonly env: string
  readonly file: string
  readonly key: string
  readonly certificate: string
  readonly path: string
}

const emptyDraft: Draft = {
  type: 'office365',
  name: 'Office 365',
  sync: '*/30 * * * *',
  tenant: '',
  clientId: '',
  cloud: 'global',
  authority: '',
  graph: '',
  credential: 'env',
  env: 'NAMESAKE_CLIENT_SECRET',
  file: '',
  key: '',
  certificate: '',
  path: './people.yaml',
}

interface Consent {
  readonly id: string
  readonly status: 'waiting' | 'proving' | 'authorized' | 'refused'
  readonly url: string
  readonly redirect: string
  readonly said: readonly string[]
  readonly error: string | null
  readonly raw: string | null
  readonly draft: Sent
}

/** A draft as the server takes it. */
type Sent =
  | { type: 'file'; name: string; sync: string; path: string }
  | {
      type: 'office365'
      name: string
      sync: string
      tenant: string
      clientId: string
      cloud: Cloud
      authority?: string
      graph?: string
      credential:
        | { kind: 'secret'; secret: { env: string } | { file: string } }
        | { kind: 'certificate'; key: string; certificate: string }
    }

function sent(draft: Draft): Sent {
  const { type, name, sync } = draft
  if (type === 'file') return { type, name, sync, path: draft.path }
  const { tenant, clientId, cloud, authority, graph } = draft
  return {
    ...{ type, name, sync, tenant, clientId, cloud },
    ...(cloud === 'other' ? { authority, graph } : {}),
    credential:
      draft.credential === 'certificate'
        ? { kind: 'certificate', key: draft.key, certificate: draft.certificate }
        : { kind: 'secret', secret: draft.credential === 'env' ? { env: draft.env } : { file: draft.file } },
  }
}

function fromSent(of: Sent): Draft {
  if (of.type === 'file') return { ...emptyDraft, ...of }
  const { credential, ...rest } = of
  const secret = credential.kind === 'secret' ? credential.secret : null
  return {
    ...emptyDraft,
    ...rest,
    ...(credential.kind === 'certificate'
      ? { credential: 'certificate', key: credential.key, certificate: credential.certificate }
      : secret !== null && 'env' in secret
        ? { credential: 'env', env: secret.env }
        : { credential: 'file', file: secret !== null && 'file' in secret ? secret.file : '' }),
  }
}

function AddDirectory({ onSaved }: { readonly onSaved: () => void }): JSX.Element {
  const id = place.value.open.startsWith('add-') ? place.value.open.slice(4) : null
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [consent, setConsent] = useState<Consent | null>(null)
  const [gone, setGone] = useState<string | null>(null)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState<string | null>(null)
  const [diff, setDiff] = useState<readonly DiffLine[] | null>(null)
  const close = (): void => go(here({ open: '' }))

  // A consent under way is looked at until it is decided.
  useEffect(() => {
    if (id === null) return
    let stopped = false
    const look = async (): Promise<void> => {
      try {
        const found = await get<Consent>(`/directories/authorize/${encodeURIComponent(id)}`)
        if (stopped) return
        setConsent((before) => {
          if (before === null) setDraft(fromSent(found.draft))
          return found
        })
        if (found.status === 'waiting' || found.status === 'proving') setTimeout(() => void look(), 700)
      } catch (error) {
        if (!stopped) setGone(wordsOf(error))
      }
    }
    void look()
    return () => {
      stopped = true
    }
  }, [id])

  const ready = draft.type === 'file' || consent?.status === 'authorized'
  const described = JSON.stringify(sent(draft))
  useEffect(() => {
    if (!ready) return
    const timer = setTimeout(() => {
      send<{ diff: readonly DiffLine[] }>('POST', '/directories/preview', { directory: sent(draft) }).then(
        (found) => {
          setDiff(found.diff)
          setErrors({})
        },
        (error: unknown) => {
          setDiff(null)
          setErrors(errorsOf(error))
        },
      )
    }, 250)
    return () => clearTimeout(timer)
  }, [ready, described])

  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }))
  const setType = (type: Draft['type']): void =>
    set({
      type,
      ...(draft.name === '' || draft.name === 'Office 365' || draft.name === 'Staff file'
        ? { name: type === 'office365' ? 'Office 365' : 'Staff file' }
        : {}),
      sync: type === 'office365' ? '*/30 * * * *' : '*/5 * * * *',
    })

  const authorize = async (): Promise<void> => {
    setBusy('Authorizing')
    setErrors({})
    try {
      const begun = await send<Consent>('POST', '/directories/authorize', { directory: sent(draft) })
      // The panel is found again under this address when the browser comes back.
      history.replaceState(null, '', here({ open: `add-${begun.id}` }))
      location.assign(begun.url)
    } catch (error) {
      setErrors(errorsOf(error))
      setBusy(null)
    }
  }
  const save = async (): Promise<void> => {
    setBusy('Saving')
    try {
      const { running } = await send<{ running: boolean }>('POST', '/directories', { directory: sent(draft) })
      toast(
        running
          ? `Saved. ${draft.name} is being read for the first time.`
          : `Saved. ${draft.name} is read once the daemon is started again.`,
      )
      close()
      onSaved()
    } catch (error) {
      setErrors(errorsOf(error))
    }
    setBusy(null)
  }

  const step = draft.type === 'file' ? 'save' : consent === null ? 'describe' : ready ? 'save' : 'authorize'
  const waiting = consent !== null && (consent.status === 'waiting' || consent.status === 'proving')
  const refused = consent?.status === 'refused'
  const fields = (
    <>
      <fieldset class="choice cols-2 types">
        <legend class="label">Directory type</legend>
        <TypeChoice
          value="office365"
          is={draft.type}
          title="Office 365"
          about="Microsoft 365, Entra ID"
          onPick={setType}
        />
        <TypeChoice value="file" is={draft.type} title="File" about="CSV, JSON or YAML" onPick={setType} />
      </fieldset>
      <div class="two">
        <Input
          label="Directory name"
          required
          value={draft.name}
          onInput={(name) => set({ name })}
          error={errors.name}
        />
        <div>
          <FrequencyField value={draft.sync} onChange={(sync) => set({ sync })} error={errors.sync} />
        </div>
      </div>
    </>
  )
  return (
    <Sheet title="Add directory" onClose={close}>
      <form
        class="step"
        onSubmit={(event) => {
          event.preventDefault()
          void (step === 'save' ? save() : authorize())
        }}
      >
        <div class="drawer-body stack-l">
          {draft.type === 'file' ? null : <Steps step={step} />}
          {gone !== null && consent === null ? (
            <Note look="warn">
              <p>{gone}</p>
            </Note>
          ) : null}
          {waiting ? (
            <Waiting consent={consent} />
          ) : refused ? (
            <Refused consent={consent} />
          ) : step === 'save' && draft.type === 'office365' ? (
            <Granted draft={draft} />
          ) : null}
          {waiting || refused ? null : (
            <>
              {errors[''] === undefined ? null : (
                <Note look="bad">
                  <p>{errors['']}</p>
                </Note>
              )}
              {fields}
              {draft.type === 'file' ? (
                <Input
                  label="File on the host"
                  mono
                  value={draft.path}
                  onInput={(path) => set({ path })}
                  error={errors.path}
                  hint="Relative to the folder of namesake.yaml. It is read again whenever it changes."
                />
              ) : consent === null ? (
                <Application draft={draft} set={set} errors={errors} />
              ) : null}
              {step === 'save' && diff !== null ? (
                <div>
                  <div class="code-head">
                    <span class="grow">namesake.yaml, as it would be saved</span>
                    <span class="muted">{diffWords(diff)}</span>
                  </div>
                  <Diff lines={diff} label="What changes in namesake.yaml" />
                </div>
              ) : null}
              {step === 'describe' ? (
                <Note>
                  <p>
                    Reading only. Mail is never sent to Microsoft, and people are kept in the store on your own hosts.
                  </p>
                </Note>
              ) : null}
            </>
          )}
        </div>
        <div class="drawer-foot">
          {waiting ? null : step === 'save' ? (
            <Button look="primary" type="submit" busy={busy} disabled={diff === null}>
              Save
            </Button>
          ) : (
            <Button look="primary" type="submit" icon="open" busy={busy}>
              {refused ? 'Authorize again' : 'Authorize'}
            </Button>
          )}
          {consent !== null && !ready ? (
            <Button
              look="quiet"
              onClick={() => {
                setConsent(null)
                history.replaceState(null, '', here({ open: 'add' }))
              }}
            >
              Back
            </Button>
          ) : (
            <Button look="quiet" onClick={close}>
              Cancel
            </Button>
          )}
          <span class="grow" />
          {step === 'save' ? <span class="muted">The first sync starts at once</span> : null}
        </div>
      </form>
    </Sheet>
  )
}

/** Faults by field: the server names them by their place in namesake.yaml. */
function errorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.faults.length === 0) return { '': wordsOf(error) }
  const found: Record<string, string> = {}
  for (const { path, message } of error.faults) {
    const field = path.replace(/^directories\[\d+\]\.?|^directory\.?/g, '').split(/[.[]/)[0] ?? ''
    const known = ['name', 'sync', 'tenant', 'clientId', 'authority', 'graph', 'path', 'clientSecret', 'certificate']
    const key = known.includes(field) ? field : ''
    found[key] = found[key] === undefined ? message : `${found[key]}; ${message}`
  }
  return found
}

function TypeChoice({
  value,
  is,
  title,
  about,
  onPick,
}: {
  readonly value: Draft['type']
  readonly is: Draft['type']
  readonly title: string
  readonly about: string
  readonly onPick: (value: Draft['type']) => void
}): JSX.Element {
  return (
    <label>
      <input
        type="radio"
        name="type"
        aria-label={title}
        value={value}
        checked={is === value}
        onChange={() => onPick(value)}
      />
      <span>
        <b>{title}</b>
        <small>{about}</small>
      </span>
    </label>
  )
}

function Steps({ step }: { readonly step: 'describe' | 'authorize' | 'save' }): JSX.Element {
  const names = ['describe', 'authorize', 'save'] as const
  const words = { describe: 'Describe', authorize: 'Authorize', save: 'Save' }
  const at = names.indexOf(step)
  return (
    <ol class="steps-bar" aria-label="Steps">
      {names.map((name, index) => (
        <li key={name} class={index < at ? 'done' : ''} {...(index === at ? { 'aria-current': 'step' as const } : {})}>
          {words[name]}
          {index < at ? <span class="vh">, done</span> : null}
        </li>
      ))}
    </ol>
  )
}

const clouds: readonly (readonly [Cloud, string])[] = [
  ['global', 'Global'],
  ['usgov', 'US government'],
  ['usgov-dod', 'US government, DoD'],
  ['china', 'China'],
  ['other', 'Other'],
]

/** What stands in Entra: once, and the same for every directory of the tenant. */
function Application({
  draft,
  set,
  errors,
}: {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
  readonly errors: Readonly<Record<string, string>>
}): JSX.Element {
  const [pem, setPem] = useState<string | null>(null)
  const make = async (): Promise<void> => {
    interface Made {
      readonly key: string
      readonly certificate: string
      readonly pem: string
    }
    const made = await act(() => send<Made>('POST', '/directories/certificate'))
    if (made === null) return
    set({ key: made.key, certificate: made.certificate })
    setPem(made.pem)
  }
  return (
    <section class="stack" aria-label="Application in Entra">
      <p class="soft">
        Register an application “Namesake” in your tenant with this redirect address. It needs the application
        permissions User.Read.All and GroupMember.Read.All, which are accepted in the next step.
      </p>
      <Copy text={redirectHere()} />
      <Input
        label="Tenant"
        mono
        required
        value={draft.tenant}
        onInput={(tenant) => set({ tenant })}
        error={errors.tenant}
        placeholder="contoso.onmicrosoft.com"
      />
      <Input
        label="Application (client) ID"
        mono
        required
        value={draft.clientId}
        onInput={(clientId) => set({ clientId })}
        error={errors.clientId}
      />
      <Select label="Cloud" value={draft.cloud} options={clouds} onChange={(cloud) => set({ cloud })} />
      {draft.cloud === 'other' ? (
        <div class="two">
          <Input
            label="Authority"
            mono
            required
            value={draft.authority}
            onInput={(authority) => set({ authority })}
            error={errors.authority}
            placeholder="https://login.example/tenant"
          />
          <Input
            label="Graph"
            mono
            required
            value={draft.graph}
            onInput={(graph) => set({ graph })}
            error={errors.graph}
            placeholder="https://graph.example"
          />
        </div>
      ) : null}
      <Select
        label="Credential"
        value={draft.credential}
        options={[
          ['env', 'Client secret in an environment variable'],
          ['file', 'Client secret in a file'],
          ['certificate', 'Certificate'],
        ]}
        onChange={(credential) => set({ credential })}
      />
      {draft.credential === 'env' ? (
        <Input
          label="Environment variable"
          mono
          value={draft.env}
          onInput={(env) => set({ env })}
          error={errors.clientSecret}
          hint="Its name. The daemon has to be started with it; the secret itself is never typed here."
        />
      ) : draft.credential === 'file' ? (
        <Input
          label="File of the secret"
          mono
          value={draft.file}
          onInput={(file) => set({ file })}
          error={errors.clientSecret}
          hint="A path on the host that the daemon may read."
        />
      ) : (
        <>
          <p class="row wrap">
            <Button look="small" onClick={() => void make()}>
              Make a certificate here
            </Button>
            {pem === null ? null : (
              <a class="btn small" download="namesake.crt.pem" href={`data:application/x-pem-file;base64,${btoa(pem)}`}>
                <Icon name="download" size={14} />
                Download the certificate
              </a>
            )}
          </p>
          <p class="hint">Its key never leaves this host. Upload the certificate to the application in Entra.</p>
          <Input
            label="Private key file"
            mono
            value={draft.key}
            onInput={(key) => set({ key })}
            error={errors.certificate}
          />
          <Input
            label="Certificate file"
            mono
            value={draft.certificate}
            onInput={(certificate) => set({ certificate })}
          />
        </>
      )}
    </section>
  )
}

/** Entra takes plain http for `localhost` alone, whatever name of the loopback stands in the address bar. */
function redirectHere(): string {
  const url = new URL('/authorized', location.href)
  if (url.protocol === 'http:' && /^(127\.|\[::1\])/.test(url.hostname)) url.hostname = 'localhost'
  return url.href
}

function Waiting({ consent }: { readonly consent: Consent }): JSX.Element {
  const proving = consent.status === 'proving'
  return (
    <>
      <div class="empty" role="status">
        <span class="state busy" />
        <b>{proving ? 'Consent is there. Reading is tried' : 'Waiting for Microsoft'}</b>
        <p>
          {proving
            ? (consent.said.at(-1) ?? 'A consent takes up to some minutes until it holds everywhere.')
            : 'Sign in there as a Privileged Role Administrator and accept the two permissions. You come back here by yourself.'}
        </p>
        {proving ? null : (
          <a class="btn small" href={consent.url} rel="noreferrer">
            <Icon name="open" size={14} />
            Open Microsoft again
          </a>
        )}
      </div>
      {proving ? null : (
        <div class="field">
          <span class="label">Somebody else has to accept?</span>
          <Copy text={consent.url} label="Copy link" />
          <p class="hint">It leads to Microsoft and is good for an hour. This page notices when they have accepted.</p>
        </div>
      )}
    </>
  )
}

function Granted({ draft }: { readonly draft: Draft }): JSX.Element {
  return (
    <>
      <Note look="ok">
        <p>
          <b>Authorized as {draft.tenant}</b>
        </p>
        <p>Reading users and groups works.</p>
      </Note>
      <ul class="granted">
        <li>
          <Icon name="check" />
          <span>
            <b>Read users</b>
            <br />
            <span class="soft">
              Names and addresses, and what changes of them. <code>User.Read.All</code>
            </span>
          </span>
        </li>
        <li>
          <Icon name="check" />
          <span>
            <b>Read group members</b>
            <br />
            <span class="soft">
              Groups’ names and who is in them. <code>GroupMember.Read.All</code>
            </span>
          </span>
        </li>
      </ul>
    </>
  )
}

function Refused({ consent }: { readonly consent: Consent }): JSX.Element {
  return (
    <>
      <Note look="bad">
        <p>
          <b>It is not authorized</b>
        </p>
        <p>{consent.error}</p>
      </Note>
      <div>
        <h3>What to do</h3>
        <ol class="fix">
          <li>Try again with an account that is a Privileged Role Administrator, or</li>
          <li>send this link to somebody who is.</li>
        </ol>
      </div>
      <Copy text={consent.url} label="Copy link" />
      {consent.raw === null ? null : (
        <details class="reading">
          <summary>
            <span class="chev">
              <Icon name="right" size={14} />
            </span>
            <span class="grow">What Microsoft said</span>
          </summary>
          <div>
            <div class="raw">
              <Foreign text={consent.raw} max={1000} />
            </div>
          </div>
        </details>
      )}
      <p class="soft">Nothing was changed. What you described is kept in this panel.</p>
    </>
  )
}

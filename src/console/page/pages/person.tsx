/** One person beside the list: addresses, names, what is done, groups, what was changed and caught. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, ask, get, query, wordsOf } from '../api.ts'
import { auditWord } from '../audit-words.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded, useSettled } from '../loaded.ts'
import { Panel } from '../panel.tsx'
import {
  Addr,
  Avatar,
  Button,
  capital,
  count,
  Done,
  Field,
  Foreign,
  Guard,
  Menu,
  Note,
  Select,
  SavedAs,
  Shown,
  Time,
} from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { inForce } from '../people.tsx'
import type { Actions, Edit, Person } from '../people.tsx'
import { go, here, useUnsaved } from '../router.ts'
import { may, readOnly, toast } from '../state.ts'
import type { Detection } from './detections.tsx'

interface Details extends Person {
  /** From how many addresses the detections came. */
  readonly fromAddresses: number
  readonly groupNames: readonly { readonly id: string; readonly displayName: string; readonly protected: boolean }[]
  readonly names: readonly string[]
  readonly protection: {
    readonly byName: boolean
    readonly throughGroups: readonly string[]
    readonly excluded: boolean
  }
  readonly actions: { readonly certain: string; readonly likely: string }
  readonly actionOrigins: { readonly certain: string; readonly likely: string }
}

/** Stands for a setting of the person's own that is taken back. */
const takenBack = 'taken back'

const actionOptions: readonly (readonly [string, string])[] = [
  ['monitor', 'Monitor'],
  ['tag', 'Tag'],
  ['quarantine', 'Quarantine'],
  ['reject', 'Reject'],
]

export function PersonPanel({
  directory,
  id,
  read,
  version,
  actions,
  onSaved,
}: {
  readonly directory: string
  readonly id: string
  /** When the directory was read last. */
  readonly read: string | null
  readonly version: number
  readonly actions: Actions
  readonly onSaved: () => void
}): JSX.Element {
  const path = `/directories/${encodeURIComponent(directory)}/people/${encodeURIComponent(id)}`
  const loaded = useLoaded(path, (signal) => ask<Details>('GET', path, { signal }))
  const [emails, setEmails] = useState<string | null>(null)
  const [names, setNames] = useState<string | null>(null)
  const [certain, setCertain] = useState('')
  const [likely, setLikely] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [conflict, setConflict] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [diff, setDiff] = useState<readonly DiffLine[] | null>(null)
  const close = (): void => go(here({ open: '' }))
  const person = loaded.value?.value ?? null
  // What is typed stays while others change the file; the server says so when it is saved.
  useEffect(() => {
    if (emails === null && names === null) loaded.reload()
  }, [version])
  const text = emails ?? person?.secondaryEmails.join('\n') ?? ''
  const lines = linesOf(text)
  const nameText = names ?? person?.names.join('\n') ?? ''
  const spellings = linesOf(nameText)
  const areOtherNames = person !== null && spellings.join('\n') !== person.names.join('\n')
  const isChanged =
    person !== null &&
    (areOtherNames || lines.join('\n') !== person.secondaryEmails.join('\n') || certain !== '' || likely !== '')
  useUnsaved(isChanged ? `What you changed about ${person.displayName} is not saved.` : null)
  const body = (preview: boolean): object => ({
    secondaryEmails: lines,
    ...(areOtherNames ? { names: spellings } : {}),
    ...(certain === '' && likely === ''
      ? {}
      : { actions: { ...wantedAction('certain', certain), ...wantedAction('likely', likely) } }),
    preview,
  })
  const change = (preview: boolean): Promise<{ value: Edit }> =>
    ask<Edit>('PUT', path, { body: body(preview), version: loaded.value?.version ?? '' })
  // While it is saved, and until the file is read again, nothing is asked: it is another one then.
  const wanted = isChanged && !busy && !loaded.busy ? `${loaded.value?.version} ${JSON.stringify(body(true))}` : null
  useEffect(() => {
    setDiff(null)
    if (!isChanged) setError(null)
  }, [wanted])
  const failed = (failure: unknown): void => {
    if (failure instanceof ApiError && failure.code === 'changed') setConflict(failure.message)
    else setError(faultText(failure))
  }
  useSettled(
    wanted,
    300,
    () => change(true),
    ({ value }) => {
      setDiff(value.diff)
      setError(null)
    },
    failed,
  )
  const save = async (): Promise<void> => {
    setBusy(true)
    setConflict(null)
    try {
      const { value } = await change(false)
      toast(value.changed ? `Saved.${inForce(value)}` : 'Nothing was to be changed.')
      setEmails(null)
      setNames(null)
      setCertain('')
      setLikely('')
      loaded.reload()
      onSaved()
    } catch (failure) {
      failed(failure)
    }
    setBusy(false)
  }
  const target = { directory, id }
  const mayChange = may('admin') && !readOnly.value
  const mayEdit = may('reviewer') && !readOnly.value
  return (
    <Panel
      label={person?.displayName ?? 'Person'}
      onClose={close}
      head={
        person === null ? null : (
          <>
            <Avatar name={person.displayName} />
            <h2 class="grow">
              <Foreign text={person.displayName} />
            </h2>
            <Menu
              label={`Actions for ${person.displayName} here`}
              items={[
                mayChange && !person.protected
                  ? { label: 'Protect', icon: 'shield', act: () => actions.protect([target], person.displayName) }
                  : null,
                mayChange && person.protected
                  ? {
                      label: 'Stop protecting',
                      icon: 'cross',
                      act: () => actions.unprotect([target], person.displayName),
                    }
                  : null,
                { label: 'Detections', icon: 'mail', href: `/detections?person=${encodeURIComponent(id)}` },
              ]}
            />
          </>
        )
      }
      foot={
        person === null || !mayEdit ? null : (
          <>
            <Button look="primary" busy={busy ? 'Saving' : null} disabled={!isChanged || loaded.busy} onClick={save}>
              Save
            </Button>
            <Button look="quiet" onClick={close}>
              Cancel
            </Button>
            <span class="grow" />
            <span class="muted">Edits protection.yaml</span>
          </>
        )
      }
    >
      <Shown of={{ ...loaded, value: person }}>
        {(person) => (
          <>
            <section class="stack-s">
              <WhyProtected person={person} />
              <p class="soft">
                In {person.directory}
                {read === null ? '' : ', read '}
                {read === null ? null : <Time at={read} />}.
                {person.detections === 0
                  ? ''
                  : ` Shown in ${count(person.detections, 'detection')} from ${count(person.fromAddresses, 'address', 'addresses')} in 30 days.`}
              </p>
              {conflict === null ? null : (
                <Note look="warn">
                  <p>
                    <b>The file was changed meanwhile</b>
                  </p>
                  <p>{conflict} What you typed is still here.</p>
                  <p>
                    <Button look="small" onClick={() => loaded.reload()}>
                      Look at what is there now
                    </Button>
                  </p>
                  <p class="muted">There now: {person.secondaryEmails.join(', ') || 'no secondary emails'}</p>
                </Note>
              )}
            </section>
            <section>
              <h3>Addresses from the directory</h3>
              <ul class="lines-box">
                {person.addresses.map((address, at) => (
                  <li key={address}>
                    <Addr text={address} />
                    <span class="pill">{at === 0 ? 'mail' : 'alias'}</span>
                  </li>
                ))}
                {person.addresses.length === 0 ? <li class="muted">none</li> : null}
              </ul>
            </section>
            <section>
              <Field
                label="Secondary emails"
                error={error}
                hint={
                  <>
                    One a line. Mail that shows the name of {person.displayName} may come from these. A line like{' '}
                    <code>/regular expression/</code> must match a whole address.
                  </>
                }
              >
                {(attributes) => (
                  <textarea
                    class="area mono"
                    rows={3}
                    spellcheck={false}
                    readOnly={!mayEdit}
                    {...attributes}
                    value={text}
                    onInput={(event) => setEmails(event.currentTarget.value)}
                  />
                )}
              </Field>
              {mayEdit || person.names.length > 0 ? (
                <Field
                  label="Other names"
                  hint="One a line: further spellings that are guarded, such as a maiden name or a nickname."
                >
                  {(attributes) => (
                    <textarea
                      class="area"
                      rows={2}
                      dir="auto"
                      spellcheck={false}
                      readOnly={!mayEdit}
                      {...attributes}
                      value={nameText}
                      onInput={(event) => setNames(event.currentTarget.value)}
                    />
                  )}
                </Field>
              ) : null}
            </section>
            {person.protected ? (
              <section>
                <h3>What is done</h3>
                <div class="two">
                  <ActionField
                    label="Certain"
                    now={person.actions.certain}
                    origin={person.actionOrigins.certain}
                    value={certain}
                    onChange={setCertain}
                    locked={!mayChange}
                  />
                  <ActionField
                    label="Likely"
                    now={person.actions.likely}
                    origin={person.actionOrigins.likely}
                    value={likely}
                    onChange={setLikely}
                    locked={!mayChange}
                  />
                </div>
              </section>
            ) : null}
            {diff === null || diff.length === 0 ? null : (
              <section>
                <SavedAs file="protection.yaml" lines={diff} />
              </section>
            )}
            {person.groupNames.length === 0 ? null : (
              <section>
                <h3>Groups</h3>
                <p class="row wrap">
                  {person.groupNames.map((group) => (
                    <span class="pill" key={group.id}>
                      {group.protected ? <Icon name="shield" size={12} /> : null}
                      <Foreign text={group.displayName} />
                    </span>
                  ))}
                </p>
              </section>
            )}
            <Latest id={id} />
            <PersonHistory name={person.displayName} />
          </>
        )}
      </Shown>
    </Panel>
  )
}

/** A setting as it is sent: nothing if it stays, null to take it back. */
function wantedAction(tier: 'certain' | 'likely', value: string): Readonly<Record<string, string | null>> {
  return value === '' ? {} : { [tier]: value === takenBack ? null : value }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** What was changed about the person, by whom. */
function PersonHistory({ name }: { readonly name: string }): JSX.Element | null {
  interface Entry {
    readonly id: string
    readonly time: string
    readonly who: string
    readonly what: string
    readonly target: string
  }
  const entries = useLoaded(name, (signal) =>
    get<{ items: readonly Entry[] }>(`/audit${query({ about: name, limit: 5 })}`, signal),
  )
  useEffect(() => entries.reload(), [changed.audit.value])
  if (entries.value?.items.length === 0) return null
  return (
    <section>
      <h3>History</h3>
      <Shown of={entries} rows={2}>
        {(value) => (
          <ul class="hist">
            {value.items.map((entry) => (
              <li key={entry.id}>
                <span>
                  {entry.what.startsWith('person ') ? '' : `${auditWord(entry.what)}: `}
                  <Foreign text={capital(entry.target)} max={300} />
                </span>
                <small>
                  <Foreign text={entry.who} max={100} />, <Time at={entry.time} />
                </small>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  )
}

/** What was kept lately of mail in the person's name. */
function Latest({ id }: { readonly id: string }): JSX.Element {
  const latest = useLoaded(id, (signal) =>
    get<{ items: readonly Detection[]; next: string | null }>(`/detections${query({ person: id, limit: 5 })}`, signal),
  )
  useEffect(() => latest.reload(), [changed.detections.value])
  return (
    <section>
      <h3>Latest detections</h3>
      <Shown of={latest} rows={2}>
        {(value) =>
          value.items.length === 0 ? (
            <p class="muted">No message in this name beside a foreign address is kept.</p>
          ) : (
            <>
              <ul class="lines-box">
                {value.items.map((one) => (
                  <li key={one.id}>
                    <a class="grow clip" href={`/detections?verdict=${one.verdict}#${encodeURIComponent(one.id)}`}>
                      <Addr text={one.address ?? one.fromAddress ?? ''} />
                    </a>
                    <Done disposition={one.disposition} excused={one.excusedBy !== null} />
                    <span class="muted nowrap">
                      <Time at={one.time} />
                    </span>
                  </li>
                ))}
              </ul>
              {value.next === null ? null : (
                <p>
                  <a href={`/detections?person=${encodeURIComponent(id)}`}>All detections</a>
                </p>
              )}
            </>
          )
        }
      </Shown>
    </section>
  )
}

function faultText(failure: unknown): string {
  if (failure instanceof ApiError && failure.faults.length > 0) {
    return failure.faults
      .map(({ line, message }) => (line === undefined ? message : `Line ${line}: ${message}`))
      .join(' ')
  }
  return wordsOf(failure)
}

function WhyProtected({ person }: { readonly person: Details }): JSX.Element {
  const { byName, throughGroups, excluded } = person.protection
  if (excluded && !person.protected) return <Guard state="out" more="by name" />
  if (!person.protected) return <Guard state="not" />
  const groups = throughGroups.join(', ')
  if (byName) return <Guard state="on" more={groups === '' ? 'singly' : `singly, and by ${groups}`} />
  return <Guard state="by" word={groups === '' ? 'Protected' : `Protected by ${groups}`} />
}

/** Where an action comes from, before the action itself: `As Executives: reject`. */
function originWords(origin: string): string {
  if (origin.startsWith('the person')) return 'Set here'
  if (origin === 'the default') return 'As everyone'
  const group = /^the setting of the group "(.*)"$/.exec(origin)?.[1]
  return group === undefined ? 'As the strictest group' : `As ${group}`
}

function ActionField({
  label,
  now,
  origin,
  value,
  onChange,
  locked,
}: {
  readonly label: string
  readonly now: string
  readonly origin: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly locked: boolean
}): JSX.Element {
  const words = originWords(origin)
  if (locked) {
    return (
      <div class="field">
        <span class="label">{label}</span>
        <span>
          {words}: {now}
        </span>
      </div>
    )
  }
  const isOwn = words === 'Set here'
  const options = [
    ['', `${words}: ${now}`],
    ...(isOwn ? [[takenBack, 'As their groups, or everyone']] : []),
    ...actionOptions.filter(([action]) => !isOwn || action !== now),
  ] as readonly (readonly [string, string])[]
  return <Select label={label} value={value} options={options} onChange={onChange} />
}

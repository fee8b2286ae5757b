/** Rules: what is done about a detection, with the file beside it. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, ask, get, query, send, wordsOf } from '../api.ts'
import type { Answered, Fault } from '../api.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import {
  Addr,
  Button,
  count,
  Dialog,
  Failed,
  Field,
  Foreign,
  Input,
  Menu,
  Note,
  number,
  Skeleton,
  Tier,
  Time,
} from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { FileView, wholeWith } from '../file-view.tsx'
import { act, may, toast } from '../state.ts'

const actionNames = ['monitor', 'tag', 'quarantine', 'reject'] as const
type Action = (typeof actionNames)[number]
const actionWords: Record<Action, string> = {
  monitor: 'Monitor',
  tag: 'Tag',
  quarantine: 'Quarantine',
  reject: 'Reject',
}
type TierName = 'certain' | 'likely'
const tiers: readonly TierName[] = ['certain', 'likely']

interface Trusted {
  readonly from: string
  readonly names: readonly string[]
  readonly requireAuthentication: boolean
  readonly note: string
  readonly until: string | null
  readonly letThrough: number
}

interface Rules {
  readonly actions: Readonly<Record<TierName, string>>
  readonly groups: readonly {
    readonly group: string
    readonly displayName: string
    readonly actions: Partial<Record<TierName, string>>
    readonly people: number | null
  }[]
  readonly trustedSenders: readonly Trusted[]
  readonly presets: readonly { readonly name: string; readonly about: string; readonly on: boolean }[]
  readonly options: Readonly<Record<string, string | boolean>>
  readonly authservIds: readonly string[]
}

interface FilePage {
  readonly text: string
  readonly saved: string
  readonly writable: boolean
  readonly rules: Rules | null
  readonly faults: readonly (Fault & { readonly line: number })[]
}

type Counts = Readonly<Record<Action, number>>

interface Preview {
  readonly changed: boolean
  readonly doubts: readonly string[]
  readonly diff: readonly DiffLine[]
  readonly effect: {
    readonly judged: number
    readonly unjudged: number
    readonly before: Counts
    readonly after: Counts
    readonly newlyRefused: number
    readonly newlyRefusedUndecided: number
    readonly cleared: number
    readonly caught: number
    readonly cut: boolean
  } | null
  /** Why none was judged, though a history is kept. */
  readonly tooMany: string | null
}

/** One change as the API takes it, with what it says in words. */
interface Change {
  readonly body: Readonly<Record<string, unknown>>
  readonly words: string
}

/** Changes by what they are about: the same thing changed twice is one. */
type Changes = ReadonlyMap<string, Change>

interface Editing {
  readonly rules: Rules
  readonly changes: Changes
  readonly locked: boolean
  /** A change; null takes it back. */
  readonly set: (key: string, change: Change | null) => void
}

export function Rules(): JSX.Element {
  const loaded = useLoaded('protection', (signal) => ask<FilePage>('GET', '/protection', { signal }))
  const [changes, setChanges] = useState<Changes>(new Map())
  const [text, setText] = useState<string | null>(null)
  const [preview, setPreview] = useState<Preview | null>(null)
  const [faults, setFaults] = useState<readonly Fault[]>([])
  const [theirs, setTheirs] = useState<Answered<FilePage> | null>(null)
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const page = loaded.value?.value ?? null
  const isDirty = changes.size > 0 || (text !== null && text !== page?.text)
  useEffect(() => {
    // What is being edited stays on the version that it was begun on: saving says so.
    if (!isDirty) loaded.reload()
  }, [changed.protection.value, changed.people.value])
  const body = text === null ? { changes: [...changes.values()].map((change) => change.body) } : { text }
  const wanted = isDirty ? JSON.stringify(body) : ''
  useEffect(() => {
    if (wanted === '') {
      setPreview(null)
      setFaults([])
      return
    }
    let stopped = false
    const timer = setTimeout(() => {
      send<Preview>('POST', '/protection/preview', JSON.parse(wanted) as object).then(
        (found) => {
          if (stopped) return
          setPreview(found)
          setFaults([])
        },
        (error: unknown) => {
          if (stopped) return
          setPreview(null)
          const of = error instanceof ApiError ? error.faults : []
          setFaults(of.length > 0 ? of : [{ path: '', message: wordsOf(error) }])
        },
      )
    }, 250)
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [wanted, page?.text])
  const discard = (): void => {
    setChanges(new Map())
    setText(null)
    setTheirs(null)
    loaded.reload()
  }
  const save = async (version: string | null): Promise<void> => {
    setAsking(false)
    setBusy(true)
    const before = page?.text ?? ''
    try {
      const made = await ask<{ force: string; faults: readonly string[] }>('PUT', '/protection', {
        body: { ...body, accept: true },
        version: version ?? '',
      })
      const undo = (): void =>
        void act(async () => {
          await ask('PUT', '/protection', { body: { text: before, accept: true }, version: made.version })
          loaded.reload()
        }, 'Taken back. The file stands as before.')
      const said: Record<string, string> = {
        running: 'Saved. Mail is judged by it now.',
        later: 'Saved. It is in force once the daemon runs.',
        refused: `Saved, but the daemon keeps the rules it had: ${made.value.faults.join('; ')}`,
      }
      toast(said[made.value.force] ?? 'Saved.', undo)
      discard()
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changed') setTheirs(await ask<FilePage>('GET', '/protection'))
      else if (error instanceof ApiError && error.faults.length > 0) setFaults(error.faults)
      else toast(wordsOf(error))
    }
    setBusy(false)
  }
  const mayChange = may('admin')
  const writable = page?.writable ?? false
  const effect = preview?.effect ?? null
  const needsAsking =
    (effect !== null && (effect.newlyRefused > 0 || effect.cleared > 0)) || (preview?.doubts.length ?? 0) > 0
  const editing: Editing | null =
    page === null || page.rules === null
      ? null
      : {
          rules: page.rules,
          changes,
          locked: !mayChange || text !== null,
          set: (key, change) => {
            const next = new Map(changes)
            if (change === null) next.delete(key)
            else next.set(key, change)
            setChanges(next)
          },
        }
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>Rules</h1>
          <p>
            What is done about a detection. Everything here is kept in <code>protection.yaml</code>; edits made there by
            hand show up here.
          </p>
        </div>
      </div>
      {page === null ? (
        <section class="card">
          {loaded.error === null ? <Skeleton rows={8} /> : <Failed error={loaded.error} retry={loaded.reload} />}
        </section>
      ) : (
        <div class="rules-cols">
          <div class="stack-l">
            {page.faults.length === 0 ? null : (
              <Note look="bad">
                <p>
                  <b>The file has faults.</b> What held before it was edited holds on.
                </p>
                <Faults faults={page.faults} />
              </Note>
            )}
            {theirs === null ? null : (
              <Conflict
                mine={page.text}
                theirs={theirs.value.text}
                onTake={() => {
                  loaded.set(theirs)
                  setTheirs(null)
                }}
                onDiscard={discard}
              />
            )}
            {editing === null ? null : (
              <>
                <WhatIsDone {...editing} />
                <BeforeYouSave preview={preview} isDirty={isDirty && faults.length === 0} />
                <GroupActions {...editing} />
                <TrustedSenders {...editing} />
                <Presets {...editing} />
                <WhatCounts {...editing} />
              </>
            )}
            {isDirty && mayChange ? (
              <div class="unsaved" role="region" aria-label="Changes not saved">
                <p>
                  <b>
                    {text === null ? `${count(changes.size, 'change')}, not saved.` : 'The file is changed, not saved.'}
                  </b>{' '}
                  {[...changes.values()]
                    .slice(0, 3)
                    .map(({ words }) => words)
                    .join(' ')}
                  {changes.size > 3 ? ' …' : ''}
                </p>
                <Button look="quiet" onClick={discard}>
                  Discard
                </Button>
                {writable ? (
                  <Button
                    look="primary"
                    busy={busy ? 'Saving' : null}
                    disabled={faults.length > 0 || theirs !== null}
                    onClick={() => {
                      if (needsAsking) setAsking(true)
                      else void save(loaded.value?.version ?? null)
                    }}
                  >
                    Save
                  </Button>
                ) : (
                  <CopyLines lines={preview?.diff ?? []} />
                )}
              </div>
            ) : null}
          </div>
          <Beside
            page={page}
            text={text}
            onText={setText}
            mayEdit={mayChange && changes.size === 0}
            lines={preview?.diff ?? []}
            faults={faults}
          />
        </div>
      )}
      {asking && preview !== null ? (
        <AskFirst
          preview={preview}
          onClose={() => setAsking(false)}
          onSave={() => void save(loaded.value?.version ?? null)}
        />
      ) : null}
    </div>
  )
}

/** The file itself, with what would change, or as text to be edited. */
function Beside({
  page,
  text,
  onText,
  mayEdit,
  lines,
  faults,
}: {
  readonly page: FilePage
  readonly text: string | null
  readonly onText: (text: string | null) => void
  readonly mayEdit: boolean
  readonly lines: readonly DiffLine[]
  readonly faults: readonly Fault[]
}): JSX.Element {
  return (
    <section class="yaml" aria-labelledby="yaml-h">
      <div class="code-head">
        <h2 id="yaml-h" class="grow">
          protection.yaml
        </h2>
        <span class="muted">
          saved <Time at={page.saved} />
        </span>
        {mayEdit ? (
          text === null ? (
            <Button look="small" icon="file" onClick={() => onText(page.text)}>
              Edit
            </Button>
          ) : text === page.text ? (
            <Button look="small" onClick={() => onText(null)}>
              Close the editor
            </Button>
          ) : null
        ) : null}
      </div>
      {text === null ? (
        <FileView lines={wholeWith(page.text, lines)} label="protection.yaml with what would change" />
      ) : (
        <TextEditor text={text} onInput={onText} faults={faults} />
      )}
      {text !== null || faults.length === 0 ? null : <Faults faults={faults} />}
      <p class="hint">
        {page.writable
          ? 'The file is the truth: comments and order stay, and only the marked lines change. An edit with faults is refused, and what held before holds on.'
          : 'The file is read-only here: put the marked lines into it where it is kept, such as a ConfigMap.'}
      </p>
    </section>
  )
}

function Faults({ faults }: { readonly faults: readonly Fault[] }): JSX.Element {
  return (
    <ul class="faults" role="alert">
      {faults.slice(0, 20).map(({ path, message, line }, at) => (
        <li key={at}>
          {line === undefined ? '' : `Line ${line}: `}
          {path === '' ? '' : `${path}: `}
          <Foreign text={message} max={600} />
        </li>
      ))}
    </ul>
  )
}

function TextEditor({
  text,
  onInput,
  faults,
}: {
  readonly text: string
  readonly onInput: (text: string) => void
  readonly faults: readonly Fault[]
}): JSX.Element {
  return (
    <Field label="The file as text" hint="Checked while you type.">
      {(attributes) => (
        <>
          <textarea
            class="area mono yaml-text"
            rows={28}
            spellcheck={false}
            {...attributes}
            {...(faults.length > 0 ? { 'aria-invalid': 'true' as const } : {})}
            value={text}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          {faults.length === 0 ? null : <Faults faults={faults} />}
        </>
      )}
    </Field>
  )
}

/** Two people edited the file: both versions, and nothing is overwritten. */
function Conflict({
  mine,
  theirs,
  onTake,
  onDiscard,
}: {
  readonly mine: string
  readonly theirs: string
  readonly onTake: () => void
  readonly onDiscard: () => void
}): JSX.Element {
  return (
    <section class="card" aria-labelledby="conflict-h">
      <div class="card-head">
        <h2 id="conflict-h">The file was changed meanwhile</h2>
      </div>
      <div class="card-body stack">
        <Note look="warn">
          <p>Somebody else saved it, here or by hand. Nothing of theirs or yours is lost, and nothing was written.</p>
        </Note>
        <div class="two versions">
          <div>
            <h3 class="label">As you began</h3>
            <FileView lines={wholeWith(mine, [])} label="The file as you began" />
          </div>
          <div>
            <h3 class="label">As it is now</h3>
            <FileView lines={wholeWith(theirs, [])} label="The file as it is now" />
          </div>
        </div>
        <div class="row wrap">
          <Button look="primary" onClick={onTake}>
            Make my changes on what is there now
          </Button>
          <Button onClick={onDiscard}>Discard mine</Button>
        </div>
      </div>
    </section>
  )
}

function CopyLines({ lines }: { readonly lines: readonly DiffLine[] }): JSX.Element {
  const text = lines.map(({ sign, text: line }) => `${sign} ${line}`).join('\n')
  return (
    <Button
      look="primary"
      icon="copy"
      disabled={lines.length === 0}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => toast('Copied. Put the lines into the file by hand.'),
          () => toast('The browser did not let it be copied; mark the lines and copy them by hand.'),
        )
      }}
    >
      Copy the lines
    </Button>
  )
}

/** Asked only if more would be refused, or less be caught. */
function AskFirst({
  preview,
  onClose,
  onSave,
}: {
  readonly preview: Preview
  readonly onClose: () => void
  readonly onSave: () => void
}): JSX.Element {
  const { effect, doubts } = preview
  const refused = effect?.newlyRefused ?? 0
  const cleared = effect?.cleared ?? 0
  const undecided = effect?.newlyRefusedUndecided ?? 0
  return (
    <Dialog
      title={refused > 0 ? 'Refuse more mail?' : cleared > 0 ? 'Catch less mail?' : 'Is this meant?'}
      onClose={onClose}
      foot={
        <>
          {undecided > 0 ? (
            <a class="btn" href="/review">
              Review them first
            </a>
          ) : (
            <Button onClick={onClose}>Not yet</Button>
          )}
          <Button look="primary" onClick={onSave}>
            {refused > 0 ? 'Save and refuse' : 'Save'}
          </Button>
        </>
      }
    >
      {refused > 0 ? (
        <p>
          {count(refused, 'message')} of the last 30 days would have been refused and {refused === 1 ? 'was' : 'were'}{' '}
          not. Senders are told at once; nobody receives the message.
        </p>
      ) : null}
      {undecided > 0 ? <p>{number(undecided)} of them come from addresses that wait for an answer in review.</p> : null}
      {cleared > 0 ? <p>{count(cleared, 'detection')} of the last 30 days would be none any more.</p> : null}
      {doubts.map((doubt) => (
        <p key={doubt}>
          <Foreign text={doubt} max={400} />
        </p>
      ))}
    </Dialog>
  )
}

const does: readonly (readonly [Action, 'eye' | 'tag' | 'pauseRound' | 'refuse', string])[] = [
  ['monitor', 'eye', 'Log and count. The message is delivered unchanged.'],
  ['tag', 'tag', 'Deliver it with X-Namesake fields, for filters to sort by.'],
  ['quarantine', 'pauseRound', 'Ask the mail server to hold it. By milter only; elsewhere it is tagged.'],
  ['reject', 'refuse', 'Refuse it with 550 while the sender waits. Nobody receives it.'],
]

const tierAbout: Record<TierName, string> = {
  certain: 'The name itself, however disguised',
  likely: 'A name that a reader takes for it',
}

function WhatIsDone({ rules, changes, set, locked }: Editing): JSX.Element {
  return (
    <section class="card" aria-labelledby="done-h">
      <div class="card-head">
        <h2 id="done-h">What is done</h2>
      </div>
      <div class="card-body act-grid">
        {tiers.map((tier) => {
          const key = `actions ${tier}`
          const wanted = changes.get(key)?.body.actions as Record<string, string> | undefined
          const now = wanted?.[tier] ?? rules.actions[tier]
          return (
            <>
              <div key={`${tier}-l`}>
                <Tier tier={tier} />
                <p class="hint">{tierAbout[tier]}</p>
              </div>
              <fieldset class="act-row" key={tier}>
                <legend class="vh">What is done about {tier} matches</legend>
                {actionNames.map((action) => (
                  <label key={action}>
                    <input
                      type="radio"
                      name={`a-${tier}`}
                      aria-describedby={`does-${action}`}
                      disabled={locked}
                      checked={now === action}
                      onChange={() =>
                        set(
                          key,
                          action === rules.actions[tier]
                            ? null
                            : {
                                body: { do: 'actions', who: null, actions: { [tier]: action } },
                                words: `${tier === 'certain' ? 'Certain' : 'Likely'}: ${rules.actions[tier]} becomes ${action}.`,
                              },
                        )
                      }
                    />
                    <span>{actionWords[action]}</span>
                  </label>
                ))}
              </fieldset>
            </>
          )
        })}
        <div />
        <dl class="does">
          {does.map(([action, icon, about]) => (
            <div id={`does-${action}`} key={action}>
              <dt>
                <Icon name={icon} />
                {actionWords[action]}
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}

const outcomeWords: readonly (readonly [Action, string])[] = [
  ['reject', 'Refused'],
  ['quarantine', 'Quarantined'],
  ['tag', 'Tagged'],
  ['monitor', 'Monitored'],
]

function BeforeYouSave({
  preview,
  isDirty,
}: {
  readonly preview: Preview | null
  readonly isDirty: boolean
}): JSX.Element | null {
  if (!isDirty) return null
  const effect = preview?.effect ?? null
  return (
    <section class="card" aria-labelledby="before-h">
      <div class="card-head">
        <h2 id="before-h">Before you save: the last 30 days</h2>
        {effect === null ? null : (
          <span class="muted">
            {count(effect.judged, 'message')}
            {effect.cut ? ', the newest,' : ''} judged again
          </span>
        )}
      </div>
      {preview === null ? (
        <Skeleton rows={2} />
      ) : effect === null ? (
        <div class="card-body">
          <p class="soft">
            {preview.tooMany === null
              ? 'No history is kept here, so nothing can be judged again.'
              : `No message was judged again: ${preview.tooMany}`}
          </p>
        </div>
      ) : (
        <div class="card-body stack">
          <dl class="delta">
            {outcomeWords.map(([action, word]) => (
              <div key={action}>
                <dt>{word}</dt>
                <dd>
                  {number(effect.after[action])}{' '}
                  <small>
                    {effect.after[action] === effect.before[action]
                      ? 'as before'
                      : `was ${number(effect.before[action])}`}
                  </small>
                </dd>
              </div>
            ))}
          </dl>
          {effect.newlyRefused === 0 ? null : (
            <Note look="info">
              <p>
                <b>{count(effect.newlyRefused, 'more message')} would be refused.</b>
                {effect.newlyRefusedUndecided === 0 ? null : (
                  <>
                    {' '}
                    {number(effect.newlyRefusedUndecided)} of them come from addresses in <a href="/review">review</a>:
                    decide on those first.
                  </>
                )}
              </p>
            </Note>
          )}
          {effect.cleared === 0 && effect.caught === 0 ? null : (
            <Note look="info">
              <p>
                {effect.cleared === 0 ? '' : `${count(effect.cleared, 'detection')} would be none. `}
                {effect.caught === 0 ? '' : `${count(effect.caught, 'message')} more would be caught.`}
              </p>
            </Note>
          )}
          {effect.unjudged === 0 ? null : (
            <p class="hint">
              {count(effect.unjudged, 'message')} could not be judged again: not all of their fields is kept.
            </p>
          )}
        </div>
      )}
    </section>
  )
}

function GroupActions({ rules, changes, set, locked }: Editing): JSX.Element {
  const [adding, setAdding] = useState(false)
  const added = [...changes].flatMap(([key, { body }]) => (key.startsWith('group+ ') ? [String(body.who)] : []))
  const rows: Rules['groups'] = [
    ...rules.groups,
    ...added
      .filter((group) => !rules.groups.some((one) => one.group === group))
      .map((group) => ({ group, displayName: group, actions: {}, people: null })),
  ]
  const shownRows = rows.filter(({ group }) => !changes.has(`group- ${group}`))
  const put = (group: string, tier: TierName, before: string | undefined, value: string): void => {
    const isNew = !rules.groups.some((one) => one.group === group)
    const key = `${isNew ? 'group+' : 'group'} ${group}\n${tier}`
    set(
      key,
      (before ?? '') === value
        ? null
        : {
            body: { do: 'actions', who: group, actions: { [tier]: value === '' ? null : value } },
            words: `${group}, ${tier}: ${value === '' ? 'as everyone' : value}.`,
          },
    )
  }
  return (
    <section class="card" aria-labelledby="groups-h">
      <div class="card-head">
        <h2 id="groups-h">For members of a group</h2>
        {locked ? null : (
          <Button look="small" icon="plus" onClick={() => setAdding(true)}>
            Add a group
          </Button>
        )}
      </div>
      {shownRows.length === 0 ? (
        <div class="card-body">
          <p class="soft">No group has a setting of its own.</p>
        </div>
      ) : (
        <div class="table-wrap">
          <table class="table fold">
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">Certain</th>
                <th scope="col">Likely</th>
                <th scope="col" class="num">
                  People
                </th>
                <th scope="col">
                  <span class="vh">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shownRows.map(({ group, displayName, actions, people }) => (
                <tr key={group}>
                  <td>
                    <b>
                      <Foreign text={displayName} max={120} />
                    </b>
                  </td>
                  {tiers.map((tier) => {
                    const change = changes.get(`group ${group}\n${tier}`) ?? changes.get(`group+ ${group}\n${tier}`)
                    const wanted = (change?.body.actions as Record<string, string | null> | undefined)?.[tier]
                    const now = wanted === undefined ? (actions[tier] ?? '') : (wanted ?? '')
                    return (
                      <td key={tier} data-l={tier === 'certain' ? 'Certain' : 'Likely'}>
                        <select
                          class="select small auto"
                          aria-label={`${tier === 'certain' ? 'Certain' : 'Likely'}, ${displayName}`}
                          disabled={locked}
                          value={now}
                          onChange={(event) => put(group, tier, actions[tier], event.currentTarget.value)}
                        >
                          {[
                            ['', 'As everyone'] as const,
                            ...actionNames.map((name) => [name, actionWords[name]] as const),
                          ].map(([value, word]) => (
                            <option key={value} value={value} selected={value === now}>
                              {word}
                            </option>
                          ))}
                        </select>
                      </td>
                    )
                  })}
                  <td class="num" data-l="People">
                    {people === null ? '' : number(people)}
                  </td>
                  <td class="num acts-td">
                    {locked ? null : (
                      <button
                        class="btn quiet small icon"
                        type="button"
                        aria-label={`Remove ${displayName}`}
                        onClick={() => {
                          for (const tier of tiers) set(`group+ ${group}\n${tier}`, null)
                          if (!rules.groups.some((one) => one.group === group)) return
                          const set_ = Object.fromEntries(Object.keys(actions).map((tier) => [tier, null]))
                          set(`group- ${group}`, {
                            body: { do: 'actions', who: group, actions: set_ },
                            words: `${displayName}: as everyone.`,
                          })
                        }}
                      >
                        <Icon name="cross" />
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div class="card-foot">The strictest of several groups counts. What is set on a person counts before groups.</div>
      {adding ? (
        <AddGroup
          taken={rows.map(({ group }) => group)}
          onClose={() => setAdding(false)}
          onPick={(group) => {
            setAdding(false)
            put(group, 'certain', undefined, 'reject')
          }}
        />
      ) : null}
    </section>
  )
}

function AddGroup({
  taken,
  onPick,
  onClose,
}: {
  readonly taken: readonly string[]
  readonly onPick: (group: string) => void
  readonly onClose: () => void
}): JSX.Element {
  const [text, setText] = useState('')
  interface Group {
    readonly id: string
    readonly displayName: string
    readonly directory: string
    readonly people: number
  }
  const found = useLoaded(`groups ${text}`, (signal) =>
    get<{ items: readonly Group[] }>(`/groups${query({ q: text, limit: 8 })}`, signal),
  )
  const free = (found.value?.items ?? []).filter(
    ({ id, displayName }) => !taken.includes(displayName) && !taken.includes(id),
  )
  return (
    <Dialog title="For members of which group?" onClose={onClose} foot={<Button onClick={onClose}>Cancel</Button>}>
      <Input label="Group" type="search" value={text} onInput={setText} />
      <div class="pick-list" aria-live="polite">
        {free.length === 0 ? <p class="soft">No other group fits.</p> : null}
        {free.map((group) => (
          <button
            key={`${group.directory} ${group.id}`}
            class="btn quiet"
            type="button"
            onClick={() =>
              onPick(
                free.filter(({ displayName }) => displayName === group.displayName).length > 1
                  ? group.id
                  : group.displayName,
              )
            }
          >
            <Icon name="group" />
            <Foreign text={group.displayName} max={100} />
            <span class="muted">
              {count(group.people, 'person', 'people')}, {group.directory}
            </span>
          </button>
        ))}
      </div>
    </Dialog>
  )
}

/** Days until an entry ends from which it is marked. */
const soonDays = 30

function TrustedSenders({ rules, changes, set, locked }: Editing): JSX.Element {
  const [editing, setEditing] = useState<Trusted | 'new' | null>(null)
  const keyOf = ({ from, names }: Pick<Trusted, 'from' | 'names'>): string => `${from}\n${names.join('\n')}`
  const added = [...changes].flatMap(([key, { body }]) =>
    key.startsWith('trust ')
      ? [{ letThrough: 0, until: null, note: '', requireAuthentication: false, ...body } as unknown as Trusted]
      : [],
  )
  const rows = [...rules.trustedSenders.filter((entry) => !changes.has(`untrust ${keyOf(entry)}`)), ...added]
  const remove = (entry: Trusted): void => {
    if (changes.has(`trust ${keyOf(entry)}`)) set(`trust ${keyOf(entry)}`, null)
    else {
      set(`untrust ${keyOf(entry)}`, {
        body: { do: 'untrust', from: entry.from, names: entry.names },
        words: `${entry.from} is no longer trusted.`,
      })
    }
  }
  return (
    <section class="card" aria-labelledby="trusted-h">
      <div class="card-head">
        <h2 id="trusted-h">Trusted senders</h2>
        {locked ? null : (
          <Button look="small" icon="plus" onClick={() => setEditing('new')}>
            Add a sender
          </Button>
        )}
      </div>
      {rows.length === 0 ? (
        <div class="card-body">
          <p class="soft">No sender may carry a protected name but the people themselves.</p>
        </div>
      ) : (
        <div class="table-wrap">
          <table class="table top fold trusted">
            <thead>
              <tr>
                <th scope="col">Sender</th>
                <th scope="col">May carry</th>
                <th scope="col">Until</th>
                <th scope="col">Authenticated</th>
                <th scope="col" class="num">
                  Let through
                </th>
                <th scope="col">
                  <span class="vh">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((entry) => (
                <tr key={keyOf(entry)}>
                  <td>
                    <span class="cell-2">
                      <Addr text={entry.from} />
                      <small>
                        <Foreign text={entry.note} max={300} />
                      </small>
                    </span>
                  </td>
                  <td data-l="May carry">
                    {entry.names.length === 0 ? 'everyone' : <Foreign text={entry.names.join(', ')} max={300} />}
                  </td>
                  <td data-l="Until" class={entry.until === null ? 'soft' : 'nowrap'}>
                    <Until day={entry.until} />
                  </td>
                  <td data-l="Authenticated" class={entry.requireAuthentication ? '' : 'soft'}>
                    {entry.requireAuthentication ? 'required' : 'not asked for'}
                  </td>
                  <td class="num" data-l="Let through">
                    {number(entry.letThrough)}
                  </td>
                  <td class="num acts-td">
                    {locked ? null : (
                      <Menu
                        label={`Actions for ${entry.from}`}
                        items={[
                          { label: 'Edit', icon: 'file', act: () => setEditing(entry) },
                          { label: 'Remove', icon: 'cross', danger: true, act: () => remove(entry) },
                        ]}
                      />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing === null ? null : (
        <SenderDialog
          entry={editing === 'new' ? null : editing}
          authservIds={rules.authservIds}
          onClose={() => setEditing(null)}
          onDone={(entry) => {
            if (editing !== 'new') remove(editing)
            const { letThrough: _, ...body } = entry
            set(`trust ${keyOf(entry)}`, { body: { do: 'trust', ...body }, words: `${entry.from} is trusted.` })
            setEditing(null)
          }}
        />
      )}
    </section>
  )
}

function Until({ day }: { readonly day: string | null }): JSX.Element {
  if (day === null) return <>no end</>
  const left = Math.ceil((Date.parse(`${day}T23:59:59Z`) - Date.now()) / 86_400_000)
  return (
    <span class="cell-2">
      <span>
        <Time at={day} onlyDay />
      </span>
      {left <= 0 ? (
        <span>
          <span class="pill warn">has ended</span>
        </span>
      ) : left <= soonDays ? (
        <span>
          <span class="pill warn">ends in {count(left, 'day')}</span>
        </span>
      ) : null}
    </span>
  )
}

function SenderDialog({
  entry,
  authservIds,
  onClose,
  onDone,
}: {
  readonly entry: Trusted | null
  readonly authservIds: readonly string[]
  readonly onClose: () => void
  readonly onDone: (entry: Trusted) => void
}): JSX.Element {
  const [from, setFrom] = useState(entry?.from ?? '')
  const [names, setNames] = useState(entry?.names.join('\n') ?? '')
  const [note, setNote] = useState(entry?.note ?? '')
  const [until, setUntil] = useState(entry?.until ?? '')
  const [authenticated, setAuthenticated] = useState(entry?.requireAuthentication ?? authservIds.length > 0)
  const [tried, setTried] = useState(false)
  const noFrom = tried && from.trim() === '' ? 'Give an address or a domain.' : null
  const noNote = tried && note.trim() === '' ? 'Say why it is trusted.' : null
  return (
    <Dialog
      title={entry === null ? 'Trust a sender' : 'Edit a trusted sender'}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            onClick={() => {
              setTried(true)
              if (from.trim() === '' || note.trim() === '') return
              const listed = names
                .split('\n')
                .map((name) => name.trim())
                .filter((name) => name !== '')
              const of = { from: from.trim(), names: listed, note: note.trim(), until: until === '' ? null : until }
              onDone({ ...of, requireAuthentication: authenticated, letThrough: entry?.letThrough ?? 0 })
            }}
          >
            {entry === null ? 'Add' : 'Change'}
          </Button>
        </>
      }
    >
      <Input
        label="Sender"
        mono
        value={from}
        onInput={setFrom}
        error={noFrom}
        hint="An address, a domain, or a /regular expression/ over the whole address."
      />
      <Field label="May carry" hint="Names or addresses of people, one a line. None: everyone.">
        {(attributes) => (
          <textarea
            class="area"
            rows={3}
            {...attributes}
            value={names}
            onInput={(event) => setNames(event.currentTarget.value)}
          />
        )}
      </Field>
      <Input label="Note" value={note} onInput={setNote} error={noNote} hint="For whoever reads this next." />
      <Input label="Last day" type="date" value={until} onInput={setUntil} hint="Left empty: no end." />
      <label class="check">
        <input
          type="checkbox"
          checked={authenticated}
          onChange={(event) => setAuthenticated(event.currentTarget.checked)}
        />
        <span>
          Only if it is authenticated
          {authservIds.length === 0 ? (
            <small>Name your server in authservIds first, else nothing counts as authenticated.</small>
          ) : null}
        </span>
      </label>
    </Dialog>
  )
}

const presetsShown = 6

function Presets({ rules, changes, set, locked }: Editing): JSX.Element {
  const [all, setAll] = useState(false)
  const isOn = (name: string, on: boolean): boolean =>
    (changes.get(`preset ${name}`)?.body.on as boolean | undefined) ?? on
  const shown = all ? rules.presets : rules.presets.slice(0, presetsShown)
  return (
    <section class="card" aria-labelledby="presets-h">
      <div class="card-head">
        <h2 id="presets-h">Known services</h2>
        <span class="muted">counted as likely, if authenticated</span>
      </div>
      <div class="card-body presets-body">
        <ul class="presets">
          {shown.map(({ name, about, on }) => (
            <li key={name}>
              <label for={`ps-${name}`}>
                {name}
                <small>{about}</small>
              </label>
              <input
                class="switch"
                type="checkbox"
                role="switch"
                id={`ps-${name}`}
                disabled={locked}
                checked={isOn(name, on)}
                onChange={(event) => {
                  const next = event.currentTarget.checked
                  const words = `${name} ${next ? 'on' : 'off'}.`
                  set(`preset ${name}`, next === on ? null : { body: { do: 'preset', name, on: next }, words })
                }}
              />
            </li>
          ))}
        </ul>
      </div>
      {rules.presets.length > presetsShown ? (
        <div class="card-foot">
          <button class="link" type="button" onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${rules.presets.length}`}
          </button>
        </div>
      ) : null}
    </section>
  )
}

const switches: readonly (readonly [string, string, string | null])[] = [
  ['fields.replyTo', 'Read Reply-To', 'A protected name there is likely at most.'],
  ['fields.sender', 'Read Sender', null],
  ['initials', 'Initials, such as J. Roe', 'Many people share them: expect false alarms.'],
  [
    'requireAuthentication.own',
    'Own addresses must be authenticated',
    'Your server must remove such fields that come from outside.',
  ],
  ['requireAuthentication.secondary', 'Secondary addresses must be authenticated', null],
]

function WhatCounts({ rules, changes, set, locked }: Editing): JSX.Element {
  const value = (option: string): string | boolean | undefined =>
    (changes.get(`option ${option}`)?.body.value as string | boolean | undefined) ?? rules.options[option]
  const put = (option: string, next: string | boolean, words: string): void =>
    set(
      `option ${option}`,
      next === rules.options[option] ? null : { body: { do: 'option', option, value: next }, words },
    )
  return (
    <section class="card" aria-labelledby="counts-h">
      <div class="card-head">
        <h2 id="counts-h">What counts</h2>
      </div>
      <ul class="options">
        {switches.map(([option, label, about]) => (
          <li key={option}>
            <label for={`o-${option}`}>
              {label}
              {about === null ? null : <small>{about}</small>}
            </label>
            <input
              class="switch"
              type="checkbox"
              role="switch"
              id={`o-${option}`}
              disabled={locked}
              checked={value(option) === true}
              onChange={(event) =>
                put(option, event.currentTarget.checked, `${label}: ${event.currentTarget.checked ? 'on' : 'off'}.`)
              }
            />
          </li>
        ))}
        <li>
          <label for="o-unchecked">A message that cannot be judged</label>
          <select
            class="select small auto"
            id="o-unchecked"
            disabled={locked}
            value={String(value('onUnchecked'))}
            onChange={(event) =>
              put('onUnchecked', event.currentTarget.value, `What cannot be judged: ${event.currentTarget.value}.`)
            }
          >
            <option value="tag" selected={value('onUnchecked') === 'tag'}>
              Mark and deliver
            </option>
            <option value="tempfail" selected={value('onUnchecked') === 'tempfail'}>
              Put off with 451
            </option>
          </select>
        </li>
      </ul>
    </section>
  )
}

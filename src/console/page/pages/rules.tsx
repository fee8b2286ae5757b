/** Rules: what is done about a detection, with the file beside it. */

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError, ask, send, wordsOf } from '../api.ts'
import type { Answered, Fault } from '../api.ts'
import { changed } from '../live.ts'
import { useLoaded, useSettled } from '../loaded.ts'
import { Button, count, Dialog, Foreign, Note, number, Pending, Skeleton } from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { useUnsaved } from '../router.ts'
import { act, may, toast } from '../state.ts'
import { GroupActions, Presets, WhatCounts, WhatIsDone } from './rule-cards.tsx'
import type { Action, Changes, Editing } from './rule-edits.ts'
import { Beside, Conflict, CopyLines, Faults } from './rule-file.tsx'
import type { FilePage } from './rule-file.tsx'
import { TrustedSenders } from './trusted-senders.tsx'

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
  useUnsaved(isDirty ? 'Your changes of the rules are not saved.' : null)
  useEffect(() => {
    // What is being edited stays on the version that it was begun on: saving says so.
    if (!isDirty) loaded.reload()
  }, [changed.protection.value, changed.people.value])
  const body = text === null ? { changes: [...changes.values()].map((change) => change.body) } : { text }
  const wanted = isDirty ? JSON.stringify(body) : ''
  useEffect(() => {
    if (wanted !== '') return
    setPreview(null)
    setFaults([])
  }, [wanted])
  useSettled(
    wanted === '' ? null : `${wanted}\n${page?.text ?? ''}`,
    250,
    () => send<Preview>('POST', '/protection/preview', JSON.parse(wanted) as object),
    (found) => {
      setPreview(found)
      setFaults([])
    },
    (error) => {
      setPreview(null)
      const of = error instanceof ApiError ? error.faults : []
      setFaults(of.length > 0 ? of : [{ path: '', message: wordsOf(error) }])
    },
  )
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
          <Pending of={loaded} rows={8} />
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

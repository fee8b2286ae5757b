/** Review: is this them? */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, ask, get, query, send, wordsOf } from '../api.ts'
import { answerNames, answers } from '../answers.tsx'
import type { Answer } from '../answers.tsx'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded, usePaged, useSettled } from '../loaded.ts'
import type { Paged } from '../loaded.ts'
import {
  Addr,
  Button,
  count,
  doneWords,
  Empty,
  Foreign,
  Input,
  Note,
  number,
  Older,
  Pending,
  SavedAs,
  Segmented,
  Select,
  Shown,
  Time,
} from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { loadPairs } from '../pairs.ts'
import type { Pair, Pairs } from '../pairs.ts'
import { useKnown } from '../people.tsx'
import { go, here, place } from '../router.ts'
import { act, may, readOnly, toast } from '../state.ts'

export function Review(): JSX.Element {
  const { query: asked, open } = place.value
  const which = asked.get('show') === 'decided' ? 'decided' : 'open'
  const [order, setOrder] = useState('messages')
  const list = usePaged(`open ${order}`, (cursor, signal) => loadPairs(signal, order, cursor))
  const decided = usePaged(which === 'decided' ? 'decided' : null, (cursor, signal) =>
    get<Pairs>(`/pairs${query({ state: 'decided', cursor })}`, signal),
  )
  const version = changed.detections.value + changed.protection.value
  useEffect(() => {
    list.reload()
    decided.reload()
  }, [version])
  const items = list.value?.items ?? []
  const listed = items.find(({ id }) => id === open)
  // A link may lead to a pair that stands far below in the list.
  const apart = useLoaded(open === '' || listed !== undefined || list.value === null ? null : open, (signal) =>
    get<Pair>(`/pairs/${encodeURIComponent(open)}`, signal),
  )
  const current = listed ?? (open === '' ? null : apart.value) ?? items[0] ?? null
  const chosen = answers.find(([answer]) => answer === asked.get('answer'))?.[0] ?? null
  const [detail, setDetail] = useState(open !== '')
  const next = (): void => {
    const at = items.findIndex(({ id }) => id === current?.id)
    const following = items[at + 1] ?? items[at - 1]
    go(here({ query: { answer: null }, open: following?.id ?? '' }), 'replace')
    list.reload()
  }
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>Is this them?</h1>
          <p>
            A protected name and an address that is not known as theirs. Answer once, and later messages follow the
            answer.
          </p>
        </div>
        <div class="acts">
          <Segmented
            legend="Which pairs"
            value={which}
            options={[
              ['open', `To decide${list.value === null ? '' : ` ${number(list.value.total)}`}`],
              ['decided', 'Decided'],
            ]}
            onChange={(value) => go(here({ query: { show: value === 'open' ? null : value }, open: '' }), 'replace')}
          />
        </div>
      </div>
      {which === 'decided' ? (
        <Decided loaded={decided} />
      ) : list.value === null ? (
        <section class="card">
          <Pending of={list} />
        </section>
      ) : items.length === 0 && current === null ? (
        <section class="card">
          <Empty icon="check" title="Nothing waits for an answer">
            <p>
              When mail shows a protected name beside an address that is not known as theirs, the pair is listed here.
            </p>
          </Empty>
        </section>
      ) : (
        <div class={`split${detail ? ' detail' : ''}`}>
          <section class="card list-pane" aria-labelledby="pairs-h">
            <div class="card-head">
              <h2 id="pairs-h">To decide</h2>
              <Select
                bare
                label="Order"
                look="small auto"
                value={order}
                options={[
                  ['messages', 'Most messages first'],
                  ['newest', 'Newest first'],
                  ['refused', 'Refused first'],
                ]}
                onChange={setOrder}
              />
            </div>
            <div class="pairs">
              {items.map((pair) => (
                <a
                  key={pair.id}
                  class="pair"
                  href={here({ query: { answer: null }, open: pair.id })}
                  onClick={() => setDetail(true)}
                  {...(pair.id === current?.id ? { 'aria-current': 'true' as const } : {})}
                >
                  <span class="top">
                    <b>
                      <Foreign text={pair.name} max={100} />
                    </b>
                    <span class="muted nowrap">{count(pair.detected, 'message')}</span>
                  </span>
                  <span class="clip">
                    <Addr text={pair.address === '' ? 'no address' : pair.address} />
                  </span>
                  <span class="meta">
                    <span>
                      last <Time at={pair.last} />
                    </span>
                    <span>
                      authenticated {pair.authenticated === 0 ? 'none' : pair.authenticated} of {pair.count}
                    </span>
                    {pair.rejected > 0 ? <span>{pair.rejected} refused</span> : null}
                  </span>
                </a>
              ))}
            </div>
            <Older paged={list} what="pair" />
          </section>
          {current === null ? null : (
            <PairDetail
              key={current.id}
              pair={current}
              chosen={open === '' ? null : chosen}
              onBack={() => setDetail(false)}
              onDone={next}
            />
          )}
        </div>
      )}
    </div>
  )
}

interface Effect {
  readonly cleared: number
  readonly refused: number
  readonly also: readonly { readonly name: string; readonly address: string; readonly count: number }[]
  readonly judged: number
  readonly unjudged: number
  readonly diff: readonly DiffLine[]
  readonly warnings: readonly string[]
}

/** What an answer would do: warnings, messages kept that would have come out otherwise, and the lines of the file. */
function EffectView({
  pair,
  answer,
  effect,
}: {
  readonly pair: Pair
  readonly answer: Answer
  readonly effect: Effect
}): JSX.Element {
  return (
    <>
      {effect.warnings.map((line) => (
        <Note key={line} look="warn">
          <p>{line}</p>
        </Note>
      ))}
      {answer === 'attack' ? (
        <Note>
          <p>
            <b>Rules stay as they are.</b> {count(pair.detected, 'message')} are noted as attacks.
          </p>
        </Note>
      ) : (
        <Note look="info">
          <p>
            <b>
              Would have cleared {count(effect.cleared, 'message')}
              {effect.refused > 0 ? `, ${effect.refused} of them refused` : ''}.
            </b>
          </p>
          {effect.also.length === 0 ? null : (
            <p>
              Of these, of others:{' '}
              {effect.also.map((one, i) => (
                <span key={`${one.name} ${one.address}`}>
                  {i === 0 ? '' : ', '}
                  <Foreign text={one.name} max={80} /> <Addr text={one.address} /> ({one.count})
                </span>
              ))}
            </p>
          )}
          <p>
            {count(effect.judged, 'message')} kept were judged again
            {effect.unjudged > 0 ? `; ${effect.unjudged} could not be` : ''}.
          </p>
        </Note>
      )}
      {effect.diff.length === 0 ? null : <SavedAs file="protection.yaml" lines={effect.diff} />}
    </>
  )
}

interface Facts {
  /** Detections a day, today last. */
  readonly days: readonly number[]
  readonly done: readonly (readonly [disposition: string, count: number])[]
  readonly others: readonly { readonly name: string; readonly count: number }[]
}

/** What speaks for an answer: days, names shown, other names from the address, addresses that are known. */
function Evidence({ pair, facts }: { readonly pair: Pair; readonly facts: Facts | null }): JSX.Element {
  const known = useKnown({ directory: pair.directory, id: pair.person })
  const theirs = [...(known.value?.addresses ?? []), ...(known.value?.secondaryEmails ?? [])]
  const names = Object.entries(pair.names)
  const others = facts?.others ?? []
  return (
    <div class="pad">
      <PairDays days={facts?.days ?? []} />
      <dl class="facts">
        <dt>Shown as</dt>
        <dd>
          {names.slice(0, 5).map(([name, times], at) => (
            <span key={name}>
              {at === 0 ? '' : '; '}
              <Foreign text={name} max={120} /> ({times})
            </span>
          ))}
        </dd>
        <dt>Other names</dt>
        <dd>
          {others.length === 0
            ? 'none from this address'
            : others.slice(0, 5).map(({ name, count: times }, at) => (
                <span key={name}>
                  {at === 0 ? '' : '; '}
                  <Foreign text={name} max={80} /> ({times})
                </span>
              ))}
          {others.length > 5 ? `; ${others.length - 5} more` : ''}
        </dd>
        {theirs.length === 0 ? null : (
          <>
            <dt>Known addresses</dt>
            <dd>
              <Addr text={theirs.slice(0, 2).join(', ')} />
              {theirs.length > 2 ? `, ${theirs.length - 2} more` : ''}
            </dd>
          </>
        )}
      </dl>
      {others.length === 0 ? null : (
        <Note look="warn">
          <p>
            This address carried the names of {others.length + 1} protected people. A service looks like that, and so
            does an attack on several people.
          </p>
        </Note>
      )}
      <p class="hint ask-hint">
        Authentication shows that a mailbox is real, not whose it is. Ask them by telephone or in person, never by
        replying.
      </p>
    </div>
  )
}

const dayPx = 8
const daysPx = 30

/** Thirty days of a pair side by side. Its place is kept while they are not known. */
function PairDays({ days }: { readonly days: readonly number[] }): JSX.Element {
  const most = Math.max(1, ...days)
  const sum = days.reduce((all, one) => all + one, 0)
  return (
    <div class="pair-days">
      <svg
        class="chart"
        viewBox={`0 0 ${30 * dayPx} ${daysPx + 4}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${count(sum, 'message')} in 30 days`}
      >
        <line class="base" x1="0" x2={30 * dayPx} y1={daysPx + 3.5} y2={daysPx + 3.5} />
        {days.map((times, at) => {
          const height = Math.max(3, Math.round((times / most) * daysPx))
          return times === 0 ? null : (
            <rect key={at} class="b-certain" x={at * dayPx + 1} y={daysPx + 3 - height} width="6" height={height} />
          )
        })}
      </svg>
      <p class="row muted">
        <span class="grow">30 days</span>
        <span>today</span>
      </p>
    </div>
  )
}

function inHalfAYear(): string {
  return new Date(Date.now() + 183 * 86_400_000).toISOString().slice(0, 10)
}

function PairDetail({
  pair,
  chosen,
  onBack,
  onDone,
}: {
  readonly pair: Pair
  /** What was pressed beside a detection; null: nothing is chosen for anybody. */
  readonly chosen: Answer | null
  readonly onBack: () => void
  readonly onDone: () => void
}): JSX.Element {
  const [answer, setAnswer] = useState<Answer | null>(chosen)
  const [note, setNote] = useState('')
  const [carries, setCarries] = useState('')
  const [until, setUntil] = useState(inHalfAYear)
  const [authenticated, setAuthenticated] = useState(pair.authenticated > 0)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [effect, setEffect] = useState<Effect | null>(null)
  const [busy, setBusy] = useState(false)
  const mayAnswer = may('reviewer') && !readOnly.value
  const path = `/pairs/${encodeURIComponent(pair.id)}`
  const body =
    answer === null
      ? null
      : {
          answer,
          note,
          ...(answer === 'service' ? { until, names: namesOf(carries) } : {}),
          ...(answer === 'service' && authenticated ? { requireAuthentication: true } : {}),
        }
  const text = JSON.stringify(body)
  useEffect(() => {
    setEffect(null)
    setErrors({})
  }, [text])
  useSettled(
    body === null || !may('reviewer') ? null : text,
    150,
    () => send<Effect>('POST', `${path}/preview`, body),
    setEffect,
    (error) => setErrors({ '': wordsOf(error) }),
  )
  const save = async (): Promise<void> => {
    if (body === null) return
    setBusy(true)
    try {
      const made = await ask<Pair>('POST', `${path}/decision`, { body, version: pair.version })
      const undo = (): void =>
        void act(
          () => ask('DELETE', `${path}/decision`, { version: made.version }),
          `Taken back. ${pair.address} waits for an answer again.`,
        )
      toast(`Saved. ${pair.address} is settled.`, undo)
      onDone()
    } catch (error) {
      const faults = error instanceof ApiError ? error.faults : []
      setErrors(
        faults.length > 0
          ? Object.fromEntries(faults.map((fault) => [fault.path, fault.message]))
          : { '': wordsOf(error) },
      )
    }
    setBusy(false)
  }
  const facts = useLoaded(`${path}/facts`, (signal) => get<Facts>(`${path}/facts`, signal))
  const domain = pair.address.slice(pair.address.lastIndexOf('@') + 1)
  return (
    <section class="card detail-pane" aria-labelledby="pair-h">
      <div class="ask-head">
        <button class="btn small back" type="button" onClick={onBack}>
          <Icon name="left" size={14} />
          All pairs
        </button>
        <div class="row wrap">
          <div class="grow">
            <h2 id="pair-h">
              Is this <Foreign text={pair.name} max={200} />?
            </h2>
            <Addr text={pair.address === '' ? 'no address' : pair.address} />
          </div>
          <span class="row">
            <a
              class="btn small"
              href={`/detections${query({ person: pair.person, directory: pair.directory, address: pair.address })}`}
            >
              <Icon name="mail" size={14} />
              {count(pair.detected, 'message')}
            </a>
            <a
              class="btn small"
              href={`/protection?directory=${encodeURIComponent(pair.directory)}#${encodeURIComponent(`${pair.directory}\n${pair.person}`)}`}
            >
              <Icon name="person" size={14} />
              Person
            </a>
          </span>
        </div>
      </div>
      <dl class="tiles">
        <div>
          <dt>Messages</dt>
          <dd>
            {pair.detected}{' '}
            <small>
              {facts.value === null || facts.value.done.length === 0
                ? `${pair.rejected} refused`
                : doneWords(facts.value.done)}
            </small>
          </dd>
        </div>
        <div>
          <dt>First seen</dt>
          <dd>
            <Time at={pair.first} />{' '}
            <small>
              last <Time at={pair.last} />
            </small>
          </dd>
        </div>
        <div>
          <dt>Authenticated</dt>
          <dd>
            {pair.authenticated === 0 ? 'none' : pair.authenticated} of {pair.count}
          </dd>
        </div>
        <div>
          <dt>Sender domain</dt>
          <dd>
            <Foreign text={domain} max={100} />{' '}
            <small>{pair.publicProvider ? 'a public mail provider' : 'not a public mail provider'}</small>
          </dd>
        </div>
      </dl>
      <Evidence pair={pair} facts={facts.value} />
      {!mayAnswer ? null : (
        <form
          class="pad"
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          <fieldset class="choice cols-2" data-answers>
            <legend class="label">Your answer</legend>
            {answers.map(([key, title, about], at) => (
              <label key={key}>
                <input
                  type="radio"
                  name="answer"
                  aria-label={title}
                  checked={answer === key}
                  onChange={() => setAnswer(key)}
                />
                <span class="grow">
                  <b>{title}</b>
                  <small>{about}</small>
                </span>
                <kbd>{at + 1}</kbd>
              </label>
            ))}
          </fieldset>
          {answer === null ? (
            <p class="hint">Choose an answer to see what it changes. Nothing is saved yet.</p>
          ) : (
            <div class="stack decide-more">
              {errors[''] === undefined ? null : (
                <Note look="bad">
                  <p>{errors['']}</p>
                </Note>
              )}
              {answer === 'service' || answer === 'namesake' ? (
                <div class={answer === 'service' ? 'two' : ''}>
                  <Input
                    label={answer === 'service' ? 'Note' : 'Who is it?'}
                    value={note}
                    onInput={setNote}
                    error={errors.note}
                    hint={
                      answer === 'service' ? 'Why it is trusted, for whoever reads this next.' : 'Becomes the note.'
                    }
                  />
                  {answer === 'service' ? (
                    <Input label="Until" type="date" value={until} onInput={setUntil} error={errors.until} />
                  ) : null}
                </div>
              ) : null}
              {answer === 'service' ? (
                <Input
                  label={`Names it may carry besides ${pair.name}`}
                  value={carries}
                  onInput={setCarries}
                  error={errors.names}
                  hint="With commas. Left empty: this name alone."
                />
              ) : null}
              {answer === 'service' ? (
                <label class="check">
                  <input
                    type="checkbox"
                    checked={authenticated}
                    onChange={(event) => setAuthenticated(event.currentTarget.checked)}
                  />
                  <span>
                    Only if it is authenticated{' '}
                    <span class="muted">
                      ({pair.authenticated} of {pair.count} were)
                    </span>
                  </span>
                </label>
              ) : null}
              {effect === null || answer === null ? null : <EffectView pair={pair} answer={answer} effect={effect} />}
            </div>
          )}
          <div class="row wrap decide-foot">
            <Button
              look={answer === null ? '' : 'primary'}
              type="submit"
              busy={busy ? 'Saving' : null}
              disabled={answer === null}
            >
              Save and show the next
            </Button>
            <Button look="quiet" onClick={onDone}>
              Decide later
            </Button>
          </div>
        </form>
      )}
    </section>
  )
}

function namesOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** What came of an answer. */
function SinceThen({ pair }: { readonly pair: Pair }): JSX.Element {
  const { count: all, detected, last, decision } = pair
  if (all > detected) return <>{count(all - detected, 'message')} let through</>
  if (decision === null || last <= decision.at) return <>not seen again</>
  return (
    <>
      caught again <Time at={last} />
    </>
  )
}

function Decided({ loaded }: { readonly loaded: Paged<Pairs> }): JSX.Element {
  const undo = (pair: Pair): void =>
    void act(async () => {
      await ask('DELETE', `/pairs/${encodeURIComponent(pair.id)}/decision`, { version: pair.version })
      loaded.reload()
    }, `Taken back. ${pair.address} waits for an answer again.`)
  return (
    <section class="card" aria-label="Decided">
      <Shown of={loaded}>
        {(value) =>
          value.items.length === 0 ? (
            <Empty icon="review" title="Nothing was decided yet">
              <p>Answers are listed here, with who gave them.</p>
            </Empty>
          ) : (
            <div class="table-wrap">
              <table class="table top fold">
                <thead>
                  <tr>
                    <th scope="col">Time</th>
                    <th scope="col">Pair</th>
                    <th scope="col">Answer</th>
                    <th scope="col">By</th>
                    <th scope="col">Since then</th>
                    <th scope="col">
                      <span class="vh">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {value.items.map((pair) => (
                    <tr key={pair.id}>
                      <td class="nowrap soft">{pair.decision === null ? '' : <Time at={pair.decision.at} />}</td>
                      <td>
                        <span class="cell-2">
                          <b>
                            <Foreign text={pair.name} max={120} />
                          </b>
                          <Addr text={pair.address} />
                        </span>
                      </td>
                      <td data-l="Answer">{answerNames[pair.decision?.answer ?? pair.state] ?? ''}</td>
                      <td data-l="By">{pair.decision?.by ?? 'the file, by hand'}</td>
                      <td class="soft" data-l="Since then">
                        <SinceThen pair={pair} />
                      </td>
                      <td class="num">
                        {pair.decision === null ? (
                          <a class="btn small" href="/rules">
                            See the rules
                          </a>
                        ) : may('reviewer') && !readOnly.value ? (
                          <Button look="small" icon="undo" onClick={() => undo(pair)}>
                            Undo
                          </Button>
                        ) : null}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <Older paged={loaded} what="answer" />
            </div>
          )
        }
      </Shown>
    </section>
  )
}

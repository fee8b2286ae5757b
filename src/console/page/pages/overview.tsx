/** Overview: how it is, and what needs somebody. */

import { useEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { get } from '../api.ts'
import { Icon } from '../icons.tsx'
import { health } from '../health.ts'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import { Addr, count, Empty, Failed, Foreign, number, Shown, State, Time } from '../parts.tsx'
import { loadPairs } from '../pairs.ts'
import type { Day } from '../plot.ts'
import { protectedByWords } from '../people.tsx'
import type { ProtectedBy } from '../people.tsx'
import { go } from '../router.ts'
import { may, theme } from '../state.ts'
import { DetectionTable } from './detections.tsx'
import type { Detection } from './detections.tsx'

interface Directory {
  readonly name: string
  readonly state: 'never' | 'ok' | 'stale' | 'failed'
  readonly lastSync: string | null
  readonly nextRun: string | null
  readonly people: number
  readonly groups: number
  readonly error: string | null
}

interface Stats {
  readonly counts: readonly {
    readonly verdict: string
    readonly tier: string | null
    readonly disposition: string
    readonly count: number
  }[]
  readonly days: readonly Day[]
  readonly changes: readonly string[]
  readonly people: readonly {
    readonly person: string
    readonly name: string
    readonly count: number
    readonly addresses: number
  }[]
  /** Records of all times. */
  readonly kept: number
}

const nothing: readonly never[] = []

export function Overview(): JSX.Element {
  const directories = useLoaded('directories', (signal) => get<{ items: Directory[] }>('/directories', signal))
  const guarded = useLoaded('guarded', (signal) => get<ProtectedBy>('/protected', signal))
  const stats = useLoaded('stats', (signal) => get<Stats>('/stats?days=30', signal))
  const pairs = useLoaded('pairs', (signal) => loadPairs(signal))
  const latest = useLoaded('latest', (signal) =>
    get<{ items: Detection[] }>('/detections?verdict=detected&limit=6', signal),
  )
  useEffect(() => {
    directories.reload()
    guarded.reload()
  }, [changed.directories.value, changed.people.value, changed.protection.value])
  useEffect(() => {
    stats.reload()
    pairs.reload()
    latest.reload()
  }, [changed.detections.value])
  const list = directories.value?.items ?? []
  const people = guarded.value?.people ?? 0
  const { messages } = health.value?.daemon ?? {}
  const caught = sum(stats.value, () => true)
  const late = list.filter(({ state }) => state !== 'ok')
  const fresh =
    directories.value !== null &&
    guarded.value !== null &&
    (stats.value !== null || stats.error !== null) &&
    caught === 0 &&
    isNew(list, people, stats.value)
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>{fresh ? 'Welcome' : 'Overview'}</h1>
          <p>
            {fresh
              ? 'Four steps until Namesake protects your people. Mail passes through unchanged until the last one.'
              : directories.value === null
                ? 'Looking.'
                : howItIs(late)}
          </p>
        </div>
        {fresh ? null : <SeeLate late={late} />}
      </div>
      {fresh ? <Start list={list} people={people} judged={health.value?.daemon?.messages.total ?? 0} /> : null}
      <div class="card strip">
        <section aria-labelledby="s1">
          <h2 id="s1">
            <a href="/protection">Protected people</a>
          </h2>
          <p class="big">{guarded.value === null ? '–' : number(people)}</p>
          {guarded.value === null ? null : <p class="soft">{protectedByWords(guarded.value)}</p>}
        </section>
        <section aria-labelledby="s2">
          <h2 id="s2">
            <a href="/directories">Directories</a>
          </h2>
          <ul class="lines dirs">
            {[...late, ...list.filter(({ state }) => state === 'ok')].slice(0, 3).map((one) => (
              <li key={one.name}>
                <State look={one.state === 'ok' ? 'ok' : one.state === 'never' && one.error === null ? 'busy' : 'warn'}>
                  {one.name}
                  {one.state === 'ok' ? null : (
                    <span class="vh">, {one.state === 'never' ? 'not read yet' : 'late'}</span>
                  )}
                </State>
                <span class="r">{one.lastSync === null ? 'never' : <Time at={one.lastSync} />}</span>
                <span class="r muted">{one.nextRun === null ? '' : <Time at={one.nextRun} />}</span>
              </li>
            ))}
          </ul>
          {list.length > 3 ? <p class="soft">and {list.length - 3} more</p> : null}
        </section>
        <section aria-labelledby="s3">
          <h2 id="s3">
            <a href="/settings#about">Mail</a>
          </h2>
          <ul class="lines">
            <Line words="Last hour" value={messages?.lastHour.total} />
            <Line words="Since the start" value={messages?.total} />
            <Line words="Unchecked, 30 days" value={stats.value === null ? undefined : unchecked(stats.value)} />
          </ul>
        </section>
        <section aria-labelledby="s4">
          <h2 id="s4">Store</h2>
          <ul class="lines">
            <Line
              words="People known"
              value={directories.value === null ? undefined : sumOf(list, ({ people: n }) => n)}
            />
            <Line
              words="Groups known"
              value={directories.value === null ? undefined : sumOf(list, ({ groups: n }) => n)}
            />
            <Line words="Messages kept" value={stats.value?.kept} />
          </ul>
        </section>
      </div>
      <div class="cols level">
        <section class="card" aria-labelledby="c1">
          <div class="figure-head">
            <h2 id="c1" class="vh">
              Detections, last 30 days
            </h2>
            <span class="big">{stats.value === null ? '–' : number(caught)}</span>
            <span class="soft">detections in 30 days</span>
            <span class="grow" />
            <p class="legend">
              <span class="tier certain glyph">
                Certain <b>{number(sum(stats.value, ({ tier }) => tier === 'certain'))}</b>
              </span>
              <span class="tier likely glyph">
                Likely <b>{number(sum(stats.value, ({ tier }) => tier === 'likely'))}</b>
              </span>
            </p>
          </div>
          <div class="plot">
            {stats.error !== null && stats.value === null ? (
              <Failed error={stats.error} retry={stats.reload} />
            ) : (
              <Plot days={stats.value?.days ?? nothing} changes={stats.value?.changes ?? nothing} />
            )}
          </div>
          <div class="outcomes soft">
            {(
              [
                ['rejected', 'refused'],
                ['quarantined', 'quarantined'],
                ['relayed', 'tagged'],
                ['monitored', 'monitored'],
              ] as const
            ).map(([disposition, word]) => (
              <span key={word}>
                <b>{number(sum(stats.value, (of) => of.disposition === disposition))}</b> {word}
              </span>
            ))}
            <span class="grow" />
            <a href="/detections">As a table</a>
          </div>
        </section>
        <section class="card" aria-labelledby="c2">
          <div class="card-head">
            <h2 id="c2">Needs your decision</h2>
            {(pairs.value?.total ?? 0) > 0 ? <span class="count accent">{pairs.value?.total}</span> : null}
          </div>
          <Shown of={pairs} rows={3}>
            {(value) =>
              value.items.length === 0 ? (
                <Empty icon="check" title="Nothing waits">
                  <p>Pairs of a name and an address that need an answer are listed here.</p>
                </Empty>
              ) : (
                <>
                  <div class="asks">
                    {value.items.slice(0, 3).map((pair) => (
                      <a class="ask" key={pair.id} href={`/review#${pair.id}`}>
                        <span class="top">
                          <b>
                            Is this <Foreign text={pair.name} max={80} />?
                          </b>
                          <span class="muted nowrap">{count(pair.detected, 'message')}</span>
                        </span>
                        <Addr text={pair.address} />
                      </a>
                    ))}
                  </div>
                  <div class="card-foot">
                    <span class="grow">
                      {count(value.messages, 'message')} on {count(value.total, 'answer')}
                    </span>
                    <a class={`btn small${may('reviewer') ? ' primary' : ''}`} href="/review">
                      Review
                    </a>
                  </div>
                </>
              )
            }
          </Shown>
        </section>
        <section class="card" aria-labelledby="c3">
          <div class="card-head">
            <h2 id="c3">Latest detections</h2>
            <a href="/detections">{caught === 0 ? 'All' : `All ${number(caught)}`}</a>
          </div>
          <Shown of={latest}>
            {(value) =>
              value.items.length === 0 ? (
                <Empty title="Nothing yet">
                  <p>Detections appear here within seconds of the first message that shows a protected name.</p>
                </Empty>
              ) : (
                <DetectionTable
                  items={value.items}
                  open=""
                  link={(id) => `/detections#${encodeURIComponent(id)}`}
                  brief
                />
              )
            }
          </Shown>
        </section>
        <MostImpersonated people={stats.value?.people ?? []} />
      </div>
    </div>
  )
}

function SeeLate({ late }: { readonly late: readonly Directory[] }): JSX.Element | null {
  if (late.length === 0) return null
  return (
    <div class="acts">
      <a class="btn" href="/directories">
        See {late.length === 1 ? <Foreign text={late[0]?.name ?? ''} max={40} /> : 'the directories'}
      </a>
    </div>
  )
}

function MostImpersonated({ people }: Pick<Stats, 'people'>): JSX.Element {
  return (
    <section class="card" aria-labelledby="c4">
      <div class="card-head">
        <h2 id="c4">Most impersonated</h2>
        <span class="muted">30 days</span>
      </div>
      {people.length === 0 ? (
        <Empty icon="person" title="Nobody">
          <p>Nobody’s name was shown beside a foreign address.</p>
        </Empty>
      ) : (
        <ol class="rank">
          {people.slice(0, 6).map((one) => (
            <li key={one.person}>
              <span class="clip">
                <a href={`/detections?person=${encodeURIComponent(one.person)}`}>
                  <Foreign text={one.name} max={80} />
                </a>
              </span>
              <span class="nowrap">
                <b>{number(one.count)}</b> <small>from {count(one.addresses, 'address', 'addresses')}</small>
              </span>
              <meter min={0} max={people[0]?.count ?? 1} value={one.count} aria-label={count(one.count, 'detection')} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

/** A word and its number; a dash while it is not known. */
function Line({
  words,
  value,
}: {
  readonly words: ComponentChildren
  readonly value: number | undefined
}): JSX.Element {
  return (
    <li>
      <span class="soft">{words}</span>
      <span class="r">{value === undefined ? '–' : number(value)}</span>
    </li>
  )
}

function sumOf(list: readonly Directory[], of: (one: Directory) => number): number {
  return list.reduce((all, one) => all + of(one), 0)
}

/** Nothing was read yet, nobody is protected, or nothing was ever kept. */
function isNew(list: readonly Directory[], people: number, stats: Stats | null): boolean {
  return list.every(({ lastSync }) => lastSync === null) || people === 0 || stats?.kept === 0
}

function howItIs(late: readonly Directory[]): string {
  if (late.length === 0) return 'Mail is being judged. All directories are in sync.'
  const words = late.length === 1 ? 'One directory needs a look' : `${late.length} directories need a look`
  return `Mail is being judged. ${words}: ${late.map(({ name }) => name).join(', ')}.`
}

function sum(stats: Stats | null, fits: (of: Stats['counts'][number]) => boolean): number {
  return (stats?.counts ?? []).reduce((all, of) => all + (of.verdict === 'detected' && fits(of) ? of.count : 0), 0)
}

function unchecked(stats: Stats): number {
  return stats.counts.reduce((all, of) => all + (of.verdict === 'unchecked' ? of.count : 0), 0)
}

/** Detections a day. What draws it is fetched behind the page, whose words say the same. */
function Plot({ days, changes }: Pick<Stats, 'days' | 'changes'>): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const total = days.reduce((all, { certain, likely }) => all + certain + likely, 0)
  const busiest = Math.max(0, ...days.map(({ certain, likely }) => certain + likely))
  useEffect(() => {
    if (box.current === null || days.length === 0) return
    let undo: (() => void) | null = null
    let gone = false
    const element = box.current
    import('../plot.ts').then(
      ({ drawPlot }) => {
        if (!gone) undo = drawPlot(element, days, changes, (day) => go(`/detections?day=${day}`))
      },
      () => undefined,
    )
    return () => {
      gone = true
      undo?.()
    }
  }, [days, changes, theme.value])
  return (
    <div
      class="plot-box"
      ref={box}
      role="img"
      aria-label={`${count(total, 'detection')} in 30 days, ${number(busiest)} on the busiest day`}
    />
  )
}

/** A fresh installation: each step is derived from what is there, none is ticked by hand. */
function Start({
  list,
  people,
  judged,
}: {
  readonly list: readonly Directory[]
  readonly people: number
  /** Messages since the daemon's start. */
  readonly judged: number
}): JSX.Element {
  const replays = useLoaded(may('admin') ? 'replays' : null, (signal) => get<{ items: unknown[] }>('/replays', signal))
  const read = list.find(({ lastSync }) => lastSync !== null)
  const steps = [
    {
      done: read !== undefined,
      title: 'Connect a directory',
      about:
        read === undefined
          ? 'Office 365 in five minutes, or a file. People and groups are read, nothing is changed there.'
          : `${read.name}, ${count(read.people, 'person', 'people')} and ${count(read.groups, 'group')}.`,
      href: read === undefined ? '/directories#add' : '/directories',
      act: read === undefined ? 'Add directory' : 'Directories',
    },
    {
      done: people > 0,
      title: 'Protect a group',
      about:
        people > 0
          ? `${count(people, 'person', 'people')} protected.`
          : 'Choose whose names are guarded. Start with those who can ask for money: executives, finance, payroll.',
      href: '/protection',
      act: people > 0 ? 'Protection' : 'Choose a group',
    },
    {
      done: (replays.value?.items.length ?? 0) > 0,
      title: 'Try it on old mail',
      about:
        'A folder or mbox of last month shows what would have been caught; nothing is kept, and no mail is touched.',
      href: '/replay',
      act: 'Try old mail',
    },
    {
      done: judged > 0,
      title: 'Switch on',
      about:
        judged > 0
          ? `${count(judged, 'message')} judged, none of them an impersonation.`
          : 'Point your mail server here and begin with Tag. Refuse only when the review list has been empty for a while.',
      href: '/rules',
      act: 'Rules',
    },
  ]
  const now = steps.findIndex(({ done }) => !done)
  return (
    <section class="card" aria-label="Getting started">
      <ol class="start">
        {steps.map(({ done, title, about, href, act }, at) => (
          <li key={title} class={done ? 'done' : at === now ? 'now' : ''}>
            <span class="n">{done ? <Icon name="check" /> : at + 1}</span>
            <div>
              {done ? <span class="vh">Done: </span> : null}
              <b>{title}</b>
              <p>{about}</p>
            </div>
            {may('admin') ? (
              <a class={`btn${at === now ? ' primary' : ''}`} href={href}>
                {act}
              </a>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  )
}

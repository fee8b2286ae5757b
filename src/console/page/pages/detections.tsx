/** Detections: what was caught, and why. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { get, query } from '../api.ts'
import { Drawn } from '../drawn.tsx'
import { Icon } from '../icons.tsx'
import { changed, connected } from '../live.ts'
import { useLoaded, usePaged } from '../loaded.ts'
import { Panel } from '../panel.tsx'
import {
  Addr,
  CopyButton,
  dateAndTime,
  Done,
  Empty,
  Foreign,
  kindName,
  kinds,
  number,
  Older,
  RawLines,
  Select,
  Shown,
  size,
  Tier,
  Time,
} from '../parts.tsx'
import { drawnFinding, fieldNames, Readings } from '../readings.tsx'
import type { Reading } from '../readings.tsx'
import { useKnown } from '../people.tsx'
import { go, here, place } from '../router.ts'
import { AnswersHere } from '../answers.tsx'
import { DayStrip, daysWords } from '../day-strip.tsx'
import type { Day } from '../day-strip.tsx'
import type { Pair } from '../pairs.ts'
import { may } from '../state.ts'

export interface Detection {
  readonly id: string
  readonly time: string
  readonly node: string
  readonly verdict: string
  readonly tier: string | null
  readonly kind: string | null
  readonly person: string | null
  readonly directory: string | null
  readonly name: string | null
  readonly address: string | null
  readonly fromName: string | null
  readonly fromAddress: string | null
  readonly action: string | null
  readonly disposition: string
  readonly reason: string | null
  readonly excusedBy: string | null
}

interface PageOf {
  readonly items: readonly Detection[]
  readonly next: string | null
}

interface Record_ extends Detection {
  readonly client: string | null
  readonly helo: string | null
  readonly reversePath: string | null
  readonly recipients: number
  readonly messageId: string | null
  readonly reply: string
  readonly size: number
  readonly judgeTime: number
  readonly authenticated: boolean | null
  readonly originators: string | null
  /** Id of the pair of person and address. */
  readonly pair: string | null
  readonly queueId: string | null
  readonly tls: string | null
  /** Seconds; of the oldest directory when it was judged. */
  readonly directoryAge: number | null
  readonly explanation: { readonly readings: readonly Reading[] } | null
}

const times: readonly (readonly [string, string])[] = [
  ['30', 'Last 30 days'],
  ['1', 'Last 24 hours'],
  ['7', 'Last 7 days'],
  ['90', 'Last 90 days'],
]
const done: readonly (readonly [string, string])[] = [
  ['', 'Any action'],
  ['monitored', 'Monitored'],
  ['relayed', 'Tagged'],
  ['quarantined', 'Quarantined'],
  ['rejected', 'Refused'],
]
const verdicts: readonly (readonly [string, string])[] = [
  ['detected', 'Detected'],
  ['clean', 'Let through'],
  ['unchecked', 'Unchecked'],
]

export function Detections(): JSX.Element {
  const { query: asked, open } = place.value
  const set = (change: Record<string, string | null>): void => go(here({ query: change }), 'replace')
  const text = asked.get('q') ?? ''
  const [typed, setTyped] = useState(text)
  const [live, setLive] = useState(true)
  const days = asked.get('days') ?? '30'
  const day = asked.get('day')
  const [since, setSince] = useState(() => sinceOf(days))
  useEffect(() => setSince(sinceOf(days)), [days])
  const ofDay = rangeOf(day, asked.get('to'))
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => set({ q: typed }), 200)
    return () => clearTimeout(timer)
  }, [typed])
  const filters = {
    q: text,
    ...(ofDay ?? { since, until: null }),
    person: asked.get('person'),
    address: asked.get('address'),
    directory: asked.get('directory'),
    group: asked.get('group'),
    kind: asked.get('kind'),
    tier: asked.get('tier'),
    disposition: asked.get('done'),
    verdict: asked.get('verdict') ?? 'detected',
  }
  const search = query({ ...filters, limit: 50 })
  const list = usePaged(search, (cursor, signal) =>
    get<PageOf>(`/detections${query({ ...filters, cursor, limit: 50 })}`, signal),
  )
  const items = list.value?.items ?? []
  // New rows wait above the list, so that nothing moves under the pointer; an empty list has nothing to move.
  const newest = items[0]
  const fresh = useLoaded(
    list.value === null || !live ? null : `${search} ${changed.detections.value} ${newest?.id ?? ''}`,
    async (signal) => {
      const found = await get<PageOf>(`/detections${query({ ...filters, limit: 50 })}`, signal)
      const at = found.items.findIndex(({ id }) => id === newest?.id)
      return newest === undefined ? found.items.length : at < 0 ? found.items.length : at
    },
  )
  const waiting = fresh.value ?? 0
  useEffect(() => {
    if (waiting > 0 && items.length === 0) list.reload()
  }, [waiting])
  const stats = useLoaded('stats', (signal) => get<Stats>('/stats?days=30', signal))
  useEffect(() => stats.reload(), [changed.detections.value])
  const narrowed =
    text !== '' ||
    ['person', 'group', 'kind', 'tier', 'done', 'address', 'verdict', 'day'].some((key) => asked.has(key))
  const at = items.findIndex(({ id }) => id === open)
  const to = (index: number): string => here({ open: items[index]?.id ?? open })
  return (
    <div class={`list-page${open === '' ? '' : ' open'}`}>
      <div class="list-main" id="list">
        <div class="page-head">
          <div class="text">
            <h1>Detections</h1>
            <p>Mail that showed a protected name beside an address that is not that person’s.</p>
          </div>
          <div class="acts">
            <button class="btn" type="button" aria-pressed={live} onClick={() => setLive(!live)}>
              <span class="live">
                {live && connected.value ? <span class="dot" aria-hidden="true" /> : null}
                {live && !connected.value ? 'Live, waiting' : 'Live'}
              </span>
            </button>
            <a class="btn" href={`/api/v1/detections.csv${query({ ...filters })}`} download="detections.csv">
              <Icon name="download" />
              Export CSV
            </a>
          </div>
        </div>
        <form class="filters" role="search" aria-label="Filter detections" onSubmit={(event) => event.preventDefault()}>
          <div class="input-icon">
            <Icon name="find" />
            <input
              class="input"
              type="search"
              aria-label="Name, address, message id"
              placeholder="Name, address, message id"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </div>
          <Select
            bare
            label="Time"
            value={day ?? days}
            options={day === null ? times : [[day, daysWords(day, asked.get('to'))], ...times]}
            onChange={(value) => set({ days: value, day: null, to: null })}
          />
          <Select
            bare
            label="Person"
            value={asked.get('person') ?? ''}
            options={peopleOptions(stats.value?.people ?? [], asked.get('person'), newest)}
            onChange={(value) => set({ person: value, address: null, directory: null, group: null })}
          />
          <Select
            bare
            label="Kind"
            value={asked.get('kind') ?? ''}
            options={[['', 'Any kind'], ...kinds.map((kind) => [kind, kindName(kind)] as const)]}
            onChange={(value) => set({ kind: value })}
          />
          <Select
            bare
            label="Tier"
            value={asked.get('tier') ?? ''}
            options={[
              ['', 'Any tier'],
              ['certain', 'Certain'],
              ['likely', 'Likely'],
            ]}
            onChange={(value) => set({ tier: value })}
          />
          <Select
            bare
            label="What was done"
            value={asked.get('done') ?? ''}
            options={done}
            onChange={(value) => set({ done: value })}
          />
          <Select
            bare
            label="Verdict"
            value={asked.get('verdict') ?? 'detected'}
            options={verdicts}
            onChange={(value) => set({ verdict: value === 'detected' ? null : value })}
          />
          {asked.has('address') || asked.has('group') ? (
            <button
              class="btn chip"
              type="button"
              aria-label="Show everybody again"
              onClick={() => set({ person: null, address: null, directory: null, group: null })}
            >
              <Foreign text={onlyWords(asked, newest)} max={80} />
              <Icon name="cross" size={14} />
            </button>
          ) : null}
        </form>
        <section class="card" aria-label="Detections" aria-busy={list.busy && list.value !== null}>
          <DayStrip
            stats={stats.value?.days ?? []}
            day={day}
            to={asked.get('to')}
            onPick={(from, to) => set({ day: from, to: from === to ? null : to })}
          />
          {waiting > 0 && items.length > 0 ? (
            <button class="new-rows" type="button" onClick={() => list.reload()}>
              {waiting >= 50 ? '50 or more' : waiting} new. Show them
            </button>
          ) : null}
          <Shown of={list}>
            {() =>
              items.length === 0 ? (
                <Empty icon={narrowed ? 'find' : 'inbox'} title={narrowed ? 'No detection fits' : 'Nothing yet'}>
                  <p>
                    {narrowed
                      ? 'Nothing of this time has these words. A longer time may.'
                      : 'Detections appear here within seconds of the first message that shows a protected name.'}
                  </p>
                  {narrowed ? (
                    <a class="btn" href="/detections">
                      Clear the filters
                    </a>
                  ) : null}
                </Empty>
              ) : (
                <>
                  <DetectionTable items={items} open={open} />
                  <Older paged={list} what="row" />
                </>
              )
            }
          </Shown>
        </section>
      </div>
      {open === '' ? null : (
        <DetectionPanel
          key={open}
          id={open}
          newer={at > 0 ? to(at - 1) : null}
          older={at >= 0 && at < items.length - 1 ? to(at + 1) : null}
        />
      )}
    </div>
  )
}

interface Stats {
  readonly days: readonly Day[]
  readonly people: readonly ShownPerson[]
}

interface ShownPerson {
  readonly person: string
  readonly name: string
  readonly count: number
}

/** Those whose names were shown most, and whoever is chosen already. */
function peopleOptions(
  people: readonly ShownPerson[],
  chosen: string | null,
  first: Detection | undefined,
): (readonly [string, string])[] {
  const listed = people.map(({ person, name }) => [person, name] as const)
  const isListed = chosen === null || people.some(({ person }) => person === chosen)
  return [['', 'Anyone'], ...(isListed ? [] : [[chosen, first?.name ?? chosen] as const]), ...listed]
}

/** What the list is narrowed to by a link: one pair, or a group. */
function onlyWords(asked: URLSearchParams, first: Detection | undefined): string {
  const address = asked.get('address')
  return address === null ? 'Only people of one group' : `Only ${first?.name ?? ''} and ${address}`
}

/** Days as they are where the browser is, the last one included. */
function rangeOf(day: string | null, to: string | null): { readonly since: string; readonly until: string } | null {
  const start = Date.parse(`${day ?? ''}T00:00:00`)
  if (Number.isNaN(start)) return null
  const last = Date.parse(`${to ?? ''}T00:00:00`)
  const end = new Date(Number.isNaN(last) ? start : Math.max(start, last))
  // A day has 23 or 25 hours where clocks are changed.
  end.setDate(end.getDate() + 1)
  return { since: new Date(start).toISOString(), until: end.toISOString() }
}

function sinceOf(days: string): string {
  return new Date(Date.now() - (Number(days) || 30) * 86_400_000).toISOString()
}

/** Rows of detections; each opens beside the list. */
export function DetectionTable({
  items,
  open,
  link = (id) => here({ open: id }),
  brief = false,
}: {
  readonly items: readonly Detection[]
  readonly open: string
  readonly link?: (id: string) => string
  /** Without the kind, where there is less room. */
  readonly brief?: boolean
}): JSX.Element {
  return (
    <div class="table-wrap">
      <table class="table dense det fold">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">From, as shown</th>
            <th scope="col">Protected person</th>
            {brief ? null : (
              <th scope="col" class="col-hide">
                Kind
              </th>
            )}
            <th scope="col">Tier</th>
            <th scope="col">Done</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id} class={one.id === open ? 'on' : ''}>
              <td class="c-time nowrap soft">
                <Time at={one.time} />
              </td>
              <td class="c-from from">
                <span class="cell-2">
                  <span>
                    <a class="row-link" href={link(one.id)}>
                      {one.fromName === null || one.fromName === '' ? (
                        <span class="muted">no name</span>
                      ) : (
                        <Foreign text={one.fromName} max={120} />
                      )}
                    </a>
                  </span>
                  <Addr text={one.address ?? one.fromAddress ?? ''} />
                  {one.reason === null ? null : <span class="vh">{one.reason}</span>}
                </span>
              </td>
              <td class="c-person">{one.name === null ? '' : <Foreign text={one.name} max={120} />}</td>
              {brief ? null : (
                <td class="c-kind col-hide">
                  <span class="kind">{kindName(one.kind)}</span>
                </td>
              )}
              <td class="c-tier">
                <Tier tier={one.tier} />
              </td>
              <td class="c-act">
                <Done disposition={one.disposition} excused={one.excusedBy !== null} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DetectionPanel({
  id,
  newer,
  older,
}: {
  readonly id: string
  readonly newer: string | null
  readonly older: string | null
}): JSX.Element {
  const loaded = useLoaded(id, (signal) => get<Record_>(`/detections/${encodeURIComponent(id)}`, signal))
  const one = loaded.value
  const readings = one?.explanation?.readings ?? []
  const shown = drawnFinding(readings, one?.person ?? null)
  const pairId = one?.pair ?? ''
  const pair = useLoaded(pairId === '' ? null : pairId, (signal) =>
    get<Pair>(`/pairs/${encodeURIComponent(pairId)}`, signal),
  )
  useEffect(() => pair.reload(), [changed.protection.value])
  return (
    <Panel
      label="Detection"
      onClose={() => go(here({ open: '' }))}
      head={
        <>
          <span class="grow row wrap">
            {one === null ? null : (
              <>
                <Tier tier={one.tier} />
                <span class="kind">{kindName(one.kind)}</span>
                <Done disposition={one.disposition} excused={one.excusedBy !== null} />
              </>
            )}
          </span>
          {newer === null ? null : (
            <a class="btn quiet small icon" href={newer} aria-label="Newer detection">
              <Icon name="up" />
            </a>
          )}
          {older === null ? null : (
            <a class="btn quiet small icon" href={older} aria-label="Older detection">
              <Icon name="down" />
            </a>
          )}
        </>
      }
      foot={
        one === null || one.person === null || !may('reviewer') || one.verdict !== 'detected' ? null : (
          <AnswersHere id={pairId} pair={pair} name={one.name ?? ''} />
        )
      }
    >
      <Shown of={loaded}>
        {(one) => (
          <>
            <section>
              <h2 class="reason">
                <Foreign
                  text={
                    one.reason ?? (one.verdict === 'unchecked' ? 'This message could not be checked' : 'Let through')
                  }
                  max={600}
                />
              </h2>
              <p class="soft">
                <Time at={one.time} />, on {one.node}.
                {pair.value === null || one.verdict !== 'detected' || pair.value.decision !== null
                  ? ''
                  : ' Not decided yet.'}
              </p>
            </section>
            {shown === undefined ? null : (
              <section>
                <h3>{fieldNames[shown.reading.field] ?? shown.reading.field}, letter by letter</h3>
                <Drawn finding={shown.finding} name={shown.reading.name} address={shown.reading.address} />
              </section>
            )}
            {readings.length === 0 ? null : (
              <section>
                <h3>How it can be read</h3>
                <Readings readings={readings} />
                {one.originators === null ? null : (
                  <RawLines title="As it came, undecoded" lines={one.originators.split(/\r?\n/)} max={4096} />
                )}
              </section>
            )}
            <section class="stack-s">
              <h3>What was done</h3>
              <p>{whatWasDone(one)}</p>
              {one.reply === '' ? null : (
                <div class="raw">
                  <Foreign text={one.reply} max={600} />
                </div>
              )}
            </section>
            <section>
              <h3>Message</h3>
              <dl class="facts">
                <dt>Time</dt>
                <dd>{dateAndTime(one.time)}</dd>
                <dt>Sending server</dt>
                <dd>
                  <Addr text={one.client ?? 'not kept'} />
                  {one.helo === null ? null : (
                    <>
                      , says <Foreign text={one.helo} max={120} />
                    </>
                  )}
                </dd>
                <dt>Envelope sender</dt>
                <dd>
                  <Addr text={one.reversePath ?? 'not kept'} />
                </dd>
                <dt>Recipients</dt>
                <dd>{one.recipients}</dd>
                <dt>Authentication</dt>
                <dd>{one.authenticated === null ? 'nothing known' : one.authenticated ? 'passed' : 'failed'}</dd>
                <dt>Size</dt>
                <dd>
                  {size(one.size)}, judged in {Math.round(one.judgeTime)} µs
                </dd>
                {one.tls === null ? null : (
                  <>
                    <dt>Transport</dt>
                    <dd>
                      <Foreign text={one.tls} max={120} />
                    </dd>
                  </>
                )}
                {one.directoryAge === null ? null : (
                  <>
                    <dt>Oldest directory</dt>
                    <dd>{age(one.directoryAge)} old then</dd>
                  </>
                )}
                <dt>Message-ID</dt>
                <dd>
                  <Addr text={one.messageId ?? ''} />
                </dd>
                <dt>Id</dt>
                <dd class="row wrap">
                  <Addr text={one.id} />
                  <CopyButton text={one.id} />
                </dd>
              </dl>
            </section>
            {one.person === null ? null : <Similar one={one} pair={pair.value} />}
          </>
        )}
      </Shown>
    </Panel>
  )
}

/** What became of the message, in words. */
function whatWasDone({ disposition, verdict, excusedBy, queueId }: Record_): string {
  if (disposition === 'relayed' && verdict === 'unchecked')
    return 'Delivered, with a field that says it was not checked.'
  if (disposition === 'relayed' && (excusedBy !== null || verdict !== 'detected')) return 'Delivered as it came.'
  const words: Record<string, string> = {
    rejected: 'Refused while the sender’s server was waiting. Nobody received it.',
    relayed:
      'Delivered, with the fields X-Namesake and X-Namesake-Reason on top. Filters of your users can sort by them.',
    quarantined: `The mail server was asked to hold it${queueId === null ? '' : `, as ${queueId}`}. Release or delete it there; Namesake keeps no mail.`,
    monitored: 'Delivered, and noted here: the action is monitor.',
    deferred: 'Put off for now: the sender’s server tries again.',
    judged: 'Judged for the mail server that asked. What became of it stands in that server’s log.',
  }
  return words[disposition] ?? disposition
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** What else is kept of the same address, and of the same name. */
function Similar({ one, pair }: { readonly one: Record_; readonly pair: Pair | null }): JSX.Element {
  const { person, directory, address, name } = one
  const who = useKnown({ directory: directory ?? '', id: person ?? '' })
  return (
    <section>
      <h3>Similar messages</h3>
      <ul class="similar">
        <li>
          <a href={`/detections${query({ person, directory, address })}`}>Same address</a>
          {pair === null ? null : (
            <span class="soft">
              {number(pair.detected)} since <Time at={pair.first} />
            </span>
          )}
        </li>
        <li>
          <a href={`/detections${query({ person })}`}>
            <Foreign text={name ?? ''} max={80} />, any address
          </a>
          {who.value === null ? null : <span class="soft">{number(who.value.detections)} in 30 days</span>}
        </li>
      </ul>
    </section>
  )
}

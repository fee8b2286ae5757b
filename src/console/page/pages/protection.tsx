/** Protection: groups and people, and whose names are guarded. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, get, query, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded, usePaged } from '../loaded.ts'
import type { Paged } from '../loaded.ts'
import {
  Addr,
  Avatar,
  Button,
  count,
  Dialog,
  Diff,
  Empty,
  Foreign,
  Guard,
  Menu,
  number,
  Pending,
  Segmented,
  Select,
  Time,
} from '../parts.tsx'
import type { GuardState, Item } from '../parts.tsx'
import { inForce, protectedWords } from '../people.tsx'
import type { Actions, Edit, Person, ProtectedBy, Target } from '../people.tsx'
import { go, here, place } from '../router.ts'
import { act, may, readOnly, toast } from '../state.ts'
import { PersonPanel } from './person.tsx'

interface Group {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  readonly people: number
  readonly protectedPeople: number
  readonly protected: boolean
  /** Of 30 days. */
  readonly detections: number
}

/** One page of a list, and how many there are on all of them. */
interface Found<T> {
  readonly items: readonly T[]
  readonly total: number
  readonly next: string | null
}

type Show = 'all' | 'protected' | 'not'

/** In the place of a directory's name: all of them. */
const everywhere = '*'

const keyOf = ({ directory, id }: Target): string => `${directory}\n${id}`

export function Protection(): JSX.Element {
  const directories = useLoaded('names', (signal) =>
    get<{ items: { name: string; lastSync: string | null }[] }>('/directories', signal),
  )
  const signals = changed.people.value + changed.protection.value
  const { query: asked, open } = place.value
  const names = directories.value?.items.map(({ name }) => name) ?? []
  const directory = asked.get('directory') ?? names[0] ?? ''
  const show = (asked.get('show') ?? 'all') as Show
  const text = asked.get('q') ?? ''
  const [typed, setTyped] = useState(text)
  const [selected, setSelected] = useState<ReadonlyMap<string, Target>>(new Map())
  const [stopping, setStopping] = useState<{ targets: readonly Target[]; name: string } | null>(null)
  const [doubts, setDoubts] = useState<{ targets: readonly Target[]; name: string; doubts: readonly string[] } | null>(
    null,
  )
  const [turn, setTurn] = useState(0)
  const total = useLoaded('total', (signal) => get<ProtectedBy>('/protected', signal))
  const version = signals + turn
  useEffect(() => directories.reload(), [changed.directories.value])
  useEffect(() => total.reload(), [version])
  useEffect(() => setTyped(text), [text])
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => go(here({ query: { q: typed } }), 'replace'), 200)
    return () => clearTimeout(timer)
  }, [typed])

  const again = (): void => {
    setSelected(new Map())
    setTurn((n) => n + 1)
  }
  const protect = async (targets: readonly Target[], name: string, accept = false): Promise<void> => {
    try {
      const made = await send<Edit>('POST', '/protect', { targets, ...(accept ? { accept } : {}) })
      toast(
        made.changed ? `${name} is protected.${inForce(made)}` : `${name} was protected already.`,
        undo(targets, name),
      )
      again()
    } catch (error) {
      if (error instanceof ApiError && error.code === 'invalid' && /--yes/.test(error.message) && !accept) {
        setDoubts({ targets, name, doubts: error.message.split('\n').slice(0, -1) })
      } else toast(wordsOf(error))
    }
  }
  const undo =
    (targets: readonly Target[], name: string): (() => void) =>
    () =>
      void act(async () => {
        await send('POST', '/unprotect', { targets, accept: true })
        again()
      }, `${name} is not protected any more.`)
  const actions: Actions = {
    protect: (targets, name) => void protect(targets, name),
    unprotect: (targets, name) => setStopping({ targets, name }),
  }
  const searching = text !== '' || show !== 'all' || directory === everywhere
  const openPerson = open.includes('\n') ? (open.split('\n') as [string, string]) : null
  const chosen = [...selected.values()]
  return (
    <div class={`person-page${openPerson === null ? '' : ' open'}`}>
      <div class="list-main" id="tree">
        <div class="page-head">
          <div class="text">
            <h1>Protection</h1>
            <p>
              {total.value === null ? '' : `${protectedWords(total.value)} `}
              Whoever joins a protected group is protected at the next sync.
            </p>
          </div>
        </div>
        {may('admin') && !readOnly.value ? <Suggestions version={version} actions={actions} /> : null}
        <form
          class="filters"
          role="search"
          aria-label="Find people and groups"
          onSubmit={(event) => event.preventDefault()}
        >
          <Select
            bare
            label="Directory"
            value={directory}
            options={[
              ...names.map((name) => [name, name] as const),
              ...(names.length > 1 ? [[everywhere, 'All directories'] as const] : []),
            ]}
            onChange={(name) => go(here({ query: { directory: name } }), 'replace')}
          />
          <div class="input-icon">
            <Icon name="find" />
            <input
              class="input"
              type="search"
              aria-label="Name or address"
              placeholder="Name or address"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </div>
          <Segmented
            legend="Show"
            value={show}
            options={[
              ['all', 'All'],
              ['protected', 'Protected'],
              ['not', 'Not protected'],
            ]}
            onChange={(next) => go(here({ query: { show: next === 'all' ? null : next } }), 'replace')}
          />
        </form>
        <section
          class="card"
          aria-label={`Groups and people of ${directory === everywhere ? 'all directories' : directory}`}
        >
          {chosen.length > 0 && may('admin') ? (
            <div class="bulk">
              <b>{chosen.length} selected</b>
              <Button
                look="small"
                icon="shield"
                onClick={() => actions.protect(chosen, `What you chose (${chosen.length})`)}
              >
                Protect
              </Button>
              <Button look="small" onClick={() => actions.unprotect(chosen, `what you chose (${chosen.length})`)}>
                Stop protecting
              </Button>
              <span class="grow" />
              <span class="soft">Includes the members of groups</span>
            </div>
          ) : null}
          {directories.value === null ? (
            <Pending of={directories} />
          ) : names.length === 0 ? (
            <Empty icon="book" title="No directory yet">
              <p>People come from directories.</p>
              <a class="btn primary" href="/directories#add">
                Add directory
              </a>
            </Empty>
          ) : (
            <div class="table-wrap">
              <table class="table tree">
                <thead>
                  <tr>
                    <th scope="col" class="check-col">
                      <span class="vh">Select</span>
                    </th>
                    <th scope="col">Group or person</th>
                    <th scope="col" class="num c-people">
                      People
                    </th>
                    <th scope="col">Protection</th>
                    <th scope="col" class="num c-det">
                      Detections, 30 days
                    </th>
                    <th scope="col">
                      <span class="vh">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {searching ? (
                    <Results {...{ directory, show, text, version, selected, setSelected, actions, open }} />
                  ) : (
                    <Tree {...{ directory, version, selected, setSelected, actions, open }} />
                  )}
                </tbody>
              </table>
            </div>
          )}
        </section>
      </div>
      {openPerson === null ? null : (
        <PersonPanel
          key={open}
          directory={openPerson[0]}
          id={openPerson[1]}
          read={directories.value?.items.find(({ name }) => name === openPerson[0])?.lastSync ?? null}
          version={version}
          actions={actions}
          onSaved={again}
        />
      )}
      {stopping === null ? null : <Stop {...stopping} onClose={() => setStopping(null)} onDone={again} />}
      {doubts === null ? null : (
        <Dialog
          title={`Protect ${doubts.name}?`}
          onClose={() => setDoubts(null)}
          foot={
            <>
              <Button onClick={() => setDoubts(null)}>Cancel</Button>
              <Button
                look="primary"
                onClick={() => {
                  void protect(doubts.targets, doubts.name, true)
                  setDoubts(null)
                }}
              >
                Protect all the same
              </Button>
            </>
          }
        >
          {doubts.doubts.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </Dialog>
      )}
    </div>
  )
}

interface Suggestion {
  readonly key: string
  readonly kind: 'group' | 'person'
  readonly directory: string
  readonly id: string
  readonly name: string
  readonly people: number | null
  readonly taken: number | null
  readonly group: string | null
  readonly left: string | null
  readonly known: boolean
}

/** So many stand side by side; the next ones follow when these are dealt with. */
const suggestionsShown = 3

/** Whom to protect as well. Nobody is by itself. */
function Suggestions({
  version,
  actions,
}: {
  readonly version: number
  readonly actions: Actions
}): JSX.Element | null {
  const list = useLoaded('suggestions', (signal) => get<{ items: readonly Suggestion[] }>('/suggestions', signal))
  useEffect(() => list.reload(), [version, changed.audit.value])
  const items = list.value?.items ?? []
  if (items.length === 0) return null
  const later = async ({ key, name }: Suggestion): Promise<void> => {
    await act(() => send('DELETE', `/suggestions/${key}`), `${name} is asked about again in 90 days.`)
    list.reload()
  }
  return (
    <section class="suggest-box" aria-label="Suggestions">
      <ul class="suggest">
        {items.slice(0, suggestionsShown).map((one) => (
          <li key={one.key}>
            <b>
              <Foreign text={one.name} max={80} />
              {one.group === null ? null : (
                <>
                  {' '}
                  left <Foreign text={one.group} max={80} />
                </>
              )}
            </b>
            <p>{one.kind === 'group' ? whyGroup(one) : <WhyPerson one={one} />}</p>
            <div class="row">
              {one.known ? (
                <Button
                  look="small"
                  icon="shield"
                  onClick={() => actions.protect([{ directory: one.directory, id: one.id }], one.name)}
                >
                  {one.kind === 'group' ? 'Protect' : 'Keep protecting'}
                </Button>
              ) : null}
              <Button look="small quiet" onClick={() => later(one)}>
                Not now
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function whyGroup({ people, taken }: Suggestion): string {
  const many = count(people ?? 0, 'person', 'people')
  if ((taken ?? 0) === 0) return `${many} who may move money or are believed, by the group’s name.`
  return `The names of ${number(taken ?? 0)} of its ${many} were taken in 90 days.`
}

function WhyPerson({ one: { left, known } }: { readonly one: Suggestion }): JSX.Element {
  return (
    <>
      {left === null ? null : (
        <>
          Left <Time at={left} />.{' '}
        </>
      )}
      {known
        ? 'Attackers use the names of those who left.'
        : 'No directory has them any more: put them into a file directory to protect them.'}
    </>
  )
}

interface ListProps {
  readonly directory: string
  readonly version: number
  readonly selected: ReadonlyMap<string, Target>
  readonly setSelected: (next: ReadonlyMap<string, Target>) => void
  readonly actions: Actions
  readonly open: string
}

function Message({ children }: { readonly children: JSX.Element | null }): JSX.Element {
  return (
    <tr>
      <td colSpan={6}>{children}</td>
    </tr>
  )
}

/** Groups that no other group holds; each opens to what it holds. */
function Tree(props: ListProps): JSX.Element {
  const { directory, version } = props
  const path = `/directories/${encodeURIComponent(directory)}/groups`
  const list = usePaged(directory === '' ? null : path, (cursor, signal) =>
    get<Found<Group>>(`${path}${query({ cursor, limit: 50 })}`, signal),
  )
  useEffect(() => list.reload(), [version])
  if (list.value === null) {
    return (
      <Message>
        <Pending of={list} />
      </Message>
    )
  }
  const { items, total } = list.value
  return (
    <>
      {items.length === 0 ? (
        <Message>
          <Empty icon="group" title="No groups here">
            <p>Search for a person by name or address, or wait for the first sync.</p>
          </Empty>
        </Message>
      ) : null}
      {items.map((group) => (
        <GroupRow key={keyOf(group)} group={group} level={1} within={null} {...props} />
      ))}
      <More of={list} text={`${number(items.length)} of ${number(total)} groups`} level={1} />
    </>
  )
}

/** A line below what is there, while there is more. */
function More<T>({
  of: { more },
  text,
  level,
}: {
  readonly of: Paged<T>
  readonly text: string
  readonly level: number
}): JSX.Element | null {
  if (more === null) return null
  return (
    <tr data-level={level}>
      <td class="check-col" />
      <td colSpan={5}>
        <span class="row">
          <span class="muted grow">{text}</span>
          <Button look="small" onClick={() => act(more)}>
            Load 50 more
          </Button>
        </span>
      </td>
    </tr>
  )
}

function Tick({
  of,
  name,
  selected,
  setSelected,
}: { readonly of: Target; readonly name: string } & Pick<ListProps, 'selected' | 'setSelected'>): JSX.Element {
  const key = keyOf(of)
  return (
    <input
      type="checkbox"
      aria-label={`Select ${name}`}
      checked={selected.has(key)}
      onChange={(event) => {
        const next = new Map(selected)
        if (event.currentTarget.checked) next.set(key, { directory: of.directory, id: of.id })
        else next.delete(key)
        setSelected(next)
      }}
    />
  )
}

/** How many messages of 30 days showed a name; they open. */
function Caught({ number: detections, href }: { readonly number: number; readonly href: string }): JSX.Element {
  return (
    <td class="num c-det">
      {detections === 0 ? (
        <span class="muted">0</span>
      ) : (
        <a href={href}>
          {number(detections)}
          <span class="vh"> detections</span>
        </a>
      )}
    </td>
  )
}

function groupGuard(group: Group, within: string | null): JSX.Element {
  if (group.protected) return <Guard state="on" />
  if (within !== null) return <Guard state="by" more={within} />
  if (group.people > 0 && group.protectedPeople === group.people) return <Guard state="by" more="of its members" />
  if (group.protectedPeople > 0)
    return <Guard state="part" more={`${number(group.protectedPeople)} of ${number(group.people)}`} />
  return <Guard state="not" />
}

function GroupRow({
  group,
  level,
  within,
  ...props
}: ListProps & { readonly group: Group; readonly level: number; readonly within: string | null }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const { displayName: name } = group
  const leftOut = group.protected ? group.people - group.protectedPeople : 0
  const target = { directory: group.directory, id: group.id }
  const mayChange = may('admin') && !readOnly.value
  const items: (Item | null)[] = [
    mayChange && !group.protected
      ? { label: 'Protect', icon: 'shield', act: () => props.actions.protect([target], name) }
      : null,
    mayChange && group.protected
      ? { label: 'Stop protecting', icon: 'cross', act: () => props.actions.unprotect([target], name) }
      : null,
    { label: isOpen ? 'Close' : 'Open', icon: 'group', act: () => setOpen(!isOpen) },
    {
      label: 'Detections',
      icon: 'mail',
      href: `/detections${query({ directory: group.directory, group: group.id })}`,
    },
  ]
  return (
    <>
      <tr data-level={Math.min(level, 3)}>
        <td class="check-col">{mayChange ? <Tick of={target} name={name} {...props} /> : null}</td>
        <td>
          <div class="name">
            <button
              class="twist"
              type="button"
              aria-expanded={isOpen}
              aria-label={`Members of ${name}`}
              onClick={() => setOpen(!isOpen)}
            >
              <Icon name="right" size={14} />
            </button>
            <Icon name="group" />
            <span class="t">
              <b>
                <Foreign text={name} />
              </b>
              {leftOut > 0 ? <span class="muted"> {number(leftOut)} left out</span> : null}
              {within === null ? null : <span class="vh"> in {within}</span>}
            </span>
          </div>
        </td>
        <td class="num soft c-people">{number(group.people)}</td>
        <td class="c-guard">{groupGuard(group, within)}</td>
        <Caught
          number={group.detections}
          href={`/detections${query({ directory: group.directory, group: group.id })}`}
        />
        <td class="menu-col">
          <Menu label={`Actions for ${name}`} items={items} />
        </td>
      </tr>
      {isOpen && level < 12 ? (
        <Members {...props} group={group} level={level + 1} within={group.protected ? name : within} />
      ) : null}
    </>
  )
}

function Members({
  group,
  level,
  within,
  ...props
}: ListProps & { readonly group: Group; readonly level: number; readonly within: string | null }): JSX.Element {
  const path = `/directories/${encodeURIComponent(group.directory)}/groups/${encodeURIComponent(group.id)}/members`
  interface Held extends Omit<Found<Person>, 'items'> {
    readonly groups: readonly Group[]
    readonly people: readonly Person[]
  }
  // Groups come with the first page alone.
  const inside = useRef<readonly Group[]>([])
  const list = usePaged(path, async (cursor, signal) => {
    const { people: items, groups, ...rest } = await get<Held>(`${path}${query({ cursor, limit: 50 })}`, signal)
    if (cursor === null) inside.current = groups
    return { ...rest, items, groups: inside.current }
  })
  useEffect(() => list.reload(), [props.version])
  if (list.value === null) {
    return (
      <Message>
        <Pending of={list} rows={2} />
      </Message>
    )
  }
  const { groups, items: people, total } = list.value
  return (
    <>
      {groups.map((one) => (
        <GroupRow key={keyOf(one)} {...props} group={one} level={level} within={within} />
      ))}
      {people.map((one) => (
        <PersonRow key={keyOf(one)} {...props} person={one} level={level} within={within} group={group.displayName} />
      ))}
      {groups.length + people.length === 0 ? (
        <Message>
          <span class="muted">Nobody is in this group.</span>
        </Message>
      ) : null}
      <More of={list} text={`${number(people.length)} of ${number(total)} people`} level={level} />
    </>
  )
}

function personGuard(person: Person, within: string | null): JSX.Element {
  if (!person.protected) return within === null ? <Guard state="not" /> : <Guard state="out" more={`of ${within}`} />
  const state: GuardState = within === null ? 'on' : 'by'
  return <Guard state={state} {...(within === null ? {} : { more: within })} />
}

function PersonRow({
  person,
  level,
  within,
  group,
  ...props
}: ListProps & {
  readonly person: Person
  readonly level: number
  readonly within: string | null
  readonly group: string | null
}): JSX.Element {
  const { displayName: name } = person
  const target = { directory: person.directory, id: person.id }
  const key = keyOf(person)
  const mayChange = may('admin') && !readOnly.value
  const [first = ''] = person.addresses
  return (
    <tr data-level={Math.min(level, 3)} class={props.open === key ? 'on' : ''}>
      <td class="check-col">{mayChange ? <Tick of={target} name={name} {...props} /> : null}</td>
      <td>
        <div class="name">
          {group === null ? null : <span class="no-twist" />}
          <Avatar name={name} look="small" />
          <span class="t">
            <b>
              <a class="row-link" href={here({ open: key })}>
                <Foreign text={name === '' ? '(no name)' : name} />
              </a>
            </b>
            {group === null ? null : <span class="vh"> in {group}</span>}
            <Addr text={first} />
          </span>
        </div>
      </td>
      <td class="num soft c-people" />
      <td class="c-guard">{personGuard(person, within)}</td>
      <Caught number={person.detections} href={`/detections${query({ person: person.id })}`} />
      <td class="menu-col">
        <Menu
          label={`Actions for ${name}`}
          items={[
            mayChange && !person.protected
              ? { label: 'Protect', icon: 'shield', act: () => props.actions.protect([target], name) }
              : null,
            mayChange && person.protected
              ? {
                  label: within === null ? 'Stop protecting' : 'Leave out of the group',
                  icon: 'cross',
                  act: () => props.actions.unprotect([target], name),
                }
              : null,
            { label: may('reviewer') ? 'Edit' : 'Open', icon: 'person', href: here({ open: key }) },
            { label: 'Detections', icon: 'mail', href: `/detections?person=${encodeURIComponent(person.id)}` },
          ]}
        />
      </td>
    </tr>
  )
}

/** What a search or a filter finds, flat: groups first, then people. */
function Results({ show, text, ...props }: ListProps & { readonly show: Show; readonly text: string }): JSX.Element {
  const isEverywhere = props.directory === everywhere
  const directory = isEverywhere ? null : props.directory
  const of = { q: text, directory, protected: show === 'all' ? null : show === 'protected', limit: 50 }
  const search = query(of)
  const groups = usePaged(search, (cursor, signal) => get<Found<Group>>(`/groups${query({ ...of, cursor })}`, signal))
  const list = usePaged(search, (cursor, signal) => get<Found<Person>>(`/people${query({ ...of, cursor })}`, signal))
  useEffect(() => groups.reload(), [props.version])
  useEffect(() => list.reload(), [props.version])
  if (list.value === null || groups.value === null) {
    return (
      <Message>
        <Pending of={groups.error === null ? list : groups} />
      </Message>
    )
  }
  const [found, people] = [groups.value, list.value]
  if (found.items.length + people.items.length === 0) {
    return (
      <Message>
        <Empty icon="find" title="Nobody fits">
          <p>
            {isEverywhere
              ? 'No name or address has these letters.'
              : `No name or address of ${props.directory} has these letters. Other directories may.`}
          </p>
          <a class="btn" href={`/protection${query({ directory })}`}>
            Clear the filters
          </a>
        </Empty>
      </Message>
    )
  }
  return (
    <>
      {found.items.map((group) => (
        <GroupRow key={keyOf(group)} {...props} group={group} level={1} within={null} />
      ))}
      <More of={groups} text={`${number(found.items.length)} of ${number(found.total)} groups`} level={1} />
      {people.items.map((person) => (
        <PersonRow key={keyOf(person)} {...props} person={person} level={1} within={null} group={null} />
      ))}
      <More of={list} text={`${number(people.items.length)} of ${number(people.total)} people`} level={1} />
    </>
  )
}

/** Asks before protection ends, with what the file would lose. */
function Stop({
  targets,
  name,
  onClose,
  onDone,
}: {
  readonly targets: readonly Target[]
  readonly name: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const preview = useLoaded('preview', () => send<Edit>('POST', '/unprotect', { targets, preview: true }))
  const [busy, setBusy] = useState(false)
  const stop = async (): Promise<void> => {
    setBusy(true)
    const again = (): void =>
      void act(async () => {
        await send('POST', '/protect', { targets, accept: true })
        onDone()
      }, `${name} is protected again.`)
    await act(async () => {
      const made = await send<Edit>('POST', '/unprotect', { targets, accept: true })
      toast(
        made.changed ? `${made.messages.join('; ')}.${inForce(made)}` : made.messages.join('; '),
        made.changed ? again : null,
      )
    })
    setBusy(false)
    onDone()
    onClose()
  }
  return (
    <Dialog
      title={`Stop protecting ${name}?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Keep protecting</Button>
          <Button look="danger" busy={busy ? 'Saving' : null} onClick={stop}>
            Stop protecting
          </Button>
        </>
      }
    >
      <p>Mail that shows a name nobody guards any more passes unmarked.</p>
      {preview.value === null ? null : (
        <>
          {preview.value.messages.map((line) => (
            <p key={line}>{line}</p>
          ))}
          {preview.value.diff.length === 0 ? null : (
            <Diff lines={preview.value.diff} label="What changes in protection.yaml" />
          )}
        </>
      )}
    </Dialog>
  )
}

/** Settings: who may use the console, tokens, the audit log, health, the nodes of a fleet. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, ask, get, query, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { healthWords, loadHealth } from '../health.ts'
import { changed } from '../live.ts'
import { useLoaded, usePaged } from '../loaded.ts'
import {
  Avatar,
  Button,
  Copy,
  count,
  Dialog,
  Empty,
  Failed,
  Foreign,
  Input,
  Note,
  number,
  Older,
  Select,
  Skeleton,
  State,
  Time,
} from '../parts.tsx'
import { place } from '../router.ts'
import { act, may, roleNames, session, toast, user } from '../state.ts'
import type { Role } from '../state.ts'
import { Nodes } from './nodes.tsx'
import { ChangePassword } from './password.tsx'

const roleOptions: readonly (readonly [Role, string])[] = [
  ['admin', roleNames.admin],
  ['reviewer', roleNames.reviewer],
  ['reader', roleNames.reader],
]

export function Settings(): JSX.Element {
  const { open } = place.value
  const parts = [
    ...(may('admin')
      ? ([
          ['access', 'Access'],
          ['tokens', 'API tokens'],
        ] as const)
      : []),
    ['account', 'Your account'],
    ['audit', 'Audit log'],
    ['about', 'About and health'],
  ] as const
  useEffect(() => {
    if (open !== '') document.getElementById(open)?.scrollIntoView({ block: 'start' })
  }, [open])
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>Settings</h1>
        </div>
      </div>
      <div class="with-toc">
        <nav class="toc" aria-label="Settings">
          {parts.map(([id, title], at) => (
            <a
              key={id}
              href={`/settings#${id}`}
              {...((open === '' ? at === 0 : open === id) ? { 'aria-current': 'true' as const } : {})}
            >
              {title}
            </a>
          ))}
        </nav>
        <div>
          {may('admin') ? (
            <>
              <Access />
              <Tokens />
            </>
          ) : null}
          <Yours />
          <Audit />
          <About />
        </div>
      </div>
    </div>
  )
}

interface User {
  readonly id: string
  readonly userName: string
  readonly name: string
  readonly role: Role
  readonly way: string
  readonly lastSeen: string | null
  readonly you: boolean
}

const ways: Record<string, string> = { password: 'password', oidc: 'OpenID' }

function Access(): JSX.Element {
  const users = useLoaded('users', (signal) => ask<{ items: readonly User[] }>('GET', '/users', { signal }))
  useEffect(() => users.reload(), [changed.users.value])
  const [inviting, setInviting] = useState(false)
  const [removing, setRemoving] = useState<User | null>(null)
  const items = users.value?.value.items ?? []
  const version = users.value?.version ?? null
  const lastAdmin = items.filter(({ role }) => role === 'admin').length < 2
  const setRole = async (one: User, role: Role): Promise<void> => {
    await act(
      () => ask('PATCH', `/users/${one.id}`, { body: { role }, version }),
      `${one.name} is ${roleNames[role].toLowerCase()} now.`,
    )
    users.reload()
  }
  return (
    <section class="sect" id="access" aria-labelledby="access-h">
      <header>
        <h2 id="access-h">Access</h2>
        <p>Who may use this console. It is separate from your directories: being protected gives no access.</p>
      </header>
      <div class="stack-l">
        <div class="card">
          <div class="card-head">
            <h3 class="grow">People</h3>
            <Button look="small" icon="plus" onClick={() => setInviting(true)}>
              Invite
            </Button>
          </div>
          {users.error !== null && users.value === null ? (
            <Failed error={users.error} retry={users.reload} />
          ) : users.value === null ? (
            <Skeleton rows={3} />
          ) : items.length === 0 ? (
            <Empty icon="person" title="Nobody yet">
              <p>Accounts are made by a link that you give to somebody.</p>
            </Empty>
          ) : (
            <div class="table-wrap">
              <table class="table fold">
                <thead>
                  <tr>
                    <th scope="col">Person</th>
                    <th scope="col">Role</th>
                    <th scope="col">Last here</th>
                    <th scope="col">
                      <span class="vh">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((one) => {
                    const stays = (one.role === 'admin' && lastAdmin) || one.way === 'oidc'
                    return (
                      <tr key={one.id}>
                        <td>
                          <span class="row">
                            <Avatar name={one.name} />
                            <span class="cell-2">
                              <b>
                                <Foreign text={one.name} max={100} /> {one.you ? <span class="pill">you</span> : null}
                              </b>
                              <small>
                                <Foreign text={one.userName} max={100} />, {ways[one.way] ?? one.way}
                              </small>
                            </span>
                          </span>
                        </td>
                        <td data-l="Role">
                          <select
                            class="select small auto"
                            aria-label={`Role of ${one.name}`}
                            disabled={stays}
                            title={
                              one.way === 'oidc'
                                ? 'The provider gives it'
                                : stays
                                  ? 'The last administrator stays'
                                  : undefined
                            }
                            value={one.role}
                            onChange={(event) => void setRole(one, event.currentTarget.value as Role)}
                          >
                            {roleOptions.map(([role, word]) => (
                              <option key={role} value={role} selected={role === one.role}>
                                {word}
                              </option>
                            ))}
                          </select>
                        </td>
                        <td data-l="Last here" class="nowrap soft">
                          {one.you ? 'now' : one.lastSeen === null ? 'never' : <Time at={one.lastSeen} />}
                        </td>
                        <td class="num acts-td">
                          {one.you ? null : (
                            <button
                              class="btn quiet small icon"
                              type="button"
                              aria-label={`Remove ${one.name}`}
                              onClick={() => setRemoving(one)}
                            >
                              <Icon name="cross" />
                            </button>
                          )}
                        </td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </div>
          )}
        </div>
        <div class="cols even">
          <Oidc />
          <Roles />
        </div>
      </div>
      {inviting ? <Invite onClose={() => setInviting(false)} /> : null}
      {removing === null ? null : (
        <Dialog
          title={`Remove the access of ${removing.name}?`}
          onClose={() => setRemoving(null)}
          foot={
            <>
              <Button onClick={() => setRemoving(null)}>Keep</Button>
              <Button
                look="danger"
                onClick={() => {
                  void act(() => ask('DELETE', `/users/${removing.id}`, { version }), 'Access removed.').then(() => {
                    setRemoving(null)
                    users.reload()
                  })
                }}
              >
                Remove access
              </Button>
            </>
          }
        >
          <p>Their session ends at once. What they decided stays, with their name in the audit log.</p>
        </Dialog>
      )}
    </section>
  )
}

function Invite({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [role, setRole] = useState<Role>('reviewer')
  const [link, setLink] = useState<{ url: string; until: string } | null>(null)
  const [busy, setBusy] = useState(false)
  const make = async (): Promise<void> => {
    setBusy(true)
    setLink(await act(() => send<{ url: string; until: string }>('POST', '/invitations', { role })))
    setBusy(false)
  }
  return (
    <Dialog
      title={link === null ? 'Invite somebody' : 'The link is made'}
      onClose={onClose}
      foot={
        link === null ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" busy={busy ? 'Making it' : null} onClick={() => void make()}>
              Make a link
            </Button>
          </>
        ) : (
          <Button look="primary" onClick={onClose}>
            I have copied it
          </Button>
        )
      }
    >
      {link === null ? (
        <>
          <p>
            They choose a user name and a password by a link that you send them. It is good once and for 30 minutes.
          </p>
          <Select label="Role" value={role} options={roleOptions} onChange={setRole} />
        </>
      ) : (
        <>
          <p>
            Copy it now: it is not shown again. It ends <Time at={link.until} />.
          </p>
          <Copy text={link.url} />
        </>
      )}
    </Dialog>
  )
}

interface OidcAnswer {
  readonly password: boolean
  readonly oidc: {
    readonly issuer: string
    readonly clientId: string
    readonly redirect: string
    readonly roles: Readonly<Record<Role, string>>
  } | null
}

function Oidc(): JSX.Element {
  const found = useLoaded('oidc', (signal) => get<OidcAnswer>('/oidc', signal))
  const { value } = found
  return (
    <div class="card">
      <div class="card-head">
        <h3 class="grow">Sign-in</h3>
        {value === null ? null : (
          <State look={value.oidc === null ? 'off' : 'ok'}>
            {value.oidc === null ? 'Passwords only' : 'OpenID on'}
          </State>
        )}
      </div>
      {value === null ? (
        found.error === null ? (
          <Skeleton rows={3} />
        ) : (
          <Failed error={found.error} retry={found.reload} />
        )
      ) : (
        <div class="card-body stack">
          {value.oidc === null ? (
            <p class="soft">
              With Microsoft Entra or another OpenID provider, people sign in with the account that they have already,
              and app roles say what they may do: <code>console.signIn.oidc</code> in namesake.yaml.
            </p>
          ) : (
            <dl class="facts">
              <dt>Issuer</dt>
              <dd class="addr">{value.oidc.issuer}</dd>
              <dt>Client ID</dt>
              <dd class="addr">{value.oidc.clientId}</dd>
              <dt>Redirect address</dt>
              <dd class="addr">{value.oidc.redirect}</dd>
              <dt>Who may</dt>
              <dd>
                {roleOptions.map(([role, word]) => (
                  <div key={role}>
                    <Foreign text={value.oidc?.roles[role] ?? ''} max={100} />: {word}
                  </div>
                ))}
                <div>everyone else: no access</div>
              </dd>
            </dl>
          )}
          <dl class="facts">
            <dt>Passwords</dt>
            <dd>{value.password ? 'on' : 'switched off'}</dd>
          </dl>
        </div>
      )}
    </div>
  )
}

const rights: readonly (readonly [string, readonly Role[]])[] = [
  ['See detections, people, health', ['admin', 'reviewer', 'reader']],
  ['Try a message, export', ['admin', 'reviewer', 'reader']],
  ['Answer “Is this them?”', ['admin', 'reviewer']],
  ['Add secondary emails', ['admin', 'reviewer']],
  ['Protect, rules, directories', ['admin']],
  ['Old mail, access, tokens', ['admin']],
]

function Roles(): JSX.Element {
  return (
    <div class="card">
      <div class="card-head">
        <h3 class="grow">What roles may do</h3>
      </div>
      <div class="table-wrap" tabIndex={0} role="region" aria-label="What roles may do">
        <table class="table roles">
          <thead>
            <tr>
              <th scope="col">
                <span class="vh">What</span>
              </th>
              {roleOptions.map(([role, word]) => (
                <th scope="col" key={role}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rights.map(([what, roles]) => (
              <tr key={what}>
                <td>{what}</td>
                {roleOptions.map(([role]) => (
                  <td key={role}>
                    {roles.includes(role) ? (
                      <span class="row">
                        <Icon name="check" />
                        <span class="vh">yes</span>
                      </span>
                    ) : (
                      <span class="muted">
                        –<span class="vh"> no</span>
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

interface Token {
  readonly id: string
  readonly name: string
  readonly hint: string
  readonly role: Role
  readonly madeBy: string
  readonly until: string | null
  readonly lastUsed: string | null
  readonly over: boolean
}

function Tokens(): JSX.Element {
  const tokens = useLoaded('tokens', (signal) => get<{ items: readonly Token[] }>('/tokens', signal))
  const [making, setMaking] = useState(false)
  const items = tokens.value?.items ?? []
  return (
    <section class="sect" id="tokens" aria-labelledby="tokens-h">
      <header class="row wrap">
        <div class="grow">
          <h2 id="tokens-h">API tokens</h2>
          <p>For scripts and dashboards. A token can do what its role may, and no more.</p>
        </div>
        <Button icon="plus" onClick={() => setMaking(true)}>
          Make a token
        </Button>
      </header>
      <div class="card">
        {tokens.error !== null && tokens.value === null ? (
          <Failed error={tokens.error} retry={tokens.reload} />
        ) : tokens.value === null ? (
          <Skeleton rows={2} />
        ) : items.length === 0 ? (
          <Empty icon="gear" title="No tokens">
            <p>
              The API is described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.
            </p>
          </Empty>
        ) : (
          <div class="table-wrap">
            <table class="table fold">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Role</th>
                  <th scope="col">Made by</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Ends</th>
                  <th scope="col">
                    <span class="vh">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <span class="cell-2">
                        <b>
                          <Foreign text={one.name} max={100} />
                        </b>
                        <span class="addr">{one.hint}…</span>
                      </span>
                    </td>
                    <td data-l="Role">{roleNames[one.role]}</td>
                    <td data-l="Made by">
                      <Foreign text={one.madeBy} max={100} />
                    </td>
                    <td class="nowrap" data-l="Last used">
                      {one.lastUsed === null ? 'never' : <Time at={one.lastUsed} />}
                    </td>
                    <td class="nowrap" data-l="Ends">
                      {one.over ? (
                        <span class="pill warn">has ended</span>
                      ) : one.until === null ? (
                        'no end'
                      ) : (
                        <Time at={one.until} onlyDay />
                      )}
                    </td>
                    <td class="num acts-td">
                      <button
                        class="btn quiet small icon"
                        type="button"
                        aria-label={`Withdraw ${one.name}`}
                        onClick={() =>
                          void act(() => send('DELETE', `/tokens/${one.id}`), `${one.name} is withdrawn.`).then(
                            tokens.reload,
                          )
                        }
                      >
                        <Icon name="cross" />
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      {making ? <MakeToken onClose={() => setMaking(false)} onMade={tokens.reload} /> : null}
    </section>
  )
}

function MakeToken({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: () => void }): JSX.Element {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('reader')
  const [until, setUntil] = useState(() => new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10))
  const [error, setError] = useState<Record<string, string>>({})
  const [secret, setSecret] = useState<string | null>(null)
  const make = async (): Promise<void> => {
    try {
      const made = await send<{ secret: string }>('POST', '/tokens', { name, role, until: until === '' ? null : until })
      setSecret(made.secret)
      onMade()
    } catch (failure) {
      const faults = failure instanceof ApiError ? failure.faults : []
      if (faults.length > 0) setError(Object.fromEntries(faults.map(({ path, message }) => [path, message])))
      else toast(wordsOf(failure))
    }
  }
  if (secret !== null) {
    return (
      <Dialog
        title="Token made"
        onClose={onClose}
        foot={
          <Button look="primary" onClick={onClose}>
            I have copied it
          </Button>
        }
      >
        <p>Copy it now: it is not shown again.</p>
        <Copy text={secret} />
      </Dialog>
    )
  }
  return (
    <Dialog
      title="Make a token"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={() => void make()}>
            Make it
          </Button>
        </>
      }
    >
      <Input
        label="Name"
        value={name}
        onInput={setName}
        error={error['name']}
        hint="What it is for, such as SIEM export."
      />
      <Select label="Role" value={role} options={roleOptions} onChange={setRole} />
      <Input
        label="Last day"
        type="date"
        value={until}
        onInput={setUntil}
        error={error['until']}
        hint="Left empty: no end."
      />
    </Dialog>
  )
}

function Yours(): JSX.Element {
  const [changing, setChanging] = useState(false)
  const who = user.value
  return (
    <section class="sect" id="account" aria-labelledby="account-h">
      <header>
        <h2 id="account-h">Your account</h2>
      </header>
      <div class="card">
        <div class="card-body row wrap">
          <Avatar name={who?.name ?? '?'} />
          <span class="grow cell-2">
            <b>
              <Foreign text={who?.name ?? ''} max={100} />
            </b>
            <small>
              <Foreign text={who?.userName ?? ''} max={100} />, {who === null ? '' : roleNames[who.role]}
            </small>
          </span>
          {who?.way === 'password' ? <Button onClick={() => setChanging(true)}>Change the password</Button> : null}
        </div>
      </div>
      {changing ? <ChangePassword onClose={() => setChanging(false)} /> : null}
    </section>
  )
}

interface AuditEntry {
  readonly id: string
  readonly time: string
  readonly who: string
  readonly via: string
  readonly what: string
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

function Audit(): JSX.Element {
  const list = usePaged('audit', (cursor, signal) =>
    get<{ items: readonly AuditEntry[]; next: string | null }>(`/audit${query({ limit: 20, cursor })}`, signal),
  )
  useEffect(() => list.reload(), [changed.audit.value])
  const items = list.value?.items ?? []
  return (
    <section class="sect" id="audit" aria-labelledby="audit-h">
      <header class="row wrap">
        <div class="grow">
          <h2 id="audit-h">Audit log</h2>
          <p>Every change made here, by the API and on the command line, and by whom.</p>
        </div>
        <a class="btn" href="/api/v1/audit.csv" download="audit.csv">
          <Icon name="download" />
          Export CSV
        </a>
      </header>
      <div class="card">
        {list.error !== null && list.value === null ? (
          <Failed error={list.error} retry={list.reload} />
        ) : list.value === null ? (
          <Skeleton />
        ) : items.length === 0 ? (
          <Empty icon="file" title="Nothing was changed yet">
            <p>Each change is listed here with who made it.</p>
          </Empty>
        ) : (
          <>
            <div class="table-wrap">
              <table class="table top fold">
                <thead>
                  <tr>
                    <th scope="col">Time</th>
                    <th scope="col">Who</th>
                    <th scope="col">What</th>
                    <th scope="col">From</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((entry) => (
                    <tr key={entry.id}>
                      <td class="nowrap soft">
                        <Time at={entry.time} />
                      </td>
                      <td data-l="Who">
                        <Foreign text={entry.who} max={100} />
                      </td>
                      <td>
                        {auditWords[entry.what] ?? entry.what}: <Foreign text={entry.target} max={300} />
                        <Difference entry={entry} />
                      </td>
                      <td class="soft" data-l="From">
                        {entry.via === 'cli' ? 'command line' : entry.via === 'api' ? 'token' : entry.via}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <Older paged={list} what="entry" many="entries" />
          </>
        )}
      </div>
    </section>
  )
}

const auditWords: Record<string, string> = {
  rules: 'Rules',
  protect: 'Protected',
  unprotect: 'Stopped protecting',
  'review decide': 'Answered',
  'review undo': 'Took an answer back',
  'directory add': 'Added a directory',
  'directory remove': 'Removed a directory',
  'directory sync': 'Changed how often it is read',
  'sync accept-shrink': 'Let a synchronisation go through',
  'console invite': 'Made a link for',
  'console role': 'Changed the role of',
  'console remove': 'Removed the access of',
  'console token add': 'Made a token',
  'console token remove': 'Withdrew a token',
  replay: 'Judged old mail',
}

/** The lines that went and came, or the values before and after. */
function Difference({ entry }: { readonly entry: AuditEntry }): JSX.Element | null {
  const lines = [...sideOf(entry.before, '-'), ...sideOf(entry.after, '+')]
  if (lines.length === 0) return null
  return (
    <details class="audit-diff">
      <summary class="link">Show the difference</summary>
      <div class="code" tabIndex={0} role="region" aria-label="What was changed">
        <ol>
          {lines.map(([sign, text], at) => (
            <li key={at} class={sign === '+' ? 'add' : sign === '-' ? 'del' : ''} data-n="">
              <i>{sign === '-' ? '−' : sign}</i>
              <span>
                <Foreign text={text} max={300} />
              </span>
            </li>
          ))}
        </ol>
      </div>
    </details>
  )
}

/** What an entry keeps of one side: lines of a difference, a list of lines, or a value. */
function sideOf(value: unknown, sign: '+' | '-'): (readonly [string, string])[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'string') return [[sign, value]]
  if (Array.isArray(value)) {
    return (value as unknown[]).slice(0, 200).map((line) => {
      const of = line as { sign?: string; text?: string } | string
      return typeof of === 'string' ? ([sign, of] as const) : ([of.sign ?? sign, of.text ?? ''] as const)
    })
  }
  const { lines, ...rest } = value as { lines?: unknown }
  return [
    ...Object.entries(rest).map(
      ([key, of]) => [sign, `${key}: ${typeof of === 'string' ? of : JSON.stringify(of)}`] as const,
    ),
    ...sideOf(lines, sign),
  ]
}

function About(): JSX.Element {
  const loaded = useLoaded('health', loadHealth)
  useEffect(() => loaded.reload(), [changed.directories.value, changed.protection.value])
  const { value } = loaded
  const daemon = value?.daemon
  const shown = value === null ? null : healthWords(value)
  return (
    <section class="sect" id="about" aria-labelledby="about-h">
      <header>
        <h2 id="about-h">About and health</h2>
      </header>
      <div class="stack-l">
        <Nodes />
        <div class="card">
          <div class="card-head">
            <h3 class="grow">Health</h3>
            {shown === null ? null : <State look={shown.look}>{shown.words}</State>}
          </div>
          {loaded.error !== null && value === null ? (
            <Failed error={loaded.error} retry={loaded.reload} />
          ) : value === null ? (
            <Skeleton />
          ) : (
            <div class="card-body stack">
              {value.status === 'unreachable' ? (
                <Note look="bad">
                  <p>No daemon answers on this host. What is kept can still be seen.</p>
                </Note>
              ) : null}
              {(daemon?.problems ?? []).map((problem) => (
                <Note look="warn" key={problem}>
                  <p>
                    <Foreign text={problem} max={600} />
                  </p>
                </Note>
              ))}
              {daemon === undefined ? null : (
                <dl class="facts">
                  <dt>Up since</dt>
                  <dd>
                    <Time at={daemon.since} />, {session.value?.product.node ?? 'this node'}
                  </dd>
                  <dt>Listens</dt>
                  <dd>
                    {daemon.listeners.map((one) => (
                      <div key={one} class="addr">
                        {one}
                      </div>
                    ))}
                  </dd>
                  <dt>Next hop</dt>
                  <dd>
                    {daemon.nextHop.length === 0 ? 'none: asked by the mail server' : null}
                    {daemon.nextHop.map((hop) => (
                      <div key={hop.url}>
                        <State look={hop.reached === false ? 'bad' : 'ok'}>
                          {hop.reached === false
                            ? `does not answer: ${hop.problem ?? ''}`
                            : hop.reached === null
                              ? 'not probed'
                              : 'answers'}
                        </State>{' '}
                        <span class="addr">{hop.url}</span>
                      </div>
                    ))}
                  </dd>
                  <dt>Workers</dt>
                  <dd>{number(daemon.workers)}</dd>
                  <dt>Messages</dt>
                  <dd>
                    {number(daemon.messages.total)} since then, {number(daemon.messages.lastHour.total)} in the last
                    hour; {number(daemon.messages.detected)} detected, {number(daemon.messages.unchecked)} unchecked
                  </dd>
                  <dt>Protected people</dt>
                  <dd>{number(daemon.protectedPeople)}</dd>
                  {value.kept === null || value.kept === undefined ? null : (
                    <>
                      <dt>History</dt>
                      <dd>{count(value.kept, 'record')}</dd>
                    </>
                  )}
                  <dt>Monitoring</dt>
                  <dd>
                    <code>/metrics</code>, <code>/healthz</code>, <code>/readyz</code> of the option{' '}
                    <code>ops.listen</code>
                  </dd>
                </dl>
              )}
            </div>
          )}
          <div class="card-foot">
            <span class="grow">Namesake {session.value?.product.version ?? ''}, MIT licence</span>
          </div>
        </div>
      </div>
    </section>
  )
}

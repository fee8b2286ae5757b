/** Settings, access: who may use the console, and how they sign in. */

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ask, get, send } from '../api.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import { Avatar, Button, Copy, Dialog, Empty, Foreign, Pending, Select, Shown, State, Time } from '../parts.tsx'
import { act, roleNames } from '../state.ts'
import type { Role } from '../state.ts'

export const roleOptions: readonly (readonly [Role, string])[] = [
  ['admin', roleNames.admin],
  ['reviewer', roleNames.reviewer],
  ['reader', roleNames.reader],
]

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

export function Access(): JSX.Element {
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
          <Shown of={users} rows={3}>
            {() =>
              items.length === 0 ? (
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
                                    <Foreign text={one.name} max={100} />{' '}
                                    {one.you ? <span class="pill">you</span> : null}
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
              )
            }
          </Shown>
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
            <Button look="primary" busy={busy ? 'Making it' : null} onClick={make}>
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
        <Pending of={found} rows={3} />
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

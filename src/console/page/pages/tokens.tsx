/** Settings, API tokens. */

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { ApiError, get, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { useLoaded } from '../loaded.ts'
import { Button, Copy, Dialog, Empty, Foreign, Input, Select, Shown, Time } from '../parts.tsx'
import { act, roleNames, toast } from '../state.ts'
import type { Role } from '../state.ts'
import { roleOptions } from './access.tsx'

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

export function Tokens(): JSX.Element {
  const tokens = useLoaded('tokens', (signal) => get<{ items: readonly Token[] }>('/tokens', signal))
  const [making, setMaking] = useState(false)
  const [withdrawing, setWithdrawing] = useState<Token | null>(null)
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
        <Shown of={tokens} rows={2}>
          {() =>
            items.length === 0 ? (
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
                            onClick={() => setWithdrawing(one)}
                          >
                            <Icon name="cross" />
                          </button>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Shown>
      </div>
      {withdrawing === null ? null : (
        <Dialog
          title={`Withdraw ${withdrawing.name}?`}
          onClose={() => setWithdrawing(null)}
          foot={
            <>
              <Button onClick={() => setWithdrawing(null)}>Keep</Button>
              <Button
                look="danger"
                onClick={async () => {
                  await act(() => send('DELETE', `/tokens/${withdrawing.id}`), `${withdrawing.name} is withdrawn.`)
                  setWithdrawing(null)
                  tokens.reload()
                }}
              >
                Withdraw
              </Button>
            </>
          }
        >
          <p>Whatever uses it is refused from now on. It can’t be taken back; another token can be made.</p>
        </Dialog>
      )}
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
          <Button look="primary" onClick={make}>
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

/** Before anybody is signed in: sign-in, and the first administrator. */

import { useEffect, useState } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { ApiError, get, query, send, wordsOf } from '../api.ts'
import { Icon, Mark } from '../icons.tsx'
import { Button, Input, Note, Segmented, Time } from '../parts.tsx'
import { go, place } from '../router.ts'
import { session, setTheme, takeSession, theme } from '../state.ts'
import type { Role, Session } from '../state.ts'

function Gate({
  title,
  lede,
  wide = false,
  foot,
  children,
}: {
  readonly title: string
  readonly lede: ComponentChildren
  readonly wide?: boolean
  readonly foot?: ComponentChildren
  readonly children: ComponentChildren
}): JSX.Element {
  useEffect(() => {
    document.title = `${title} · Namesake`
  }, [title])
  return (
    <div class={`gate${wide ? ' wide' : ''}`}>
      <main id="main" tabIndex={-1}>
        <span class="brand">
          <Mark size={30} />
          <span>Namesake</span>
        </span>
        <div class="card">
          <h1>{title}</h1>
          <p class="lede">{lede}</p>
          {children}
        </div>
        {wide ? (
          <div>
            <Note>
              <p>
                Sign-in with Microsoft is set up afterwards, in namesake.yaml. This account stays as the way in if that
                ever fails.
              </p>
            </Note>
          </div>
        ) : null}
      </main>
      <footer>
        <Segmented
          legend="Appearance"
          value={theme.value}
          options={[
            ['auto', 'System'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
          onChange={setTheme}
        />
        {foot}
      </footer>
    </div>
  )
}

/** Words for what brought somebody back here without a session. */
const refusals: Record<string, string> = {
  'no-role':
    'You are known to Microsoft but have no role here. Ask an administrator to give you one of the roles of Namesake.',
  refused: 'Microsoft did not let you in. Try again; if it stays, an administrator finds the reason in the log.',
  provider: 'Microsoft could not be asked. Try again in a moment.',
  stale: 'This sign-in was begun in another window, or too long ago. Begin it again here.',
  ended: 'Your session has ended. Sign in again; nothing was lost that was saved.',
}

export function SignIn(): JSX.Element {
  const [userName, setUserName] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [firstRun, setFirstRun] = useState(false)
  const ways = session.value?.ways ?? { password: true, oidc: false }
  const why = refusals[place.value.query.get('why') ?? '']
  useEffect(() => {
    get<{ needed: boolean }>('/first-run').then(
      ({ needed }) => setFirstRun(needed),
      () => undefined,
    )
  }, [])
  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      takeSession(await send<Session>('POST', '/session', { userName, password }))
      go(nextPage())
    } catch (failure) {
      setPassword('')
      setError(wordsOf(failure))
    }
    setBusy(false)
  }
  return (
    <Gate
      title="Sign in"
      lede={location.host}
      foot={<span>Forgotten? An administrator can print a new link: namesake console invite.</span>}
    >
      {why === undefined ? null : (
        <div class="stack">
          <Note look="warn">
            <p>{why}</p>
          </Note>
          <span />
        </div>
      )}
      {firstRun ? (
        <Note look="info">
          <p>
            There is no account yet. The daemon has printed a link that makes the first administrator;{' '}
            <code>namesake console invite</code> prints another.
          </p>
        </Note>
      ) : null}
      {ways.oidc ? (
        <a class="btn wide" href={`/api/v1/oidc/start${query({ next: place.value.query.get('next') })}`}>
          <Icon name="windows" />
          Sign in with Microsoft
        </a>
      ) : null}
      {ways.oidc && ways.password ? <p class="or">or with a password</p> : null}
      {ways.password && !firstRun ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <Input
            label="User name"
            name="user"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            value={userName}
            onInput={setUserName}
          />
          <Input
            label="Password"
            type="password"
            name="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={setPassword}
            error={error}
          />
          <Button look="primary wide" type="submit" busy={busy ? 'Signing in' : null}>
            Sign in
          </Button>
        </form>
      ) : null}
    </Gate>
  )
}

/** Where somebody wanted to go when they had to sign in: a page of this console only. */
function nextPage(): string {
  const next = place.peek().query.get('next') ?? ''
  return /^\/[a-z]/.test(next) ? next : '/overview'
}

const roleWords: Record<Role, string> = {
  admin: 'Make the first administrator',
  reviewer: 'Make your account',
  reader: 'Make your account',
}

export function FirstRun(): JSX.Element {
  // Read once: the address bar keeps it no longer than needed.
  const [secret] = useState(() => place.peek().open)
  const [checked, setChecked] = useState<{ role: Role; until: string } | null>(null)
  const [dead, setDead] = useState<string | null>(secret === '' ? 'This address lacks the part behind #.' : null)
  const [name, setName] = useState('')
  const [userName, setUserName] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    if (secret === '') return
    send<{ role: Role; until: string }>('POST', '/first-run/check', { secret }).then(setChecked, (error: unknown) =>
      setDead(wordsOf(error)),
    )
  }, [secret])
  const submit = async (): Promise<void> => {
    if (password !== again) {
      setErrors({ again: 'The two passwords differ.' })
      return
    }
    setBusy(true)
    setErrors({})
    try {
      takeSession(await send<Session>('POST', '/first-run', { secret, name, userName, password }))
      go('/overview', 'replace')
    } catch (error) {
      const faults = error instanceof ApiError ? error.faults : []
      const found = Object.fromEntries(faults.map((fault) => [fault.path, fault.message]))
      setErrors(faults.length > 0 ? found : { form: wordsOf(error) })
    }
    setBusy(false)
  }
  if (dead !== null) {
    return (
      <Gate title="This link does not work any more" lede={dead}>
        <Note>
          <p>
            A link works once and for 30 minutes. On the host, <code>namesake console invite</code> prints another.
          </p>
        </Note>
        <p class="row">
          <a href="/sign-in">Sign in</a>
        </p>
      </Gate>
    )
  }
  return (
    <Gate
      wide
      title={roleWords[checked?.role ?? 'admin']}
      lede={
        <>
          This link works once{checked === null ? '.' : ' and ends '}
          {checked === null ? null : <Time at={checked.until} />}
          {checked === null ? '' : '.'} It was printed by the daemon or by <code>namesake console invite</code>.
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {errors.form === undefined ? null : (
          <Note look="bad">
            <p>{errors.form}</p>
          </Note>
        )}
        <Input label="Your name" autocomplete="name" required value={name} onInput={setName} error={errors.name} />
        <Input
          label="User name"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          value={userName}
          onInput={setUserName}
          error={errors.userName}
        />
        <Input
          label="Password"
          type="password"
          autocomplete="new-password"
          required
          minLength={12}
          value={password}
          onInput={setPassword}
          error={errors.password}
          hint="At least 12 characters. Any characters; length counts most."
        />
        <Input
          label="Password again"
          type="password"
          autocomplete="new-password"
          required
          value={again}
          onInput={setAgain}
          error={errors.again}
        />
        <Button look="primary wide" type="submit" busy={busy ? 'Making the account' : null}>
          Make the account and sign in
        </Button>
      </form>
    </Gate>
  )
}

/** Settings: who may use the console, tokens, the audit log, health, the nodes of a fleet. */

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Avatar, Button, Foreign } from '../parts.tsx'
import { place } from '../router.ts'
import { may, roleNames, user } from '../state.ts'
import { About } from './about.tsx'
import { Access } from './access.tsx'
import { Audit } from './audit.tsx'
import { ChangePassword } from './password.tsx'
import { Tokens } from './tokens.tsx'

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

/** A consent of Microsoft's under way: waited for, given, refused; and a directory that is authorised again. */

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { get, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { Button, Copy, Foreign, Note, Pending, RawLines } from '../parts.tsx'
import { go, here } from '../router.ts'
import { Sheet } from '../sheet.tsx'
import { act, toast } from '../state.ts'

export interface Consent<Draft> {
  readonly id: string
  readonly status: 'waiting' | 'proving' | 'authorized' | 'refused'
  readonly url: string
  readonly redirect: string
  readonly said: readonly string[]
  readonly error: string | null
  readonly raw: string | null
  readonly draft: Draft
}

/** What is wrong with a description, or a directory that is there; null: nothing that is known. */
export interface Tried {
  readonly fault: { readonly option: string; readonly message: string } | null
  readonly people: number | null
  readonly groups: number | null
}

/** Whether a directory of this type is read only after somebody has consented. */
export function asksConsent(type: string): boolean {
  return type === 'office365'
}

/** Leads to Microsoft for a directory that is there, or says why nobody there could mend it. */
export async function authorizeAgain(name: string): Promise<void> {
  await act(async () => {
    const { fault } = await send<Tried>('POST', '/directories/test', { name })
    if (fault !== null) toast(fault.message)
    else location.assign((await send<Consent<unknown>>('POST', '/directories/authorize', { name })).url)
  })
}

/** A consent, looked at until it is decided. */
export function useConsent<Draft>(id: string | null): {
  readonly consent: Consent<Draft> | null
  /** Why there is none, in words. */
  readonly gone: string | null
  readonly forget: () => void
} {
  const [consent, setConsent] = useState<Consent<Draft> | null>(null)
  const [gone, setGone] = useState<string | null>(null)
  useEffect(() => {
    if (id === null) return
    let stopped = false
    const look = async (): Promise<void> => {
      try {
        const found = await get<Consent<Draft>>(`/directories/authorize/${encodeURIComponent(id)}`)
        if (stopped) return
        setConsent(found)
        if (found.status === 'waiting' || found.status === 'proving') setTimeout(() => void look(), 700)
      } catch (error) {
        if (!stopped) setGone(wordsOf(error))
      }
    }
    void look()
    return () => {
      stopped = true
    }
  }, [id])
  return { consent, gone, forget: () => setConsent(null) }
}

/** A directory that is there, and needs its consent anew: the browser comes back here. */
export function AuthorizeAgain({
  id,
  onRead,
}: {
  readonly id: string
  /** Reads the directory of that name now. */
  readonly onRead: (name: string) => void
}): JSX.Element {
  const { consent, gone } = useConsent<{ readonly name: string }>(id)
  const close = (): void => go(here({ open: '' }))
  const name = consent?.draft.name ?? ''
  return (
    <Sheet title={name === '' ? 'Authorize again' : `Authorize ${name} again`} onClose={close}>
      <div class="step">
        <div class="drawer-body stack-l">
          {consent === null ? (
            <Pending
              of={{ error: gone === null ? null : { message: gone, instance: null, status: 0 }, reload: close }}
            />
          ) : consent.status === 'authorized' ? (
            <Granted as={name} />
          ) : consent.status === 'refused' ? (
            <Refused consent={consent} />
          ) : (
            <Waiting consent={consent} />
          )}
        </div>
        <div class="drawer-foot">
          {consent?.status === 'authorized' ? (
            <Button
              look="primary"
              icon="sync"
              onClick={() => {
                close()
                onRead(name)
              }}
            >
              Sync now
            </Button>
          ) : consent?.status === 'refused' ? (
            <Button look="primary" icon="open" onClick={() => authorizeAgain(name)}>
              Authorize again
            </Button>
          ) : null}
          <Button look="quiet" onClick={close}>
            Close
          </Button>
        </div>
      </div>
    </Sheet>
  )
}

export function Waiting({ consent }: { readonly consent: Consent<unknown> }): JSX.Element {
  const proving = consent.status === 'proving'
  return (
    <>
      <div class="empty" role="status">
        <span class="state busy" />
        <b>{proving ? 'Consent is there. Reading is tried' : 'Waiting for Microsoft'}</b>
        <p>
          {proving
            ? (consent.said.at(-1) ?? 'A consent takes up to some minutes until it holds everywhere.')
            : 'Sign in there as a Privileged Role Administrator and accept the two permissions. You come back here by yourself.'}
        </p>
        {proving ? null : (
          <a class="btn small" href={consent.url} rel="noreferrer">
            <Icon name="open" size={14} />
            Open Microsoft again
          </a>
        )}
      </div>
      {proving ? null : (
        <div class="field">
          <span class="label">Somebody else has to accept?</span>
          <Copy text={consent.url} label="Copy link" />
          <p class="hint">It leads to Microsoft and is good for an hour. This page notices when they have accepted.</p>
        </div>
      )}
    </>
  )
}

export function Granted({ as }: { readonly as: string }): JSX.Element {
  return (
    <>
      <Note look="ok">
        <p>
          <b>Authorized as {as}</b>
        </p>
        <p>Reading users and groups works.</p>
      </Note>
      <ul class="granted">
        <li>
          <Icon name="check" />
          <span>
            <b>Read users</b>
            <br />
            <span class="soft">
              Names and addresses, and what changes of them. <code>User.Read.All</code>
            </span>
          </span>
        </li>
        <li>
          <Icon name="check" />
          <span>
            <b>Read group members</b>
            <br />
            <span class="soft">
              Groups’ names and who is in them. <code>GroupMember.Read.All</code>
            </span>
          </span>
        </li>
      </ul>
    </>
  )
}

export function Refused({ consent }: { readonly consent: Consent<unknown> }): JSX.Element {
  return (
    <>
      <Note look="bad">
        <p>
          <b>It is not authorized</b>
        </p>
        <p>
          <Foreign text={consent.error ?? ''} max={1000} />
        </p>
      </Note>
      {consent.raw === null ? (
        <p>
          Microsoft has accepted, but reading with this application does not work. Go back, mend it, and authorize
          again.
        </p>
      ) : (
        <>
          <div>
            <h3>What to do</h3>
            <ol class="fix">
              <li>Try again with an account that is a Privileged Role Administrator, or</li>
              <li>send this link to somebody who is.</li>
            </ol>
          </div>
          <Copy text={consent.url} label="Copy link" />
        </>
      )}
      {consent.raw === null ? null : <RawLines title="What Microsoft said" lines={[consent.raw]} max={1000} />}
      <p class="soft">Nothing was changed. What you described is kept in this panel.</p>
    </>
  )
}

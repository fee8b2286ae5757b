/** Adding a directory: describe, authorize at Microsoft, come back, save. */

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { useSettled } from '../loaded.ts'
import { Button, Copy, count, Input, Note, SavedAs, Select } from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { forgetUnsaved, go, here, place, useUnsaved } from '../router.ts'
import { Sheet } from '../sheet.tsx'
import { act, toast } from '../state.ts'
import { Granted, Refused, useConsent, Waiting } from './consent.tsx'
import type { Consent, Tried } from './consent.tsx'
import { FrequencyField } from './frequency-field.tsx'

type Cloud = 'global' | 'usgov' | 'usgov-dod' | 'china' | 'other'

type CredentialKind = 'env' | 'file' | 'certificate'

interface Draft {
  readonly type: 'office365' | 'file'
  readonly name: string
  readonly sync: string
  readonly tenant: string
  readonly clientId: string
  readonly cloud: Cloud
  readonly authority: string
  readonly graph: string
  readonly credential: CredentialKind
  readonly env: string
  readonly file: string
  readonly key: string
  readonly certificate: string
  readonly path: string
}

const emptyDraft: Draft = {
  type: 'office365',
  name: 'Office 365',
  sync: '*/30 * * * *',
  tenant: '',
  clientId: '',
  cloud: 'global',
  authority: '',
  graph: '',
  credential: 'env',
  env: 'NAMESAKE_CLIENT_SECRET',
  file: '',
  key: '',
  certificate: '',
  path: './people.yaml',
}

/** A draft as the server takes it. */
type Sent =
  | { type: 'file'; name: string; sync: string; path: string }
  | {
      type: 'office365'
      name: string
      sync: string
      tenant: string
      clientId: string
      cloud: Cloud
      authority?: string
      graph?: string
      credential:
        | { kind: 'secret'; secret: { env: string } | { file: string } }
        | { kind: 'certificate'; key: string; certificate: string }
    }

function sent(draft: Draft): Sent {
  const { type, name, sync } = draft
  if (type === 'file') return { type, name, sync, path: draft.path }
  const { tenant, clientId, cloud, authority, graph } = draft
  return {
    ...{ type, name, sync, tenant, clientId, cloud },
    ...(cloud === 'other' ? { authority, graph } : {}),
    credential:
      draft.credential === 'certificate'
        ? { kind: 'certificate', key: draft.key, certificate: draft.certificate }
        : { kind: 'secret', secret: draft.credential === 'env' ? { env: draft.env } : { file: draft.file } },
  }
}

function fromSent(of: Sent): Draft {
  if (of.type === 'file') return { ...emptyDraft, ...of }
  const { credential, ...rest } = of
  const secret = credential.kind === 'secret' ? credential.secret : null
  return {
    ...emptyDraft,
    ...rest,
    ...(credential.kind === 'certificate'
      ? { credential: 'certificate', key: credential.key, certificate: credential.certificate }
      : secret !== null && 'env' in secret
        ? { credential: 'env', env: secret.env }
        : { credential: 'file', file: secret !== null && 'file' in secret ? secret.file : '' }),
  }
}

export function AddDirectory({ onSaved }: { readonly onSaved: () => void }): JSX.Element {
  const id = place.value.open.startsWith('add-') ? place.value.open.slice(4) : null
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState<string | null>(null)
  /** What the file that is described holds. */
  const [tried, setTried] = useState<Tried | null>(null)
  const [diff, setDiff] = useState<readonly DiffLine[] | null>(null)
  const close = (): void => go(here({ open: '' }))
  const { consent, gone, forget } = useConsent<Sent>(id)
  useEffect(() => {
    if (consent !== null) setDraft(fromSent(consent.draft))
  }, [consent === null])
  useUnsaved(consent !== null || draft !== emptyDraft ? 'The directory that you describe is not saved.' : null)

  const ready = draft.type === 'file' || consent?.status === 'authorized'
  const described = JSON.stringify(sent(draft))
  useSettled(
    ready ? described : null,
    250,
    () => send<{ diff: readonly DiffLine[] }>('POST', '/directories/preview', { directory: sent(draft) }),
    (found) => {
      setDiff(found.diff)
      setErrors({})
    },
    (error) => {
      setDiff(null)
      setErrors(errorsOf(error))
    },
  )

  useSettled(
    draft.type === 'file' ? described : null,
    400,
    () => send<Tried>('POST', '/directories/test', { directory: sent(draft) }),
    setTried,
    () => setTried(null),
  )

  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }))
  const setType = (type: Draft['type']): void =>
    set({
      type,
      ...(draft.name === '' || draft.name === 'Office 365' || draft.name === 'Staff file'
        ? { name: type === 'office365' ? 'Office 365' : 'Staff file' }
        : {}),
      sync: type === 'office365' ? '*/30 * * * *' : '*/5 * * * *',
    })

  const authorize = async (): Promise<void> => {
    setBusy('Authorizing')
    setErrors({})
    try {
      // What no consent would mend is told before anybody is sent away.
      const { fault } = await send<Tried>('POST', '/directories/test', { directory: sent(draft) })
      if (fault !== null) {
        setErrors({ [fault.option]: fault.message })
        setBusy(null)
        return
      }
      const begun = await send<Consent<Sent>>('POST', '/directories/authorize', { directory: sent(draft) })
      // The panel is found again under this address when the browser comes back.
      history.replaceState(null, '', here({ open: `add-${begun.id}` }))
      forgetUnsaved()
      location.assign(begun.url)
    } catch (error) {
      setErrors(errorsOf(error))
      setBusy(null)
    }
  }
  const save = async (): Promise<void> => {
    setBusy('Saving')
    try {
      const { running } = await send<{ running: boolean }>('POST', '/directories', { directory: sent(draft) })
      toast(
        running
          ? `Saved. ${draft.name} is being read for the first time.`
          : `Saved. ${draft.name} is read once the daemon is started again.`,
      )
      forgetUnsaved()
      close()
      onSaved()
    } catch (error) {
      setErrors(errorsOf(error))
    }
    setBusy(null)
  }

  const step = draft.type === 'file' ? 'save' : consent === null ? 'describe' : ready ? 'save' : 'authorize'
  const waiting = consent !== null && (consent.status === 'waiting' || consent.status === 'proving')
  const refused = consent?.status === 'refused'
  const fields = (
    <>
      <fieldset class="choice cols-2 types">
        <legend class="label">Directory type</legend>
        <TypeChoice
          value="office365"
          is={draft.type}
          title="Office 365"
          about="Microsoft 365, Entra ID"
          onPick={setType}
        />
        <TypeChoice value="file" is={draft.type} title="File" about="CSV, JSON or YAML" onPick={setType} />
      </fieldset>
      <div class="two">
        <Input
          label="Directory name"
          required
          value={draft.name}
          onInput={(name) => set({ name })}
          error={errors.name}
        />
        <div>
          <FrequencyField value={draft.sync} onChange={(sync) => set({ sync })} error={errors.sync} />
        </div>
      </div>
    </>
  )
  return (
    <Sheet title="Add directory" onClose={close}>
      <form
        class="step"
        onSubmit={(event) => {
          event.preventDefault()
          void (step === 'save' ? save() : authorize())
        }}
      >
        <div class="drawer-body stack-l">
          {draft.type === 'file' ? null : <Steps step={step} />}
          {gone !== null && consent === null ? (
            <Note look="warn">
              <p>{gone}</p>
            </Note>
          ) : null}
          {waiting ? (
            <Waiting consent={consent} />
          ) : refused ? (
            <Refused consent={consent} />
          ) : step === 'save' && draft.type === 'office365' ? (
            <Granted as={draft.tenant} />
          ) : null}
          {waiting || refused ? null : (
            <>
              {errors[''] === undefined ? null : (
                <Note look="bad">
                  <p>{errors['']}</p>
                </Note>
              )}
              {fields}
              {draft.type === 'file' ? (
                <Input
                  label="File on the host"
                  mono
                  value={draft.path}
                  onInput={(path) => set({ path })}
                  error={errors.path ?? tried?.fault?.message}
                  hint="Relative to the folder of namesake.yaml. It is read again whenever it changes."
                />
              ) : consent === null ? (
                <Application draft={draft} set={set} errors={errors} />
              ) : null}
              {draft.type === 'file' && tried?.people !== null && tried !== null ? (
                <Note look="ok">
                  <p>
                    {count(tried.people, 'person', 'people')} and {count(tried.groups ?? 0, 'group')} read.
                  </p>
                </Note>
              ) : null}
              {step === 'save' && diff !== null ? <SavedAs file="namesake.yaml" lines={diff} /> : null}
              {step === 'describe' ? (
                <Note>
                  <p>
                    Reading only. Mail is never sent to Microsoft, and people are kept in the store on your own hosts.
                  </p>
                </Note>
              ) : null}
            </>
          )}
        </div>
        <div class="drawer-foot">
          {waiting ? null : step === 'save' ? (
            <Button look="primary" type="submit" busy={busy} disabled={diff === null}>
              Save
            </Button>
          ) : (
            <Button look="primary" type="submit" icon="open" busy={busy}>
              {refused ? 'Authorize again' : 'Authorize'}
            </Button>
          )}
          {consent !== null && !ready ? (
            <Button
              look="quiet"
              onClick={() => {
                forget()
                history.replaceState(null, '', here({ open: 'add' }))
              }}
            >
              Back
            </Button>
          ) : (
            <Button look="quiet" onClick={close}>
              Cancel
            </Button>
          )}
          <span class="grow" />
          {step === 'save' ? <span class="muted">The first sync starts at once</span> : null}
        </div>
      </form>
    </Sheet>
  )
}

/** Faults by field: the server names them by their place in namesake.yaml. */
function errorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.faults.length === 0) return { '': wordsOf(error) }
  const found: Record<string, string> = {}
  for (const { path, message } of error.faults) {
    const field = path.replace(/^directories\[\d+\]\.?|^directory\.?/g, '').split(/[.[]/)[0] ?? ''
    const known = ['name', 'sync', 'tenant', 'clientId', 'authority', 'graph', 'path', 'clientSecret', 'certificate']
    const key = known.includes(field) ? field : ''
    found[key] = found[key] === undefined ? message : `${found[key]}; ${message}`
  }
  return found
}

function TypeChoice({
  value,
  is,
  title,
  about,
  onPick,
}: {
  readonly value: Draft['type']
  readonly is: Draft['type']
  readonly title: string
  readonly about: string
  readonly onPick: (value: Draft['type']) => void
}): JSX.Element {
  return (
    <label>
      <input
        type="radio"
        name="type"
        aria-label={title}
        value={value}
        checked={is === value}
        onChange={() => onPick(value)}
      />
      <span>
        <b>{title}</b>
        <small>{about}</small>
      </span>
    </label>
  )
}

function Steps({ step }: { readonly step: 'describe' | 'authorize' | 'save' }): JSX.Element {
  const names = ['describe', 'authorize', 'save'] as const
  const words = { describe: 'Describe', authorize: 'Authorize', save: 'Save' }
  const at = names.indexOf(step)
  return (
    <ol class="steps-bar" aria-label="Steps">
      {names.map((name, index) => (
        <li key={name} class={index < at ? 'done' : ''} {...(index === at ? { 'aria-current': 'step' as const } : {})}>
          {words[name]}
          {index < at ? <span class="vh">, done</span> : null}
        </li>
      ))}
    </ol>
  )
}

const clouds: readonly (readonly [Cloud, string])[] = [
  ['global', 'Global'],
  ['usgov', 'US government'],
  ['usgov-dod', 'US government, DoD'],
  ['china', 'China'],
  ['other', 'Other'],
]

/** What stands in Entra: once, and the same for every directory of the tenant. */
function Application({
  draft,
  set,
  errors,
}: {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
  readonly errors: Readonly<Record<string, string>>
}): JSX.Element {
  const [pem, setPem] = useState<string | null>(null)
  const make = async (): Promise<void> => {
    interface Made {
      readonly key: string
      readonly certificate: string
      readonly pem: string
    }
    const made = await act(() => send<Made>('POST', '/directories/certificate'))
    if (made === null) return
    set({ key: made.key, certificate: made.certificate })
    setPem(made.pem)
  }
  return (
    <section class="stack" aria-label="Application in Entra">
      <p class="soft">
        Register an application “Namesake” in your tenant with this redirect address. It needs the application
        permissions User.Read.All and GroupMember.Read.All, which are accepted in the next step.
      </p>
      <Copy text={redirectHere()} />
      <Input
        label="Tenant"
        mono
        required
        value={draft.tenant}
        onInput={(tenant) => set({ tenant })}
        error={errors.tenant}
        placeholder="contoso.onmicrosoft.com"
      />
      <Input
        label="Application (client) ID"
        mono
        required
        value={draft.clientId}
        onInput={(clientId) => set({ clientId })}
        error={errors.clientId}
      />
      <Select label="Cloud" value={draft.cloud} options={clouds} onChange={(cloud) => set({ cloud })} />
      {draft.cloud === 'other' ? (
        <div class="two">
          <Input
            label="Authority"
            mono
            required
            value={draft.authority}
            onInput={(authority) => set({ authority })}
            error={errors.authority}
            placeholder="https://login.example/tenant"
          />
          <Input
            label="Graph"
            mono
            required
            value={draft.graph}
            onInput={(graph) => set({ graph })}
            error={errors.graph}
            placeholder="https://graph.example"
          />
        </div>
      ) : null}
      <Select
        label="Credential"
        value={draft.credential}
        options={[
          ['env', 'Client secret in an environment variable'],
          ['file', 'Client secret in a file'],
          ['certificate', 'Certificate'],
        ]}
        onChange={(credential) => set({ credential })}
      />
      {draft.credential === 'env' ? (
        <Input
          label="Environment variable"
          mono
          value={draft.env}
          onInput={(env) => set({ env })}
          error={errors.clientSecret}
          hint="Its name. The daemon has to be started with it; the secret itself is never typed here."
        />
      ) : draft.credential === 'file' ? (
        <Input
          label="File of the secret"
          mono
          value={draft.file}
          onInput={(file) => set({ file })}
          error={errors.clientSecret}
          hint="A path on the host that the daemon may read."
        />
      ) : (
        <>
          <p class="row wrap">
            <Button look="small" onClick={make}>
              Make a certificate here
            </Button>
            {pem === null ? null : (
              <a class="btn small" download="namesake.crt.pem" href={`data:application/x-pem-file;base64,${btoa(pem)}`}>
                <Icon name="download" size={14} />
                Download the certificate
              </a>
            )}
          </p>
          <p class="hint">Its key never leaves this host. Upload the certificate to the application in Entra.</p>
          <Input
            label="Private key file"
            mono
            value={draft.key}
            onInput={(key) => set({ key })}
            error={errors.certificate}
          />
          <Input
            label="Certificate file"
            mono
            value={draft.certificate}
            onInput={(certificate) => set({ certificate })}
          />
        </>
      )}
    </section>
  )
}

/** Entra takes plain http for `localhost` alone, whatever name of the loopback stands in the address bar. */
function redirectHere(): string {
  const url = new URL('/authorized', location.href)
  if (url.protocol === 'http:' && /^(127\.|\[::1\])/.test(url.hostname)) url.hostname = 'localhost'
  return url.href
}

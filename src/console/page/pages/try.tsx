/** Try: what would be done with a message, and why. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { get, send } from '../api.ts'
import { Drawn } from '../drawn.tsx'
import { Icon } from '../icons.tsx'
import type { IconName } from '../icons.tsx'
import { Button, CopyButton, Done, Failed, Field, Foreign, Input, kindName, Note, RawLines, Tier } from '../parts.tsx'
import { drawnFinding, fieldNames, Readings } from '../readings.tsx'
import type { Reading } from '../readings.tsx'
import { place } from '../router.ts'
import { may } from '../state.ts'

interface Judged {
  readonly verdict: 'clean' | 'detected' | 'unchecked'
  readonly tier: string | null
  readonly kind: string | null
  readonly person: string | null
  readonly name: string | null
  readonly address: string | null
  readonly reason: string | null
  readonly action: string | null
  readonly readings: readonly Reading[]
  readonly steps: readonly string[]
}

/** What is judged: a field as it was typed, or the header section of a file. */
type Given = { readonly from: string; readonly replyTo: string } | { readonly section: string; readonly file: string }

/** Octets of a file that are read at most: a header section is at its beginning. */
const maxReadBytes = 262_144

const examples: readonly (readonly [string, (name: string, address: string) => string])[] = [
  [
    'Look-alike letters',
    (name) =>
      `"${name.replace(/[aeo]/i, (letter) => ({ a: 'а', e: 'е', o: 'о' })[letter.toLowerCase()] ?? letter)}" <office@mail.example>`,
  ],
  ['Surname first', (name) => `"${name.split(' ').at(-1) ?? ''}, ${name.split(' ')[0] ?? ''}" <office@mail.example>`],
  ['Name in the address', (name) => `<${name.toLowerCase().split(' ').join('.')}77@freemail.example>`],
  ['Address as the name', (_name, address) => `"${address}" <office@mail.example>`],
  ['Their own address', (name, address) => `"${name}" <${address}>`],
]

export function Try(): JSX.Element {
  const [text, setText] = useState(place.value.query.get('from') ?? '')
  const [replyTo, setReplyTo] = useState('')
  const [given, setGiven] = useState<Given | null>(null)
  const [judged, setJudged] = useState<Judged | null>(null)
  const [error, setError] = useState<{ message: string } | null>(null)
  const [busy, setBusy] = useState(false)
  const [over, setOver] = useState(false)
  const judge = async (what: Given): Promise<void> => {
    setBusy(true)
    setGiven(what)
    try {
      const body = 'section' in what ? { section: what.section } : what.replyTo === '' ? { from: what.from } : what
      setJudged(await send<Judged>('POST', '/judge', body))
      setError(null)
    } catch (failure) {
      setError({ message: failure instanceof Error ? failure.message : '' })
    }
    setBusy(false)
  }
  const submit = (): void => {
    if (text.trim() !== '') void judge({ from: text, replyTo: replyTo.trim() })
  }
  useEffect(() => {
    if (text !== '') submit()
  }, [])
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const octets = new Uint8Array(await file.slice(0, maxReadBytes).arrayBuffer())
    void judge({ section: base64(headerOf(octets)), file: file.name })
  }
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>Try a message</h1>
          <p>See what would be done, and why. It is judged by the people and rules in force, and then forgotten.</p>
        </div>
      </div>
      <div class="cols try-cols">
        <form
          class="stack-l"
          aria-label="What to judge"
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <section class="card">
            <div class="card-body stack">
              <Field
                label="From field"
                hint="As in the message source, with or without “From:”. Encoded words are read too."
              >
                {(attributes) => (
                  <textarea
                    class="area mono"
                    rows={3}
                    spellcheck={false}
                    {...attributes}
                    value={text}
                    onInput={(event) => setText(event.currentTarget.value)}
                    onKeyDown={(event) => {
                      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
                    }}
                  />
                )}
              </Field>
              <label
                for="eml"
                class={`drop${over ? ' over' : ''}`}
                onDragOver={(event) => {
                  event.preventDefault()
                  setOver(true)
                }}
                onDragLeave={() => setOver(false)}
                onDrop={(event) => {
                  event.preventDefault()
                  setOver(false)
                  void take(event.dataTransfer?.files[0])
                }}
              >
                <Icon name="upload" size={20} />
                <span>
                  <b>Drop an .eml file here</b>
                </span>
                <span class="muted">
                  or <span class="soft">choose one</span>; only its header is read
                </span>
              </label>
              <input
                class="vh"
                type="file"
                id="eml"
                accept=".eml,.txt,message/rfc822"
                onChange={(event) => void take(event.currentTarget.files?.[0])}
              />
              <details class="reading">
                <summary>
                  <span class="chev">
                    <Icon name="right" size={14} />
                  </span>
                  <span class="grow">Reply-To</span>
                  <span class="soft">{replyTo.trim() === '' ? 'none' : 'with one'}</span>
                </summary>
                <div class="stack">
                  <Input
                    label="Reply-To field"
                    mono
                    value={replyTo}
                    onInput={setReplyTo}
                    hint="A protected name there is judged too, where the rules read it."
                  />
                </div>
              </details>
              <div class="row">
                <Button look="primary" type="submit" busy={busy ? 'Judging' : null}>
                  Judge
                </Button>
                <kbd>Ctrl</kbd>
                <kbd>Enter</kbd>
              </div>
            </div>
          </section>
          <Examples
            onPick={(example) => {
              setText(example)
              void judge({ from: example, replyTo: '' })
              setReplyTo('')
            }}
          />
          {may('admin') ? (
            <section class="card">
              <div class="card-body row">
                <span class="grow">
                  <b>A month of old mail?</b>
                  <br />
                  <span class="soft">Name a folder or mbox on the server and see what would have been caught.</span>
                </span>
                <a class="btn small" href="/replay">
                  Try old mail
                </a>
              </div>
            </section>
          ) : null}
        </form>
        <div aria-live="polite">
          {error !== null ? (
            <section class="card">
              <Failed error={error} />
            </section>
          ) : judged === null ? (
            <section class="card">
              <div class="card-body">
                <p class="soft">What would be done stands here, with each way in which the field can be read.</p>
              </div>
            </section>
          ) : (
            <Verdict judged={judged} file={given !== null && 'file' in given ? given.file : null} />
          )}
        </div>
      </div>
    </div>
  )
}

/** Examples in the name of somebody who is protected here. */
function Examples({ onPick }: { readonly onPick: (text: string) => void }): JSX.Element | null {
  const [who, setWho] = useState<{ name: string; address: string } | null>(null)
  useEffect(() => {
    get<{ items: { displayName: string; addresses: string[] }[] }>('/people?protected=true&limit=20').then(
      ({ items }) => {
        const found = items.find(({ displayName, addresses }) => displayName.includes(' ') && addresses.length > 0)
        if (found !== undefined) setWho({ name: found.displayName, address: found.addresses[0] ?? '' })
      },
      () => undefined,
    )
  }, [])
  if (who === null) return null
  return (
    <section aria-labelledby="ex">
      <h2 id="ex" class="label">
        Examples
      </h2>
      <div class="examples">
        {examples.map(([title, make]) => (
          <button key={title} class="btn small" type="button" onClick={() => onPick(make(who.name, who.address))}>
            {title}
          </button>
        ))}
      </div>
    </section>
  )
}

const outcomes: Record<string, { readonly icon: IconName; readonly disposition: string }> = {
  monitor: { icon: 'eye', disposition: 'monitored' },
  tag: { icon: 'tag', disposition: 'relayed' },
  quarantine: { icon: 'pauseRound', disposition: 'quarantined' },
  reject: { icon: 'refuse', disposition: 'rejected' },
  tempfail: { icon: 'clock', disposition: 'deferred' },
}

function Verdict({ judged, file }: { readonly judged: Judged; readonly file: string | null }): JSX.Element {
  const { verdict, action, readings } = judged
  const keys = judged.steps.filter((line) => /^\s+\S+ keys tried: /.test(line))
  const shown = drawnFinding(readings, judged.person)
  const excuse = shown?.finding.excuse ?? null
  const outcome = outcomes[action ?? '']
  return (
    <section class="card" aria-labelledby="verdict-h">
      <div class="verdict">
        <span class={`tick${verdict === 'clean' ? ' clean' : ''}`}>
          <Icon name={verdict === 'clean' ? 'check' : (outcome?.icon ?? 'warning')} size={18} />
        </span>
        <div class="grow">
          <h2 class="reason" id="verdict-h">
            {verdict === 'detected' ? (
              <Foreign text={judged.reason ?? ''} max={600} />
            ) : verdict === 'unchecked' ? (
              `It could not be checked: ${judged.reason ?? ''}`
            ) : excuse === null ? (
              'Clean: no protected name stands beside a foreign address'
            ) : (
              <>
                Clean: <Foreign text={excuse} max={300} />
              </>
            )}
          </h2>
          <p class="row wrap verdict-tags">
            <Tier tier={judged.tier} />
            {judged.kind === null ? null : <span class="kind">{kindName(judged.kind)}</span>}
            {outcome === undefined ? (
              <span class="act">
                <Icon name="check" />
                Would pass unchanged
              </span>
            ) : (
              <span class="row">
                Would be <Done disposition={outcome.disposition} />
              </span>
            )}
          </p>
          {file === null ? null : (
            <p class="soft">
              The header of <Foreign text={file} max={100} />.
            </p>
          )}
        </div>
      </div>
      {shown === undefined ? null : (
        <div class="pad">
          <h3 class="label">{fieldNames[shown.reading.field] ?? shown.reading.field}, letter by letter</h3>
          <Drawn finding={shown.finding} name={shown.reading.name} address={shown.reading.address} />
        </div>
      )}
      <div class="pad">
        <h3 class="label">How it can be read</h3>
        {readings.length === 0 ? (
          <Note>
            <p>No From field with a name or an address was found in it.</p>
          </Note>
        ) : (
          <Readings readings={readings} />
        )}
        {keys.length === 0 ? null : (
          <RawLines title="Keys looked up" lines={keys.map((line) => line.trim())} max={2000} />
        )}
      </div>
      <div class="card-foot">
        <span class="grow">Not stored. Not counted.</span>
        <CopyButton text={judged.steps.join('\n')} label="Copy the explanation" />
      </div>
    </section>
  )
}

/** A message's header section: all up to the first empty line. */
function headerOf(octets: Uint8Array): Uint8Array {
  for (let at = 0; at < octets.length; at++) {
    const start = at === 0 || octets[at - 1] === 0x0a
    if (start && (octets[at] === 0x0a || (octets[at] === 0x0d && octets[at + 1] === 0x0a))) return octets.slice(0, at)
  }
  return octets
}

function base64(octets: Uint8Array): string {
  let text = ''
  for (let at = 0; at < octets.length; at += 0x8000) text += String.fromCharCode(...octets.subarray(at, at + 0x8000))
  return btoa(text)
}

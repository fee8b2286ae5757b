/** Parts that every page is made of. None of them fetches anything. */

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ComponentChildren, JSX, Ref } from 'preact'
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'
import type { Loaded } from './loaded.ts'
import { useModal } from './modal.ts'
import { act, now, timesAsDates, toast } from './state.ts'

type Children = { readonly children?: ComponentChildren }

/* ---------- times and numbers ---------- */

const numbers = new Intl.NumberFormat('en')
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const exactly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

export function number(value: number): string {
  return numbers.format(value)
}

/** `1 person`, `2 people`. */
export function count(value: number, one: string, many: string = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`
}

/** A sentence's first letter. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = -1
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function relative(at: number, from: number): string {
  const seconds = Math.round(Math.abs(from - at) / 1000)
  // The page's own clock moves on every ten seconds, so what has just happened may seem to lie ahead.
  if (at > from && seconds < 15) return 'now'
  const word = (text: string): string => (at > from ? `in ${text}` : `${text} ago`)
  if (seconds < 5) return 'now'
  if (seconds < 60) return word(`${seconds} s`)
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return word(`${minutes} min`)
  const hours = Math.round(minutes / 60)
  if (hours < 24) return word(`${hours} h`)
  return ''
}

/** Date and time, whatever the user's menu says. */
export function dateAndTime(at: string): string {
  return exactly.format(new Date(at))
}

/** A time ago, with the date at hand; or the other way round, as the user's menu says. */
export function Time({
  at,
  onlyDay = false,
}: {
  readonly at: string | number
  readonly onlyDay?: boolean
}): JSX.Element {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>unknown</span>
  const exact = full.format(date)
  const near = onlyDay ? '' : relative(date.getTime(), now.value)
  const ago = near === '' ? (onlyDay ? day.format(date) : dayAndTime.format(date)) : near
  const asDates = timesAsDates.value && !onlyDay
  return (
    <time dateTime={date.toISOString()} title={asDates ? ago : exact}>
      {asDates ? dayAndTime.format(date) : ago}
    </time>
  )
}

/* ---------- foreign text ---------- */

/** What can't be seen, or turns the text beside it round: shown as a box with its name. */
const shortNames: Record<number, string> = {
  0x00: 'NUL',
  0x09: 'TAB',
  0x0a: 'LF',
  0x0d: 'CR',
  0x1b: 'ESC',
  0x7f: 'DEL',
  0xa0: 'NBSP',
  0xad: 'SHY',
  0x61c: 'ALM',
  0x180e: 'MVS',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2060: 'WJ',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0xfeff: 'BOM',
}

/** The abbreviation of a letter that can't be seen; null if it can. */
export function invisible(letter: string): string | null {
  const code = letter.codePointAt(0) ?? 0
  const named = shortNames[code]
  if (named !== undefined) return named
  const unseen = /^[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]$/u.test(letter) || (code >= 0xfe00 && code <= 0xfe0f)
  return unseen ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : null
}

/** Letters of a text in which a reader may be deceived: they are marked. */
export function isOdd(letter: string, whole: string): boolean {
  if (/^[\x20-\x7e]$/.test(letter)) return false
  // Greek and Cyrillic letters within a text that is otherwise Latin, full-width and mathematical letters.
  const latin = /\p{Script=Latin}/u.test(whole)
  if (/[\uff00-\uffef]|[\u{1d400}-\u{1d7ff}]|[\u2100-\u214f]|[\u{1f100}-\u{1f1ff}]/u.test(letter)) return true
  return latin && /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(letter)
}

/**
 * Text that came from mail or a directory: always text, never markup; each run isolated so that it can't turn the page
 * round; what can't be seen shown as a box, look-alike letters marked.
 */
export function Foreign({ text, max = 400 }: { readonly text: string; readonly max?: number }): JSX.Element {
  const letters = [...text]
  const shown = letters.slice(0, max)
  const parts: ComponentChildren[] = []
  let run = ''
  const flush = (): void => {
    if (run !== '') parts.push(run)
    run = ''
  }
  for (const letter of shown) {
    const hidden = letter === '\u00a0' ? null : invisible(letter)
    if (hidden !== null) {
      flush()
      parts.push(
        <span class="zwtag" title={`${hidden}, invisible`}>
          {hidden}
        </span>,
      )
    } else if (isOdd(letter, text)) {
      flush()
      parts.push(<span class="mk">{letter}</span>)
    } else run += letter
  }
  flush()
  return (
    <bdi>
      {parts}
      {letters.length > max ? '…' : ''}
    </bdi>
  )
}

/** Foreign lines as they came, folded away below a title. */
export function RawLines({
  title,
  lines,
  max = 400,
}: {
  readonly title: string
  readonly lines: readonly string[]
  readonly max?: number
}): JSX.Element {
  return (
    <details class="reading">
      <summary>
        <span class="chev">
          <Icon name="right" size={14} />
        </span>
        <span class="grow">{title}</span>
      </summary>
      <div>
        <div class="raw">
          {lines.map((line, at) => (
            <div key={at}>
              <Foreign text={line} max={max} />
            </div>
          ))}
        </div>
      </div>
    </details>
  )
}

/** An address, in the machine's letters. */
export function Addr({ text }: { readonly text: string }): JSX.Element {
  return (
    <span class="addr">
      <Foreign text={text} />
    </span>
  )
}

/* ---------- marks ---------- */

export function Tier({
  tier,
  glyph = false,
}: {
  readonly tier: string | null
  readonly glyph?: boolean
}): JSX.Element | null {
  if (tier !== 'certain' && tier !== 'likely') return null
  return <span class={`tier ${tier}${glyph ? ' glyph' : ''}`}>{tier === 'certain' ? 'Certain' : 'Likely'}</span>
}

const kindNames: Record<string, string> = {
  exact: 'Exact',
  reordered: 'Reordered',
  decorated: 'Decorated',
  disguised: 'Disguised',
  address: 'Address',
  variant: 'Variant',
  typo: 'Typo',
  nickname: 'Nickname',
  initial: 'Initial',
  'local-part': 'Local part',
  'lookalike-domain': 'Look-alike domain',
  'reply-to': 'Reply-To',
}

export function kindName(kind: string | null): string {
  return kind === null ? '' : (kindNames[kind] ?? kind)
}

export const kinds: readonly string[] = Object.keys(kindNames)

const dispositions: Record<string, { word: string; icon: IconName; look: string }> = {
  monitored: { word: 'Monitored', icon: 'eye', look: 'monitored' },
  relayed: { word: 'Tagged', icon: 'tag', look: 'tagged' },
  quarantined: { word: 'Quarantined', icon: 'pauseRound', look: 'quarantined' },
  rejected: { word: 'Refused', icon: 'refuse', look: 'refused' },
  deferred: { word: 'Put off', icon: 'clock', look: 'monitored' },
  passed: { word: 'Let through', icon: 'check', look: 'monitored' },
  judged: { word: 'Judged', icon: 'eye', look: 'monitored' },
}

/** `2 refused, 12 tagged`: what was done with several messages. */
export function doneWords(done: readonly (readonly [disposition: string, count: number])[]): string {
  return done
    .map(([disposition, times]) => `${number(times)} ${(dispositions[disposition]?.word ?? disposition).toLowerCase()}`)
    .join(', ')
}

/** What was done, as a past tense. A relayed message whose detection was excused was let through. */
export function Done({
  disposition,
  excused = false,
}: {
  readonly disposition: string
  readonly excused?: boolean
}): JSX.Element {
  const of = dispositions[excused && disposition === 'relayed' ? 'passed' : disposition]
  if (of === undefined) return <span class="act">{disposition}</span>
  return (
    <span class={`act ${of.look}`}>
      <Icon name={of.icon} />
      {of.word}
    </span>
  )
}

export type GuardState = 'on' | 'by' | 'part' | 'not' | 'out'
const guards: Record<GuardState, { icon: IconName; word: string }> = {
  on: { icon: 'guardOn', word: 'Protected' },
  by: { icon: 'guardBy', word: 'By group' },
  part: { icon: 'guardPart', word: 'Partly' },
  not: { icon: 'guardNot', word: 'Not protected' },
  out: { icon: 'guardOut', word: 'Left out' },
}

/** Whether somebody is protected, by shape and word. */
export function Guard({
  state,
  word = guards[state].word,
  more,
}: {
  readonly state: GuardState
  readonly word?: string
  readonly more?: ComponentChildren
}): JSX.Element {
  const { icon } = guards[state]
  return (
    <span class={`guard ${state}`}>
      <Icon name={icon} />
      <span>
        {word}
        {more === undefined ? null : <small> {more}</small>}
      </span>
    </span>
  )
}

export function State({
  look,
  children,
}: Children & { readonly look: 'ok' | 'warn' | 'bad' | 'busy' | 'off' }): JSX.Element {
  return <span class={`state ${look}`}>{children}</span>
}

export function Avatar({
  name,
  look = '',
}: {
  readonly name: string
  readonly look?: '' | 'small' | 'big'
}): JSX.Element {
  const words = name
    .normalize('NFC')
    .split(/\s+/)
    .filter((word) => /^\p{L}/u.test(word))
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (
    <span class={`ava ${look}`} aria-hidden="true">
      {(first + last).toUpperCase()}
    </span>
  )
}

/* ---------- messages ---------- */

export function Note({
  look = '',
  children,
}: Children & { readonly look?: '' | 'ok' | 'warn' | 'bad' | 'info' }): JSX.Element {
  const icon: IconName = look === 'ok' ? 'check' : look === 'warn' || look === 'bad' ? 'warning' : 'info'
  return (
    <div class={`note ${look}`} {...(look === 'bad' ? { role: 'alert' } : {})}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  )
}

export function Empty({
  icon = 'inbox',
  title,
  children,
}: Children & { readonly icon?: IconName; readonly title: string }): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} size={28} />
      <b>{title}</b>
      {children}
    </div>
  )
}

/** A part that failed: the rest of the page stays. */
export function Failed({
  error,
  retry,
}: {
  readonly error: { readonly message: string; readonly instance?: string | null }
  readonly retry?: () => void
}): JSX.Element {
  return (
    <div class="card-body">
      <Note look="bad">
        <p>
          <b>This part could not be shown</b>
        </p>
        <p>{error.message === '' ? 'The server gave no reason.' : error.message}</p>
        {error.instance ? (
          <p class="muted">
            Id in the log: <code>{error.instance}</code>
          </p>
        ) : null}
        {retry === undefined ? null : (
          <p>
            <button class="btn small" type="button" onClick={retry}>
              <Icon name="sync" size={14} />
              Try again
            </button>
          </p>
        )}
      </Note>
    </div>
  )
}

/** Shapes in place of words, once something takes longer than 300 ms. */
export function Skeleton({ rows = 5 }: { readonly rows?: number }): JSX.Element | null {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div class="card-body stack" role="status">
      <span class="vh">Loading</span>
      {late ? Array.from({ length: rows }, (_, i) => <span key={i} class={`sk w${(i % 4) + 1}`} />) : null}
    </div>
  )
}

/** In the place of what is fetched: shapes, or why it failed. */
export function Pending({
  of: { error, reload },
  rows,
}: {
  readonly of: Pick<Loaded<unknown>, 'error' | 'reload'>
  readonly rows?: number | undefined
}): JSX.Element {
  if (error !== null) return <Failed error={error} retry={reload} />
  return <Skeleton {...(rows === undefined ? {} : { rows })} />
}

/** What was fetched, once it is there. */
export function Shown<T>({
  of,
  rows,
  children,
}: {
  readonly of: Pick<Loaded<T>, 'value' | 'error' | 'reload'>
  readonly rows?: number
  readonly children: (value: T) => ComponentChildren
}): JSX.Element {
  return of.value === null ? <Pending of={of} rows={rows} /> : <>{children(of.value)}</>
}

/** What a list has beyond its end; nothing where it has ended. */
export function Older({
  paged,
  what,
  many,
}: {
  readonly paged: {
    readonly value: { readonly items: readonly unknown[] } | null
    readonly more: (() => Promise<void>) | null
  }
  readonly what: string
  readonly many?: string
}): JSX.Element | null {
  const { value, more } = paged
  if (value === null || more === null) return null
  return (
    <div class="pager">
      <span class="grow">{count(value.items.length, what, many)}</span>
      <Button look="small" onClick={() => act(more)}>
        Load more
      </Button>
    </div>
  )
}

/* ---------- buttons, menus, fields ---------- */

/** A button that keeps its width and says what it is doing while it works. */
export function Button({
  children,
  icon,
  look = '',
  busy = null,
  disabled = false,
  onClick,
  type = 'button',
}: Children & {
  readonly icon?: IconName
  readonly look?: string
  readonly busy?: string | null
  readonly disabled?: boolean
  /** What it begins; until that has ended, another press does nothing, nor does the second click of a double one. */
  readonly onClick?: () => unknown
  readonly type?: 'button' | 'submit'
}): JSX.Element {
  const ref = useRef<HTMLButtonElement>(null)
  const underWay = useRef(false)
  const [width, setWidth] = useState<number | null>(null)
  useEffect(() => {
    if (busy === null) setWidth(ref.current?.offsetWidth ?? null)
  }, [busy, children])
  return (
    <button
      ref={ref}
      class={`btn ${look}`}
      type={type}
      {...(busy !== null || disabled ? { 'aria-disabled': 'true' } : {})}
      {...(busy !== null && width !== null ? { style: { minWidth: `${width}px` } } : {})}
      onClick={(event) => {
        if (busy !== null || disabled || underWay.current || event.detail > 1) {
          event.preventDefault()
          return
        }
        underWay.current = true
        void new Promise((resolve) => resolve(onClick?.())).finally(() => (underWay.current = false))
      }}
    >
      {busy === null && icon !== undefined ? <Icon name={icon} size={look.includes('small') ? 14 : 16} /> : null}
      {busy ?? children}
    </button>
  )
}

export interface Item {
  readonly label: string
  readonly icon: IconName
  readonly act?: () => void
  readonly href?: string
  readonly danger?: boolean
}

/** A menu behind three dots. Escape and a click outside close it. */
export function Menu({
  label,
  items,
  up = false,
}: {
  readonly label: string
  readonly items: readonly (Item | null)[]
  readonly up?: boolean
}): JSX.Element | null {
  const ref = useRef<HTMLDetailsElement>(null)
  useEffect(() => closeOutside(ref.current), [])
  const shown = items.filter((item) => item !== null)
  if (shown.length === 0) return null
  const close = (): void => {
    if (ref.current) ref.current.open = false
  }
  return (
    <details class={`menu${up ? ' up' : ''}`} ref={ref}>
      <summary class="btn quiet small icon" aria-label={label}>
        <Icon name="dots" />
      </summary>
      <div class="pop">
        {shown.map((item) =>
          item.href === undefined ? (
            <button
              key={item.label}
              type="button"
              class={item.danger === true ? 'danger' : ''}
              onClick={() => {
                close()
                item.act?.()
              }}
            >
              <Icon name={item.icon} />
              {item.label}
            </button>
          ) : (
            <a key={item.label} href={item.href} onClick={close}>
              <Icon name={item.icon} />
              {item.label}
            </a>
          ),
        )}
      </div>
    </details>
  )
}

/** Keeps a menu to itself: pointer outside or Escape close it; it opens upwards where there is no room below. */
function closeOutside(menu: HTMLDetailsElement | null): (() => void) | undefined {
  if (menu === null) return undefined
  const outside = (event: Event): void => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false
  }
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !menu.open) return
    event.stopPropagation()
    menu.open = false
    menu.querySelector('summary')?.focus()
  }
  const place = (): void => {
    if (!menu.open || menu.closest('.nav') !== null) return
    const { bottom } = menu.getBoundingClientRect()
    const pop = menu.querySelector<HTMLElement>('.pop')
    menu.classList.toggle('up', bottom + (pop?.offsetHeight ?? 0) + 8 > innerHeight && bottom > innerHeight / 2)
  }
  document.addEventListener('pointerdown', outside)
  menu.addEventListener('keydown', escape)
  menu.addEventListener('toggle', place)
  return () => {
    document.removeEventListener('pointerdown', outside)
    menu.removeEventListener('keydown', escape)
    menu.removeEventListener('toggle', place)
  }
}

/** A labelled field with its hint and its error beside it. `children` gets what ties them together. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly error?: string | null | undefined
  readonly children: (attributes: {
    readonly id: string
    readonly 'aria-describedby'?: string
    readonly 'aria-invalid'?: 'true'
  }) => ComponentChildren
}): JSX.Element {
  const id = useId()
  const bad = error !== undefined && error !== null && error !== ''
  const described = [bad ? `${id}-e` : '', hint === undefined ? '' : `${id}-h`].filter((part) => part !== '').join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(bad ? { 'aria-invalid': 'true' as const } : {}),
      })}
      {bad ? (
        <p class="error" id={`${id}-e`}>
          <Icon name="warning" size={14} />
          <span>{error}</span>
        </p>
      ) : null}
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-h`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** What else an input may be told. */
interface InputOptions {
  readonly type?: 'text' | 'password' | 'date' | 'search'
  readonly name?: string
  readonly autocomplete?: string
  readonly autocapitalize?: string
  readonly spellcheck?: boolean
  readonly required?: boolean
  readonly minLength?: number
  readonly placeholder?: string
}

export function Input({
  label,
  value,
  onInput,
  hint,
  error,
  mono = false,
  ...rest
}: {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly hint?: ComponentChildren
  readonly error?: string | null | undefined
  readonly mono?: boolean
} & InputOptions): JSX.Element {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })} error={error}>
      {(attributes) => (
        <input
          {...({ type: 'text', ...rest } as object)}
          {...attributes}
          class={`input${mono ? ' mono' : ''}`}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  look = '',
  bare = false,
}: {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
  readonly look?: string
  readonly bare?: boolean
}): JSX.Element {
  const id = useId()
  const select = (
    <select
      class={`select ${look}`}
      {...(bare ? { 'aria-label': label } : { id })}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as T)}
    >
      {options.map(([of, text]) => (
        <option key={of} value={of} selected={of === value}>
          {text}
        </option>
      ))}
    </select>
  )
  if (bare) return select
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {select}
    </div>
  )
}

/** Some words side by side, one of which holds. */
export function Segmented<T extends string>({
  legend,
  value,
  options,
  onChange,
}: {
  readonly legend: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
}): JSX.Element {
  const name = useId()
  return (
    <fieldset class="seg">
      <legend class="vh">{legend}</legend>
      {options.map(([of, text]) => (
        <label key={of}>
          <input type="radio" name={name} checked={of === value} onChange={() => onChange(of)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  )
}

/* ---------- overlays ---------- */

/** A question, or something that needs an answer before the page goes on. */
export function Dialog({
  title,
  onClose,
  children,
  foot,
  wide = false,
}: Children & {
  readonly title: string
  readonly onClose: () => void
  readonly foot?: ComponentChildren
  readonly wide?: boolean
}): JSX.Element {
  const ref = useModal()
  const id = useId()
  return (
    <dialog
      class={`dialog${wide ? ' wide' : ''}`}
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
    >
      <div class="d-head">
        <h2 id={id}>{title}</h2>
      </div>
      <div class="d-body stack">{children}</div>
      {foot === undefined ? null : <div class="d-foot">{foot}</div>}
    </dialog>
  )
}

/** Copies a text and says so. */
export function Copy({
  text,
  shown,
  label = 'Copy',
}: {
  readonly text: string
  readonly shown?: string
  readonly label?: string
}): JSX.Element {
  return (
    <div class="copy">
      <code class="addr clip">{shown ?? text}</code>
      <CopyButton text={text} label={label} />
    </div>
  )
}

export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }): JSX.Element {
  return (
    <Button
      look="small"
      icon="copy"
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => toast('Copied'),
          () => toast('The browser did not let it be copied; mark the text and copy it by hand.'),
        )
      }}
    >
      {label}
    </Button>
  )
}

/* ---------- differences ---------- */

export interface DiffLine {
  readonly sign: ' ' | '+' | '-'
  readonly number: number
  readonly text: string
}

/** YAML in two colours: comments and keys. */
function yamlParts(text: string): ComponentChildren {
  const comment = /(^|\s)#.*$/.exec(text)
  const code = comment === null ? text : text.slice(0, comment.index + (comment[1] ?? '').length)
  const rest = text.slice(code.length)
  const key = /^(\s*(?:- )?)([\w.+@'"-][^:#{}[\],]*?)(:(?:\s|$))/.exec(code)
  return (
    <>
      {key === null ? (
        code
      ) : (
        <>
          {key[1]}
          <span class="k">{key[2]}</span>
          {code.slice((key[1] ?? '').length + (key[2] ?? '').length)}
        </>
      )}
      {rest === '' ? null : <span class="c">{rest}</span>}
    </>
  )
}

/** What an edit changes in a file, line by line. */
export function Diff({
  lines,
  label,
  box = null,
}: {
  readonly lines: readonly DiffLine[]
  readonly label: string
  readonly box?: Ref<HTMLDivElement> | null
}): JSX.Element {
  return (
    <div class="code" tabIndex={0} role="region" aria-label={label} ref={box}>
      <ol>
        {lines.map((line, at) => (
          <li
            key={at}
            class={line.sign === '+' ? 'add' : line.sign === '-' ? 'del' : ''}
            data-n={line.sign === '-' ? '' : line.number}
          >
            <i>{line.sign === '-' ? '−' : line.sign}</i>
            <span>{line.text === '' ? ' ' : yamlParts(line.text)}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** What an edit writes, before it does. */
export function SavedAs({ file, lines }: { readonly file: string; readonly lines: readonly DiffLine[] }): JSX.Element {
  return (
    <div>
      <div class="code-head">
        <span class="grow">{file}, as it would be saved</span>
        <span class="muted">{diffWords(lines)}</span>
      </div>
      <Diff lines={lines} label={`What changes in ${file}`} />
    </div>
  )
}

/** How many lines a difference adds and takes out, in words. */
function diffWords(lines: readonly DiffLine[]): string {
  const added = lines.filter(({ sign }) => sign === '+').length
  const removed = lines.filter(({ sign }) => sign === '-').length
  if (added === 0 && removed === 0) return 'nothing changes'
  if (removed === 0) return `${count(added, 'line')} added`
  if (added === 0) return `${count(removed, 'line')} removed`
  return `${count(Math.max(added, removed), 'line')} ${Math.max(added, removed) === 1 ? 'changes' : 'change'}`
}

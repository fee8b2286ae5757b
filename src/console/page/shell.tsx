/** The frame of every page: navigation, finder, shortcuts, toasts, banners. */

import { useEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { lastAnswer, online } from './api.ts'
import { Icon, Mark } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { Avatar, Button, Dialog, Foreign, Menu, State, Time } from './parts.tsx'
import { Finder } from './finder.tsx'
import { health, healthWords, loadHealth } from './health.ts'
import { changed } from './live.ts'
import { loadPairs } from './pairs.ts'
import { go, leave, leaving } from './router.ts'
import {
  dropToast,
  navOpen,
  readOnly,
  roleNames,
  setKeys,
  setTheme,
  setTimes,
  shellDialog,
  signOut,
  singleKeys,
  timesAsDates,
  toastHeld,
  toasts,
  user,
  waiting,
} from './state.ts'
import type { Role } from './state.ts'

export interface PageEntry {
  readonly name: string
  readonly title: string
  readonly icon: IconName
  readonly show: () => JSX.Element
  /** Begins a new part of the navigation. */
  readonly apart?: boolean
  /** Reached from another page, under whose name it stands in the navigation. */
  readonly within?: string
  /** The least role that the page is for. */
  readonly role?: Role
  /** The page uses the whole width. */
  readonly full?: boolean
}

function Brand(): JSX.Element {
  return (
    <a class="brand" href="/overview">
      <Mark size={24} />
      <span>Namesake</span>
    </a>
  )
}

/** The whole window around one page. */
export function Shell({
  pages,
  page,
}: {
  readonly pages: readonly PageEntry[]
  readonly page: PageEntry
}): JSX.Element {
  useKeys(pages)
  useEffect(() => {
    document.documentElement.toggleAttribute('data-nav', false)
    if (navOpen.value) document.documentElement.dataset.nav = 'open'
    else delete document.documentElement.dataset.nav
  }, [navOpen.value])
  useEffect(() => {
    document.title = `${page.title} · Namesake`
    navOpen.value = false
  }, [page])
  useEffect(() => {
    // What waits stands in the navigation on every page.
    loadPairs().catch(() => undefined)
  }, [changed.detections.value])
  useEffect(() => {
    loadHealth().catch(() => undefined)
  }, [changed.directories.value, changed.protection.value, page])
  const Page = page.show
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <div class="app">
        <header class="bar">
          <button
            class="btn quiet icon"
            type="button"
            aria-label="Open the menu"
            aria-expanded={navOpen.value}
            aria-controls="nav"
            onClick={() => (navOpen.value = !navOpen.value)}
          >
            <Icon name="menu" size={18} />
          </button>
          <Brand />
          <button
            class="btn quiet icon"
            type="button"
            aria-label="Find a person, address or message"
            onClick={() => (shellDialog.value = 'finder')}
          >
            <Icon name="find" size={18} />
          </button>
        </header>
        <button
          class="scrim"
          type="button"
          aria-label="Close the menu"
          tabIndex={-1}
          onClick={() => (navOpen.value = false)}
        />
        <Nav pages={pages} page={page} />
        <main class={`main${page.full === true ? ' full' : ''}`} id="main" tabIndex={-1}>
          <Banners />
          <Page />
        </main>
      </div>
      <Toasts />
      {shellDialog.value === 'finder' ? <Finder onClose={closeDialog} /> : null}
      {shellDialog.value === 'keys' ? <Keys /> : null}
      {leaving.value === null ? null : <Leaving words={leaving.value.words} />}
    </>
  )
}

/** Asked before something typed is lost. */
function Leaving({ words }: { readonly words: string }): JSX.Element {
  const stay = (): void => {
    leaving.value = null
  }
  return (
    <Dialog
      title="Leave without saving?"
      onClose={stay}
      foot={
        <>
          <Button onClick={stay}>Stay here</Button>
          <Button look="danger" onClick={leave}>
            Leave
          </Button>
        </>
      }
    >
      <p>{words}</p>
    </Dialog>
  )
}

function skip(event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function closeDialog(): void {
  shellDialog.value = null
}

function Nav({ pages, page }: { readonly pages: readonly PageEntry[]; readonly page: PageEntry }): JSX.Element {
  const who = user.value
  const listed = pages.filter(({ within }) => within === undefined)
  return (
    <nav class="nav" id="nav" aria-label="Main">
      <Brand />
      <button class="nav-find" type="button" onClick={() => (shellDialog.value = 'finder')}>
        <Icon name="find" />
        <span>Find</span>
        <kbd>/</kbd>
      </button>
      <ul class="nav-list">
        {listed.map((entry) => (
          <li key={entry.name} class={entry.apart === true ? 'apart' : ''}>
            <a
              href={`/${entry.name}`}
              {...(entry.name === (page.within ?? page.name) ? { 'aria-current': 'page' as const } : {})}
            >
              <Icon name={entry.icon} />
              <span>{entry.title}</span>
              {entry.name === 'review' && (waiting.value ?? 0) > 0 ? (
                <span class="count accent">
                  {waiting.value}
                  <span class="vh"> to decide</span>
                </span>
              ) : null}
            </a>
          </li>
        ))}
      </ul>
      <div class="nav-foot">
        <HealthLine />
        <div class="nav-user">
          <Avatar name={who?.name ?? '?'} />
          <div class="who">
            <span class="clip">{who?.name}</span>
            <small>{who === null ? '' : roleNames[who.role]}</small>
          </div>
          <Menu
            up
            label="Your menu"
            items={[
              { label: 'Light', icon: 'sun', act: () => setTheme('light') },
              { label: 'Dark', icon: 'moon', act: () => setTheme('dark') },
              { label: 'As the system', icon: 'gear', act: () => setTheme('auto') },
              {
                label: timesAsDates.value ? 'Times as ago' : 'Times as dates',
                icon: 'clock',
                act: () => setTimes(!timesAsDates.value),
              },
              { label: 'Keyboard shortcuts', icon: 'keyboard', act: () => (shellDialog.value = 'keys') },
              { label: 'Sign out', icon: 'leave', act: () => void signOut() },
            ]}
          />
        </div>
      </div>
    </nav>
  )
}

/** How it is, on every page. */
function HealthLine(): JSX.Element | null {
  if (health.value === null) return null
  const { look, words, about } = healthWords(health.value)
  return (
    <a class="nav-health" href="/settings#about">
      <State look={look}>{words}</State>
      <small class="muted">
        <Foreign text={about} max={90} />
      </small>
    </a>
  )
}

function Banners(): JSX.Element | null {
  if (!online.value) {
    return (
      <div class="banner" role="status">
        <Icon name="offline" />
        <p>
          No answer from the console’s server since <Time at={lastAnswer.value} />. Mail is judged all the same. What
          you see may be old, and nothing can be changed until it answers.
        </p>
      </div>
    )
  }
  if (readOnly.value) {
    return (
      <div class="banner read" role="status">
        <Icon name="info" />
        <p>The files are read-only here. Changes are shown as lines to put into them by hand.</p>
      </div>
    )
  }
  return null
}

function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, undo }) => (
        <div
          class="toast"
          key={id}
          onPointerEnter={() => (toastHeld.value = true)}
          onPointerLeave={() => (toastHeld.value = false)}
          onFocusIn={() => (toastHeld.value = true)}
          onFocusOut={() => (toastHeld.value = false)}
        >
          <p>{text}</p>
          {undo === null ? null : (
            <button
              class="link"
              type="button"
              onClick={() => {
                dropToast(id)
                undo()
              }}
            >
              Undo
            </button>
          )}
        </div>
      ))}
    </div>
  )
}

const shortcuts: readonly (readonly [ComponentChildren, string])[] = [
  [<kbd>/</kbd>, 'Find a person, address or message'],
  [
    <>
      <kbd>g</kbd> <kbd>o</kbd>
    </>,
    'Go to the overview; d detections, r review, p protection',
  ],
  [
    <>
      <kbd>j</kbd> <kbd>k</kbd>
    </>,
    'Next and previous row',
  ],
  [<kbd>Enter</kbd>, 'Open the row'],
  [
    <>
      <kbd>1</kbd>–<kbd>4</kbd>
    </>,
    'Choose an answer in review',
  ],
  [<kbd>u</kbd>, 'Undo what was just done'],
  [
    <>
      <kbd>Ctrl</kbd> <kbd>Enter</kbd>
    </>,
    'Save, or judge',
  ],
  [<kbd>Esc</kbd>, 'Close what is open'],
  [<kbd>?</kbd>, 'This list'],
]

function Keys(): JSX.Element {
  return (
    <Dialog
      title="Keyboard shortcuts"
      onClose={closeDialog}
      foot={
        <button class="btn primary" type="button" onClick={closeDialog}>
          Close
        </button>
      }
    >
      <dl class="facts">
        {shortcuts.flatMap(([keys, does], at) => [<dt key={`k${at}`}>{keys}</dt>, <dd key={`d${at}`}>{does}</dd>])}
      </dl>
      <label class="row keys-switch">
        <input
          class="switch"
          type="checkbox"
          role="switch"
          checked={singleKeys.value}
          onChange={(event) => setKeys(event.currentTarget.checked)}
        />
        <span>Single-key shortcuts</span>
      </label>
    </Dialog>
  )
}

const goTo: Record<string, string> = { o: 'overview', d: 'detections', r: 'review', p: 'protection' }

/** Single keys: off in fields, within dialogs, with Ctrl and the like, and where the user has switched them off. */
function useKeys(pages: readonly PageEntry[]): void {
  const waitsForPage = useRef(false)
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as Element | null
      if (event.key === 'Escape') {
        closeOpen(event)
        return
      }
      if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) pressPrimary(event)
      if (event.metaKey || event.ctrlKey || event.altKey) return
      if (target?.closest('input, textarea, select, dialog') !== null || !singleKeys.peek()) return
      const page = goTo[event.key]
      if (waitsForPage.current && page !== undefined && pages.some(({ name }) => name === page)) go(`/${page}`)
      else if (event.key === '/') {
        event.preventDefault()
        shellDialog.value = 'finder'
      } else if (event.key === '?') shellDialog.value = 'keys'
      else if (event.key === 'u') document.querySelector<HTMLElement>('.toasts .link')?.click()
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
      else if (/^[1-4]$/.test(event.key)) {
        document.querySelectorAll<HTMLElement>('[data-answers] input[type=radio]')[Number(event.key) - 1]?.click()
      }
      waitsForPage.current = event.key === 'g'
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [pages])
}

/** Saves, judges, or whatever else the main button of what lies on top does. */
function pressPrimary(event: KeyboardEvent): void {
  const over = document.querySelector('dialog[open]') === null ? '.drawer, .unsaved, main form' : 'dialog[open]'
  const places = [...document.querySelectorAll(over)]
  const button = places.map((one) => one.querySelector<HTMLElement>('button.primary')).findLast((one) => one !== null)
  if (!button) return
  event.preventDefault()
  button.click()
}

/** Next or previous row of the list that is shown. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.row-link, .pairs .pair')].filter(
    (row) => row.offsetParent !== null,
  )
  const at = rows.indexOf(document.activeElement?.closest<HTMLElement>('.row-link, .pair') ?? document.body)
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus()
}

function closeOpen(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
  if (navOpen.peek()) {
    navOpen.value = false
    return
  }
  const close = document.querySelector<HTMLElement>('.drawer [data-close]')
  if (close === null) return
  // What is asked before it closes opens a dialog at once: the browser would close that by the same key.
  event.preventDefault()
  close.click()
}

/** The console in the browser: which page is shown. */

import { render } from 'preact'
import type { JSX } from 'preact'
import { whenSignedOut } from './api.ts'
import './main.css'
import { later } from './later.tsx'
import { startLive } from './live.ts'
import { Detections } from './pages/detections.tsx'
import { FirstRun, SignIn } from './pages/gate.tsx'
import { Overview } from './pages/overview.tsx'
import { Shell } from './shell.tsx'
import type { PageEntry } from './shell.tsx'
import { forgetUnsaved, go, place, startRouter } from './router.ts'
import { loadSession, may, session, user } from './state.ts'

const Directories = later(() => import('./pages/directories.tsx').then((part) => part.Directories))
const Protection = later(() => import('./pages/protection.tsx').then((part) => part.Protection))
const Review = later(() => import('./pages/review.tsx').then((part) => part.Review))
const Replay = later(() => import('./pages/replay.tsx').then((part) => part.Replay))
const Rules = later(() => import('./pages/rules.tsx').then((part) => part.Rules))
const Settings = later(() => import('./pages/settings.tsx').then((part) => part.Settings))
const Try = later(() => import('./pages/try.tsx').then((part) => part.Try))

/** In the order of the navigation. */
const pages: readonly PageEntry[] = [
  { name: 'overview', title: 'Overview', icon: 'overview', show: Overview },
  { name: 'detections', title: 'Detections', icon: 'mail', show: Detections, full: true },
  { name: 'review', title: 'Review', icon: 'review', show: Review },
  { name: 'protection', title: 'Protection', icon: 'shield', show: Protection, full: true, apart: true },
  { name: 'directories', title: 'Directories', icon: 'book', show: Directories },
  { name: 'rules', title: 'Rules', icon: 'rules', show: Rules },
  { name: 'try', title: 'Try a message', icon: 'flask', show: Try },
  { name: 'replay', title: 'Try old mail', icon: 'flask', show: Replay, within: 'try', role: 'admin' },
  { name: 'settings', title: 'Settings', icon: 'gear', show: Settings, apart: true },
]

function App(): JSX.Element | null {
  const { page } = place.value
  if (page === 'first-run') return <FirstRun />
  if (session.value === null) return null
  if (user.value === null) return <SignIn />
  startLive()
  const shown = pages.find(({ name }) => name === page)
  if (shown === undefined || (shown.role !== undefined && !may(shown.role))) {
    go('/overview', 'replace')
    return null
  }
  return <Shell pages={pages} page={shown} />
}

whenSignedOut(() => {
  if (user.peek() === null) return
  forgetUnsaved()
  const { pathname, search, hash } = location
  location.assign(`/sign-in?why=ended&next=${encodeURIComponent(pathname + search + hash)}`)
})

startRouter()
const root = document.body
if (place.peek().page === 'first-run') render(<App />, root)
loadSession().then(
  () => {
    if (user.peek() === null && place.peek().page !== 'first-run' && place.peek().page !== 'sign-in') {
      const { pathname, search, hash } = location
      const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search + hash)}`
      go(`/sign-in${next}`, 'replace')
    }
    render(<App />, root)
  },
  () => {
    const text = document.createElement('p')
    text.textContent = 'The console’s server does not answer. Mail is judged all the same. Load this page again.'
    root.replaceChildren(text)
  },
)

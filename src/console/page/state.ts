/** What the whole console shares: who is signed in, how times are shown, what was just done. */

import { computed, signal } from '@preact/signals'
import { ApiError, ask, send, useCsrf, wordsOf } from './api.ts'

export type Role = 'reader' | 'reviewer' | 'admin'

export interface Session {
  readonly user: {
    readonly id: string
    readonly userName: string
    readonly name: string
    readonly role: Role
    readonly way: string
  } | null
  readonly csrf: string | null
  readonly ways: { readonly password: boolean; readonly oidc: boolean }
  readonly product: { readonly version: string | null; readonly readOnly: boolean; readonly node: string | null }
}

/** Null until the server has said it. */
export const session = signal<Session | null>(null)
export const user = computed(() => session.value?.user ?? null)
export const readOnly = computed(() => session.value?.product.readOnly ?? false)

const ranks: Record<Role, number> = { reader: 1, reviewer: 2, admin: 3 }

/** Whether the one who is signed in may do what this role may. The server decides; this only leaves out what it would refuse. */
export function may(role: Role): boolean {
  const has = user.value?.role
  return has !== undefined && ranks[has] >= ranks[role]
}

export const roleNames: Record<Role, string> = { admin: 'Administrator', reviewer: 'Reviewer', reader: 'Reader' }

export function takeSession(next: Session): void {
  useCsrf(next.csrf)
  session.value = next
}

export async function loadSession(): Promise<void> {
  takeSession((await ask<Session>('GET', '/session')).value)
}

export async function signOut(): Promise<void> {
  await send('DELETE', '/session').catch(() => undefined)
  location.assign('/sign-in')
}

/** Times ago, or as dates. */
export const timesAsDates = signal(localStorage.getItem('times') === 'dates')
export const singleKeys = signal(localStorage.getItem('keys') !== 'off')
/** Moves on by itself, so that times ago stay true. */
export const now = signal(Date.now())
setInterval(() => (now.value = Date.now()), 10_000)

export function setTimes(asDates: boolean): void {
  timesAsDates.value = asDates
  localStorage.setItem('times', asDates ? 'dates' : 'ago')
}

export function setKeys(on: boolean): void {
  singleKeys.value = on
  localStorage.setItem('keys', on ? 'on' : 'off')
}

type Theme = 'light' | 'dark' | 'auto'
const stored = localStorage.getItem('theme')
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto')

export function setTheme(next: Theme): void {
  theme.value = next
  if (next === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
  localStorage.setItem('theme', next)
}

/** What was just done, with a way back for 8 s. */
interface Toast {
  readonly id: number
  readonly text: string
  readonly undo: (() => void) | null
}

export const toasts = signal<readonly Toast[]>([])
let lastToast = 0
const toastMs = 8_000
/** Held while the pointer or the focus is on it. */
export const toastHeld = signal(false)

export function toast(text: string, undo: (() => void) | null = null): void {
  const id = ++lastToast
  toasts.value = [{ id, text, undo }]
  let left = toastMs
  const tick = setInterval(() => {
    if (toastHeld.peek()) return
    left -= 250
    if (left > 0) return
    clearInterval(tick)
    toasts.value = toasts.peek().filter((one) => one.id !== id)
  }, 250)
}

export function dropToast(id: number): void {
  toasts.value = toasts.peek().filter((one) => one.id !== id)
  toastHeld.value = false
}

/** Does something and says how it went: the one way in which pages change something. */
export async function act<T>(work: () => Promise<T>, said?: string | ((result: T) => string)): Promise<T | null> {
  try {
    const result = await work()
    if (said !== undefined) toast(typeof said === 'string' ? said : said(result))
    return result
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) toast(wordsOf(error))
    return null
  }
}

/** Which dialog of the shell is open. */
export const shellDialog = signal<'finder' | 'keys' | null>(null)
export const navOpen = signal(false)
/** Pairs that wait for an answer; null while nobody has asked. */
export const waiting = signal<number | null>(null)

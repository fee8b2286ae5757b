/** Talks to the server: the one place that fetches. */

import { signal } from '@preact/signals'

/** What the server said instead of an answer (RFC 9457), or that it did not answer. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly faults: readonly Fault[]
  readonly instance: string | null
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    { detail = '', code = '', faults = [], instance = null, ...more }: Partial<ProblemBody> & Record<string, unknown>,
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.faults = faults
    this.instance = instance
    this.more = more
  }
}

export interface Fault {
  readonly path: string
  readonly message: string
  readonly line?: number
  readonly column?: number
}

interface ProblemBody {
  readonly detail: string
  readonly code: string
  readonly faults: readonly Fault[]
  readonly instance: string | null
}

/** When the server last answered, and whether it does now. */
export const online = signal(true)
export const lastAnswer = signal(Date.now())

let csrf: string | null = null
let onSignedOut: () => void = () => undefined

/** What a change has to carry; told with each session. */
export function useCsrf(token: string | null): void {
  csrf = token
}

export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

export interface Answered<T> {
  readonly value: T
  /** For the If-Match of a change. */
  readonly version: string | null
}

interface Options {
  readonly body?: unknown
  readonly version?: string | null
  readonly signal?: AbortSignal
}

/** @throws ApiError with words for the one who asked */
export async function ask<T>(method: string, path: string, options: Options = {}): Promise<Answered<T>> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (method !== 'GET' && csrf !== null) headers['x-csrf-token'] = csrf
  if (options.version !== undefined && options.version !== null) headers['if-match'] = `"${options.version}"`
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    online.value = false
    throw new ApiError(0, {
      detail: 'The console’s server does not answer. Mail is judged all the same.',
      code: 'offline',
    })
  }
  online.value = true
  lastAnswer.value = Date.now()
  const version = /"([^"]*)"/.exec(response.headers.get('etag') ?? '')?.[1] ?? null
  if (response.status === 204) return { value: undefined as T, version }
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return { value: body as T, version }
  if (response.status === 401 && path !== '/session') onSignedOut()
  throw new ApiError(response.status, (body ?? {}) as Record<string, unknown>)
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask<T>('GET', path, signal === undefined ? {} : { signal })).value
}

export async function send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return (await ask<T>(method, path, body === undefined ? {} : { body })).value
}

/** A query string of what is set. */
export function query(values: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)])).toString()}`
}

/** What went wrong, in words. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.message !== '') return error.message
  return 'Something went wrong. Try again; if it stays, the log of the daemon says more.'
}

/** How the daemon is, for the navigation and the pages that say more of it. */

import { signal } from '@preact/signals'
import { get } from './api.ts'

export interface Health {
  readonly status: 'ok' | 'degraded' | 'unreachable'
  readonly kept?: number | null
  readonly daemon?: {
    readonly version: string
    readonly since: string
    readonly listeners: readonly string[]
    readonly workers: number
    readonly nextHop: readonly {
      readonly url: string
      readonly reached: boolean | null
      readonly problem: string | null
    }[]
    readonly protectedPeople: number
    readonly messages: {
      readonly total: number
      readonly detected: number
      readonly unchecked: number
      readonly lastHour: { readonly total: number }
    }
    readonly problems: readonly string[]
  }
}

/** Null until it was asked for. */
export const health = signal<Health | null>(null)

export async function loadHealth(signal?: AbortSignal): Promise<Health> {
  const found = await get<Health>('/health', signal)
  health.value = found
  return found
}

/** In a few words, with what they are about. */
export function healthWords({ status, daemon }: Health): {
  readonly look: 'ok' | 'warn' | 'bad'
  readonly words: string
  readonly about: string
} {
  if (status === 'unreachable')
    return { look: 'bad', words: 'The daemon does not answer', about: 'What is kept can still be seen' }
  const problems = daemon?.problems ?? []
  if (problems.length > 0) {
    const words = problems.length === 1 ? 'One thing to look at' : `${problems.length} things to look at`
    return { look: 'warn', words, about: problems[0] ?? '' }
  }
  const { total = 0 } = daemon?.messages.lastHour ?? {}
  const said =
    total === 0 ? 'No message in the last hour' : `${total} ${total === 1 ? 'message' : 'messages'} in the last hour`
  return { look: 'ok', words: 'All is well', about: said }
}

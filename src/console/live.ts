/** Live updates: server-sent events that say what has changed, and not what it is now. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccountsPort, ConsoleSession } from '../ports.ts'
import type { Desk } from './desk.ts'
import { Problem } from './problem.ts'

interface LiveListener {
  readonly reply: FastifyReply
  readonly session: ConsoleSession | null
}

/** How often the installation is looked at while somebody listens. */
const lookMs = 700
/** A line that says nothing keeps proxies from closing a quiet connection. */
const beatMs = 15_000
const maxListeners = 200

/** Tells browsers what has changed. Looks only while somebody listens. */
export class Live {
  readonly #desk: Desk
  readonly #accounts: AccountsPort
  readonly #listeners = new Set<LiveListener>()
  #timer: NodeJS.Timeout | null = null
  #looking = false
  #marks: Readonly<Record<keyof Awaited<ReturnType<Desk['marks']>> | 'users', string>> | null = null
  #beatAt = 0

  constructor(desk: Desk, accounts: AccountsPort) {
    this.#desk = desk
    this.#accounts = accounts
  }

  /** Takes a connection over until it ends. */
  listen(request: FastifyRequest, reply: FastifyReply, session: ConsoleSession | null): void {
    if (this.#listeners.size >= maxListeners) throw new Problem('too-many', 'too many browsers listen already')
    reply.hijack()
    const { raw } = reply
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    raw.write('retry: 2000\n\n')
    const listener = { reply, session }
    this.#listeners.add(listener)
    request.raw.socket.setTimeout(0)
    const gone = (): void => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#stop()
    }
    raw.once('close', gone)
    raw.once('error', gone)
    this.#timer ??= setInterval(() => void this.#look(), lookMs)
    if (this.#marks === null) void this.#look()
  }

  /** Looks at once, as something was just changed here. */
  nudge(): void {
    if (this.#listeners.size > 0) void this.#look()
  }

  close(): void {
    this.#stop()
    for (const { reply } of this.#listeners) reply.raw.end()
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#marks = null
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      const marks = { ...(await this.#desk.marks()), users: this.#users() }
      const before = this.#marks
      this.#marks = marks
      if (before !== null) {
        const changed = (Object.keys(marks) as (keyof typeof marks)[]).filter((key) => marks[key] !== before[key])
        for (const key of changed) this.#tell(`event: ${key}\ndata: {}\n\n`)
      }
    } catch {
      // What can't be looked at now is told with the next request that needs it.
    } finally {
      this.#looking = false
    }
    if (Date.now() - this.#beatAt < beatMs) return
    this.#beatAt = Date.now()
    this.#tell(': still here\n\n')
    for (const listener of this.#listeners) {
      if (listener.session !== null && !this.#accounts.holds(listener.session)) listener.reply.raw.end()
    }
  }

  /** What tells that accounts or tokens have changed, and not that somebody uses them. */
  #users(): string {
    const accounts = this.#accounts.accounts().map(({ id, role, name }) => `${id} ${role} ${name}`)
    return [...accounts, ...this.#accounts.tokens().map(({ id }) => id)].join('\n')
  }

  #tell(text: string): void {
    for (const { reply } of this.#listeners) {
      // Whoever does not read for so long is cut off, and comes back by itself.
      if (reply.raw.writableLength > 64 * 1024) reply.raw.destroy()
      else reply.raw.write(text)
    }
  }
}

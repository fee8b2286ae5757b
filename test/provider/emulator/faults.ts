import type { IncomingMessage, ServerResponse } from 'node:http'

/** What the emulator can be told to do instead of answering well. */
export type Act =
  /** An answer of that status; the body is sent as JSON unless it is a string. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: unknown
      readonly headers?: Record<string, string>
    }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Sends the right answer's first half, then breaks the connection. */
  | { readonly kind: 'cut-body' }
  /** Sends the right answer's first half as if it were whole. */
  | { readonly kind: 'cut-json' }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Sends the answer an octet at a time, for ever. */
  | { readonly kind: 'drip' }
  /** Changes the right answer's JSON before it is sent. */
  | { readonly kind: 'edit'; readonly edit: (body: Record<string, unknown>) => unknown }
  /** Does something at that moment, then answers rightly. */
  | { readonly kind: 'meanwhile'; readonly run: () => void }

export interface Fault {
  /** Part of the request's path and query, or a test of them. */
  readonly on: string | ((path: string) => boolean)
  readonly act: Act
  /** Requests that match and are let through first. */
  skip?: number
  /** Times it strikes; default 1. */
  times?: number
}

/** The faults that wait to strike. */
export class Faults {
  readonly #waiting: { fault: Fault; skip: number; times: number }[] = []

  add(fault: Fault): void {
    this.#waiting.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 })
  }

  clear(): void {
    this.#waiting.length = 0
  }

  /** The first fault for a request, used up by one. */
  take(path: string): Act | null {
    for (const entry of this.#waiting) {
      const { on } = entry.fault
      if (entry.times <= 0 || !(typeof on === 'string' ? path.includes(on) : on(path))) continue
      if (entry.skip > 0) {
        entry.skip -= 1
        continue
      }
      entry.times -= 1
      return entry.fault.act
    }
    return null
  }
}

/** Sends a body under a fault that concerns sending; true if it did. */
export function sendFaultily(
  act: Act | null,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): boolean {
  switch (act?.kind) {
    case 'reset':
      request.socket.destroy()
      return true
    case 'cut-body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy())
      return true
    case 'cut-json': {
      const half = body.subarray(0, body.length >> 1)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': half.length })
      response.end(half)
      return true
    }
    case 'hang':
      return true
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' })
      let at = 0
      const timer = setInterval(() => response.write(body.subarray(at % body.length, (at++ % body.length) + 1)), 20)
      response.once('close', () => clearInterval(timer))
      return true
    }
    default:
      return false
  }
}

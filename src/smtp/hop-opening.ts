/** Opens a next hop: connection, greeting, EHLO (or HELO, or LHLO). One attempt at one address. */
import { replyTexts } from '../mail/reply.ts'
import type { Deadlines } from './deadlines.ts'
import { HopConnection } from './next-hop.ts'
import type { HopFailure, HopOwner } from './next-hop.ts'
import type { NextHopAddress, NextHopStage, SmtpTimeouts } from './options.ts'

/** How the client greeted us, and so how we greet the next hop. */
export interface Hello {
  readonly verb: 'EHLO' | 'HELO' | 'LHLO'
  /** What stood behind the verb, with the space before it, as latin1. */
  readonly argument: string
}

export type OpeningResult =
  | { readonly kind: 'open'; readonly hop: HopConnection; readonly code: number; readonly reply: Buffer }
  /** The next hop answered the greeting verb with a 4xx or 5xx. */
  | { readonly kind: 'refused'; readonly code: number; readonly reply: Buffer }
  | { readonly kind: 'failed'; readonly failure: HopFailure; readonly stage: NextHopStage }

export interface OpeningOptions {
  readonly target: NextHopAddress
  readonly hello: Hello
  readonly timeouts: SmtpTimeouts
  readonly deadlines: Deadlines
  /** `performance.now()` by which all of it must be done. */
  readonly deadline: number
}

/** Opens a next hop and calls `done` once. The connection handed over has no owner yet. */
export class HopOpening implements HopOwner {
  readonly #options: OpeningOptions
  readonly #done: (result: OpeningResult) => void
  readonly #hop: HopConnection
  #stage: NextHopStage = 'connect'
  #over = false

  constructor(options: OpeningOptions, done: (result: OpeningResult) => void) {
    this.#options = options
    this.#done = done
    this.#hop = HopConnection.connect(options.target, this, options.deadlines)
    this.#hop.deadline = Math.min(options.deadline, performance.now() + options.timeouts.connect)
    this.#hop.socket.once('connect', () => this.#connected())
  }

  /** Gives up; `done` is not called. */
  cancel(): void {
    this.#over = true
    this.#hop.destroy()
  }

  #connected(): void {
    if (this.#over) return
    this.#stage = 'greeting'
    this.#hop.deadline = this.#options.deadline
  }

  hopReplied(code: number, octets: Buffer): void {
    if (this.#over) return
    if (this.#stage === 'greeting') this.#greeted(code, octets)
    else this.#helloAnswered(code, octets)
  }

  #greeted(code: number, octets: Buffer): void {
    if (code !== 220) {
      const said = octets.toString('latin1').trimEnd().slice(0, 200)
      this.#hop.fail({ kind: 'greeting', error: `the next hop greeted with ${JSON.stringify(said)}` })
      return
    }
    this.#stage = 'hello'
    this.#hop.writeText(greetingLine(this.#options.target, this.#options.hello))
  }

  #helloAnswered(code: number, octets: Buffer): void {
    if (code >= 300 && code <= 399) {
      this.#hop.fail({ kind: 'hello', error: `the next hop answered its greeting with ${code}` })
      return
    }
    this.#over = true
    const hop = this.#hop
    if (code >= 400) {
      hop.quit()
      this.#done({ kind: 'refused', code, reply: octets })
      return
    }
    hop.deadline = Infinity
    hop.keywords = this.#options.hello.verb === 'HELO' ? new Map() : keywordsOf(octets)
    this.#done({ kind: 'open', hop, code, reply: octets })
  }

  hopLost(failure: HopFailure): void {
    if (this.#over) return
    this.#over = true
    this.#done({ kind: 'failed', failure, stage: this.#stage })
  }

  hopDrained(): void {}

  hopTurn(): void {}
}

/** The line that greets a next hop as the client greeted us, in the next hop's protocol. */
export function greetingLine(target: NextHopAddress, hello: Hello): string {
  const verb = target.protocol === 'lmtp' ? 'LHLO' : hello.verb === 'LHLO' ? 'EHLO' : hello.verb
  return `${verb}${hello.argument}\r\n`
}

/** The keywords of a reply to EHLO, in upper case, with what stands behind them (RFC 5321 section 4.1.1.1). */
export function keywordsOf(reply: Buffer): Map<string, string> {
  const keywords = new Map<string, string>()
  for (const text of replyTexts(reply).slice(1)) {
    const [, keyword = '', rest = ''] = /^([^\s=]*)[\s=]?(.*)$/.exec(text) ?? []
    if (keyword !== '') keywords.set(keyword.toUpperCase(), rest.trim())
  }
  return keywords
}

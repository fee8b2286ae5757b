/** Opens a next hop: connection, greeting, EHLO (or HELO, or LHLO), STARTTLS, AUTH. One attempt at one address. */

import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { replyTexts } from '../mail/reply.ts'
import type { Deadlines } from '../net/deadlines.ts'
import type { Turns } from '../net/outlet.ts'
import { HopConnection } from './next-hop.ts'
import type { HopFailure, HopOwner } from './next-hop.ts'
import type { NextHopAddress } from '../net/addresses.ts'
import type { SmtpTimeouts } from '../net/limits.ts'
import type { NextHopStage } from '../vocabulary.ts'
import type { NextHopSettings } from './options.ts'
import type { TlsFiles } from '../net/tls-files.ts'

/** How the client greeted us, and so how we greet the next hop. */
export interface Hello {
  readonly verb: 'EHLO' | 'HELO' | 'LHLO'
  /** What stood behind the verb, with the space before it, as latin1. */
  readonly argument: string
}

export type OpeningResult =
  | { readonly kind: 'open'; readonly hop: HopConnection; readonly reply: Buffer }
  /** The next hop answered the greeting verb with a 4xx or 5xx. */
  | { readonly kind: 'refused'; readonly code: number; readonly reply: Buffer }
  | { readonly kind: 'failed'; readonly failure: HopFailure; readonly stage: NextHopStage }

interface OpeningOptions {
  readonly target: NextHopAddress
  readonly hello: Hello
  readonly settings: NextHopSettings
  /** Set if TLS may be used. */
  readonly tlsFiles: TlsFiles | null
  readonly timeouts: SmtpTimeouts
  readonly deadlines: Deadlines
  readonly turns: Turns
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
  #secure = false
  /** The greeting's reply that counts, while AUTH is under way. */
  #greetingReply: Buffer = Buffer.alloc(0)
  #login: HopLogin | null = null
  #loginStep = 0

  /** `kept`: a connection that was open already and only has to be greeted for the new client. */
  constructor(options: OpeningOptions, done: (result: OpeningResult) => void, kept: HopConnection | null = null) {
    this.#options = options
    this.#done = done
    if (kept !== null) {
      this.#hop = kept
      this.#secure = true
      kept.owner = this
      kept.deadline = options.deadline
      this.#greet()
      return
    }
    this.#hop = HopConnection.connect(options.target, this, options.deadlines, options.turns)
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
    if (this.#options.target.implicitTls === true) {
      this.#startTls(() => this.#awaitGreeting())
    } else this.#awaitGreeting()
  }

  #awaitGreeting(): void {
    this.#stage = 'greeting'
    this.#hop.deadline = Math.min(this.#options.deadline, performance.now() + this.#options.timeouts.greeting)
  }

  hopReplied(code: number, octets: Buffer): void {
    if (this.#over) return
    if (this.#stage === 'greeting') this.#greeted(code, octets)
    else if (this.#stage === 'hello') this.#helloAnswered(code, octets)
    else if (this.#stage === 'tls') this.#startTlsAnswered(code)
    else if (this.#stage === 'auth') this.#authAnswered(code, octets)
    else this.#hop.fail({ kind: 'protocol', error: `unasked reply ${said(octets)}` })
  }

  #greeted(code: number, octets: Buffer): void {
    if (code === 220) this.#greet()
    else this.#hop.fail({ kind: 'greeting', error: `the next hop greeted with ${said(octets)}` })
  }

  #greet(): void {
    this.#stage = 'hello'
    this.#hop.deadline = this.#options.deadline
    this.#hop.outlet.write(greetingLine(this.#options.target, this.#ownHello()))
  }

  /** The client's greeting; a client that said HELO does not keep us from TLS and AUTH, which need EHLO. */
  #ownHello(): Hello {
    const { hello, settings } = this.#options
    const needsEhlo = settings.tls === 'require' || settings.tls === 'verify' || typeof settings.user === 'string'
    return hello.verb === 'HELO' && needsEhlo ? { ...hello, verb: 'EHLO' } : hello
  }

  #helloAnswered(code: number, octets: Buffer): void {
    if (code >= 300 && code <= 399) {
      this.#hop.fail({ kind: 'hello', error: `the next hop answered its greeting with ${code}` })
      return
    }
    if (code >= 400) {
      this.#over = true
      this.#hop.quit()
      this.#done({ kind: 'refused', code, reply: octets })
      return
    }
    this.#hop.keywords = this.#ownHello().verb === 'HELO' ? new Map() : keywordsOf(octets)
    this.#greetingReply = octets
    if (!this.#secure && this.#wantsTls()) this.#askTls()
    else this.#logIn()
  }

  #wantsTls(): boolean {
    const { tls = 'none' } = this.#options.settings
    if (tls === 'none' || this.#options.tlsFiles === null) return false
    return tls !== 'may' || this.#hop.keywords.has('STARTTLS')
  }

  #askTls(): void {
    this.#stage = 'tls'
    if (this.#hop.keywords.has('STARTTLS')) this.#hop.outlet.write('STARTTLS\r\n')
    else this.#hop.fail({ kind: 'tls', error: 'the next hop does not offer STARTTLS' })
  }

  #startTlsAnswered(code: number): void {
    if (code === 220) this.#startTls(() => this.#greet())
    else if (this.#options.settings.tls === 'may') this.#logIn()
    else this.#hop.fail({ kind: 'tls', error: `the next hop answered STARTTLS with ${code}` })
  }

  #startTls(then: () => void): void {
    this.#stage = 'tls'
    const { target, settings, tlsFiles } = this.#options
    const plain = this.#hop.socket
    const host = settings.servername ?? ('host' in target.address ? target.address.host : '')
    const options: ConnectionOptions = {
      socket: plain,
      ...(tlsFiles === null ? {} : { secureContext: tlsFiles.context }),
      rejectUnauthorized: settings.tls === 'verify',
      minVersion: 'TLSv1.2',
      host,
      ...(/[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {}),
    }
    // What was sent in plain behind the 220 must not count as said under TLS (CVE-2011-0411 and its like).
    for (const event of ['data', 'drain', 'end', 'close']) plain.removeAllListeners(event)
    const secured = connectTls(options)
    this.#hop.attach(secured, 'tls')
    secured.setNoDelay(true)
    secured.once('secureConnect', () => {
      if (this.#over) return
      this.#secure = true
      then()
    })
  }

  #logIn(): void {
    const { user, password } = this.#options.settings
    if (typeof user !== 'string' || this.#hop.loggedIn) {
      this.#opened()
      return
    }
    this.#stage = 'auth'
    // Passwords are never sent in the open; a unix socket is no network.
    const guarded = this.#secure || this.#options.target.address.kind === 'unix'
    const offered = this.#hop.keywords.get('AUTH') ?? ''
    this.#login = guarded ? loginSteps(offered, user, password ?? '') : null
    if (this.#login === null) {
      const why = guarded ? 'it offers neither AUTH PLAIN nor LOGIN' : 'the connection has no TLS'
      this.#hop.fail({ kind: 'auth', error: `can't log in to the next hop: ${why}` })
    } else this.#hop.outlet.write(`${this.#login.steps[0]?.line ?? ''}\r\n`)
  }

  #authAnswered(code: number, octets: Buffer): void {
    const steps = this.#login?.steps ?? []
    if (code !== steps[this.#loginStep]?.wants) {
      this.#hop.fail({ kind: 'auth', error: `the next hop refused the login: ${said(octets)}` })
      return
    }
    this.#loginStep++
    const next = steps[this.#loginStep]
    if (next !== undefined) this.#hop.outlet.write(`${next.line}\r\n`)
    else {
      this.#hop.loggedIn = true
      this.#opened()
    }
  }

  #opened(): void {
    this.#over = true
    this.#hop.deadline = Infinity
    this.#done({ kind: 'open', hop: this.#hop, reply: this.#greetingReply })
  }

  hopLost(failure: HopFailure): void {
    if (this.#over) return
    this.#over = true
    const kind = this.#stage === 'tls' && failure.kind === 'closed' ? 'tls' : failure.kind
    this.#done({ kind: 'failed', failure: { ...failure, kind }, stage: this.#stage })
  }

  hopDrained(): void {}
}

function said(octets: Buffer): string {
  return JSON.stringify(octets.toString('latin1').trimEnd().slice(0, 200))
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
    const [, keyword = '', rest = ''] = /^([^\s=]*)(?:[\s=](.*))?$/s.exec(text) ?? []
    if (keyword === '') continue
    const name = keyword.toUpperCase()
    // Some servers say `AUTH=LOGIN` on a line of its own beside `AUTH PLAIN LOGIN`.
    keywords.set(name, `${keywords.get(name) ?? ''} ${rest.trim()}`.trim())
  }
  return keywords
}

/** AUTH PLAIN or LOGIN (RFC 4954, RFC 4616), as lines to send, one for each reply. */
interface HopLogin {
  /** Each line with the code that the next hop must answer it with. */
  readonly steps: readonly { readonly line: string; readonly wants: number }[]
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** The dialogue for the mechanisms that the next hop offers; null if it offers neither. */
function loginSteps(offered: string, user: string, password: string): HopLogin | null {
  const mechanisms = offered.toUpperCase().split(/[\s,]+/)
  if (mechanisms.includes('PLAIN')) {
    return { steps: [{ line: `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, wants: 235 }] }
  }
  if (!mechanisms.includes('LOGIN')) return null
  return {
    steps: [
      { line: 'AUTH LOGIN', wants: 334 },
      { line: base64(user), wants: 334 },
      { line: base64(password), wants: 235 },
    ],
  }
}

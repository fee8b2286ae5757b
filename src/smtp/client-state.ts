/** Who the client is, and what it may do. */

/** Who the client of a session is, and what it may do: its address, TLS, its greeting, what XCLIENT said of it. */
import type { NetworkList } from '../net/networks.ts'
import type { Hello } from './hop-opening.ts'
import { protocolWord, receivedField } from './received.ts'
import type { SessionStart } from './session-types.ts'
import type { ServerTls } from '../net/tls-files.ts'
import type { XclientAttributes } from './xclient.ts'

export class ClientState {
  /** IP address, or `unix`; XCLIENT may say. */
  address: string
  readonly protocol: 'smtp' | 'lmtp'
  /** Whether it may relay. */
  trusted: boolean
  /** TLS that can still be started. */
  tls: ServerTls | null
  secure: boolean
  readonly mayXclient: boolean
  /** Its greeting, once a next hop has taken it. */
  hello: Hello | null = null
  /** What XCLIENT said it greeted with. */
  #xclientHelo: string | null = null

  constructor(about: SessionStart, xclient: NetworkList) {
    this.address = about.client
    this.protocol = about.protocol
    this.trusted = about.trusted
    this.tls = about.tls
    this.secure = about.secure
    this.mayXclient = about.client !== 'unix' && xclient.includes(about.client)
  }

  /** What it calls itself. */
  get helo(): string {
    return this.#xclientHelo ?? this.hello?.argument.trim() ?? ''
  }

  /** TLS is on its connection. */
  secured(certified: boolean): void {
    this.secure = true
    this.tls = null
    this.trusted ||= certified
  }

  /** XCLIENT: takes over who the client is. */
  take(attributes: XclientAttributes): void {
    this.address = attributes.address ?? this.address
    this.#xclientHelo = attributes.helo
  }

  /** The Received field for a message of this client. */
  receivedField(hostname: string): string {
    const protocol = protocolWord(this.protocol, this.hello?.verb === 'HELO', this.secure)
    return receivedField({ hostname, client: this.address, helo: this.helo, protocol })
  }
}

/** Greetings passed on, and what is offered in turn. */

/** Greetings between client and next hop: the client's goes on, and what the next hop offers is what we offer. */
import { ehloReply, heloReply, usesWithdrawn } from './ehlo.ts'
import { greetingLine, keywordsOf } from './hop-opening.ts'
import type { Hello } from './hop-opening.ts'
import type { HopSide } from './hop-side.ts'
import type { HopConnection } from './next-hop.ts'
import { unavailable } from './replies.ts'
import type { Slot } from './reply-queue.ts'
import type { Session } from './session.ts'
import type { Command } from './verbs.ts'
import { xclientKeyword } from './xclient.ts'

export class HopGreeting {
  /** Whether the client's last greeting met no next hop. */
  putOff = false
  readonly #session: Session
  readonly #hop: HopSide
  /** The greeting that the open connection was given again, until it answers. */
  #again: Hello | null = null
  /** What the client was last offered. */
  #offered: ReadonlyMap<string, string> = new Map()

  constructor(session: Session, hop: HopSide) {
    this.#session = session
    this.#hop = hop
  }

  /** EHLO, HELO or LHLO: opens a connection, or greets the open one again, and offers what it offers. */
  pass(hello: Hello): void {
    const session = this.#session
    const { connection } = this.#hop
    this.#hop.forget()
    if (connection !== null) {
      this.#again = hello
      const line = Buffer.from(greetingLine(connection.target, hello), 'latin1')
      this.#hop.forward('hello', { verb: '', argument: '', line })
      session.mode = 'asked'
      return
    }
    this.#hop.open(hello, (result) => {
      this.putOff = result.kind === 'failed'
      if (result.kind === 'open') session.send(this.#offer(hello, result.reply))
      else session.send(result.kind === 'refused' ? result.reply : unavailable)
    })
  }

  /** The open connection has answered the greeting that it was given again. */
  answeredAgain(slot: Slot, success: boolean, octets: Buffer): void {
    this.#session.mode = 'command'
    if (!success) return
    const hello = this.#again as Hello
    const connection = this.#hop.connection as HopConnection
    connection.keywords = hello.verb === 'HELO' ? new Map() : keywordsOf(octets)
    slot.reply = this.#offer(hello, octets)
  }

  /** Whether a command uses what was offered and a new connection no longer offers. */
  withdrawn(command: Command, connection: HopConnection): boolean {
    return usesWithdrawn(command.argument, this.#offered, connection.keywords)
  }

  /** Our reply to a greeting that the next hop took. */
  #offer(hello: Hello, reply: Buffer): string {
    const { client, limits } = this.#session
    client.hello = hello
    this.#offered = this.#hop.connection?.keywords ?? new Map<string, string>()
    if (hello.verb === 'HELO') return heloReply(reply)
    const extra: string[] = []
    if (client.tls !== null) extra.push('STARTTLS')
    if (client.mayXclient) extra.push(xclientKeyword)
    const secure = client.secure && this.#hop.connection?.secure === true
    return ehloReply(reply, { messageSize: limits.messageSize, secure, extra })
  }
}

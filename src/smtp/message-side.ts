/** What DATA leads to, up to the client's final reply. */

/** The message's side of a session: what DATA leads to, from the next hop's reply to it to the client's final reply. */
import { Delivery } from './delivery.ts'
import type { TransferHost } from './message-transfer.ts'
import { firstLine, lost } from './replies.ts'
import type { Session } from './session.ts'

export class MessageSide implements TransferHost {
  /** The message under way, from 354 to its final replies. */
  delivery: Delivery | null = null
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** DATA was answered with 354. What a next hop took without MAIL is judged and recorded all the same. */
  start(): void {
    const session = this.#session
    const { hostname, judge, bareNewline, limits, timeouts, received } = session.context
    const { messageSize, headerSection, hops } = limits
    const field = received ? session.client.receivedField(hostname) : ''
    const { heldOctets } = session.context
    const options = { judge, bareNewline, messageSize, headerSection, hops, received: field, heldOctets }
    this.delivery = new Delivery(session.envelope.forMessage(), this, options)
    session.mode = 'data'
    session.deadline = performance.now() + timeouts.data
  }

  /** DATA was refused: what came behind it without waiting is a message, and must not be run as commands. */
  refused(): void {
    const session = this.#session
    session.mode = 'command'
    if (!session.commands.hasMore) return
    session.flush()
    session.letGo('synchronization', '421 4.5.0 Data was sent before it was asked for')
  }

  /** Reads data; what stands behind its end is commands. */
  read(chunk: Buffer): void {
    const session = this.#session
    const delivery = this.delivery as Delivery
    const end = delivery.feed(chunk)
    if (end < 0) return
    if (end < chunk.length) session.commands.push(chunk.subarray(end))
    session.deadline = Infinity
    const { connection } = session.nextHop
    if (delivery.refusal === null && connection !== null) {
      session.mode = 'ending'
      session.nextHop.concludeData(connection)
    } else {
      delivery.take(delivery.refusal?.reply ?? Buffer.from(lost))
      this.concluded()
    }
  }

  /** Every final reply is known: answers, records, and is ready for the next transaction. */
  concluded(): void {
    const session = this.#session
    const { client, context, nextHop } = session
    const delivery = this.delivery as Delivery
    const reply = delivery.reply(client.protocol === 'lmtp')
    session.replies.clear()
    session.send(reply)
    session.resetTransaction()
    session.commands.messageEnded()
    nextHop.forget()
    if (session.mode !== 'gone') session.awaitCommand()
    const record = delivery.record({ client: client.address, helo: client.helo }, reply, performance.now())
    if (record !== null) context.onMessage(record)
    else if (delivery.refusal !== null && delivery.refusal.reason !== 'verdict') {
      const { reason } = delivery.refusal
      context.onEvent('message-refused', { client: client.address, reason, reply: firstLine(reply) })
    }
    nextHop.closeIfSaid421()
  }

  relay(octets: Buffer | string): void {
    this.#session.nextHop.connection?.write(octets)
  }

  abandonHop(): void {
    this.#session.nextHop.drop()
  }
}

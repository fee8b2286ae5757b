/** The next hop's side: what its replies mean, its loss. */

/**
 * The next hop's side of a session: which connection is in use, what is sent on it, what its replies mean for the
 * transaction, and what the client is told when it is lost.
 */
import { HopGreeting } from './hop-greeting.ts'
import type { Hello, OpeningResult } from './hop-opening.ts'
import type { HopConnection, HopFailure, HopOwner } from './next-hop.ts'
import type { NextHopStage } from '../vocabulary.ts'
import type { Opening } from './relay.ts'
import { asTemporary, firstLine, garbled, late, lost, unavailable } from './replies.ts'
import type { Slot, SlotKind } from './reply-queue.ts'
import type { Session } from './session.ts'
import type { Command } from './verbs.ts'

export class HopSide implements HopOwner {
  /** The connection in use; null between the loss of one and the next MAIL. */
  connection: HopConnection | null = null
  readonly greeting: HopGreeting
  readonly #session: Session
  #opening: Opening | null = null
  /** Whether the connection was lost inside a transaction, whose commands are answered with 451 from then on. */
  #broken = false
  /** Whether XFORWARD attributes were given that a new connection would not have. */
  #forwarded = false
  /** Whether a 421 went to the client (RFC 5321 section 3.8: its channel is about to close). */
  #said421 = false

  constructor(session: Session) {
    this.#session = session
    this.greeting = new HopGreeting(session, this)
  }

  // --- What the client wants of it ------------------------------------------------------------------------------

  /** Passes a command on, opening a connection first if there is none. */
  forwardOpening(kind: 'mail' | 'plain' | 'xforward', command: Command): void {
    const session = this.#session
    if (this.connection !== null) {
      this.forward(kind, command)
      return
    }
    if (this.#forwarded && kind === 'mail') {
      this.#forwarded = false
      session.answer(lost)
      return
    }
    this.#broken = false
    this.open(session.client.hello as Hello, (result) => {
      if (result.kind !== 'open') session.answer(result.kind === 'refused' ? asTemporary(result.reply) : unavailable)
      else if (kind === 'mail' && this.greeting.withdrawn(command, result.hop)) {
        session.finish('421 4.4.1 The next hop has changed, greet it anew')
      } else this.forward(kind, command)
    })
  }

  /** Passes a command on as it came. */
  forward(kind: SlotKind, command: Command): void {
    const session = this.#session
    const connection = this.connection as HopConnection
    if (kind === 'rcpt') session.envelope.rcptAsked()
    else if (kind === 'mail') session.envelope.mailAsked(command)
    session.replies.owe(kind, command)
    connection.write(command.line)
    session.deadline = Infinity
    if (connection.deadline === Infinity) this.#expectWithin(session.context.timeouts.nextHop)
  }

  /** Sends the end of data and waits for the final replies. */
  concludeData(connection: HopConnection): void {
    const session = this.#session
    session.message.delivery?.handOver(connection)
    this.#expectWithin(session.context.timeouts.nextHopData)
    session.replies.owe('end', null)
  }

  /** Forgets what hangs on an earlier transaction. */
  forget(): void {
    this.#broken = false
    this.#forwarded = false
  }

  /** What a command inside a transaction is answered with while no connection is open. */
  withoutConnection(outOfOrder: string): string {
    return this.#broken ? lost.trimEnd() : outOfOrder
  }

  /** Whether so much waits for the next hop that the client should not be read; puts it on the clock. */
  holdsUp(): boolean {
    const { connection } = this
    if (connection === null || connection.waiting <= highWater) return false
    if (connection.deadline === Infinity) this.#expectWithin(this.#session.context.timeouts.nextHop)
    return true
  }

  #expectWithin(time: number): void {
    if (this.connection !== null) this.connection.deadline = performance.now() + time
  }

  /** Opens a connection. No command is run meanwhile; they go on once `then` has been called. */
  open(hello: Hello, then: (result: OpeningResult) => void): void {
    const session = this.#session
    session.mode = 'opening'
    session.deadline = Infinity
    this.#opening = session.context.relay.open(hello, (result) => {
      this.#opening = null
      session.turn(() => {
        session.awaitCommand()
        if (result.kind === 'open') {
          this.connection = result.hop
          result.hop.owner = this
        }
        then(result)
        session.proceed()
      })
    })
  }

  // --- Its replies ----------------------------------------------------------------------------------------------

  hopReplied(code: number, octets: Buffer): void {
    this.#session.turn(() => this.#replied(code, octets))
  }

  #replied(code: number, octets: Buffer): void {
    const session = this.#session
    const slot = session.replies.firstOwed
    if (slot === undefined) {
      this.#unasked(code, octets)
      return
    }
    if (slot.kind === 'end') {
      this.#finalReply(code, octets)
      return
    }
    this.#settle(slot, code, octets)
    // Each reply that is due has its own time.
    const due = session.replies.firstOwed !== undefined
    if (this.connection !== null) this.connection.deadline = Infinity
    if (due) this.#expectWithin(session.context.timeouts.nextHop)
    session.flush()
    this.#afterReply()
  }

  #finalReply(code: number, octets: Buffer): void {
    const { delivery } = this.#session.message
    if (delivery === null) return
    if (code >= 300 && code <= 399) {
      delivery.take(Buffer.from(garbled))
      this.drop()
    } else if (!delivery.take(octets)) return
    else if (this.connection !== null) this.connection.deadline = Infinity
    if (code === 421) this.#said421 = true
    delivery.giveUp(garbled)
    this.#session.message.concluded()
    this.#afterReply()
  }

  #afterReply(): void {
    if (this.#session.mode === 'gone') this.leave()
    this.#session.proceed()
  }

  /** Takes a reply to a command over into the transaction, and decides what the client is told. */
  #settle(slot: Slot, code: number, octets: Buffer): void {
    const session = this.#session
    const success = code < 300
    const expected = slot.kind === 'data' ? code === 354 : success
    if (code < 400 && !expected) {
      slot.reply = garbled
      this.#fail({ kind: 'protocol', error: `the next hop answered with ${code} where that has no meaning` }, 'command')
      if (slot.kind === 'data') session.mode = 'command'
      return
    }
    slot.reply = octets
    if (code === 421) this.#said421 = true
    if (slot.kind === 'mail') {
      session.envelope.mailAnswered(slot.command as Command, success)
      if (success && this.connection !== null) this.connection.transactions++
    } else if (slot.kind === 'rcpt') session.envelope.rcptAnswered(success)
    else if (slot.kind === 'hello') this.greeting.answeredAgain(slot, success, octets)
    else if (slot.kind === 'xforward') this.#forwarded ||= success
    else if (slot.kind === 'rset') {
      session.resetTransaction()
      this.#forwarded = false
    } else if (slot.kind === 'data') {
      if (code === 354) session.message.start()
      else session.message.refused()
    }
  }

  /** A reply that no command asked for. */
  #unasked(code: number, octets: Buffer): void {
    const said = JSON.stringify(firstLine(octets).slice(0, 200))
    const { message, mode } = this.#session
    const { delivery } = message
    if (mode === 'data' && delivery !== null) {
      if (code === 421) this.#said421 = true
      this.#report({ kind: 'early-reply', error: `final reply in the middle of the data: ${said}` }, 'data')
      delivery.refuse(code < 400 ? Buffer.from(garbled) : octets)
    }
    // 421 announces that the next hop closes; anything else means that we are out of step with it.
    else if (code === 421) this.#fail({ kind: 'closed', error: `the next hop said ${said}` }, 'idle')
    else this.#fail({ kind: 'protocol', error: `unasked reply ${said}` }, 'idle')
  }

  // --- Its loss -------------------------------------------------------------------------------------------------

  hopLost(failure: HopFailure): void {
    this.#session.turn(() => {
      this.#fail(failure, this.#stage())
      if (this.#session.mode !== 'gone') this.#session.proceed()
    })
  }

  #stage(): NextHopStage {
    const session = this.#session
    if (session.mode === 'data') return 'data'
    if (session.message.delivery?.handedOver === true) return 'end-of-data'
    return session.replies.length > 0 || session.envelope.transaction !== null ? 'command' : 'idle'
  }

  #report({ kind, error }: HopFailure, stage: NextHopStage): void {
    this.#session.context.onEvent('next-hop-error', { hop: this.connection?.name ?? '', kind, stage, error })
  }

  /** The connection is gone, by itself or by our decision: what the next hop owes is answered with 451. */
  #fail(failure: HopFailure, stage: NextHopStage): void {
    const session = this.#session
    const { delivery } = session.message
    if (stage !== 'idle' || failure.kind !== 'closed') this.#report(failure, stage)
    this.drop()
    if (session.mode === 'data') {
      delivery?.refuse(Buffer.from(failure.kind === 'timeout' ? late : lost))
      return
    }
    const missing = failure.kind === 'protocol' ? garbled : failure.kind === 'timeout' ? late : lost
    if (delivery?.handedOver === true) {
      delivery.giveUp(missing)
      session.message.concluded()
      return
    }
    if (session.envelope.transaction !== null || session.replies.firstOwed !== undefined) this.#broken = true
    session.resetTransaction()
    session.replies.settle(missing)
    session.flush()
    if (session.mode === 'asked') session.mode = 'command'
    this.closeIfSaid421()
  }

  /** Once the next hop has told the client in our name that it closes, and has, we do. */
  closeIfSaid421(): void {
    if (this.#said421 && this.connection === null && this.#session.mode === 'command') this.#session.close()
  }

  hopDrained(): void {
    const session = this.#session
    session.turn(() => {
      if (session.mode === 'data' && this.connection !== null) this.connection.deadline = Infinity
      session.updateFlow()
    })
  }

  // --- Its leaving ----------------------------------------------------------------------------------------------

  /** The client is gone: a message whose end went out stays the next hop's to answer, its record wants the reply. */
  clientGone(): void {
    if (this.#session.message.delivery?.handedOver !== true) this.leave()
  }

  /** Leaves the connection in order if it is between transactions, else drops it without an end of data. */
  leave(): void {
    this.#opening?.cancel()
    this.#opening = null
    const { connection } = this
    if (connection === null) return
    const session = this.#session
    const between = session.mode === 'command' && session.replies.length === 0
    this.connection = null
    if (between && session.envelope.transaction === null && !this.#forwarded) session.context.relay.release(connection)
    else if (between || session.mode === 'gone') connection.quit()
    else connection.destroy()
  }

  /** Drops the connection as it is. */
  drop(): void {
    const { connection } = this
    this.connection = null
    connection?.destroy()
  }
}

/** Octets that wait to be sent to the next hop above which the client's data is not read. */
const highWater = 262_144

/**
 * The next hop's side of a session: which connection is in use, what is sent on it, what its replies mean for the
 * transaction, and what the client is told when it is lost.
 */
import { ehloReply, heloReply, usesWithdrawn } from './ehlo.ts'
import { greetingLine, keywordsOf } from './hop-opening.ts'
import type { Hello, OpeningResult } from './hop-opening.ts'
import type { HopConnection, HopFailure, HopOwner } from './next-hop.ts'
import type { NextHopStage } from './options.ts'
import type { Opening } from './relay.ts'
import { asTemporary, firstLine, garbled, late, lost, unavailable } from './replies.ts'
import type { Slot, SlotKind } from './reply-queue.ts'
import type { Session } from './session.ts'
import type { Command } from './verbs.ts'
import { xclientKeyword } from './xclient.ts'

export class HopSide implements HopOwner {
  /** The connection in use; null between the loss of one and the next MAIL. */
  connection: HopConnection | null = null
  /** Whether the client's last greeting met no next hop. */
  putOff = false
  readonly #session: Session
  #opening: Opening | null = null
  /** The greeting that the open connection was given again, until it answers. */
  #greeting: Hello | null = null
  /** What the client was last offered. */
  #offered: ReadonlyMap<string, string> = new Map()
  /** Whether the connection was lost inside a transaction, whose commands are answered with 451 from then on. */
  #broken = false
  /** Whether XFORWARD attributes were given that a new connection would not have. */
  #forwarded = false
  /** Whether a 421 went to the client (RFC 5321 section 3.8: its channel is about to close). */
  #said421 = false

  constructor(session: Session) {
    this.#session = session
  }

  // --- What the client wants of it ------------------------------------------------------------------------------

  /** EHLO, HELO or LHLO: opens a connection, or greets the open one again, and offers what it offers. */
  greet(hello: Hello): void {
    this.forget()
    const session = this.#session
    if (this.connection !== null) {
      this.#greeting = hello
      const line = Buffer.from(greetingLine(this.connection.target, hello), 'latin1')
      this.forward('hello', { verb: '', argument: '', line })
      session.mode = 'asked'
      return
    }
    this.#open(hello, (result) => {
      this.putOff = result.kind === 'failed'
      if (result.kind === 'open') session.send(this.#offer(hello, result.reply))
      else session.send(result.kind === 'refused' ? result.reply : unavailable)
    })
  }

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
    this.#open(session.hello as Hello, (result) => {
      if (result.kind !== 'open') session.answer(result.kind === 'refused' ? asTemporary(result.reply) : unavailable)
      else if (kind === 'mail' && usesWithdrawn(command.argument, this.#offered, result.hop.keywords)) {
        session.finish('421 4.4.1 The next hop has changed, greet it anew')
      } else this.forward(kind, command)
    })
  }

  /** Passes a command on as it came. */
  forward(kind: SlotKind, command: Command): void {
    const session = this.#session
    const connection = this.connection as HopConnection
    if (kind === 'rcpt') session.recipientsAsked++
    if (kind === 'mail') {
      session.transaction ??= { line: command, startedAt: performance.now(), accepted: 0, open: false }
    }
    session.replies.owe(kind, command)
    connection.write(command.line)
    session.deadline = Infinity
    if (connection.deadline === Infinity) this.#expectWithin(session.context.timeouts.nextHop)
  }

  /** Sends the end of data and waits for the final replies. */
  concludeData(connection: HopConnection): void {
    const session = this.#session
    session.delivery?.handOver(connection)
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

  #open(hello: Hello, then: (result: OpeningResult) => void): void {
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

  /** Our reply to a greeting that the next hop took. */
  #offer(hello: Hello, reply: Buffer): string {
    const session = this.#session
    session.hello = hello
    this.#offered = this.connection?.keywords ?? new Map<string, string>()
    if (hello.verb === 'HELO') return heloReply(reply)
    const extra: string[] = []
    if (session.tls !== null) extra.push('STARTTLS')
    if (session.mayXclient) extra.push(xclientKeyword)
    return ehloReply(reply, { messageSize: session.limits.messageSize, extra })
  }

  // --- Its replies ----------------------------------------------------------------------------------------------

  hopReplied(code: number, octets: Buffer): void {
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
    const { delivery } = this.#session
    if (delivery === null) return
    if (code >= 300 && code <= 399) {
      delivery.take(Buffer.from(garbled))
      this.drop()
    } else if (!delivery.take(octets)) return
    else if (this.connection !== null) this.connection.deadline = Infinity
    if (code === 421) this.#said421 = true
    delivery.giveUp(garbled)
    this.#session.concluded()
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
    if (slot.kind === 'mail') this.#mailAnswered(slot.command as Command, success)
    else if (slot.kind === 'rcpt') this.#rcptAnswered(success)
    else if (slot.kind === 'hello') this.#greetedAgain(slot, success, octets)
    else if (slot.kind === 'xforward') this.#forwarded ||= success
    else if (slot.kind === 'rset') {
      session.resetTransaction()
      this.#forwarded = false
    } else if (slot.kind === 'data') {
      if (code === 354) session.startData()
      else session.dataRefused()
    }
  }

  #mailAnswered(command: Command, success: boolean): void {
    const session = this.#session
    if (success) {
      session.transaction ??= { line: command, startedAt: performance.now(), accepted: 0, open: true }
      session.transaction.open = true
      if (this.connection !== null) this.connection.transactions++
    } else if (session.transaction?.open === false) session.resetTransaction()
  }

  #rcptAnswered(success: boolean): void {
    const session = this.#session
    if (success && session.transaction !== null) session.transaction.accepted++
    else session.recipientsAsked = Math.max(0, session.recipientsAsked - 1)
  }

  #greetedAgain(slot: Slot, success: boolean, octets: Buffer): void {
    this.#session.mode = 'command'
    if (!success) return
    const hello = this.#greeting as Hello
    const connection = this.connection as HopConnection
    connection.keywords = hello.verb === 'HELO' ? new Map() : keywordsOf(octets)
    slot.reply = this.#offer(hello, octets)
  }

  /** A reply that no command asked for. */
  #unasked(code: number, octets: Buffer): void {
    const said = JSON.stringify(firstLine(octets).slice(0, 200))
    const { delivery, mode } = this.#session
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
    this.#fail(failure, this.#stage())
    if (this.#session.mode !== 'gone') this.#session.proceed()
  }

  #stage(): NextHopStage {
    const session = this.#session
    if (session.mode === 'data') return 'data'
    if (session.delivery?.handedOver === true) return 'end-of-data'
    return session.replies.length > 0 || session.transaction !== null ? 'command' : 'idle'
  }

  #report({ kind, error }: HopFailure, stage: NextHopStage): void {
    this.#session.context.onEvent('next-hop-error', { hop: this.connection?.name ?? '', kind, stage, error })
  }

  /** The connection is gone, by itself or by our decision: what the next hop owes is answered with 451. */
  #fail(failure: HopFailure, stage: NextHopStage): void {
    const session = this.#session
    const { delivery } = session
    if (stage !== 'idle' || failure.kind !== 'closed') this.#report(failure, stage)
    this.drop()
    if (session.mode === 'data') {
      delivery?.refuse(Buffer.from(failure.kind === 'timeout' ? late : lost))
      return
    }
    const missing = failure.kind === 'protocol' ? garbled : failure.kind === 'timeout' ? late : lost
    if (delivery?.handedOver === true) {
      delivery.giveUp(missing)
      session.concluded()
      return
    }
    if (session.transaction !== null || session.replies.firstOwed !== undefined) this.#broken = true
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
    if (session.mode === 'data' && this.connection !== null) this.connection.deadline = Infinity
    session.updateFlow()
  }

  hopTurn(begins: boolean): void {
    if (begins) this.#session.beginTurn()
    else this.#session.endTurn()
  }

  // --- Its leaving ----------------------------------------------------------------------------------------------

  /** The client is gone: a message whose end went out stays the next hop's to answer, its record wants the reply. */
  clientGone(): void {
    if (this.#session.delivery?.handedOver !== true) this.leave()
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
    // It leaves this turn, and with it must leave what the turn holds back.
    session.releaseTurn()
    if (between && session.transaction === null && !this.#forwarded) session.context.relay.release(connection)
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

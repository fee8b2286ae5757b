/**
 * The proxied SMTP session (RFC 5321): what a client says goes to the next hop, what the next hop answers goes back,
 * each in order and byte for byte; in between stands the judgement of each message's header section.
 *
 * Here stand the session's states, what changes them, and how it ends. Its parts: the client's socket
 * (`client-link.ts`), its commands (`command-loop.ts`, `verbs.ts`), the replies that are due (`reply-queue.ts`), a
 * message under way (`delivery.ts`), the next hop (`hop-side.ts`).
 */
import type { Socket } from 'node:net'
import { ClientLink } from './client-link.ts'
import type { LinkOwner, SecureOutcome } from './client-link.ts'
import { CommandLoop } from './command-loop.ts'
import type { Timed } from './deadlines.ts'
import { Delivery } from './delivery.ts'
import { untrustedGreeting } from './ehlo.ts'
import type { Hello } from './hop-opening.ts'
import { HopSide } from './hop-side.ts'
import type { TransferHost } from './message-transfer.ts'
import type { SmtpEvents, SmtpLimits } from './options.ts'
import { protocolWord, receivedField } from './received.ts'
import type { Transaction } from './record.ts'
import { firstLine, lost } from './replies.ts'
import { ReplyQueue } from './reply-queue.ts'
import type { Mode, SessionContext, SessionStart } from './session-types.ts'
import type { ServerTls } from './tls-files.ts'
import { Turns } from './turns.ts'
import type { Command } from './verbs.ts'
import type { XclientAttributes } from './xclient.ts'

/** How long a client that was told to go may take to close (ms). */
const lingerTime = 2000

export class Session implements LinkOwner, TransferHost, Timed {
  deadline: number = Infinity
  mode: Mode = 'command'
  /** Who the client is, for the record; XCLIENT may say. */
  client: string
  readonly protocol: 'smtp' | 'lmtp'
  readonly context: SessionContext
  readonly limits: SmtpLimits
  /** Whether the client may relay. */
  trusted: boolean
  /** TLS that can still be started. */
  tls: ServerTls | null
  secure: boolean
  readonly mayXclient: boolean
  hello: Hello | null = null
  readonly commands: CommandLoop = new CommandLoop(this)
  readonly nextHop: HopSide = new HopSide(this)
  readonly replies: ReplyQueue = new ReplyQueue()
  transaction: Transaction | null = null
  /** Recipients of the transaction that were accepted or may still be. */
  recipientsAsked = 0
  /** The message under way, from 354 to its final replies. */
  delivery: Delivery | null = null
  readonly #link: ClientLink
  readonly #onGone: (session: Session) => void
  readonly #turns = new Turns()
  /** Whether another command may be run now. */
  readonly #reads = (): boolean => this.mode === 'command' && !this.#link.congested && !this.#drainDue
  /** What XCLIENT said the client greeted with. */
  #xclientHelo: string | null = null
  #inputEnded = false
  #draining = false

  constructor(context: SessionContext, socket: Socket, about: SessionStart, onGone: (session: Session) => void) {
    this.context = context
    this.client = about.client
    this.protocol = about.protocol
    this.trusted = about.trusted
    this.tls = about.tls
    this.secure = about.secure
    this.mayXclient = about.client !== 'unix' && context.xclient.includes(about.client)
    this.limits = context.limits
    this.#onGone = onGone
    this.#link = new ClientLink(socket, this)
    context.deadlines.watch(this)
    this.awaitCommand()
    this.#sendBanner()
  }

  #sendBanner(): void {
    this.send(`220 ${this.context.hostname} ${this.protocol === 'smtp' ? 'ESMTP' : 'LMTP'} Namesake\r\n`)
  }

  // --- Turns ----------------------------------------------------------------------------------------------------

  /** Runs one turn: all that is written in it goes out together, and a fault of ours ends this session only. */
  turn(run: () => void): void {
    this.beginTurn()
    try {
      run()
    } catch (error) {
      this.context.onEvent('session-failed', { client: this.client, error })
      this.nextHop.drop()
      if (this.mode !== 'gone') this.finish('421 4.3.0 Internal fault, try again later')
    }
    this.endTurn()
  }

  beginTurn(): void {
    this.#turns.begin(this.#link.socket, this.nextHop.connection?.socket ?? null)
  }

  endTurn(): void {
    this.#turns.end()
  }

  releaseTurn(): void {
    this.#turns.release()
  }

  // --- Commands -------------------------------------------------------------------------------------------------

  clientSent(chunk: Buffer): void {
    this.turn(() => {
      if (this.mode === 'closing' || this.mode === 'gone') return
      if (this.mode === 'data') this.#readData(chunk)
      else this.commands.push(chunk)
      this.#runCommands()
    })
  }

  clientDrained(): void {
    this.turn(() => this.#runCommands())
  }

  /** Goes on with what has come, now that a reply or a next hop is there. */
  proceed(): void {
    if (this.mode === 'data') this.#readWaitingData()
    this.#runCommands()
  }

  #runCommands(): void {
    this.commands.run(this.#reads)
    this.#endIfDue()
    this.updateFlow()
  }

  // --- What verbs ask for ---------------------------------------------------------------------------------------

  /** Answers by ourselves, after the replies that are due before. `text` is without its line end. */
  reply(text: string): void {
    this.answer(`${text}\r\n`)
  }

  /** The same for a reply that is whole. */
  answer(reply: Buffer | string): void {
    if (this.replies.length === 0) this.send(reply)
    else this.replies.add(reply)
  }

  /** EHLO, HELO or LHLO. Until a certificate is shown where one is needed, no next hop is troubled. */
  greet(hello: Hello): void {
    this.resetTransaction()
    if (this.trusted) this.nextHop.greet(hello)
    else {
      this.hello = hello
      this.reply(untrustedGreeting(this.context.hostname, hello, this.tls !== null))
    }
  }

  /** DATA: nothing more is read until the next hop has answered it. */
  askData(command: Command): void {
    this.nextHop.forward('data', command)
    this.mode = 'asked'
  }

  /** RSET while no next hop is open. */
  resetWithoutHop(): void {
    this.resetTransaction()
    this.nextHop.forget()
    this.reply('250 2.0.0 Ok')
  }

  /** STARTTLS (RFC 3207): answers, puts TLS on the connection, and forgets what was said before. */
  startTls(tls: ServerTls): void {
    this.#beginAnew()
    this.mode = 'opening'
    this.#link.startTls(tls, '220 2.0.0 Ready to start TLS\r\n', (outcome) => this.#secured(outcome))
  }

  #secured(outcome: SecureOutcome): void {
    if ('error' in outcome) {
      this.context.onEvent('tls-failed', { client: this.client, error: outcome.error })
      this.clientClosed()
      return
    }
    this.secure = true
    this.tls = null
    this.trusted ||= outcome.certified
    if (this.mode === 'opening') this.awaitCommand()
  }

  /** XCLIENT: takes over who the client is, and begins anew with a banner. */
  takeXclient(attributes: XclientAttributes): void {
    this.client = attributes.address ?? this.client
    this.#xclientHelo = attributes.helo
    this.#beginAnew()
    this.#sendBanner()
  }

  #beginAnew(): void {
    this.nextHop.leave()
    this.resetTransaction()
    this.hello = null
  }

  /** Answers, and closes once the client has the answer. */
  finish(text: string): void {
    this.send(`${text}\r\n`)
    this.close()
  }

  // --- The message ----------------------------------------------------------------------------------------------

  /** DATA was answered with 354. */
  startData(): void {
    const { judge, bareNewline, limits, timeouts, received } = this.context
    const { messageSize, headerSection, hops } = limits
    const field = received ? this.#receivedField() : ''
    // A next hop may take DATA without MAIL; what it takes is judged and recorded all the same.
    const transaction = (this.transaction ??= startedNow({ verb: 'DATA', argument: '', line: Buffer.alloc(0) }))
    const options = { judge, bareNewline, messageSize, headerSection, hops, received: field }
    this.delivery = new Delivery(transaction, this, options)
    this.mode = 'data'
    this.deadline = performance.now() + timeouts.data
  }

  /** DATA was refused: what came behind it without waiting is a message, and must not be run as commands. */
  dataRefused(): void {
    this.mode = 'command'
    if (!this.commands.hasMore) return
    this.flush()
    this.letGo('synchronization', '421 4.5.0 Data was sent before it was asked for')
  }

  #receivedField(): string {
    const { context, client, protocol, secure, hello } = this
    const by = protocolWord(protocol, hello?.verb === 'HELO', secure)
    return receivedField({ hostname: context.hostname, client, helo: this.#helo, protocol: by })
  }

  get #helo(): string {
    return this.#xclientHelo ?? this.hello?.argument.trim() ?? ''
  }

  #readData(chunk: Buffer): void {
    const delivery = this.delivery as Delivery
    const end = delivery.feed(chunk)
    if (end < 0) return
    if (end < chunk.length) this.commands.push(chunk.subarray(end))
    this.deadline = Infinity
    const { connection } = this.nextHop
    if (delivery.refusal === null && connection !== null) {
      this.mode = 'ending'
      this.nextHop.concludeData(connection)
    } else {
      delivery.take(delivery.refusal?.reply ?? Buffer.from(lost))
      this.concluded()
    }
  }

  #readWaitingData(): void {
    const waiting = this.commands.takeRest()
    if (waiting.length > 0) this.#readData(waiting)
    else if (this.#inputEnded) this.#vanished()
  }

  /** Every final reply is known: answers, records, and is ready for the next transaction. */
  concluded(): void {
    const delivery = this.delivery as Delivery
    const reply = delivery.reply(this.protocol === 'lmtp')
    this.replies.clear()
    this.send(reply)
    this.resetTransaction()
    this.nextHop.forget()
    if (this.mode !== 'gone') this.awaitCommand()
    const record = delivery.record({ client: this.client, helo: this.#helo }, reply, performance.now())
    if (record !== null) this.context.onMessage(record)
    else if (delivery.refusal !== null && delivery.refusal.reason !== 'verdict') {
      const { reason } = delivery.refusal
      this.context.onEvent('message-refused', { client: this.client, reason, reply: firstLine(reply) })
    }
    this.nextHop.closeIfSaid421()
  }

  relayOctets(octets: Buffer): void {
    this.nextHop.connection?.write(octets)
  }

  relayText(text: string): void {
    this.nextHop.connection?.writeText(text)
  }

  abandonHop(): void {
    this.nextHop.drop()
  }

  resetTransaction(): void {
    this.transaction = null
    this.delivery = null
    this.recipientsAsked = 0
  }

  // --- Replies and flow -----------------------------------------------------------------------------------------

  send(reply: Buffer | string): void {
    if (this.mode !== 'gone') this.#link.send(reply)
  }

  /** Sends the replies that are known, up to the first that is owed. */
  flush(): void {
    const sent = this.replies.flush((reply) => this.send(reply))
    if (sent > 0 && this.replies.length === 0 && this.mode === 'command') this.awaitCommand()
  }

  updateFlow(): void {
    this.#link.throttle(this.mode === 'data' ? this.nextHop.holdsUp() : this.commands.full)
  }

  /** Is ready for the next command, and has the client on the clock for it. */
  awaitCommand(): void {
    this.mode = 'command'
    this.deadline = performance.now() + this.context.timeouts.command
  }

  onDeadline(): void {
    if (this.mode === 'closing') this.destroy()
    else this.turn(() => this.letGo('timeout', '421 4.4.2 Timeout: closing the connection'))
  }

  // --- The end --------------------------------------------------------------------------------------------------

  /** Tells a client that it has to go, after what it is still owed. */
  letGo(reason: SmtpEvents['client-dropped']['reason'], text: string): void {
    this.context.onEvent('client-dropped', { client: this.client, reason, stage: this.#stage })
    this.replies.settle(lost)
    this.flush()
    this.finish(text)
  }

  get #stage(): string {
    if (this.mode === 'command') return this.transaction === null ? 'command' : 'transaction'
    return this.mode
  }

  /** Asks the session to end when it is between transactions. */
  drain(): void {
    this.#draining = true
    this.turn(() => this.#endIfDue())
  }

  get #drainDue(): boolean {
    return this.#draining && this.mode === 'command' && this.replies.length === 0 && this.transaction === null
  }

  /** Ends a session that is idle and has a reason to end. */
  #endIfDue(): void {
    if (this.#drainDue) {
      this.context.onEvent('client-dropped', { client: this.client, reason: 'drain', stage: 'command' })
      this.finish('421 4.3.2 The service is shutting down')
    } else if (this.#inputEnded && this.mode === 'command' && this.replies.length === 0) this.close()
  }

  clientEnded(): void {
    this.turn(() => {
      this.#inputEnded = true
      if (this.mode === 'data') this.#vanished()
      else this.#runCommands()
    })
  }

  /** The client went away inside the data. */
  #vanished(): void {
    this.context.onEvent('client-vanished', { client: this.client, stage: this.#stage })
    this.nextHop.drop()
    this.close()
  }

  /** Sends what is due and closes; a client that does not close in turn is not waited for. */
  close(): void {
    if (this.mode === 'gone' || this.mode === 'closing') return
    this.nextHop.leave()
    this.mode = 'closing'
    this.replies.clear()
    this.deadline = performance.now() + lingerTime
    this.commands.takeRest()
    this.#link.end()
  }

  /** Ends it at once. */
  destroy(): void {
    this.#link.destroy()
  }

  clientClosed(): void {
    if (this.mode === 'gone') return
    if (this.mode !== 'closing' && (this.mode === 'data' || this.transaction !== null)) {
      this.context.onEvent('client-vanished', { client: this.client, stage: this.#stage })
    }
    this.nextHop.clientGone()
    this.mode = 'gone'
    this.context.deadlines.forget(this)
    this.#onGone(this)
  }
}

function startedNow(line: Command): Transaction {
  return { line, startedAt: performance.now(), accepted: 0, open: true }
}

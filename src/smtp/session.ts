/** The proxied session: its states, what changes them, its end. */

/**
 * The proxied SMTP session (RFC 5321): what a client says goes to the next hop, what the next hop answers goes back,
 * each in order and byte for byte; in between stands the judgement of each message's header section.
 *
 * Here stand the session's states, what changes them, and how it ends. Its parts: the client's socket
 * (`client-link.ts`), who the client is (`client-state.ts`), its commands (`command-loop.ts`, `verbs.ts`), the replies
 * that are due (`reply-queue.ts`), the transaction (`envelope.ts`) and its message (`message-side.ts`), the next hop
 * (`hop-side.ts`, `hop-greeting.ts`).
 */
import type { Socket } from 'node:net'
import { ClientLink } from './client-link.ts'
import type { LinkOwner, SecureOutcome } from './client-link.ts'
import { ClientState } from './client-state.ts'
import { CommandLoop } from './command-loop.ts'
import type { Timed } from '../net/deadlines.ts'
import { untrustedGreeting } from './ehlo.ts'
import { Envelope } from './envelope.ts'
import type { Hello } from './hop-opening.ts'
import { HopSide } from './hop-side.ts'
import { MessageSide } from './message-side.ts'
import type { SmtpLimits } from '../net/limits.ts'
import type { SmtpEvents } from './options.ts'
import { lost } from './replies.ts'
import { ReplyQueue } from './reply-queue.ts'
import type { Mode, SessionContext, SessionStart } from './session-types.ts'
import type { ServerTls } from '../net/tls-files.ts'
import type { XclientAttributes } from './xclient.ts'

/** How long a client that was told to go may take to close (ms). */
const lingerTime = 2000

export class Session implements LinkOwner, Timed {
  deadline: number = Infinity
  mode: Mode = 'command'
  readonly context: SessionContext
  readonly limits: SmtpLimits
  readonly client: ClientState
  readonly commands: CommandLoop = new CommandLoop(this)
  readonly nextHop: HopSide = new HopSide(this)
  readonly replies: ReplyQueue = new ReplyQueue()
  readonly envelope: Envelope = new Envelope()
  readonly message: MessageSide = new MessageSide(this)
  readonly #link: ClientLink
  readonly #onGone: (session: Session) => void
  /** Whether another command may be run now. */
  readonly #reads = (): boolean => this.mode === 'command' && !this.#link.congested && !this.#drainDue
  #inputEnded = false
  #draining = false

  constructor(context: SessionContext, socket: Socket, about: SessionStart, onGone: (session: Session) => void) {
    this.context = context
    this.client = new ClientState(about, context.xclient)
    this.limits = context.limits
    this.#onGone = onGone
    this.#link = new ClientLink(socket, this)
    context.deadlines.watch(this)
    this.awaitCommand()
    this.#sendBanner()
  }

  #sendBanner(): void {
    this.send(`220 ${this.context.hostname} ${this.client.protocol === 'smtp' ? 'ESMTP' : 'LMTP'} Namesake\r\n`)
  }

  /** Runs what an event brings; a fault of ours ends this session only. */
  turn(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.context.onEvent('session-failed', { client: this.client.address, error })
      this.nextHop.drop()
      if (this.mode !== 'gone') this.finish('421 4.3.0 Internal fault, try again later')
    }
  }

  // --- Commands -------------------------------------------------------------------------------------------------

  clientSent(chunk: Buffer): void {
    this.turn(() => {
      if (this.mode === 'closing' || this.mode === 'gone') return
      if (this.mode === 'data') this.message.read(chunk)
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

  #readWaitingData(): void {
    const waiting = this.commands.takeRest()
    if (waiting.length > 0) this.message.read(waiting)
    else if (this.#inputEnded) this.#vanished()
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
    const { client } = this
    if (client.trusted) this.nextHop.greeting.pass(hello)
    else {
      client.hello = hello
      this.reply(untrustedGreeting(this.context.hostname, hello, client.tls !== null))
    }
  }

  /** STARTTLS (RFC 3207): answers, puts TLS on the connection, and forgets what was said before. */
  startTls(tls: ServerTls): void {
    this.#beginAnew()
    this.mode = 'opening'
    this.#link.startTls(tls, '220 2.0.0 Ready to start TLS\r\n', (outcome) => this.#secured(outcome))
  }

  #secured(outcome: SecureOutcome): void {
    if ('error' in outcome) {
      this.context.onEvent('tls-failed', { client: this.client.address, error: outcome.error })
      this.clientClosed()
      return
    }
    this.client.secured(outcome.certified)
    if (this.mode === 'opening') this.awaitCommand()
  }

  /** XCLIENT: takes over who the client is, and begins anew with a banner. */
  takeXclient(attributes: XclientAttributes): void {
    this.client.take(attributes)
    this.#beginAnew()
    this.#sendBanner()
  }

  #beginAnew(): void {
    this.nextHop.leave()
    this.resetTransaction()
    this.client.hello = null
  }

  /** Answers, and closes once the client has the answer. */
  finish(text: string): void {
    this.send(`${text}\r\n`)
    this.close()
  }

  resetTransaction(): void {
    this.envelope.reset()
    this.message.delivery = null
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
    this.context.onEvent('client-dropped', { client: this.client.address, reason, stage: this.#stage })
    this.replies.settle(lost)
    this.flush()
    this.finish(text)
  }

  get #stage(): string {
    if (this.mode === 'command') return this.envelope.transaction === null ? 'command' : 'transaction'
    return this.mode
  }

  /** Asks the session to end when it is between transactions. */
  drain(): void {
    this.#draining = true
    this.turn(() => this.#endIfDue())
  }

  get #drainDue(): boolean {
    return this.#draining && this.mode === 'command' && this.replies.length === 0 && this.envelope.transaction === null
  }

  /** Ends a session that is idle and has a reason to end. */
  #endIfDue(): void {
    if (this.#drainDue) {
      this.context.onEvent('client-dropped', { client: this.client.address, reason: 'drain', stage: 'command' })
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
    this.context.onEvent('client-vanished', { client: this.client.address, stage: this.#stage })
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
    if (this.mode !== 'closing' && (this.mode === 'data' || this.envelope.transaction !== null)) {
      this.context.onEvent('client-vanished', { client: this.client.address, stage: this.#stage })
    }
    this.nextHop.clientGone()
    this.message.delivery?.abandon()
    this.mode = 'gone'
    this.context.deadlines.forget(this)
    this.#onGone(this)
  }
}

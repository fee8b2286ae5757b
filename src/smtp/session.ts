/**
 * THE dialogue of the proxied session: its modes, its commands, what replies lead to, and its end.
 *
 * The proxied SMTP session (RFC 5321): what a client says goes to the next hop, what the next hop answers goes back,
 * each in order and byte for byte; in between stands the judgement of each message's header section.
 *
 * All of a session's transitions are here, and `#enter` is the only way into a mode. Its parts know nothing of it:
 * what each verb checks, sends and makes of the reply (`verbs.ts`), where the dialogue stands (`standing.ts`), the
 * client's end (`client.ts`), the next hop's end (`hop.ts`), the message (`message.ts`).
 */

import type { Socket } from 'node:net'
import type { MessageRecord } from '../model.ts'
import type { Timed, Deadlines } from '../net/deadlines.ts'
import type { Turns } from '../net/outlet.ts'
import type { SmtpLimits, SmtpTimeouts } from '../net/limits.ts'
import type { NetworkList } from '../net/networks.ts'
import type { ServerTls } from '../net/tls-files.ts'
import type { NextHopStage } from '../vocabulary.ts'
import { Client } from './client.ts'
import type { ClientOwner, SecureOutcome } from './client.ts'
import { controlCharacter, maxLineBytes, maxLongLineBytes, readCommand } from './command.ts'
import type { Command } from './command.ts'
import { ehloReply, heloReply, untrustedGreeting, usesWithdrawn } from './ehlo.ts'
import { LineReader } from './framing.ts'
import { Hop } from './hop.ts'
import type { Expected, HopHost } from './hop.ts'
import { greetingLine, keywordsOf } from './hop-opening.ts'
import type { Hello, OpeningResult } from './hop-opening.ts'
import { Message } from './message.ts'
import type { MessageOptions } from './message.ts'
import type { HopConnection, HopFailure } from './next-hop.ts'
import type { OnSmtpEvent, SmtpEvents } from './options.ts'
import type { Opening, Relay } from './relay.ts'
import { asTemporary, firstLine, garbled, late, lost, unavailable } from './replies.ts'
import { beginTransaction, endTransaction, receivedFor, senderOf, standingOf } from './standing.ts'
import type { SessionStart, Standing } from './standing.ts'
import { verbs } from './verbs.ts'
import type { Dialogue } from './verbs.ts'
import { xclientKeyword } from './xclient.ts'
import type { ClientAttributes } from './xclient.ts'

/** What all sessions of one server share. */
export interface SessionContext extends MessageOptions {
  readonly hostname: string
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnSmtpEvent
  readonly timeouts: SmtpTimeouts
  readonly limits: SmtpLimits
  readonly deadlines: Deadlines
  readonly turns: Turns
  readonly relay: Relay
  readonly received: boolean
  /** Who may say who the client is. */
  readonly xclient: NetworkList
  readonly xforward: NetworkList
}

/**
 * `command`: reading commands. `opening`: a next hop is being opened, or TLS put on. `asked`: EHLO or DATA waits for
 * its reply. `data`: reading a message. `ending`: its end went to the next hop. `closing`: only waiting for the client
 * to go.
 */
type Mode = 'command' | 'opening' | 'asked' | 'data' | 'ending' | 'closing' | 'gone'

/** How long a client that was told to go may take to close. */
const maxLingerMs = 2000
/** Octets of commands that wait to be run, above which the client is not read. */
const maxWaitingBytes = 65_536
/** Replies due at once above which no command is read. */
const maxDue = 1000
/** What does nothing for a message; as Postfix counts for smtpd_junk_command_limit. */
const junk: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'EXPN', 'HELP'])

const noMail: Command = { verb: 'MAIL', argument: '', line: Buffer.alloc(0) }

export class SmtpSession implements Dialogue, ClientOwner, HopHost, Timed {
  deadline: number = Infinity
  readonly standing: Standing
  readonly hop: Hop
  readonly #context: SessionContext
  readonly #client: Client
  readonly #onGone: (session: SmtpSession) => void
  readonly #lines = new LineReader()
  #mode: Mode = 'command'
  /** A command that must wait until earlier ones are answered. */
  #waiting: Command | null = null
  #commandCount = 0
  #unknownCount = 0
  /** Commands since the last message that did nothing. */
  #junkCount = 0
  #opening: Opening | null = null
  /** The message under way, from 354 to its final replies. */
  #message: Message | null = null
  /** What the client was last offered. */
  #offered: ReadonlyMap<string, string> = new Map()
  #inputEnded = false
  #draining = false

  constructor(context: SessionContext, socket: Socket, about: SessionStart, onGone: (session: SmtpSession) => void) {
    this.#context = context
    this.#onGone = onGone
    this.standing = standingOf(about, context.limits, context.xclient, context.xforward)
    this.hop = new Hop(context.timeouts, this)
    this.#client = new Client(socket, this, context.turns)
    context.deadlines.watch(this)
    this.#begin()
  }

  #begin(): void {
    const protocol = this.standing.protocol === 'smtp' ? 'ESMTP' : 'LMTP'
    this.#client.reply(`220 ${this.#context.hostname} ${protocol} Namesake\r\n`)
    this.#enter('command')
  }

  /** The one way into a mode, and onto the clock: a client has time for its next command while it is owed nothing. */
  #enter(mode: Mode): void {
    const { timeouts } = this.#context
    this.#mode = mode
    if (mode === 'command' && this.#client.due === 0) this.deadline = performance.now() + timeouts.command
    else if (mode === 'data') this.deadline = performance.now() + timeouts.data
    else if (mode === 'closing') this.deadline = performance.now() + maxLingerMs
    else this.deadline = Infinity
  }

  // --- What the client sends ------------------------------------------------------------------------------------

  clientSent(chunk: Buffer): void {
    if (this.#mode === 'closing' || this.#mode === 'gone') return
    try {
      if (this.#mode === 'data') this.#feed(chunk)
      else this.#lines.push(chunk)
      this.#goOn()
    } catch (error) {
      this.failed(error)
    }
  }

  clientDrained(): void {
    try {
      this.#goOn()
    } catch (error) {
      this.failed(error)
    }
  }

  clientEnded(): void {
    this.#inputEnded = true
    try {
      if (this.#mode === 'data') this.#vanish()
      else this.#goOn()
    } catch (error) {
      this.failed(error)
    }
  }

  /** Runs what commands may run now, ends the session if that is due, and lets the client send or not. */
  #goOn(): void {
    while (this.#mode === 'command' && !this.#drainDue) {
      const command = this.#waiting ?? this.#nextCommand()
      this.#waiting = command
      if (command === null || this.#client.congested || !this.#mayRun(command)) break
      this.#waiting = null
      this.#run(command)
      if (this.#mode === 'command') this.#enter('command')
    }
    if (this.#drainDue) {
      this.#context.onEvent('client-dropped', { client: this.standing.client, reason: 'drain', stage: 'command' })
      this.finish('421 4.3.2 The service is shutting down')
    } else if (this.#inputEnded && this.#mode === 'command' && this.#client.due === 0) this.#close()
    if (this.#mode === 'closing' || this.#mode === 'gone') return
    const full = this.#mode === 'data' ? this.hop.holdsUp() : this.#lines.waiting > maxWaitingBytes
    const pause = full || this.#client.congested
    if (pause !== this.#client.paused) this.#client.pause(pause)
  }

  #nextCommand(): Command | null {
    while (this.#lines.waiting > 0) {
      const read = this.#lines.next(maxLongLineBytes)
      if (read === null) return null
      if (typeof read !== 'string') return readCommand(read)
      if (read === 'endless') {
        this.reply('500 5.5.6 Line too long')
        this.#dismiss('endless-line', '421 4.7.0 The line does not end')
      } else this.#refuse(read === 'too-long' ? '500 5.5.6 Line too long' : '500 5.5.2 Lines end with CR LF')
      if (this.#mode !== 'command') return null
    }
    return null
  }

  /** Whether a command may go on before the earlier ones are answered. */
  #mayRun(command: Command): boolean {
    const { due } = this.#client
    if (due === 0) return true
    if (due >= maxDue || verbs.get(command.verb)?.waits(this) === true) return false
    return this.hop.connection?.pipelining ?? true
  }

  #run(command: Command): void {
    const { limits } = this.#context
    const verb = verbs.get(command.verb)
    const maxLength = command.verb.startsWith('X') ? maxLongLineBytes : maxLineBytes
    if (++this.#commandCount > limits.commands) this.#dismiss('commands', '421 4.7.0 Too many commands')
    else if (junk.has(command.verb) && ++this.#junkCount > limits.junkCommands) {
      this.#dismiss('junk-commands', '421 4.7.0 Too many commands without a message')
    } else if (verb === undefined) this.#refuse('500 5.5.1 Command not recognised')
    else if (command.line.length > maxLength) this.#refuse('500 5.5.6 Line too long')
    else if (controlCharacter.test(command.argument)) this.#refuse('501 5.5.2 A control character is not accepted')
    else {
      const refused = verb.check(this, command)
      if (refused === null) verb.run(this, command)
      else {
        this.reply(refused)
        if (command.verb === 'DATA') this.dataRefused()
      }
    }
  }

  /** Answers a line that is no command of ours. */
  #refuse(text: string): void {
    this.#unknownCount++
    if (this.#unknownCount <= this.#context.limits.unknownCommands) this.reply(text)
    else this.#dismiss('unknown-commands', '421 4.7.0 Too many errors')
  }

  // --- What verbs ask for ---------------------------------------------------------------------------------------

  get hasMore(): boolean {
    return this.#lines.waiting > 0
  }

  reply(text: string): void {
    this.#client.reply(`${text}\r\n`)
  }

  refuseChunk(size: number): void {
    this.#lines.skip(size)
    this.#refuse('500 5.5.1 BDAT is not offered')
  }

  pass(command: Command, expected: Expected, means: (code: number) => void): void {
    const slot = this.#client.owe()
    // Nothing is read behind DATA until it has been answered.
    this.#enter(expected === 'go-ahead' ? 'asked' : 'command')
    this.hop.ask(command.line, expected, (code, reply) => {
      this.#client.answer(slot, reply)
      means(code)
    })
  }

  withHop(command: Command, goOn: () => void): void {
    if (this.hop.connection !== null || this.standing.hello === null) {
      goOn()
      return
    }
    this.standing.broken = false
    this.#open(this.standing.hello, (result) => {
      if (result.kind === 'failed') this.#client.reply(unavailable)
      else if (result.kind === 'refused') this.#client.reply(asTemporary(result.reply))
      else if (command.verb === 'MAIL' && usesWithdrawn(command.argument, this.#offered, result.hop.keywords)) {
        this.finish('421 4.4.1 The next hop has changed, greet it anew')
      } else goOn()
    })
  }

  /** Opens a connection. No command is run meanwhile; they go on once `then` has been called. */
  #open(hello: Hello, then: (result: OpeningResult) => void): void {
    this.#enter('opening')
    this.#opening = this.#context.relay.open(hello, (result) => {
      this.#opening = null
      try {
        if (result.kind === 'open') this.hop.use(result.hop)
        this.#enter('command')
        then(result)
        this.#goOn()
      } catch (error) {
        this.failed(error)
      }
    })
  }

  /** EHLO, HELO or LHLO. Until a certificate is shown where one is needed, no next hop is troubled. */
  greet(hello: Hello): void {
    const { standing } = this
    endTransaction(standing)
    if (!standing.trusted) {
      standing.hello = hello
      this.reply(untrustedGreeting(this.#context.hostname, hello, standing.tls !== null))
      return
    }
    standing.broken = false
    standing.forwarded = null
    const { connection } = this.hop
    if (connection !== null) this.#greetAgain(hello, connection)
    else {
      this.#open(hello, (result) => {
        standing.greetingPutOff = result.kind === 'failed'
        if (result.kind === 'open') this.#client.reply(this.#offer(hello, result.hop, result.reply))
        else this.#client.reply(result.kind === 'refused' ? result.reply : unavailable)
      })
    }
  }

  #greetAgain(hello: Hello, connection: HopConnection): void {
    const slot = this.#client.owe()
    this.#enter('asked')
    this.hop.ask(greetingLine(connection.target, hello), 'success', (code, reply) => {
      if (code < 400 && typeof reply !== 'string') {
        connection.keywords = hello.verb === 'HELO' ? new Map() : keywordsOf(reply)
        this.#client.answer(slot, this.#offer(hello, connection, reply))
      } else this.#client.answer(slot, reply)
      this.#enter('command')
    })
  }

  /** Our reply to a greeting that the next hop took: what it offers is what we offer. */
  #offer(hello: Hello, connection: HopConnection, reply: Buffer): string {
    const { standing } = this
    standing.hello = hello
    this.#offered = connection.keywords
    if (hello.verb === 'HELO') return heloReply(reply)
    const extra: string[] = []
    if (standing.tls !== null) extra.push('STARTTLS')
    if (standing.mayXclient) extra.push(xclientKeyword)
    const secure = standing.secure && connection.secure
    return ehloReply(reply, { messageSize: standing.limits.messageSize, secure, extra })
  }

  /** STARTTLS (RFC 3207): answers, puts TLS on the connection, and forgets what was said before. */
  startTls(tls: ServerTls): void {
    this.#forgetAll()
    this.#enter('opening')
    this.#client.startTls(tls, '220 2.0.0 Ready to start TLS\r\n', (outcome) => this.#secured(outcome))
  }

  #secured(outcome: SecureOutcome): void {
    const { standing } = this
    if ('error' in outcome) {
      this.#context.onEvent('tls-failed', { client: standing.client, error: outcome.error })
      this.clientClosed()
      return
    }
    standing.secure = true
    standing.tls = null
    standing.trusted ||= outcome.certified
    if (this.#mode === 'opening') this.#enter('command')
  }

  /** XCLIENT: takes over who the client is, and begins anew with a banner. */
  takeXclient(attributes: ClientAttributes): void {
    this.standing.client = attributes.address ?? this.standing.client
    this.standing.xclientHelo = attributes.helo
    this.#forgetAll()
    this.#begin()
  }

  #forgetAll(): void {
    this.#leaveHop()
    endTransaction(this.standing)
    this.standing.hello = null
  }

  // --- The message ----------------------------------------------------------------------------------------------

  startMessage(): void {
    const { connection } = this.hop
    if (connection === null) return
    // What a next hop takes though it refused MAIL is judged and recorded all the same.
    const transaction = this.standing.transaction ?? beginTransaction(this.standing, noMail)
    const received = this.#context.received ? receivedFor(this.standing, this.#context.hostname) : ''
    this.#message = new Message(transaction, connection.outlet, received, this.#context)
    this.#enter('data')
    const waiting = this.#lines.take()
    if (waiting.length > 0) this.#feed(waiting)
    if (this.#inputEnded && this.#mode === 'data') this.#vanish()
  }

  dataRefused(): void {
    this.#enter('command')
    if (this.hasMore) this.#dismiss('synchronization', '421 4.5.0 Data was sent before it was asked for')
  }

  /** Reads data; what stands behind its end is commands. */
  #feed(chunk: Buffer): void {
    const message = this.#message as Message
    const end = message.feed(chunk)
    // Without its end of data, nothing of a refused message comes into being.
    if (message.refusal !== null) this.#dropHop()
    if (end < 0) return
    if (end < chunk.length) this.#lines.push(chunk.subarray(end))
    this.#enter('ending')
    const { connection } = this.hop
    if (message.refusal !== null || connection === null) {
      message.takeFinal(message.refusal?.reply ?? lost)
      this.#conclude(message)
      return
    }
    message.due = connection.target.protocol === 'lmtp' ? message.recipients : 1
    for (let asked = 0; asked < message.due; asked++) {
      const line = asked === 0 ? '.\r\n' : ''
      const take = (_code: number, reply: Buffer | string): void => {
        if (message.takeFinal(reply)) this.#conclude(message)
      }
      this.hop.ask(line, 'success', take, this.#context.timeouts.nextHopData)
    }
  }

  /** Every final reply is known: answers, records, and is ready for the next transaction. */
  #conclude(message: Message): void {
    const { standing } = this
    const { onMessage, onEvent } = this.#context
    const reply = message.reply(standing.protocol === 'lmtp')
    const sender = senderOf(standing)
    this.#client.reply(reply)
    this.#message = null
    this.#junkCount = 0
    endTransaction(standing)
    standing.broken = false
    standing.forwarded = null
    if (this.#mode === 'ending') this.#enter('command')
    const record = message.record(sender, reply)
    if (record !== null) onMessage(record)
    else if (message.refusal !== null && message.refusal.reason !== 'verdict') {
      const { reason } = message.refusal
      onEvent('message-refused', { client: sender.client, reason, reply: firstLine(reply) })
    }
    this.#closeIfSaid421()
  }

  // --- What the next hop says -----------------------------------------------------------------------------------

  hopAnswered(): void {
    if (this.#mode === 'gone') this.#leaveHop()
    else if (this.#mode === 'command') this.#enter('command')
    this.#goOn()
  }

  hopSpoke(code: number, reply: Buffer): void {
    const said = JSON.stringify(firstLine(reply).slice(0, 200))
    if (this.#mode === 'data' && this.#message !== null) {
      if (code === 421) this.hop.said421 = true
      const failure = { kind: 'early-reply', error: `final reply in the middle of the data: ${said}` } as const
      this.#report(failure, 'data', this.hop.connection?.name ?? '')
      this.#message.refuse('next-hop', code < 400 ? Buffer.from(garbled) : reply)
      this.#dropHop()
    }
    // 421 announces that the next hop closes; anything else means that we are out of step with it.
    else if (code === 421) this.hop.fail({ kind: 'closed', error: `the next hop said ${said}` })
    else this.hop.fail({ kind: 'protocol', error: `unasked reply ${said}` })
  }

  /** The connection is gone, by itself or by our decision: what the next hop owes is answered with 451. */
  hopFailed(failure: HopFailure, name: string): void {
    const { standing } = this
    const message = this.#message
    const stage = this.#hopStage
    if (stage !== 'idle' || failure.kind !== 'closed') this.#report(failure, stage, name)
    const missing = failure.kind === 'protocol' ? garbled : failure.kind === 'timeout' ? late : lost
    if (message === null) {
      if (standing.transaction !== null || this.hop.owes) standing.broken = true
      endTransaction(standing)
    } else if (this.#mode === 'data') message.refuse('next-hop', Buffer.from(missing))
    this.hop.answerAll(missing)
    this.#closeIfSaid421()
  }

  get #hopStage(): NextHopStage {
    if (this.#mode === 'data') return 'data'
    if (this.#message !== null) return 'end-of-data'
    return this.#client.due > 0 || this.standing.transaction !== null ? 'command' : 'idle'
  }

  #report({ kind, error }: HopFailure, stage: NextHopStage, name: string): void {
    this.#context.onEvent('next-hop-error', { hop: name, kind, stage, error })
  }

  /** Once the next hop has told the client in our name that it closes, and has, we do. */
  #closeIfSaid421(): void {
    if (this.hop.said421 && this.hop.connection === null && this.#mode === 'command') this.#close()
  }

  hopDrained(): void {
    const { connection } = this.hop
    if (this.#mode === 'data' && connection !== null) connection.deadline = Infinity
    this.#goOn()
  }

  #dropHop(): void {
    this.hop.detach()?.destroy()
  }

  /** Leaves the connection in order if it is between transactions, else drops it without an end of data. */
  #leaveHop(): void {
    this.#opening?.cancel()
    this.#opening = null
    const { transaction, forwarded } = this.standing
    // One that still owes answers would give them to its next session.
    const between = this.#mode === 'command' && !this.hop.owes
    const connection = this.hop.detach()
    if (connection === null) return
    if (between && transaction === null && forwarded === null) this.#context.relay.release(connection)
    else if (between || this.#mode === 'gone') connection.quit()
    else connection.destroy()
  }

  // --- The end --------------------------------------------------------------------------------------------------

  onDeadline(): void {
    if (this.#mode === 'closing') {
      this.destroy()
      return
    }
    try {
      this.#dismiss('timeout', '421 4.4.2 Timeout: closing the connection')
    } catch (error) {
      this.failed(error)
    }
  }

  /** A fault of ours ends this session only. */
  failed(error: unknown): void {
    this.#context.onEvent('session-failed', { client: this.standing.client, error })
    this.#dropHop()
    if (this.#mode !== 'gone') this.finish('421 4.3.0 Internal fault, try again later')
  }

  /** Tells a client that it has to go, after what it is still owed. */
  #dismiss(reason: SmtpEvents['client-dropped']['reason'], text: string): void {
    this.#context.onEvent('client-dropped', { client: this.standing.client, reason, stage: this.#stage })
    this.#client.answerAll(lost)
    this.finish(text)
  }

  get #stage(): string {
    if (this.#mode === 'command') return this.standing.transaction === null ? 'command' : 'transaction'
    return this.#mode
  }

  finish(text: string): void {
    this.#client.send(`${text}\r\n`)
    this.#close()
  }

  /** Asks the session to end when it is between transactions. */
  drain(): void {
    this.#draining = true
    this.clientDrained()
  }

  get #drainDue(): boolean {
    return this.#draining && this.#mode === 'command' && this.#client.due === 0 && this.standing.transaction === null
  }

  /** The client went away inside the data. */
  #vanish(): void {
    this.#context.onEvent('client-vanished', { client: this.standing.client, stage: this.#stage })
    this.#dropHop()
    this.#close()
  }

  /** Sends what is due and closes; a client that does not close in turn is not waited for. */
  #close(): void {
    if (this.#mode === 'gone' || this.#mode === 'closing') return
    this.#leaveHop()
    this.#enter('closing')
    this.#lines.take()
    this.#client.end()
  }

  /** Ends it at once. */
  destroy(): void {
    this.#client.destroy()
  }

  clientClosed(): void {
    if (this.#mode === 'gone') return
    if (this.#mode !== 'closing' && (this.#mode === 'data' || this.standing.transaction !== null)) {
      this.#context.onEvent('client-vanished', { client: this.standing.client, stage: this.#stage })
    }
    // A message whose end went out stays the next hop's to answer: its record wants the reply.
    if (this.#mode !== 'ending') this.#leaveHop()
    this.#message?.abandon()
    this.#enter('gone')
    this.#context.deadlines.forget(this)
    this.#onGone(this)
  }
}

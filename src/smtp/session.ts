/**
 * The proxied SMTP session (RFC 5321): what a client says goes to the next hop, what the next hop answers goes back,
 * each in order and byte for byte; in between stands the judgement of each message's header section.
 *
 * Every reply that is due has a slot, in the order of the commands, so that our own answers and the next hop's never
 * overtake each other however deep the client pipelines (RFC 2920).
 */
import type { Socket } from 'node:net'
import type { Judge, MessageRecord } from '../model.ts'
import { replyCode } from '../mail/reply.ts'
import type { Deadlines, Timed } from './deadlines.ts'
import type { NetworkList } from './clients.ts'
import { ehloReply, heloReply, untrustedGreeting } from './ehlo.ts'
import { endsWithCrlf, LineReader } from './framing.ts'
import type { BareNewline } from './framing.ts'
import { greetingLine, keywordsOf } from './hop-opening.ts'
import type { Hello, OpeningResult } from './hop-opening.ts'
import { MessageTransfer } from './message-transfer.ts'
import type { TransferHost } from './message-transfer.ts'
import type { HopConnection, HopFailure, HopOwner } from './next-hop.ts'
import type { NextHopStage, OnSmtpEvent, SmtpEvents, SmtpLimits, SmtpTimeouts } from './options.ts'
import { receivedField } from './received.ts'
import { recordOf } from './record.ts'
import type { Transaction } from './record.ts'
import type { Opening, Relay } from './relay.ts'
import { decidingCode, finalReplies } from './replies.ts'
import { secureClient } from './tls-files.ts'
import type { ServerTls } from './tls-files.ts'
import { xclientKeyword } from './xclient.ts'
import type { XclientAttributes } from './xclient.ts'
import { hasControl, readCommand, verbs } from './verbs.ts'
import type { Command } from './verbs.ts'

/** What all sessions of one server share. */
export interface SessionContext {
  readonly hostname: string
  readonly judge: Judge
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnSmtpEvent
  readonly timeouts: SmtpTimeouts
  readonly limits: SmtpLimits
  readonly deadlines: Deadlines
  readonly relay: Relay
  readonly bareNewline: BareNewline
  readonly received: boolean
  /** Who may say who the client is. */
  readonly xclient: NetworkList
}

/** What is known of a client when its dialogue begins. */
export interface SessionStart {
  /** IP address, or `unix`. */
  readonly client: string
  readonly protocol: 'smtp' | 'lmtp'
  /** Whether it may relay by its network; if not, it has to show a certificate. */
  readonly trusted: boolean
  /** TLS to offer; null if none is, or if it is on already. */
  readonly tls: ServerTls | null
  readonly secure: boolean
}

/** Commands whose reply is the next hop's, by what their reply means to us; `own` is answered by us. */
type SlotKind = 'mail' | 'rcpt' | 'rset' | 'plain' | 'xforward' | 'hello' | 'data' | 'end' | 'own'

interface Slot {
  readonly kind: SlotKind
  /** The command; null for the end of data. */
  readonly command: Command | null
  /** What to answer; null while the next hop owes it. */
  reply: Buffer | string | null
}

/**
 * `command`: reading commands. `opening`: a next hop is being opened. `asked`: EHLO or DATA waits for its reply.
 * `data`: reading a message. `ending`: its end went to the next hop. `closing`: only waiting for the client to go.
 */
type Mode = 'command' | 'opening' | 'asked' | 'data' | 'ending' | 'closing' | 'gone'

/** Octets of a command line (RFC 5321 section 4.5.3.1.4 asks for 512 and more with extensions). */
const lineLimit = 4096
/** The same for XFORWARD and the like. */
const longLineLimit = 12_288
/** Octets that wait to be sent above which the other side is not read. */
const highWater = 262_144
/** The same towards a client, which is owed replies only. */
const replyHighWater = 65_536
/** Replies due at once above which no command is read. */
const slotLimit = 1000
/** How long a client that was told to go may take to close (ms). */
const lingerTime = 2000

const lost = '451 4.4.2 Lost the connection to the next hop'
const unavailable = '451 4.4.1 The next hop is not available'
const garbled = '451 4.5.0 The next hop gave an unexpected reply'

export class Session implements HopOwner, TransferHost, Timed {
  deadline: number
  /** Who the client is, for the record; XCLIENT may say. */
  client: string
  readonly protocol: 'smtp' | 'lmtp'
  readonly limits: SmtpLimits
  /** Whether the client may relay. */
  trusted: boolean
  /** TLS that can still be started. */
  tls: ServerTls | null
  secure: boolean
  readonly mayXclient: boolean
  hello: Hello | null = null
  hop: HopConnection | null = null
  draining = false
  /** Recipients of the transaction that were accepted or may still be. */
  recipientsAsked = 0
  readonly #context: SessionContext
  #socket: Socket
  readonly #onGone: (session: Session) => void
  readonly #lines = new LineReader()
  readonly #slots: Slot[] = []
  #mode: Mode = 'command'
  /** A command that must wait until earlier ones are answered. */
  #waiting: Command | null = null
  #opening: Opening | null = null
  #transaction: Transaction | null = null
  #transfer: MessageTransfer | null = null
  /** The greeting that the open next hop was given again, until it answers. */
  #greeting: Hello | null = null
  /** Whether the end of data went to the next hop and its reply has not come yet. */
  #ending = false
  /** Final replies of the next hop that came, and how many are due. */
  #finals: Buffer[] = []
  #finalsDue = 0
  /** Whether the next hop was lost inside a transaction, which is answered with 451 from then on. */
  #broken = false
  /** Whether XFORWARD attributes were given that a new connection would not have. */
  #forwarded = false
  /** What XCLIENT said the client greeted with. */
  #xclientHelo: string | null = null
  /** Whether a 421 of the next hop went to the client (RFC 5321 section 3.8: its channel is about to close). */
  #said421 = false
  /** Turns within turns, and the sockets that the outermost holds back until it ends. */
  #depth = 0
  #corked: (Socket | undefined)[] = []
  #inputEnded = false
  #paused = false
  #commands = 0
  #unknown = 0

  constructor(context: SessionContext, socket: Socket, about: SessionStart, onGone: (session: Session) => void) {
    this.#context = context
    this.#socket = socket
    this.client = about.client
    this.protocol = about.protocol
    this.trusted = about.trusted
    this.tls = about.tls
    this.secure = about.secure
    this.mayXclient = about.client !== 'unix' && context.xclient.includes(about.client)
    this.limits = context.limits
    this.#onGone = onGone
    this.deadline = performance.now() + context.timeouts.command
    context.deadlines.watch(this)
    this.#attach(socket)
    this.#send(this.#banner())
  }

  #attach(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#guarded(() => this.#received(chunk)))
    socket.on('drain', () => this.#guarded(() => this.#pump()))
    socket.on('end', () => this.#guarded(() => this.#ended()))
    // What went wrong with a client's connection is told by 'close', which always follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#closed())
    socket.resume()
  }

  #banner(): string {
    return `220 ${this.#context.hostname} ${this.protocol === 'smtp' ? 'ESMTP' : 'LMTP'} Namesake\r\n`
  }

  // --- What verbs ask for -------------------------------------------------------------------------------------

  /** Answers by ourselves, after the replies that are due before. `text` is without its line end. */
  reply(text: string): void {
    if (this.#slots.length === 0) this.#send(`${text}\r\n`)
    else this.#slots.push({ kind: 'own', command: null, reply: `${text}\r\n` })
  }

  /** EHLO, HELO or LHLO: opens the next hop, or greets the open one again, and offers what it offers. */
  greet(hello: Hello): void {
    this.#resetTransaction()
    this.#broken = false
    this.#forwarded = false
    if (!this.trusted) {
      // Until a certificate is shown, no next hop is troubled.
      this.hello = hello
      this.reply(untrustedGreeting(this.#context.hostname, hello, this.tls !== null))
      return
    }
    if (this.hop !== null) {
      this.#greeting = hello
      this.forward('hello', textCommand(greetingLine(this.hop.target, hello)))
      this.#mode = 'asked'
      return
    }
    this.#open(hello, (result) => {
      if (result.kind === 'open') {
        this.hello = hello
        this.#send(this.#helloReply(hello, result.reply))
      } else this.#send(result.kind === 'refused' ? result.reply : `${unavailable}\r\n`)
    })
  }

  /** STARTTLS (RFC 3207): answers, puts TLS on the connection, and forgets what was said before. */
  startTls(): void {
    const tls = this.tls as ServerTls
    const plain = this.#socket
    this.#leaveHop()
    this.#resetTransaction()
    this.hello = null
    this.#mode = 'opening'
    plain.pause()
    plain.write('220 2.0.0 Ready to start TLS\r\n', () => {
      for (const event of ['data', 'drain', 'end', 'close']) plain.removeAllListeners(event)
      this.#socket = secureClient(plain, tls, (result) => this.#secured(result))
    })
  }

  #secured(result: Parameters<Parameters<typeof secureClient>[2]>[0]): void {
    if ('error' in result) {
      this.#context.onEvent('tls-failed', { client: this.client, error: result.error })
      this.#closed()
      return
    }
    this.secure = true
    this.tls = null
    this.trusted ||= result.certified
    this.#mode = 'command'
    this.deadline = performance.now() + this.#context.timeouts.command
    this.#attach(result.socket)
  }

  /** Whether octets behind the command now run have come already. */
  get hasMoreInput(): boolean {
    return this.#lines.waiting > 0
  }

  /** XCLIENT: takes over who the client is, and begins anew with a banner. */
  takeXclient(attributes: XclientAttributes): void {
    this.client = attributes.address ?? this.client
    this.#xclientHelo = attributes.helo
    this.#leaveHop()
    this.#resetTransaction()
    this.hello = null
    this.#send(this.#banner())
  }

  /** Passes a command on, opening the next hop first if there is none. */
  forwardOpening(kind: 'mail' | 'plain' | 'xforward', command: Command): void {
    if (this.hop !== null) {
      this.forward(kind, command)
      return
    }
    if (this.#forwarded && kind === 'mail') {
      this.#forwarded = false
      this.reply(lost)
      return
    }
    this.#broken = false
    this.#open(this.hello as Hello, (result) => {
      if (result.kind === 'open') this.forward(kind, command)
      else this.reply(result.kind === 'refused' ? lineOf(asTemporary(result.reply)) : unavailable)
    })
  }

  /** Passes a command on as it came. */
  forward(kind: SlotKind, command: Command): void {
    const hop = this.hop as HopConnection
    if (kind === 'rcpt') this.recipientsAsked++
    if (kind === 'mail') {
      this.#transaction ??= { line: command, startedAt: performance.now(), accepted: 0, open: false }
    }
    this.#slots.push({ kind, command, reply: null })
    hop.write(command.line)
    this.deadline = Infinity
    if (hop.deadline === Infinity) hop.deadline = performance.now() + this.#context.timeouts.nextHop
  }

  askData(command: Command): void {
    this.forward('data', command)
    this.#mode = 'asked'
  }

  /** RSET while no next hop is open. */
  resetWithoutHop(): void {
    this.#resetTransaction()
    this.#broken = false
    this.#forwarded = false
    this.reply('250 2.0.0 Ok')
  }

  /** What a command inside a transaction is answered with while no next hop is open. */
  withoutHop(outOfOrder: string): string {
    return this.#broken ? lost : outOfOrder
  }

  /** Answers, and closes once the client has the answer. */
  finish(text: string): void {
    this.#send(`${text}\r\n`)
    this.#close()
  }

  /** Asks the session to end when it is between transactions. */
  drain(): void {
    this.draining = true
    this.#guarded(() => this.#endIfDue())
  }

  /** Ends it at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  // --- The client's side --------------------------------------------------------------------------------------

  /** Runs one turn: all that is written in it goes out together, and a fault of ours ends this session only. */
  #guarded(turn: () => void): void {
    this.hopTurn(true)
    try {
      turn()
    } catch (error) {
      this.#context.onEvent('session-failed', { client: this.client, error })
      this.#dropHop()
      if (this.#mode !== 'gone') this.finish('421 4.3.0 Internal fault, try again later')
    }
    this.hopTurn(false)
  }

  #received(chunk: Buffer): void {
    if (this.#mode === 'closing' || this.#mode === 'gone') return
    if (this.#mode === 'data') this.#readData(chunk)
    else this.#lines.push(chunk)
    this.#pump()
  }

  #ended(): void {
    this.#inputEnded = true
    if (this.#mode === 'data') this.#vanished()
    else this.#pump()
  }

  /** Reads commands as long as they can be run. */
  #pump(): void {
    while (this.#mode === 'command' && this.#socket.writableLength < replyHighWater && !this.#drainDue()) {
      const command = this.#waiting ?? this.#nextCommand()
      if (command === null) break
      this.#waiting = null
      if (!this.#canRun(command)) {
        this.#waiting = command
        break
      }
      this.#run(command)
    }
    this.#endIfDue()
    this.#updateFlow()
  }

  #nextCommand(): Command | null {
    for (;;) {
      const line = this.#lines.next(longLineLimit)
      if (line === null) return null
      if (line === 'too-long' || !endsWithCrlf(line)) {
        this.#unreadable(line === 'too-long' ? '500 5.5.6 Line too long' : '500 5.5.2 Lines end with CR LF')
        if (this.#mode !== 'command') return null
        continue
      }
      return readCommand(line)
    }
  }

  #canRun(command: Command): boolean {
    if (this.#slots.length === 0) return true
    if (this.#slots.length >= slotLimit) return false
    if (verbs.get(command.verb)?.alone === true) return false
    return this.hop === null || this.hop.pipelining
  }

  #run(command: Command): void {
    this.#commands++
    if (this.#commands > this.limits.commands) {
      this.#letGo('commands', '421 4.7.0 Too many commands')
      return
    }
    this.deadline = performance.now() + this.#context.timeouts.command
    const rule = verbs.get(command.verb)
    if (rule === undefined) this.#unreadable('500 5.5.1 Command not recognised')
    else if (command.line.length > (/^X/.test(command.verb) ? longLineLimit : lineLimit)) {
      this.#unreadable('500 5.5.6 Line too long')
    } else if (hasControl(command)) this.#unreadable('501 5.5.2 A control character is not accepted')
    else {
      const refused = rule.check(this, command)
      if (refused === null) rule.proceed(this, command)
      else this.reply(refused)
    }
  }

  /** Refuses a command whose payload of so many octets follows. */
  refuseChunk(size: number): void {
    this.#lines.skip(size)
    this.#unreadable('500 5.5.1 BDAT is not offered')
  }

  /** Answers a line that is no command of ours. */
  #unreadable(text: string): void {
    this.#unknown++
    if (this.#unknown > this.limits.unknownCommands) this.#letGo('unknown-commands', '421 4.7.0 Too many errors')
    else this.reply(text)
  }

  #letGo(reason: SmtpEvents['client-dropped']['reason'], text: string): void {
    this.#context.onEvent('client-dropped', { client: this.client, reason, stage: this.#stage() })
    this.#settleUnanswered(lost)
    this.finish(text)
  }

  #stage(): string {
    if (this.#mode === 'command') return this.#transaction === null ? 'command' : 'transaction'
    return this.#mode
  }

  /** Ends a session that is idle and has a reason to end. */
  #endIfDue(): void {
    if (this.#drainDue()) {
      this.#context.onEvent('client-dropped', { client: this.client, reason: 'drain', stage: 'command' })
      this.finish('421 4.3.2 The service is shutting down')
    } else if (this.#inputEnded && this.#mode === 'command' && this.#slots.length === 0) this.#close()
  }

  #drainDue(): boolean {
    return this.draining && this.#mode === 'command' && this.#slots.length === 0 && this.#transaction === null
  }

  #updateFlow(): void {
    const full = this.#mode === 'data' ? (this.hop?.waiting ?? 0) > highWater : this.#lines.waiting > replyHighWater
    const pause = full || this.#socket.writableLength >= replyHighWater
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.#socket.pause()
    else this.#socket.resume()
  }

  onDeadline(): void {
    if (this.#mode === 'closing') this.destroy()
    else this.#guarded(() => this.#letGo('timeout', '421 4.4.2 Timeout: closing the connection'))
  }

  #send(reply: Buffer | string): void {
    if (this.#mode === 'gone') return
    if (typeof reply === 'string') this.#socket.write(reply, 'latin1')
    else this.#socket.write(reply)
  }

  #close(): void {
    if (this.#mode === 'gone' || this.#mode === 'closing') return
    this.#leaveHop()
    this.#mode = 'closing'
    this.#slots.length = 0
    this.deadline = performance.now() + lingerTime
    this.#lines.take()
    this.#socket.end()
    // What the client still sends is read and dropped: unread octets would turn our last reply into a reset.
    this.#socket.resume()
  }

  /** The client went away inside the data. */
  #vanished(): void {
    this.#context.onEvent('client-vanished', { client: this.client, stage: this.#stage() })
    this.#dropHop()
    this.#close()
  }

  #closed(): void {
    if (this.#mode === 'gone') return
    const mode = this.#mode
    if (mode !== 'closing' && (mode === 'data' || this.#transaction !== null)) {
      this.#context.onEvent('client-vanished', { client: this.client, stage: this.#stage() })
    }
    this.#opening?.cancel()
    this.#opening = null
    // A message whose end went out is the next hop's to answer; its record still wants the reply.
    if (!this.#ending) this.#leaveHop()
    this.#mode = 'gone'
    this.#context.deadlines.forget(this)
    this.#onGone(this)
  }

  // --- The message --------------------------------------------------------------------------------------------

  #startData(): void {
    this.#mode = 'data'
    const { judge, bareNewline, limits, timeouts } = this.#context
    const { messageSize, headerSection, hops } = limits
    this.#transfer = new MessageTransfer(this, {
      judge,
      bareNewline,
      messageSize,
      headerSection,
      hops,
      received: this.#context.received ? this.#receivedField() : '',
    })
    this.deadline = performance.now() + timeouts.data
  }

  #receivedField(): string {
    const { hostname } = this.#context
    return receivedField({ hostname, client: this.client, helo: this.#helo(), protocol: this.#protocolWord() })
  }

  /** What the Received field says of how the message came (RFC 3848). */
  #protocolWord(): string {
    if (this.protocol === 'lmtp') return this.secure ? 'LMTPS' : 'LMTP'
    if (this.hello?.verb === 'HELO') return 'SMTP'
    return this.secure ? 'ESMTPS' : 'ESMTP'
  }

  #readData(chunk: Buffer): void {
    const transfer = this.#transfer as MessageTransfer
    const end = transfer.feed(chunk, 0)
    const hop = this.hop
    if (hop !== null && hop.waiting > highWater && hop.deadline === Infinity) {
      hop.deadline = performance.now() + this.#context.timeouts.nextHop
    }
    if (end < 0) return
    if (end < chunk.length) this.#lines.push(chunk.subarray(end))
    this.#endData(transfer)
  }

  #endData(transfer: MessageTransfer): void {
    const hop = this.hop
    this.deadline = Infinity
    if (transfer.refusal !== null || hop === null) {
      this.#finals = [transfer.refusal?.reply ?? Buffer.from(`${lost}\r\n`)]
      this.#finalsDue = 0
      this.#concluded()
      return
    }
    hop.writeText('.\r\n')
    hop.deadline = performance.now() + this.#context.timeouts.nextHopData
    this.#mode = 'ending'
    this.#ending = true
    this.#finals = []
    this.#finalsDue = hop.target.protocol === 'lmtp' ? Math.max(1, this.#transaction?.accepted ?? 1) : 1
    this.#slots.push({ kind: 'end', command: null, reply: null })
  }

  /** Every final reply is known: answers, records, and is ready for the next transaction. */
  #concluded(): void {
    const finals = this.#finals
    const transaction = this.#transaction
    const transfer = this.#transfer
    const lmtp = this.protocol === 'lmtp'
    const reply = finalReplies(finals, Math.max(1, transaction?.accepted ?? 1), lmtp)
    this.#slots.length = 0
    this.#send(reply)
    if (this.#mode !== 'gone') this.#mode = 'command'
    this.#ending = false
    this.#resetTransaction()
    this.#forwarded = false
    this.#finals = []
    this.deadline = performance.now() + this.#context.timeouts.command
    if (transaction === null || transfer === null) return
    const about = { client: this.client, helo: this.#helo() }
    const record = recordOf(about, transaction, transfer, lineOf(reply), decidingCode(finals), performance.now())
    if (record !== null) this.#context.onMessage(record)
    else if (transfer.refusal !== null && transfer.refusal.reason !== 'verdict') {
      const { reason } = transfer.refusal
      this.#context.onEvent('message-refused', { client: this.client, reason, reply: lineOf(reply) })
    }
  }

  #helo(): string {
    return this.#xclientHelo ?? this.hello?.argument.trim() ?? ''
  }

  relayOctets(octets: Buffer): void {
    this.hop?.write(octets)
  }

  relayText(text: string): void {
    this.hop?.writeText(text)
  }

  abandonHop(): void {
    this.#dropHop()
  }

  #resetTransaction(): void {
    this.#transaction = null
    this.#transfer = null
    this.recipientsAsked = 0
  }

  // --- The next hop's side ------------------------------------------------------------------------------------

  #open(hello: Hello, then: (result: OpeningResult) => void): void {
    this.#mode = 'opening'
    this.deadline = Infinity
    this.#opening = this.#context.relay.open(hello, (result) => {
      this.#opening = null
      this.#guarded(() => {
        this.#mode = 'command'
        this.deadline = performance.now() + this.#context.timeouts.command
        if (result.kind === 'open') {
          this.hop = result.hop
          result.hop.owner = this
        }
        then(result)
        this.#pump()
      })
    })
  }

  /** Our reply to a greeting that the next hop took. */
  #helloReply(hello: Hello, reply: Buffer): Buffer | string {
    if (hello.verb === 'HELO') return heloReply(reply)
    const extra: string[] = []
    if (this.tls !== null) extra.push('STARTTLS')
    if (this.mayXclient) extra.push(xclientKeyword)
    return ehloReply(reply, { messageSize: this.limits.messageSize, extra })
  }

  hopReplied(code: number, octets: Buffer): void {
    const slot = this.#slots.find((s) => s.reply === null)
    if (slot === undefined) {
      this.#unasked(code, octets)
      return
    }
    const hop = this.hop as HopConnection
    if (slot.kind === 'end') {
      this.#finals.push(code >= 300 && code <= 399 ? Buffer.from(`${garbled}\r\n`) : octets)
      if (code >= 300 && code <= 399) this.#dropHop()
      else if (this.#finals.length < this.#finalsDue) return
      else hop.deadline = Infinity
      this.#completeFinals(garbled)
      this.#afterReply()
      return
    }
    this.#settle(slot, code, octets)
    if (this.hop !== null) this.#watchReplies(hop)
    this.#flush()
    this.#afterReply()
  }

  /** Whether replies are still due decides whether the next hop is on the clock; each has its own time. */
  #watchReplies(hop: HopConnection): void {
    const due = this.#slots.some((s) => s.reply === null)
    hop.deadline = due ? performance.now() + this.#context.timeouts.nextHop : Infinity
  }

  #afterReply(): void {
    if (this.#mode === 'gone') this.#leaveHop()
    else if (this.#mode === 'data') this.#readWaitingData()
    this.#pump()
  }

  #readWaitingData(): void {
    const waiting = this.#lines.take()
    if (waiting.length > 0) this.#readData(waiting)
    else if (this.#inputEnded) this.#vanished()
  }

  /** Takes the next hop's reply to a command over into the transaction, and decides what the client is told. */
  #settle(slot: Slot, code: number, octets: Buffer): void {
    const success = code < 300
    const expected = slot.kind === 'data' ? code === 354 : success
    if (code < 400 && !expected) {
      slot.reply = `${garbled}\r\n`
      this.#hopFailed('protocol', 'command', `the next hop answered with ${code} where that has no meaning`)
      if (slot.kind === 'data') this.#mode = 'command'
      return
    }
    slot.reply = octets
    if (code === 421) this.#said421 = true
    switch (slot.kind) {
      case 'mail':
        this.#mailAnswered(slot.command as Command, success)
        break
      case 'rcpt':
        if (success && this.#transaction !== null) this.#transaction.accepted++
        else this.recipientsAsked = Math.max(0, this.recipientsAsked - 1)
        break
      case 'hello':
        this.#mode = 'command'
        if (success) slot.reply = this.#greetedAgain(octets)
        break
      case 'rset':
        this.#resetTransaction()
        this.#forwarded = false
        break
      case 'xforward':
        if (success) this.#forwarded = true
        break
      case 'data':
        if (code === 354) this.#startData()
        else this.#dataRefused()
        break
      default:
        break
    }
  }

  #mailAnswered(command: Command, success: boolean): void {
    if (success) {
      this.#transaction ??= { line: command, startedAt: performance.now(), accepted: 0, open: true }
      this.#transaction.open = true
      if (this.hop !== null) this.hop.transactions++
    } else if (this.#transaction?.open === false) this.#resetTransaction()
  }

  #greetedAgain(octets: Buffer): Buffer | string {
    const hello = this.#greeting as Hello
    const hop = this.hop as HopConnection
    this.hello = hello
    hop.keywords = hello.verb === 'HELO' ? new Map() : keywordsOf(octets)
    return this.#helloReply(hello, octets)
  }

  /** DATA was refused: what the client sent behind it without waiting is a message, and must not be run as commands. */
  #dataRefused(): void {
    this.#mode = 'command'
    if (this.#lines.waiting === 0) return
    this.#flush()
    this.#letGo('synchronization', '421 4.5.0 Data was sent before it was asked for')
  }

  /** A reply that no command asked for. */
  #unasked(code: number, octets: Buffer): void {
    const said = lineOf(octets).slice(0, 200)
    if (this.#mode !== 'data') {
      // 421 announces that the next hop closes; anything else means that we are out of step with it.
      if (code !== 421) this.#hopFailed('protocol', 'idle', `unasked reply ${JSON.stringify(said)}`)
      else this.#lostHop({ kind: 'closed', error: `the next hop said ${JSON.stringify(said)}` }, 'idle')
      return
    }
    const error = `final reply in the middle of the data: ${JSON.stringify(said)}`
    this.#report('early-reply', 'data', error)
    this.#transfer?.refuse({ reason: 'next-hop', reply: code < 400 ? Buffer.from(`${garbled}\r\n`) : octets })
  }

  hopLost(failure: HopFailure): void {
    this.#lostHop(failure, this.#hopStage())
    if (this.#mode === 'gone') return
    this.#pump()
  }

  #hopStage(): NextHopStage {
    if (this.#mode === 'data') return 'data'
    if (this.#ending) return 'end-of-data'
    return this.#slots.length > 0 || this.#transaction !== null ? 'command' : 'idle'
  }

  #report(kind: HopFailure['kind'], stage: NextHopStage, error: string): void {
    this.#context.onEvent('next-hop-error', { hop: this.hop?.name ?? '', kind, stage, error })
  }

  #hopFailed(kind: HopFailure['kind'], stage: NextHopStage, error: string): void {
    this.#lostHop({ kind, error }, stage)
  }

  /** The next hop is gone, by itself or by our decision: what it owes is answered with 451. */
  #lostHop(failure: HopFailure, stage: NextHopStage): void {
    const reply = failure.kind === 'timeout' ? '451 4.4.2 The next hop did not answer in time' : lost
    if (stage !== 'idle' || failure.kind !== 'closed') this.#report(failure.kind, stage, failure.error)
    this.#dropHop()
    if (this.#mode === 'data') {
      this.#transfer?.refuse({ reason: 'next-hop', reply: Buffer.from(`${reply}\r\n`) })
      return
    }
    if (this.#ending) {
      this.#completeFinals(failure.kind === 'protocol' ? garbled : reply)
      return
    }
    if (this.#transaction !== null || this.#slots.some((s) => s.reply === null)) this.#broken = true
    this.#resetTransaction()
    this.#settleUnanswered(failure.kind === 'protocol' ? garbled : reply)
    if (this.#mode === 'asked') this.#mode = 'command'
    // It told the client that it would close, in our name; so we do.
    if (this.#said421 && this.#mode === 'command') this.#close()
  }

  /** Fills in the final replies that did not come, and concludes. */
  #completeFinals(missing: string): void {
    while (this.#finals.length < this.#finalsDue) this.#finals.push(Buffer.from(`${missing}\r\n`))
    this.#concluded()
  }

  #settleUnanswered(text: string): void {
    for (const slot of this.#slots) slot.reply ??= `${text}\r\n`
    this.#flush()
  }

  #flush(): void {
    let sent = 0
    for (const { reply } of this.#slots) {
      if (reply === null) break
      this.#send(reply)
      sent++
    }
    if (sent === 0) return
    this.#slots.splice(0, sent)
    if (this.#slots.length === 0 && this.#mode === 'command') {
      this.deadline = performance.now() + this.#context.timeouts.command
    }
  }

  hopDrained(): void {
    if (this.#mode === 'data' && this.hop !== null) this.hop.deadline = Infinity
    this.#updateFlow()
  }

  hopTurn(begins: boolean): void {
    this.#depth += begins ? 1 : -1
    if (begins && this.#depth === 1) {
      this.#corked = [this.#socket, this.hop?.socket]
      for (const socket of this.#corked) socket?.cork()
    } else if (this.#depth === 0) this.#uncork()
  }

  #uncork(): void {
    for (const socket of this.#corked) socket?.uncork()
    this.#corked = []
  }

  /** Leaves the next hop in order if it is between transactions, else drops it without an end of data. */
  #leaveHop(): void {
    const hop = this.hop
    if (hop === null) return
    const between = this.#mode === 'command' && this.#slots.length === 0
    this.hop = null
    // It leaves this turn, and with it must leave what the turn holds back.
    this.#uncork()
    if (between && this.#transaction === null && !this.#forwarded) this.#context.relay.release(hop)
    else if (between || this.#mode === 'gone') hop.quit()
    else hop.destroy()
  }

  #dropHop(): void {
    const hop = this.hop
    this.hop = null
    hop?.destroy()
  }
}

function textCommand(text: string): Command {
  return { verb: '', argument: '', line: Buffer.from(text, 'latin1') }
}

/** First line of a reply, without its line end. */
function lineOf(reply: Buffer): string {
  return reply.toString('latin1').split(/\r?\n/, 1)[0] ?? ''
}

/** A greeting that was refused in mid-session is no verdict on the command that needed it. */
function asTemporary(reply: Buffer): Buffer {
  return replyCode(reply, 0) < 500 ? reply : Buffer.from(`${unavailable}\r\n`)
}

/** The dialogue: order, what is answered. */

import type { Decision, Disposition, Judge, MessageRecord, Reply } from '../model.ts'
import {
  Macros,
  declaredSize,
  parseConnect,
  parseHeader,
  parseMacros,
  parseOptneg,
  parseStrings,
  pathOf,
} from './commands.ts'
import type { Connect } from './commands.ts'
import { formatDecision, formatRemovals, formatReply, goOn, quarantines } from './edits.ts'
import type { EventName, OnEvent } from '../vocabulary.ts'
import { HeaderEvents } from './header-events.ts'
import { formatOptneg, negotiate } from './negotiation.ts'
import type { Negotiated, Circumstances, Skip } from './negotiation.ts'
import type { NetworkList } from '../net/networks.ts'
import { SMFIC, SMFIF, SMFIP, SMFIR, formatPacket } from './wire.ts'
import type { MilterCommand, Packet } from './wire.ts'

/** The events that the milter entrance tells; the vocabulary says what each means. */
export type MilterEvent = Extract<EventName, `milter-${string}`>
export type OnMilterEvent = OnEvent<MilterEvent>

/** What a session is handed besides its packets. */
export interface SessionOptions {
  readonly judge: Judge
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnMilterEvent
  readonly skip: Skip
  readonly exempt: { readonly authenticated: boolean; readonly networks: NetworkList }
  /** Most octets of a header section that are kept for the judgement. */
  readonly headerSection: number
  /** Milliseconds above which a judgement is reported as slow. */
  readonly timeout: number
}

/** What is done after a packet: packets to send (none: silence), and whether the connection ends. */
interface PacketAnswer {
  readonly send: readonly Buffer[]
  readonly close: boolean
  /** Set if the MTA broke the protocol. */
  readonly fault?: string
}

const silence: PacketAnswer = { send: [], close: false }
const farewell: PacketAnswer = { send: [], close: true }
const proceed: PacketAnswer = { send: [goOn], close: false }

function broken(fault: string): PacketAnswer {
  return { send: [], close: true, fault }
}

/** One message, from MAIL to the answer to its end. */
interface MilterMessage {
  readonly started: number
  readonly reversePath: string
  readonly declaredSize: number | null
  readonly headers: HeaderEvents
  recipients: number
  bodyOctets: number
  /** The furthest step reached; see `steps`. */
  order: number
}

interface CommandRow {
  /** Place within a message: it never goes back. 0 stands outside of that order. */
  readonly order: number
  /** The SMFIP_NR_ bit under which the MTA awaits no answer. */
  readonly noReply: number
  readonly take: (session: MilterSession, data: Buffer) => PacketAnswer
}

/**
 * One MTA's dialogue, a packet at a time; synchronous, and without a socket of its own. Several SMTP connections can
 * follow one another (QUIT_NC), each with several messages. Longer than a file should be, for a reason: the table of
 * steps at its end and what each step does are one dialogue, read side by side.
 */
export class MilterSession {
  readonly #options: SessionOptions
  readonly #peer: string
  readonly #circumstances: Circumstances
  readonly #learn: (mta: string) => void
  #agreement: Negotiated | null = null
  #connect: Connect | null = null
  #helo = ''
  #macros = new Macros()
  #message: MilterMessage | null = null

  /** `learn` is told the MTA's own name and version (macro v) once it is known. */
  constructor(options: SessionOptions, peer: string, circumstances: Circumstances, learn: (mta: string) => void) {
    this.#options = options
    this.#peer = peer
    this.#circumstances = circumstances
    this.#learn = learn
  }

  /** True from MAIL to the answer to the end of the message. */
  get inMessage(): boolean {
    return this.#message !== null
  }

  /** True once the MTA has said what it speaks. */
  get negotiated(): boolean {
    return this.#agreement !== null
  }

  /** Takes one packet and returns what is to be done about it. */
  receive(packet: Packet): PacketAnswer {
    const step = (steps as Readonly<Record<string, CommandRow>>)[packet.command]
    if (step === undefined) return broken(`an unknown command ${JSON.stringify(packet.command)}`)
    const fault = this.#check(packet.command, step)
    if (fault !== null) return broken(fault)
    if (step.order > 0 && this.#message !== null) this.#message.order = step.order
    const answer = step.take(this, packet.data)
    const unanswered = answer === proceed && ((this.#agreement?.protocol ?? 0) & step.noReply) !== 0
    return unanswered ? silence : answer
  }

  /** The connection ended; a message that was under way is over. */
  end(): void {
    this.#abandon()
  }

  /** Whether a command may come now: null, or what is wrong with it. */
  #check(command: string, step: CommandRow): string | null {
    if (command === SMFIC.QUIT || command === SMFIC.ABORT) return null
    if (this.#agreement === null) return command === SMFIC.OPTNEG ? null : `${nameOf(command)} before SMFIC_OPTNEG`
    if (step.order === 0) return null
    if (this.#message === null) return `${nameOf(command)} outside of a message`
    return step.order < this.#message.order ? `${nameOf(command)} after a later step of its message` : null
  }

  takeOptneg(data: Buffer): PacketAnswer {
    const offer = parseOptneg(data)
    if (offer === null) return broken(`SMFIC_OPTNEG of ${data.length} octets (12 or more are needed)`)
    if (this.#agreement !== null && this.#connect !== null) return broken('a second SMFIC_OPTNEG within a connection')
    const agreement = negotiate(offer, this.#options.skip, this.#circumstances)
    if (agreement === null) return broken(`protocol version ${offer.version} (2 to 6 are spoken)`)
    this.#agreement = agreement
    const { version, actions, protocol } = agreement
    this.#options.onEvent('milter-negotiated', { peer: this.#peer, version, actions, protocol })
    const missing = (['ADDHDRS', 'CHGHDRS'] as const).filter((name) => (agreement.actions & SMFIF[name]) === 0)
    if (missing.length > 0) {
      this.#options.onEvent('milter-action-missing', { peer: this.#peer, missing: missing.join(' ') })
    }
    return { send: [formatOptneg(agreement)], close: false }
  }

  takeMacro(data: Buffer): PacketAnswer {
    const macros = parseMacros(data)
    if (macros === null) return broken('SMFIC_MACRO whose names and values do not pair up')
    this.#macros.set(macros.stage, macros.values)
    const mta = macros.values.get('v')
    if (mta !== undefined) this.#learn(mta)
    return silence
  }

  takeConnect(data: Buffer): PacketAnswer {
    const connect = parseConnect(data)
    if (connect === null) return broken('SMFIC_CONNECT without host name, family and address')
    this.#abandon()
    this.#macros.endConnection(SMFIC.CONNECT)
    this.#connect = connect
    this.#helo = ''
    return proceed
  }

  takeHelo(data: Buffer): PacketAnswer {
    const strings = parseStrings(data)
    if (strings === null) return broken('SMFIC_HELO without a NUL-ended name')
    this.#abandon()
    this.#helo = strings[0] as string
    return proceed
  }

  takeMail(data: Buffer): PacketAnswer {
    const strings = parseStrings(data)
    if (strings === null) return broken('SMFIC_MAIL without a NUL-ended address')
    this.#abandon(SMFIC.MAIL)
    const [argument = '', ...parameters] = strings
    this.#message = {
      started: performance.now(),
      reversePath: pathOf(argument),
      declaredSize: declaredSize(parameters),
      headers: new HeaderEvents(this.#options.headerSection),
      recipients: 0,
      bodyOctets: 0,
      order: 1,
    }
    return proceed
  }

  takeRcpt(data: Buffer): PacketAnswer {
    if (parseStrings(data) === null) return broken('SMFIC_RCPT without a NUL-ended address')
    if (this.#message !== null) this.#message.recipients++
    return proceed
  }

  takeHeader(data: Buffer): PacketAnswer {
    const header = parseHeader(data)
    if (header === null) return broken('SMFIC_HEADER without NUL-ended name and body')
    const leadingSpace = ((this.#agreement?.protocol ?? 0) & SMFIP.HDR_LEADSPC) !== 0
    this.#message?.headers.add(header.name, header.body, leadingSpace)
    return proceed
  }

  takeBody(data: Buffer): PacketAnswer {
    if (this.#message !== null) this.#message.bodyOctets += data.length
    return ((this.#agreement?.protocol ?? 0) & SMFIP.SKIP) !== 0 ? skipRest : proceed
  }

  takeEnd(data: Buffer): PacketAnswer {
    const message = this.#message
    const agreement = this.#agreement
    if (message === null || agreement === null) return broken('SMFIC_BODYEOB outside of a message')
    message.bodyOctets += data.length
    const send = this.#judge(message, agreement)
    this.#message = null
    this.#macros.endMessage()
    return { send, close: false }
  }

  takeAbort(): PacketAnswer {
    this.#abandon()
    return silence
  }

  takeQuitNewConnection(): PacketAnswer {
    this.#abandon()
    this.#macros.endConnection()
    this.#connect = null
    this.#helo = ''
    return silence
  }

  takeQuit(): PacketAnswer {
    this.#abandon()
    return farewell
  }

  /** Drops a message under way. `except`: the command whose macros came ahead of it and are to stay. */
  #abandon(except?: string): void {
    if (this.#message !== null) {
      this.#options.onEvent('milter-aborted', { peer: this.#peer, queueId: this.#macros.get('i') })
      this.#message = null
    }
    this.#macros.endMessage(except)
  }

  #judge(message: MilterMessage, agreement: Negotiated): Buffer[] {
    const queueId = this.#macros.get('i')
    const exempt = this.#exemption()
    if (exempt !== null) {
      this.#options.onEvent('milter-exempt', { peer: this.#peer, queueId, reason: exempt })
      if (message.headers.tooManyOwn) return [formatReply(tooManyOwn(null))]
      return [...formatRemovals(message.headers.ownFields(), agreement), goOn]
    }
    const started = performance.now()
    let decision: Decision
    try {
      decision = this.#decide(message.headers)
    } catch (error) {
      this.#options.onEvent('milter-failed', { peer: this.#peer, queueId, error })
      return [formatPacket(SMFIR.TEMPFAIL)]
    }
    const took = performance.now() - started
    if (took > this.#options.timeout) this.#options.onEvent('milter-slow', { peer: this.#peer, queueId, took })
    const send = formatDecision(decision, message.headers, agreement)
    this.#options.onMessage(this.#record(message, agreement, decision))
    return send
  }

  /** With more forged fields than can be taken out the message may not go on, whatever else is in it. */
  #decide(headers: HeaderEvents): Decision {
    const section = headers.section()
    if (!headers.tooManyOwn) return this.#options.judge(section, 'milter')
    const decision = this.#options.judge({ ...section, truncated: true }, 'milter')
    if (decision.reply !== null) return decision
    return { ...decision, perform: 'reject', add: [], reply: tooManyOwn(decision.id) }
  }

  /** Why the submitter is exempt, or null. A unix-domain client counts as the local host. */
  #exemption(): 'authenticated' | 'network' | null {
    const { exempt } = this.#options
    if (exempt.authenticated && this.#macros.get('auth_authen') !== null) return 'authenticated'
    const address = this.#connect?.local === true ? '127.0.0.1' : this.#clientAddress()
    return address !== null && exempt.networks.includes(address) ? 'network' : null
  }

  #clientAddress(): string | null {
    return this.#connect?.address ?? this.#macros.get('client_addr')
  }

  #record(message: MilterMessage, agreement: Negotiated, decision: Decision): MessageRecord {
    const bodySeen = (agreement.protocol & (SMFIP.NOBODY | SMFIP.SKIP)) === 0
    const seen = message.headers.size + 2 + message.bodyOctets
    const reported = Number(this.#macros.get('msg_size') ?? message.declaredSize ?? 0)
    return {
      entrance: 'milter',
      client: this.#clientAddress() ?? this.#connect?.hostname ?? '',
      clientName: this.#connect?.hostname ?? this.#macros.get('client_name'),
      helo: this.#helo,
      reversePath: message.reversePath,
      recipients: message.recipients,
      queueId: this.#macros.get('i'),
      tls: this.#macros.get('tls_version'),
      user: this.#macros.get('auth_authen'),
      decision,
      disposition: dispositionOf(decision, agreement),
      reply: decision.reply === null ? '' : `${decision.reply.code} ${decision.reply.status} ${decision.reply.text}`,
      size: bodySeen || !(reported > seen) ? seen : reported,
      duration: performance.now() - message.started,
    }
  }
}

/** The refusal of a message with more fields of our names than are taken out. */
function tooManyOwn(id: string | null): Reply {
  const text = 'The message has too many fields that only a mail filter may write'
  return { code: 550, status: '5.6.0', text: id === null ? text : `${text} (id ${id})` }
}

function dispositionOf(decision: Decision, agreement: Negotiated): Disposition {
  switch (decision.perform) {
    case 'reject':
      return 'rejected'
    case 'defer':
      return 'deferred'
    case 'quarantine':
      return quarantines(decision, agreement) ? 'quarantined' : 'relayed'
    case 'relay':
      return decision.verdict.state === 'detected' && decision.verdict.action === 'monitor' ? 'monitored' : 'relayed'
  }
}

const skipRest: PacketAnswer = { send: [formatPacket(SMFIR.SKIP)], close: false }

/** The dialogue: each command, its place within a message, and what is done about it. */
const steps: Readonly<Record<MilterCommand, CommandRow>> = {
  [SMFIC.OPTNEG]: { order: 0, noReply: 0, take: (session, data) => session.takeOptneg(data) },
  [SMFIC.MACRO]: { order: 0, noReply: 0, take: (session, data) => session.takeMacro(data) },
  [SMFIC.CONNECT]: { order: 0, noReply: SMFIP.NR_CONN, take: (session, data) => session.takeConnect(data) },
  [SMFIC.HELO]: { order: 0, noReply: SMFIP.NR_HELO, take: (session, data) => session.takeHelo(data) },
  [SMFIC.MAIL]: { order: 0, noReply: SMFIP.NR_MAIL, take: (session, data) => session.takeMail(data) },
  [SMFIC.RCPT]: { order: 2, noReply: SMFIP.NR_RCPT, take: (session, data) => session.takeRcpt(data) },
  [SMFIC.DATA]: { order: 3, noReply: SMFIP.NR_DATA, take: () => proceed },
  [SMFIC.HEADER]: { order: 4, noReply: SMFIP.NR_HDR, take: (session, data) => session.takeHeader(data) },
  [SMFIC.EOH]: { order: 5, noReply: SMFIP.NR_EOH, take: () => proceed },
  [SMFIC.BODY]: { order: 6, noReply: SMFIP.NR_BODY, take: (session, data) => session.takeBody(data) },
  [SMFIC.BODYEOB]: { order: 7, noReply: 0, take: (session, data) => session.takeEnd(data) },
  [SMFIC.UNKNOWN]: { order: 0, noReply: SMFIP.NR_UNKN, take: () => proceed },
  [SMFIC.ABORT]: { order: 0, noReply: 0, take: (session) => session.takeAbort() },
  [SMFIC.QUIT_NC]: { order: 0, noReply: 0, take: (session) => session.takeQuitNewConnection() },
  [SMFIC.QUIT]: { order: 0, noReply: 0, take: (session) => session.takeQuit() },
}

/** A command's name in the protocol's documents, for messages. */
function nameOf(command: string): string {
  const found = Object.entries(SMFIC).find(([, letter]) => letter === command)
  return `SMFIC_${found?.[0] ?? '?'}`
}

/** The verbs: each with a check and a proceed. */

/**
 * The verbs of the proxied session (RFC 5321 section 4.1.1): each has a check, which may refuse, and a proceed. What is
 * not in the table is answered with 500 and is never passed on.
 */
import type { Session } from './session.ts'
import { parseXclient } from './xclient.ts'

/** A command line, read but not interpreted. */
export interface Command {
  /** Upper case; empty if the line does not start with letters. */
  readonly verb: string
  /** What stands behind the verb, its space included, without the line end; latin1, one character an octet. */
  readonly argument: string
  /** As it came, line end included. */
  readonly line: Buffer
}

export interface VerbRule {
  /** Whether all earlier commands must have been answered first: what follows depends on the outcome. */
  readonly alone: boolean | ((session: Session) => boolean)
  /** The reply that refuses the command, without its line end; null if it may proceed. */
  check(session: Session, command: Command): string | null
  proceed(session: Session, command: Command): void
}

const notGreeted = '503 5.5.1 Send EHLO first'
/** A client that goes on after its greeting was put off must not take that for a refusal. */
const notGreetedYet = '451 4.4.1 The next hop is not available, greet again'

function greeted(session: Session): string | null {
  const { client, nextHop } = session
  if (client.hello === null) return nextHop.greeting.putOff ? notGreetedYet : notGreeted
  if (client.trusted) return null
  return client.secure
    ? '554 5.7.1 Relaying is not allowed without a known certificate'
    : '530 5.7.0 Send STARTTLS first'
}

function helloCheck(protocol: 'smtp' | 'lmtp'): VerbRule['check'] {
  return (session, command) => {
    if (session.client.protocol !== protocol) return '500 5.5.1 Command not recognised on this listener'
    if (command.argument.trim() === '') return '501 5.5.4 A domain or address literal is needed'
    return null
  }
}

function hello(verb: 'EHLO' | 'HELO' | 'LHLO', protocol: 'smtp' | 'lmtp'): VerbRule {
  return {
    alone: true,
    check: helloCheck(protocol),
    proceed: (session, command) => session.greet({ verb, argument: command.argument }),
  }
}

/**
 * What is out of order is answered here and never passed on (RFC 5321 section 4.1.4): servers differ in what they make
 * of it, and a proxy that guesses wrong is out of step with its next hop.
 */
const mail: VerbRule = {
  // Behind a MAIL that was not answered yet, or a RSET: whether a transaction is open depends on their replies.
  alone: (session) => session.envelope.transaction !== null,
  check(session, command) {
    const refused = greeted(session)
    if (refused !== null) return refused
    if (session.envelope.transaction !== null) return '503 5.5.1 A transaction is open already, send RSET first'
    const limit = session.limits.messageSize
    const size = /\sSIZE=(\d{1,20})(?=\s|$)/i.exec(command.argument)?.[1]
    if (limit > 0 && size !== undefined && Number(size) > limit) return '552 5.3.4 Message size exceeds the limit'
    return null
  },
  proceed: (session, command) => session.nextHop.forwardOpening('mail', command),
}

function outsideTransaction({ nextHop, envelope }: Session): string | null {
  if (nextHop.connection === null) return nextHop.withoutConnection('503 5.5.1 Send MAIL first')
  return envelope.transaction === null ? '503 5.5.1 Send MAIL first' : null
}

const rcpt: VerbRule = {
  alone: false,
  check(session) {
    const refused = outsideTransaction(session)
    if (refused !== null) return refused
    if (session.envelope.recipientsAsked >= session.limits.recipients) return '452 4.5.3 Too many recipients'
    return null
  },
  proceed: (session, command) => session.nextHop.forward('rcpt', command),
}

const data: VerbRule = {
  // With more behind it: if it is refused that is a message, sent without being asked for.
  alone: (session) => session.commands.hasMore,
  check(session, command) {
    if (command.argument.trim() !== '') return '501 5.5.4 DATA takes no argument'
    const refused = outsideTransaction(session)
    if (refused !== null) return refused
    return session.envelope.recipientsAsked === 0 ? '503 5.5.1 Send RCPT first' : null
  },
  proceed(session, command) {
    session.nextHop.forward('data', command)
    // Nothing more is read until the next hop has answered it.
    session.mode = 'asked'
  },
}

const rset: VerbRule = {
  alone: false,
  check: () => null,
  proceed(session, command) {
    if (session.nextHop.connection !== null) {
      session.nextHop.forward('rset', command)
      return
    }
    session.resetTransaction()
    session.nextHop.forget()
    session.reply('250 2.0.0 Ok')
  },
}

/** Passed to the next hop as it is, opening one if need be; its reply goes back as it is. */
const passed: VerbRule = {
  alone: false,
  check: greeted,
  proceed: (session, command) => session.nextHop.forwardOpening('plain', command),
}

const xforward: VerbRule = {
  alone: false,
  check(session) {
    const refused = greeted(session)
    if (refused !== null) return refused
    const { connection } = session.nextHop
    if (connection !== null && !connection.keywords.has('XFORWARD')) return '502 5.5.1 XFORWARD is not offered'
    return null
  },
  proceed: (session, command) => session.nextHop.forwardOpening('xforward', command),
}

function answered(reply: string): VerbRule {
  return { alone: false, check: () => null, proceed: (session) => session.reply(reply) }
}

/**
 * BDAT (RFC 3030) is not offered; whoever uses it all the same sends its chunk without waiting. The chunk is dropped,
 * so that none of it is run as commands; where its length can't be read, nothing that follows can be trusted.
 */
const bdat: VerbRule = {
  alone: false,
  check: () => null,
  proceed(session, command) {
    const size = /^[ \t]+(\d{1,15})(?:[ \t]+LAST)?[ \t]*$/i.exec(command.argument)?.[1]
    if (size === undefined) session.finish('501 5.5.4 Malformed BDAT')
    else session.commands.refuseChunk(Number(size))
  },
}

const startTls: VerbRule = {
  alone: true,
  check(session, command) {
    if (session.client.secure) return '503 5.5.1 TLS is on already'
    if (session.client.tls === null) return '502 5.5.1 STARTTLS is not offered'
    return command.argument.trim() === '' ? null : '501 5.5.4 STARTTLS takes no argument'
  },
  proceed(session) {
    // What came in plain behind STARTTLS would be run as if it had come under TLS (CVE-2011-0411).
    if (session.commands.hasMore) session.finish('503 5.5.0 Commands behind STARTTLS are not accepted')
    else if (session.client.tls !== null) session.startTls(session.client.tls)
  },
}

const xclient: VerbRule = {
  alone: true,
  check(session, command) {
    if (!session.client.mayXclient) return '550 5.7.0 XCLIENT is not allowed from your address'
    return parseXclient(command.argument) === null ? '501 5.5.4 Malformed XCLIENT attributes' : null
  },
  proceed(session, command) {
    const attributes = parseXclient(command.argument)
    if (attributes !== null) session.takeXclient(attributes)
  },
}

const quit: VerbRule = {
  alone: true,
  check: () => null,
  proceed: (session) => session.finish('221 2.0.0 Bye'),
}

export const verbs: ReadonlyMap<string, VerbRule> = new Map([
  ['EHLO', hello('EHLO', 'smtp')],
  ['HELO', hello('HELO', 'smtp')],
  ['LHLO', hello('LHLO', 'lmtp')],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', data],
  ['BDAT', bdat],
  ['RSET', rset],
  ['VRFY', passed],
  ['EXPN', passed],
  ['XFORWARD', xforward],
  ['XCLIENT', xclient],
  ['STARTTLS', startTls],
  ['NOOP', answered('250 2.0.0 Ok')],
  ['HELP', answered('214 2.0.0 This is a filter before the next mail server; see RFC 5321')],
  ['QUIT', quit],
])

/** Splits a command line into verb and argument; nothing of it is changed. */
export function readCommand(line: Buffer): Command {
  const text = line.toString('latin1', 0, line.length - 2)
  const [, verb = '', argument = ''] = /^([A-Za-z]+)([ \t].*|$)/s.exec(text) ?? []
  return { verb: verb.toUpperCase(), argument: verb === '' ? text : argument, line }
}

/** Whether a command holds a control character (RFC 5321 section 4.1.2 has none), a CR or LF inside it among them. */
export function hasControl(command: Command): boolean {
  return /[\x00-\x1f\x7f]/.test(command.argument)
}

/** The verbs: what each checks, what it sends on, and what the reply to that means. */

import type { ServerTls } from '../net/tls-files.ts'
import type { Command } from './command.ts'
import type { Hop, Expected } from './hop.ts'
import type { Hello } from './hop-opening.ts'
import { lost } from './replies.ts'
import { beginTransaction, endTransaction } from './standing.ts'
import type { Standing } from './standing.ts'
import { parseXclient, parseXforward } from './xclient.ts'
import type { ClientAttributes } from './xclient.ts'

/** What a verb can have done. */
export interface Dialogue {
  readonly standing: Standing
  readonly hop: Hop
  /** Whether octets behind the command now run have come already. */
  readonly hasMore: boolean
  /** Answers by ourselves, after the replies that are due before. `text` is without its line end. */
  reply(text: string): void
  /** Answers, and closes. */
  finish(text: string): void
  /**
   * Sends a command on as it came. Its reply goes back as it is, and then `means` takes over what it means: a code of
   * 400 and more refuses, and so does a reply that is not `expected` or never comes, in whose place the client has 451.
   */
  pass(command: Command, expected: Expected, means: (code: number) => void): void
  /** Goes on once a next hop is open; answers the command if none can be opened. */
  withHop(command: Command, goOn: () => void): void
  greet(hello: Hello): void
  startTls(tls: ServerTls): void
  takeXclient(attributes: ClientAttributes): void
  /** DATA has its 354: data follows. */
  startMessage(): void
  /** DATA was refused: what came behind it without waiting is a message, and must not be run as commands. */
  dataRefused(): void
  /** Drops the payload of a command that is not offered. */
  refuseChunk(size: number): void
}

interface Verb {
  /** Whether all earlier commands must have been answered first: what follows depends on the outcome. */
  waits(dialogue: Dialogue): boolean
  /** The reply that refuses the command, without its line end; null if it may run. */
  check(dialogue: Dialogue, command: Command): string | null
  run(dialogue: Dialogue, command: Command): void
}

const never = (): boolean => false
const always = (): boolean => true
const passes = (): null => null

const notGreeted = '503 5.5.1 Send EHLO first'
/** A client that goes on after its greeting was put off must not take that for a refusal. */
const notGreetedYet = '451 4.4.1 The next hop is not available, greet again'

function ungreeted({ standing }: Dialogue): string | null {
  if (standing.hello === null) return standing.greetingPutOff ? notGreetedYet : notGreeted
  if (standing.trusted) return null
  return standing.secure
    ? '554 5.7.1 Relaying is not allowed without a known certificate'
    : '530 5.7.0 Send STARTTLS first'
}

function hello(verb: 'EHLO' | 'HELO' | 'LHLO', protocol: 'smtp' | 'lmtp'): Verb {
  return {
    waits: always,
    check({ standing }, command) {
      if (standing.protocol !== protocol) return '500 5.5.1 Command not recognised on this listener'
      return command.argument.trim() === '' ? '501 5.5.4 A domain or address literal is needed' : null
    },
    run: (dialogue, command) => dialogue.greet({ verb, argument: command.argument }),
  }
}

// What is out of order is answered here and never passed on (RFC 5321 section 4.1.4): servers differ in what they make of
// it, and a proxy that guesses wrong is out of step with its next hop.

function outsideTransaction({ standing, hop }: Dialogue): string | null {
  if (hop.connection === null && standing.broken) return lost.trimEnd()
  return hop.connection === null || standing.transaction === null ? '503 5.5.1 Send MAIL first' : null
}

const mail: Verb = {
  // Behind a MAIL that was not answered yet, or a RSET: whether a transaction is open depends on their replies.
  waits: ({ standing }) => standing.transaction !== null,
  check(dialogue, command) {
    const refused = ungreeted(dialogue)
    if (refused !== null) return refused
    const { transaction, limits } = dialogue.standing
    if (transaction !== null) return '503 5.5.1 A transaction is open already, send RSET first'
    const size = /\sSIZE=(\d{1,20})(?=\s|$)/i.exec(command.argument)?.[1]
    const tooLarge = limits.messageSize > 0 && size !== undefined && Number(size) > limits.messageSize
    return tooLarge ? '552 5.3.4 Message size exceeds the limit' : null
  },
  run(dialogue, command) {
    const { standing, hop } = dialogue
    if (hop.connection === null && standing.forwarded !== null) {
      // The attributes went with the connection: the client has to give them again.
      standing.forwarded = null
      dialogue.reply(lost.trimEnd())
      return
    }
    dialogue.withHop(command, () => {
      const transaction = beginTransaction(standing, command)
      dialogue.pass(command, 'success', (code) => {
        if (code >= 400) {
          endTransaction(standing)
          return
        }
        transaction.open = true
        if (hop.connection !== null) hop.connection.transactions++
      })
    })
  },
}

const rcpt: Verb = {
  waits: never,
  check(dialogue) {
    const refused = outsideTransaction(dialogue)
    if (refused !== null) return refused
    const { recipients, limits } = dialogue.standing
    return recipients >= limits.recipients ? '452 4.5.3 Too many recipients' : null
  },
  run(dialogue, command) {
    const { standing } = dialogue
    const { transaction } = standing
    standing.recipients++
    dialogue.pass(command, 'success', (code) => {
      if (standing.transaction !== transaction || transaction === null) return
      if (code < 400) transaction.accepted++
      else standing.recipients--
    })
  },
}

const data: Verb = {
  // With more behind it: if it is refused, that is a message which was sent without being asked for.
  waits: (dialogue) => dialogue.hasMore,
  check(dialogue, command) {
    if (command.argument.trim() !== '') return '501 5.5.4 DATA takes no argument'
    const refused = outsideTransaction(dialogue)
    if (refused !== null) return refused
    return dialogue.standing.recipients === 0 ? '503 5.5.1 Send RCPT first' : null
  },
  run(dialogue, command) {
    dialogue.pass(command, 'go-ahead', (code) => {
      if (code === 354) dialogue.startMessage()
      else dialogue.dataRefused()
    })
  },
}

const rset: Verb = {
  waits: never,
  check: passes,
  run(dialogue, command) {
    const { standing, hop } = dialogue
    const reset = (): void => {
      endTransaction(standing)
      standing.forwarded = null
    }
    if (hop.connection !== null) {
      dialogue.pass(command, 'success', reset)
      return
    }
    reset()
    standing.broken = false
    dialogue.reply('250 2.0.0 Ok')
  },
}

/** Passed to the next hop as it is, opening one if need be; its reply goes back as it is and means nothing to us. */
const passed: Verb = {
  waits: never,
  check: ungreeted,
  run: (dialogue, command) => dialogue.withHop(command, () => dialogue.pass(command, 'success', () => {})),
}

const xforward: Verb = {
  waits: never,
  check(dialogue) {
    const refused = ungreeted(dialogue)
    if (refused !== null) return refused
    const { connection } = dialogue.hop
    const offered = connection === null || connection.keywords.has('XFORWARD')
    return offered ? null : '502 5.5.1 XFORWARD is not offered'
  },
  run(dialogue, command) {
    dialogue.withHop(command, () => {
      dialogue.pass(command, 'success', (code) => {
        if (code >= 400) return
        // The attributes may come in more than one command.
        const { standing } = dialogue
        const said = parseXforward(command.argument)
        const before = standing.forwarded
        standing.forwarded = {
          address: said?.address ?? before?.address ?? null,
          helo: said?.helo ?? before?.helo ?? null,
        }
      })
    })
  },
}

function answered(reply: string): Verb {
  return { waits: never, check: passes, run: (dialogue) => dialogue.reply(reply) }
}

/**
 * BDAT (RFC 3030) is not offered; whoever uses it all the same sends its chunk without waiting. The chunk is dropped,
 * so that none of it is run as commands; where its length can't be read, nothing that follows can be trusted.
 */
const bdat: Verb = {
  waits: never,
  check: passes,
  run(dialogue, command) {
    const size = /^[ \t]+(\d{1,15})(?:[ \t]+LAST)?[ \t]*$/i.exec(command.argument)?.[1]
    if (size === undefined) dialogue.finish('501 5.5.4 Malformed BDAT')
    else dialogue.refuseChunk(Number(size))
  },
}

const startTls: Verb = {
  waits: always,
  check({ standing }, command) {
    if (standing.secure) return '503 5.5.1 TLS is on already'
    if (standing.tls === null) return '502 5.5.1 STARTTLS is not offered'
    return command.argument.trim() === '' ? null : '501 5.5.4 STARTTLS takes no argument'
  },
  run(dialogue) {
    const { tls } = dialogue.standing
    // What came in plain behind STARTTLS would be run as if it had come under TLS (CVE-2011-0411).
    if (dialogue.hasMore) dialogue.finish('503 5.5.0 Commands behind STARTTLS are not accepted')
    else if (tls !== null) dialogue.startTls(tls)
  },
}

const xclient: Verb = {
  waits: always,
  check({ standing }, command) {
    if (!standing.mayXclient) return '550 5.7.0 XCLIENT is not allowed from your address'
    return parseXclient(command.argument) === null ? '501 5.5.4 Malformed XCLIENT attributes' : null
  },
  run(dialogue, command) {
    const attributes = parseXclient(command.argument)
    if (attributes !== null) dialogue.takeXclient(attributes)
  },
}

const quit: Verb = { waits: always, check: passes, run: (dialogue) => dialogue.finish('221 2.0.0 Bye') }

/** What is not here is answered with 500 and never passed on. */
export const verbs: ReadonlyMap<string, Verb> = new Map([
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

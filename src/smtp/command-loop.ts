/** The client's commands, counted and in order. */

/** A client's commands: cut from its octets, counted, held to their order, and run by the rules of `verbs.ts`. */
import { endsWithCrlf, LineReader } from './framing.ts'
import type { Session } from './session.ts'
import { hasControl, readCommand, verbs } from './verbs.ts'
import type { Command } from './verbs.ts'

/** Octets of a command line (RFC 5321 section 4.5.3.1.4 asks for 512 and more with extensions). */
const lineLimit = 4096
/** The same for XFORWARD and the like. */
const longLineLimit = 12_288
/** Octets of commands that wait to be run above which the client is not read. */
const highWater = 65_536
/** Replies due at once above which no command is read. */
const dueLimit = 1000

/** What does nothing for a message; as Postfix counts for smtpd_junk_command_limit. */
const junk: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'EXPN', 'HELP'])

export class CommandLoop {
  readonly #session: Session
  readonly #lines = new LineReader()
  /** A command that must wait until earlier ones are answered. */
  #waiting: Command | null = null
  #commands = 0
  #unknown = 0
  /** Commands since the last message that did nothing. */
  #junk = 0

  constructor(session: Session) {
    this.#session = session
  }

  /** A message went through: what comes now is counted anew. */
  messageEnded(): void {
    this.#junk = 0
  }

  push(octets: Buffer): void {
    this.#lines.push(octets)
  }

  /** Hands over the octets that were not run as commands, because a message begins or the session ends. */
  takeRest(): Buffer {
    return this.#lines.take()
  }

  /** Whether octets behind the command now run have come already. */
  get hasMore(): boolean {
    return this.#lines.waiting > 0
  }

  /** Whether so much waits to be run that the client should not be read. */
  get full(): boolean {
    return this.#lines.waiting > highWater
  }

  /** Runs commands as long as `goesOn` holds and none has to wait for replies. */
  run(goesOn: () => boolean): void {
    while (goesOn()) {
      const command = this.#waiting ?? this.#next()
      if (command === null) return
      this.#waiting = this.#canRun(command) ? null : command
      if (this.#waiting !== null) return
      this.#runOne(command)
    }
  }

  #next(): Command | null {
    for (;;) {
      const line = this.#lines.next(longLineLimit)
      if (line === null) return null
      if (line === 'endless') {
        this.#session.reply('500 5.5.6 Line too long')
        this.#session.letGo('endless-line', '421 4.7.0 The line does not end')
        return null
      }
      if (line !== 'too-long' && endsWithCrlf(line)) return readCommand(line)
      this.#refuse(line === 'too-long' ? '500 5.5.6 Line too long' : '500 5.5.2 Lines end with CR LF')
      if (this.#session.mode !== 'command') return null
    }
  }

  /** Whether a command may go on before the earlier ones are answered. */
  #canRun(command: Command): boolean {
    const { replies, nextHop } = this.#session
    if (replies.length === 0) return true
    if (replies.length >= dueLimit) return false
    const alone = verbs.get(command.verb)?.alone ?? false
    if (typeof alone === 'function' ? alone(this.#session) : alone) return false
    return nextHop.connection?.pipelining ?? true
  }

  #runOne(command: Command): void {
    const session = this.#session
    this.#commands++
    if (this.#commands > session.limits.commands) {
      session.letGo('commands', '421 4.7.0 Too many commands')
      return
    }
    if (junk.has(command.verb) && ++this.#junk > session.limits.junkCommands) {
      session.letGo('junk-commands', '421 4.7.0 Too many commands without a message')
      return
    }
    session.deadline = performance.now() + session.context.timeouts.command
    const rule = verbs.get(command.verb)
    const longest = command.verb.startsWith('X') ? longLineLimit : lineLimit
    if (rule === undefined) this.#refuse('500 5.5.1 Command not recognised')
    else if (command.line.length > longest) this.#refuse('500 5.5.6 Line too long')
    else if (hasControl(command)) this.#refuse('501 5.5.2 A control character is not accepted')
    else {
      const refused = rule.check(session, command)
      if (refused === null) rule.proceed(session, command)
      else {
        session.reply(refused)
        // A message that was sent without being asked for must not be run as commands.
        if (command.verb === 'DATA' && this.hasMore) session.message.refused()
      }
    }
  }

  /** Refuses a command whose payload of so many octets follows. */
  refuseChunk(size: number): void {
    this.#lines.skip(size)
    this.#refuse('500 5.5.1 BDAT is not offered')
  }

  /** Answers a line that is no command of ours. */
  #refuse(text: string): void {
    const session = this.#session
    this.#unknown++
    if (this.#unknown <= session.limits.unknownCommands) session.reply(text)
    else session.letGo('unknown-commands', '421 4.7.0 Too many errors')
  }
}

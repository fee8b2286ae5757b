/** A command line, read and not interpreted. */

/** A command line (RFC 5321 section 2.4), cut in two. */
export interface Command {
  /** Upper case; empty if the line does not start with letters. */
  readonly verb: string
  /** What stands behind the verb, its space included, without the line end; latin1, one character an octet. */
  readonly argument: string
  /** As it came, line end included. */
  readonly line: Buffer
}

/** Octets of a line at most; of XFORWARD and the like more. */
export const maxLineBytes = 4096
export const maxLongLineBytes = 12_288

/** RFC 5321 section 4.1.2 has no control character in an argument; a CR or LF inside it is one. */
export const controlCharacter: RegExp = /[\x00-\x1f\x7f]/

/** Splits a command line into verb and argument; nothing of it is changed. */
export function readCommand(line: Buffer): Command {
  const text = line.toString('latin1', 0, line.length - 2)
  const [, verb = '', argument = ''] = /^([A-Za-z]+)([ \t].*|$)/s.exec(text) ?? []
  return { verb: verb.toUpperCase(), argument: verb === '' ? text : argument, line }
}

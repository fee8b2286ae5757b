/**
 * What the MTA's packets carry, read out of their data. Nothing here throws: data that isn't what the protocol says
 * gives null, and the session decides what that is worth.
 */

import { isIP } from 'node:net'
import { SMFIC } from './wire.ts'

/** SMFIC_OPTNEG: what the MTA speaks and offers. */
export interface Offer {
  readonly version: number
  readonly actions: number
  readonly protocol: number
}

/** SMFIC_CONNECT: the SMTP client as the MTA names it. */
export interface Connect {
  readonly hostname: string
  /** An IP address without brackets or prefix, a path, or null if the MTA doesn't know one. */
  readonly address: string | null
  readonly local: boolean
}

/** SMFIC_HEADER: one field; octets as the MTA has them. */
interface Header {
  readonly name: Buffer
  readonly body: Buffer
}

/** Version, actions and protocol steps, three uint32; anything behind them is not ours to know. */
export function parseOptneg(data: Buffer): Offer | null {
  if (data.length < 12) return null
  return { version: data.readUInt32BE(0), actions: data.readUInt32BE(4), protocol: data.readUInt32BE(8) }
}

/** NUL-ended strings, e.g. the address and the parameters of MAIL. A missing last NUL is no list. */
export function parseStrings(data: Buffer): string[] | null {
  if (data.length === 0 || data[data.length - 1] !== 0) return null
  return data.toString('utf8', 0, data.length - 1).split('\0')
}

/**
 * Host name, family (`U` unknown, `L` unix, `4`, `6`), and unless unknown a uint16 port and the address. Sendmail
 * writes an IPv6 address with the prefix that RFC 5321 section 4.1.3 gives to literals.
 */
export function parseConnect(data: Buffer): Connect | null {
  const end = data.indexOf(0)
  if (end < 0 || end + 1 >= data.length) return null
  const hostname = data.toString('utf8', 0, end)
  const family = String.fromCharCode(data[end + 1] as number)
  if (family === 'U') return { hostname, address: null, local: false }
  if (!'L46'.includes(family) || data.length < end + 5 || data[data.length - 1] !== 0) return null
  const written = data.toString('utf8', end + 4, data.indexOf(0, end + 4))
  const address = family === '6' ? written.replace(/^IPv6:/i, '') : written
  return { hostname, address: family === 'L' || isIP(address) !== 0 ? address : null, local: family === 'L' }
}

/**
 * Name and body, each NUL-ended. The first NUL ends the name and the last octet must be one; a NUL within the body
 * stays there as data, so that nothing behind it is hidden from the judgement.
 */
export function parseHeader(data: Buffer): Header | null {
  const end = data.indexOf(0)
  if (end < 0 || end === data.length - 1 || data[data.length - 1] !== 0) return null
  return { name: data.subarray(0, end), body: data.subarray(end + 1, data.length - 1) }
}

/** The command that macros belong to, and their names (without braces) and values. */
export function parseMacros(data: Buffer): { stage: string; values: Map<string, string> } | null {
  if (data.length === 0) return null
  const values = new Map<string, string>()
  const strings = data.length === 1 ? [] : parseStrings(data.subarray(1))
  if (strings === null || strings.length % 2 === 1) return null
  for (let i = 0; i < strings.length; i += 2) {
    values.set((strings[i] as string).replace(/^\{(.*)\}$/, '$1'), strings[i + 1] as string)
  }
  return { stage: String.fromCharCode(data[0] as number), values }
}

/** Commands whose macros speak of the connection; those of the others speak of one message. */
const connectionStages: readonly string[] = [SMFIC.CONNECT, SMFIC.HELO]

/** Most macros kept for a stage and most octets of a value; an MTA sends a handful. */
const maxMacros = 100

/**
 * Macros that the MTA sent, by the command they came before. A later stage's value hides an earlier one's, as a queue
 * id may be known only at the end.
 */
export class Macros {
  #stages = new Map<string, Map<string, string>>()

  /** Takes the macros of one SMFIC_MACRO packet; they replace those that came for the same command before. */
  set(stage: string, values: Map<string, string>): void {
    if (values.size > maxMacros || stage.length !== 1) return
    this.#stages.delete(stage)
    this.#stages.set(stage, values)
  }

  /** The value that came last, or null if none came or it is empty. */
  get(name: string): string | null {
    let found: string | null = null
    for (const values of this.#stages.values()) found = values.get(name) ?? found
    return found === '' ? null : found
  }

  /** Forgets one message's macros; `except` keeps those of the command that begins the next one. */
  endMessage(except?: string): void {
    for (const stage of [...this.#stages.keys()]) {
      if (!connectionStages.includes(stage) && stage !== except) this.#stages.delete(stage)
    }
  }

  /** Forgets all but the macros that came for `except`, which the MTA sends ahead of the command itself. */
  endConnection(except?: string): void {
    for (const stage of [...this.#stages.keys()]) if (stage !== except) this.#stages.delete(stage)
  }
}

/** `<address>` as a MAIL or RCPT argument has it, without the angle brackets; the null reverse-path is empty. */
export function pathOf(argument: string): string {
  return argument.replace(/^\s*<([^]*)>\s*$/, '$1')
}

/** SIZE= of RFC 1870 among MAIL's parameters, in octets; null if there is none. */
export function declaredSize(parameters: readonly string[]): number | null {
  for (const parameter of parameters) {
    const found = /^SIZE=(\d{1,15})$/i.exec(parameter)
    if (found) return Number(found[1])
  }
  return null
}

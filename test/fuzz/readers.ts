/** The readers that meet foreign octets, and the judgement: each takes any octets and says what is wrong with what it got, or nothing. */
import { Budget } from '../../src/budget.ts'
import { defaultLimits } from '../../src/policy/inspect.ts'
import { replyCode, replyEnd, withCrlf } from '../../src/mail/reply.ts'
import { readOriginators } from '../../src/mail/originators.ts'
import { parseHeaderSection } from '../../src/mail/section.ts'
import { DataScanner, LineReader } from '../../src/smtp/framing.ts'
import { remainingSpans, unstuff } from '../../src/smtp/held-section.ts'
import { parseProxyHeader } from '../../src/smtp/proxy-protocol.ts'
import { reversePathOf } from '../../src/smtp/record.ts'
import { controlCharacter, readCommand } from '../../src/smtp/command.ts'
import { parseXclient } from '../../src/smtp/xclient.ts'
import type { Target } from './fuzzer.ts'
import { stateOf } from './people.ts'

function halves(octets: Buffer, cut: number): Buffer[] {
  const at = Math.floor(cut * octets.length)
  return [octets.subarray(0, at), octets.subarray(at)]
}

/** Fields stand in order, apart, inside the octets; those removed are gone, the rest stays as it was. */
function header(wire: Buffer, cut: number): string {
  const { octets, dots } = unstuff(wire)
  const { fields } = parseHeaderSection(octets)
  let last = 0
  for (const { start, bodyStart, end } of fields) {
    if (start < last || bodyStart < start || end < bodyStart || end > octets.length) return 'fields out of place'
    last = end
  }
  const remove = fields.map((_, i) => i).filter((i) => (i * 7 + Math.floor(cut * 10)) % 3 === 0)
  const spans = remainingSpans(parseHeaderSection(octets), remove, dots, wire.length)
  for (let i = 1; i < spans.length; i++)
    if ((spans[i] as number) < (spans[i - 1] as number)) return 'spans out of order'
  if (remove.length === 0 && wire.length > 0 && (spans[0] !== 0 || spans[1] !== wire.length)) return 'octets lost'
  return (spans.at(-1) ?? 0) > wire.length ? 'spans outside' : ''
}

const falseEnd = /(^|[\r\n])\0?\.\0?[\r\n]/

function scan(
  chunks: readonly Buffer[],
  mode: 'reject' | 'normalize',
): { out: string; fault: string | null; end: number } {
  const out: Buffer[] = []
  const scanner = new DataScanner(mode, (octets) => out.push(Buffer.from(octets)))
  let before = 0
  for (const chunk of chunks) {
    const end = scanner.scan(chunk, 0)
    if (end >= 0) return { out: Buffer.concat(out).toString('latin1'), fault: scanner.fault, end: before + end }
    before += chunk.length
  }
  return { out: Buffer.concat(out).toString('latin1'), fault: scanner.fault, end: -1 }
}

/** A cut changes nothing; nothing that anyone takes for an end goes out; the end is where CR LF dot CR LF stands. */
function data(octets: Buffer, cut: number): string {
  for (const mode of ['reject', 'normalize'] as const) {
    const whole = scan([octets], mode)
    const parts = scan(halves(octets, cut), mode)
    if (whole.out !== parts.out || whole.end !== parts.end || whole.fault !== parts.fault)
      return `${mode}: a cut matters`
    if (falseEnd.test(whole.out)) return `${mode}: an end went out`
    const text = `\r\n${octets.toString('latin1')}`
    const trueEnd = text.indexOf('\r\n.\r\n')
    if (whole.end !== (trueEnd < 0 ? -1 : trueEnd + 3)) return `${mode}: the end is elsewhere`
    if (mode === 'reject' && /(^|[^\r])\n|\r(?!\n)/.test(whole.out.replace(/\r$/, '')))
      return 'a bare line end went out'
  }
  return ''
}

/** The end of a reply does not depend on what comes behind it; each line of it has a code; no bare LF is passed on. */
function reply(octets: Buffer): string {
  const end = replyEnd(octets, 0)
  if (end <= 0) return ''
  const own = octets.subarray(0, end)
  if (replyEnd(own, 0) !== end) return 'the end depends on what follows'
  if (end > 1 && replyEnd(own.subarray(0, end - 1), 0) > 0) return 'it ended before its end'
  const code = replyCode(own, 0)
  if (code < 200 || code > 599) return `code ${code}`
  const passed = withCrlf(own).toString('latin1')
  if (/(^|[^\r])\n/.test(passed) || !passed.endsWith('\r\n')) return 'a bare line end is passed on'
  const lines = passed.split('\r\n').slice(0, -1)
  return lines.every((line) => /^[2-5]\d\d([ -]|$)/.test(line)) ? '' : 'a line without a code'
}

/** Bounded in number, whatever stands there; the same octets give the same readings. */
function from(octets: Buffer): string {
  const read = (): string => {
    const found = readOriginators(parseHeaderSection(octets), {
      fromOctets: 65_536,
      sender: true,
      replyTo: true,
      budget: new Budget(defaultLimits.maxSteps),
    })
    return found.readings.length > 256 ? 'too many' : JSON.stringify(found.readings)
  }
  const first = read()
  return first === 'too many' ? first : first === read() ? '' : 'readings differ from one time to the next'
}

/** The whole judgement: never clean where more steps would have found someone. */
function judgement(octets: Buffer): string {
  const state = stateOf(octets, {})
  if (octets.length > 1000 || state === 'unchecked') return ''
  const unlimited = stateOf(octets, { maxSteps: Infinity })
  return unlimited === state ? '' : `${state}, and ${unlimited} without limits`
}

function proxy(octets: Buffer): string {
  const found = parseProxyHeader(octets)
  if (found.kind !== 'header') return ''
  if (found.length > octets.length) return 'longer than what came'
  const again = parseProxyHeader(octets.subarray(0, found.length))
  return JSON.stringify(again) === JSON.stringify(found) ? '' : 'it depends on what follows'
}

/** Lines are the same however they are cut, and what reads them takes anything. */
function command(octets: Buffer, cut: number): string {
  const read = (chunks: readonly Buffer[]): string => {
    const reader = new LineReader()
    const seen: string[] = []
    for (const chunk of chunks) {
      reader.push(chunk)
      for (let line = reader.next(200); line !== null; line = reader.next(200)) {
        if (line === 'endless') return [...seen, line].join('\n')
        if (typeof line === 'string') seen.push(line)
        else {
          const { verb, argument } = readCommand(line)
          const control = controlCharacter.test(argument)
          seen.push(
            `${verb}|${argument}|${control}|${reversePathOf(argument)}|${JSON.stringify(parseXclient(argument))}`,
          )
        }
      }
    }
    return seen.join('\n')
  }
  return read([octets]) === read(halves(octets, cut)) ? '' : 'a cut matters'
}

export const readers: Readonly<Record<string, Target>> = { header, data, reply, from, judgement, proxy, command }

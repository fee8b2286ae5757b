/**
 * The kinds of values that options have. Each takes the option's prose (it feeds docs/configuration.md and the JSON
 * Schemas) and what is accepted, in words (it feeds fault messages: `config/faults` puts what stands there before it).
 */

import * as z from 'zod'
import cron from 'node-cron'
import { parseNetwork } from '../net/networks.ts'
import { patternFault } from '../policy/pattern.ts'
import { isDate, parseDuration, parseMode, parseSize } from './units.ts'

/** An option's schema: what it gives after validation, and what may stand in the file. */
export type Field<Out, In = unknown> = z.ZodType<Out, In>

type Shape = z.ZodRawShape

/** Refuses a value: `accepts` in words, `problem` if there is more to say than that it is not accepted. */
export function refuse(ctx: z.RefinementCtx, accepts: string, problem?: string): never {
  ctx.addIssue({ code: 'custom', message: accepts, params: { problem } })
  return z.NEVER
}

/** Refuses a value whose fault is found by a check across options too, so that it is not said twice. */
export function refuseElsewhere(ctx: z.RefinementCtx): never {
  ctx.addIssue({ code: 'custom', message: '', params: { elsewhere: true } })
  return z.NEVER
}

/** A map of options. Unknown keys are faults. */
export function options<S extends Shape>(shape: S, prose: string): z.ZodObject<S, z.core.$strict> {
  const keys = Object.keys(shape).join(', ')
  const accepts = (issue: { code?: string }): string =>
    issue.code === 'unrecognized_keys' ? keys : `a map of the keys ${keys}`
  return z.strictObject(shape, { error: accepts }).meta({ description: prose })
}

/** A map of options that may be left out as a whole: then every option in it has its default. */
export function section<S extends Shape>(shape: S, prose: string): z.ZodPrefault<z.ZodObject<S, z.core.$strict>> {
  return options(shape, prose)
    .prefault({} as never)
    .meta({ description: prose })
}

/** Null if the option is absent. */
export function optional<Out, In>(field: z.ZodType<Out, In>): z.ZodType<Out | null, In | undefined> {
  return field.optional().transform((value) => value ?? null)
}

export function list<Out, In>(
  item: z.ZodType<Out, In>,
  prose: string,
  accepts: string,
): z.ZodArray<z.ZodType<Out, In>> {
  return z.array(item, { error: `a list of ${accepts}` }).meta({ description: prose, accepts: `a list of ${accepts}` })
}

/** One value or a list of values, as a list. */
export function oneOrMore<Out, In>(
  item: z.ZodType<Out, In>,
  prose: string,
  accepts: string,
): z.ZodType<Out[], In | In[]> {
  const error = `${accepts}, or a list of them`
  return z
    .union([item.transform((value) => [value]), z.array(item).min(1, error)], { error })
    .meta({ description: prose, accepts: error })
}

/** Text that `parse` understands; null from `parse` is a fault. */
export function parsed<Out>(
  parse: (text: string) => Out | null,
  prose: string,
  accepts: string,
): z.ZodType<Out, string> {
  return z
    .string({ error: accepts })
    .transform((text, ctx) => parse(text) ?? refuse(ctx, accepts))
    .meta({ description: prose, accepts })
}

export function text(prose: string, accepts: string = 'text'): z.ZodType<string, string> {
  return parsed((value) => (value.trim() === '' || /[\0-\x1f\x7f]/.test(value) ? null : value), prose, accepts)
}

export function flag(prose: string, byDefault: boolean): z.ZodType<boolean, boolean | undefined> {
  return z.boolean({ error: 'true or false' }).prefault(byDefault).meta({ description: prose })
}

export function choice<const V extends string>(
  prose: string,
  values: readonly V[],
  byDefault: V,
): z.ZodType<V, V | undefined> {
  return z
    .enum(values, { error: values.join(', ') })
    .prefault(byDefault)
    .meta({ description: prose })
}

export function count(
  prose: string,
  byDefault: number,
  range: { min: number; max: number },
): z.ZodType<number, number | undefined> {
  const error = `a whole number from ${range.min} to ${range.max}`
  return z
    .int({ error })
    .min(range.min, { error })
    .max(range.max, { error })
    .prefault(byDefault)
    .meta({ description: prose, accepts: error })
}

/** Node's timers wrap above this many milliseconds (2^31 - 1): a longer time-out would fire at once. */
const maxTimerMs = 2_147_483_647
const tenYears = 3650 * 86_400_000

/**
 * A duration, as milliseconds, of at least a millisecond (a step that may take no time at all can't be taken).
 * @param byDefault null: the option may not be left out, unless it is wrapped as optional
 */
export function duration(
  prose: string,
  byDefault: string | null,
  most: 'timer' | 'years' = 'timer',
  least: 0 | 1 = 1,
): z.ZodType<number, string | undefined> {
  const maxMs = most === 'timer' ? maxTimerMs : tenYears
  const range = `at most ${most === 'timer' ? '24d' : '3650d'}`
  const accepts = `a duration with its unit (ms, s, m, h, d, w), such as ${byDefault ?? '100s'}, ${range}`
  const parse = (value: string): number | null => {
    const found = parseDuration(value)
    return found !== null && found >= least && found <= maxMs ? found : null
  }
  const field: z.ZodType<number, string | undefined> = parsed(parse, prose, accepts)
  return byDefault === null ? field : field.prefault(byDefault).meta({ description: prose, accepts })
}

/** A size, as octets. */
export function size(
  prose: string,
  byDefault: string,
  range: { min: string; max: string },
): z.ZodType<number, string | undefined> {
  const accepts = `a size with its unit (B, KB, MB, GB, KiB, MiB, GiB), such as ${byDefault}, from ${range.min} to ${range.max}`
  const parse = (value: string): number | null => {
    const found = parseSize(value)
    return found !== null && found >= (parseSize(range.min) ?? 0) && found <= (parseSize(range.max) ?? 0) ? found : null
  }
  return parsed(parse, prose, accepts).prefault(byDefault).meta({ description: prose, accepts })
}

/** Networks, each to CIDR notation. */
export function networks(prose: string): z.ZodArray<z.ZodType<string, string>> {
  const accepts = 'networks such as 192.0.2.0/24, 2001:db8::/32 or single addresses'
  return list(parsed(parseNetwork, 'A network', 'a network such as 192.0.2.0/24, or one IP address'), prose, accepts)
}

export function date(prose: string): z.ZodType<string, string> {
  return parsed((value) => (isDate(value) ? value : null), prose, 'a day of the calendar as YYYY-MM-DD')
}

export function socketMode(prose: string): z.ZodType<number, string> {
  return parsed(parseMode, prose, "permission bits in quotes, such as '0660'")
}

/** When something is done again: by a cron expression that node-cron, which runs it, accepts, or after so long. */
export function schedule(
  prose: string,
  byDefault: string,
): z.ZodType<string | { everyMs: number }, string | undefined> {
  const accepts =
    'a cron expression of five or six fields, such as "*/30 * * * *", or a duration from 1s to 24d, such as 30m'
  return z
    .string({ error: accepts })
    .transform((value, ctx) => {
      const everyMs = parseDuration(value)
      if (everyMs !== null) {
        const fits = everyMs >= 1000 && everyMs <= maxTimerMs
        return fits ? { everyMs } : refuse(ctx, accepts, `${value} is ${everyMs < 1000 ? 'too short' : 'too long'}`)
      }
      const found = cron.validateDetailed(value)
      return found.valid ? value : refuse(ctx, accepts, cronFaults(value, found.errors))
    })
    .prefault(byDefault)
    .meta({ description: prose, accepts })
}

/** What each field of a cron expression may hold, by node-cron's name of it. */
const cronFields: Readonly<Record<string, readonly [name: string, range: string]>> = {
  second: ['second', '0 to 59'],
  minute: ['minute', '0 to 59'],
  hour: ['hour', '0 to 23'],
  dayOfMonth: ['day of the month', '1 to 31'],
  month: ['month', '1 to 12 or jan to dec'],
  dayOfWeek: ['day of the week', '0 to 7 or sun to sat'],
}

function cronFaults(value: string, errors: readonly { readonly field: string; readonly value?: string }[]): string {
  const count = value.trim().split(/\s+/).length
  if (count !== 5 && count !== 6) return `${count === 1 ? '1 field stands' : `${count} fields stand`} there`
  const said = errors.map((error) => {
    const [name, range] = cronFields[error.field] ?? [error.field, '']
    return `${JSON.stringify(error.value ?? value)} is no ${name}${range === '' ? '' : ` (${range}; also *, lists, ranges and steps such as */5)`}`
  })
  return said.join('; ')
}

/** An https URL without user, query or fragment, without a slash at its end. */
export function httpsUrl(prose: string): z.ZodType<string, string> {
  const parse = (value: string): string | null => {
    const url = URL.canParse(value) ? new URL(value) : null
    const plain = url?.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === ''
    return plain ? value.replace(/(?<!\/)\/+$/, '') : null
  }
  return parsed(parse, prose, 'an https:// URL without user or query')
}

/** An addr-spec as people write it: one that a directory could hold, not all that RFC 5321 would let through. */
export function isAddress(value: string): boolean {
  const at = value.lastIndexOf('@')
  const local = value.slice(0, at)
  return (
    at > 0 && value.length <= 320 && /^(?:"[^"\\]+"|[^\s"<>(),;:\\[\]@]+)$/.test(local) && isDomain(value.slice(at + 1))
  )
}

/** A domain in ASCII or Unicode, of one or more labels. */
export function isDomain(value: string): boolean {
  return (
    value.length <= 253 &&
    /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_-]*)(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_-]*))*\.?$/u.test(value)
  )
}

/**
 * `/regular expression/` or what `isPlain` accepts. The expression is compiled here, so that a bad one is a
 * fault at its place and not a surprise at the first message.
 */
export function expressionOr(
  isPlain: (value: string) => boolean,
  prose: string,
  accepts: string,
): z.ZodType<string, string> {
  const all = `${accepts}, or a /regular expression/`
  return z
    .string({ error: all })
    .transform((value, ctx) => {
      if (!value.startsWith('/')) return isPlain(value) ? value : refuse(ctx, all)
      const problem = patternFault(value)
      return problem === null
        ? value
        : refuse(ctx, `${all} in RE2 syntax (no look-around, no back-references)`, problem)
    })
    .meta({ description: prose, accepts: all })
}

/** The judgement as the entrances are handed it. */

import { randomBytes } from 'node:crypto'
import type { Store } from '../directory/store/store.ts'
import { parseHeaderSection } from '../mail/section.ts'
import type { Entrance, Judge } from '../model.ts'
import { compilePolicy } from '../policy/compile.ts'
import type { Policy } from '../policy/compile.ts'
import { judgementContext } from '../policy/context.ts'
import type { JudgementContext } from '../policy/context.ts'
import { decide } from '../policy/decide.ts'
import { evidenceOf } from '../policy/evidence.ts'
import type { Inspection } from '../policy/inspect.ts'
import type { JudgementGuard } from './judgement-guard.ts'

/** What the judgement is told beside message, people and rules. */
interface JudgeOptions {
  /** Ends judgements that hang. */
  readonly guard: JudgementGuard
  /** Octets of one originator field that are read. */
  readonly fromField: number
  /** Told of a judgement that threw; the message is unchecked then. */
  readonly onFailure: (error: unknown, id: string) => void
  /** Told of every inspection; left out unless the log shows it. */
  readonly onInspection?: (inspection: Inspection, id: string, policy: Policy) => void
  /** What the history keeps beside the decision; null or left out: nothing. */
  readonly history?: { readonly subject: boolean } | null
}

/**
 * The judgement as both entrances are handed it: today's rules and people for each message. Rules and keys come from
 * one transaction of the store, so a message is judged by the old state or the new one, never by a mixture.
 */
export function buildJudge(store: Store, options: JudgeOptions): Judge {
  const nextId = eventIds()
  const { guard } = options
  const limits = { fromOctets: options.fromField, beginTime }
  let generation = -1
  let policy: Policy | null = null
  let context: JudgementContext | null = null

  function current(): JudgementContext | null {
    const { rulesGeneration, snapshot } = store.now()
    if (rulesGeneration !== generation) {
      const rules = store.rules()
      policy = rules === null ? null : compilePolicy(rules, policy)
      context = null
      generation = rulesGeneration
    }
    if (policy !== null && context?.lookup !== snapshot) context = judgementContext(policy, snapshot)
    return context
  }

  return (section, entrance) => {
    const id = nextId()
    let by: JudgementContext | null = null
    try {
      by = current()
    } catch (error) {
      // A store that can't be read leaves the message unchecked; decide says so in the field.
      options.onFailure(error, id)
    }
    const now = Date.now()
    let inspected: Inspection | null = null
    const decision = decide(section, entrance, {
      context: by,
      onUnchecked: policy === null ? 'tag' : policy.rules.onUnchecked,
      id,
      now,
      guard: (work) => guard.run(section, now, work),
      microseconds: () => performance.now() * 1000,
      limits,
      onFailure: options.onFailure,
      onInspection: (inspection, of, compiled) => {
        inspected = inspection
        options.onInspection?.(inspection, of, compiled)
      },
    })
    if (options.history === undefined || options.history === null) return decision
    const { subject } = options.history
    const onFailure = (error: unknown): void => options.onFailure(error, id)
    const gather = attempt(onFailure, () =>
      evidenceOf(section, inspected, policy, { now, subject, ...(by === null ? {} : { lettersOf: by.lettersOf }) }),
    )
    return gather === null ? decision : { ...decision, evidence: () => attempt(onFailure, gather) }
  }
}

/** What is kept of a message must not fail it. */
function attempt<T>(onFailure: (error: unknown) => void, work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    onFailure(error)
    return null
  }
}

/** Milliseconds of this process's work after which a judgement is given up, however few steps were counted. */
const maxJudgementMs = 100

/** A wall in processor time: a process that others kept from running has not used up its message's time. */
function beginTime(): () => boolean {
  const start = performance.now()
  let used: NodeJS.CpuUsage | null = null
  return () => {
    if (performance.now() - start < maxJudgementMs / 2) return false
    if (used === null) {
      used = process.cpuUsage()
      return false
    }
    const { user, system } = process.cpuUsage(used)
    return (user + system) / 1000 > maxJudgementMs / 2
  }
}

/**
 * Judges a few made-up sections, so that the first message of a new worker does not wait for code to be compiled and
 * tables to be unpacked (some 20 ms).
 */
export function warmUp(judge: Judge, entrance: Entrance): void {
  const names = [
    'Warm Start',
    'Start, Warm',
    'W\u00e4rm St\u00e4rt',
    '\u9648\u7389\u5170',
    '\uae40\uc601\ud76c',
    '\u0418\u0432\u0430\u043d',
    '\u0645\u062d\u0645\u062f',
  ]
  const fields = names.map((name) => `=?utf-8?B?${Buffer.from(name).toString('base64')}?= <w.start@start.invalid>`)
  fields.push('"Warm Start" <warm@start.invalid>')
  for (const from of fields) judge(parseHeaderSection(Buffer.from(`From: ${from}\r\n\r\n`)), entrance)
}

/** Ids that no other worker or start gives: time, a random part of this process, a counter; letters and digits. */
function eventIds(): () => string {
  const own = randomBytes(3).toString('hex')
  let count = 0
  let at = 0
  let start = ''
  return () => {
    const now = Date.now()
    if (now !== at) {
      at = now
      start = `${now.toString(36)}${own}`
    }
    return `${start}${(count++).toString(36)}`
  }
}

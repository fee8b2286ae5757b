/** Judges messages that were found: in this process, or in one of its children. */

import { decodeEncodedWords } from '../../mail/encoded-words.ts'
import { fieldBodyOctets, fieldsNamed, parseHeaderSection } from '../../mail/section.ts'
import type { HeaderSection, Verdict } from '../../model.ts'
import { inspectSafely } from '../../policy/decide.ts'
import { explain } from '../../policy/explain.ts'
import { readMessageFile } from './message-file.ts'
import { timeOfDateField } from './message-time.ts'
import { cleanOutcome, outcomeOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { JudgedBy } from './people.ts'
import { faultOfSection } from './sources.ts'
import type { FoundFile, FoundMessage } from './sources.ts'

/** What one message comes to. */
export type Result = ResultBody & {
  /** Octets that were read for it and not told before. */
  readonly read: number
}

type ResultBody =
  | {
      readonly state: 'judged'
      readonly outcome: Outcome
      readonly before: Outcome | null
      readonly directory: string | null
      readonly time: number | null
      readonly subject?: string | null
      readonly steps: readonly string[]
      /** Why judging failed, which makes the message unchecked; null if it did not. */
      readonly failure: string | null
    }
  /** Outside the range of times asked for. */
  | { readonly state: 'outside' }
  | { readonly state: 'unreadable'; readonly problem: string }

/** How messages are judged; plain data, as it is sent to other processes. */
export interface JudgeSettings {
  /** Octets of one header section, and of one originator field, that are read. */
  readonly headerOctets: number
  readonly fromOctets: number
  /** Only messages that came at or after `since` and before `until`, in milliseconds since the epoch. */
  readonly since: number | null
  readonly until: number | null
  /** Whether each step of the judgement is wanted in words. */
  readonly explain: boolean
}

/** Judges messages by one policy, or by two of which the second is the one tried. */
export class MessageJudge {
  readonly #settings: JudgeSettings
  readonly #by: JudgedBy
  readonly #before: JudgedBy | null

  /** @param before the configured policy, where `by` is another one that is compared with it */
  constructor(settings: JudgeSettings, by: JudgedBy, before: JudgedBy | null) {
    this.#settings = settings
    this.#by = by
    this.#before = before
  }

  /** Judges messages in their order; reads those that are files not opened yet. Never throws. */
  async judge(messages: readonly (FoundMessage | FoundFile)[]): Promise<Result[]> {
    const results: Result[] = []
    for (const message of messages) {
      if ('octets' in message) results.push({ ...this.#judgeOne(message), read: 0 })
      else results.push(await this.#judgeFile(message))
    }
    return results
  }

  async #judgeFile({ source, path, time }: FoundFile): Promise<Result> {
    if (time !== null && this.#isOutside(time)) return { state: 'outside', read: 0 }
    const section = await readMessageFile(path, this.#settings.headerOctets)
    if ('problem' in section) return { state: 'unreadable', problem: section.problem, read: 0 }
    const problem = faultOfSection(section.octets)
    if (problem !== null) return { state: 'unreadable', problem, read: section.size }
    return { ...this.#judgeOne({ source, time, ...section }), read: section.size }
  }

  #judgeOne(message: FoundMessage): ResultBody {
    if (message.time !== null && this.#isOutside(message.time)) return { state: 'outside' }
    const section = parseHeaderSection(message.octets, message.truncated)
    const time = message.time ?? timeOfDateField(section)
    if (time !== null && this.#isOutside(time)) return { state: 'outside' }
    let failure: string | null = null
    const onFailure = (error: unknown): void => {
      failure = String(error)
    }
    const before = this.#before === null ? null : this.#inspect(section, this.#before, onFailure)
    const after = this.#inspect(section, this.#by, onFailure)
    const isClean = after.verdict.state === 'clean' && (before === null || before.verdict.state === 'clean')
    return {
      state: 'judged',
      ...(isClean ? {} : { subject: subjectOf(section) }),
      outcome: outcomeOf(after.verdict),
      before: before === null ? null : outcomeOf(before.verdict),
      directory: directoryOf(after.verdict),
      time,
      steps: after.steps,
      failure,
    }
  }

  #inspect(
    section: HeaderSection,
    { policy, context }: JudgedBy,
    onFailure: (error: unknown) => void,
  ): { verdict: Verdict; steps: string[] } {
    const limits = { fromOctets: this.#settings.fromOctets }
    const inspection = inspectSafely(section, context(), { now: Date.now(), limits, onFailure })
    return { verdict: inspection.verdict, steps: this.#settings.explain ? explain(inspection, policy) : [] }
  }

  #isOutside(time: number): boolean {
    const { since, until } = this.#settings
    return (since !== null && time < since) || (until !== null && time >= until)
  }
}

/** Subjects are kept this far: a table and a report show no more. */
const maxSubject = 200

function subjectOf(section: HeaderSection): string | null {
  const [index] = fieldsNamed(section, 'subject')
  if (index === undefined) return null
  const body = fieldBodyOctets(section, index)
    .subarray(0, 4096)
    .toString('utf8')
    .replace(/[ \t\r\n]+/g, ' ')
  const [text = ''] = decodeEncodedWords(body.trim()).texts
  return text.trim().slice(0, maxSubject)
}

function directoryOf(verdict: Verdict): string | null {
  return verdict.state === 'detected' ? verdict.person.directory : null
}

/** Whether a result says no more than that the message is clean: most do, and go between processes as their time alone. */
export function isPlainlyClean(result: Result): result is Result & { state: 'judged' } {
  return (
    result.state === 'judged' &&
    result.outcome === cleanOutcome &&
    (result.before === null || result.before === cleanOutcome) &&
    result.steps.length === 0 &&
    result.read === 0
  )
}

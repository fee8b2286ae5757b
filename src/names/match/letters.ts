/** The letters of a shown name beside those of the person's, for explanations. */

import type { LetterPair, LetterPart } from '../../model.ts'
import type { NameForm } from '../person/name-forms.ts'
import { decoration } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { lookOf } from '../text/skeleton.ts'
import { baseForm } from '../text/transliterate.ts'

/** Longer names are explained by their beginning. */
const maxShown = 128
const maxForms = 4
/** Runs of letters that are listed. */
const maxPairs = 48

/** What it costs to take one letter for another, to pass one over, and to miss one. */
const cost = { look: 0.1, other: 1.2, passedSign: 0.2, passedLetter: 0.3, missed: 1 } as const

const invisible = /[\p{Cf}\p{Cc}\p{Mn}\u034f\u115f\u1160\u3164\ufe00-\ufe0f]/u
const letter = /[\p{L}\p{N}]/u
/** Signs that stand for no letter. */
const separators = ' ,-'

interface NameLetter {
  readonly text: string
  readonly part: LetterPart
}

interface Letter extends NameLetter {
  readonly lower: string
  readonly folded: string
  /** What it looks like, folded. */
  readonly look: string
}

/** A letter as it was sent. */
interface SentLetter extends Omit<Letter, 'part'> {
  /** Whether it can be taken for a letter of a name. */
  readonly canStand: boolean
  readonly passing: number
}

/** A letter sent (null: missed) and the letter it is taken for (null: passed over). */
interface Step {
  readonly sent: string | null
  readonly taken: NameLetter | null
}

/**
 * Lays a shown name beside a person's: which letters stand for which, of which part, what is passed over. The match is known by now;
 * this finds the alignment that takes the fewest letters for others, so it explains every kind alike. Never throws.
 *
 * @returns runs of letters in the order in which they were sent; empty for a person without forms
 */
export function alignLetters(shown: string, forms: readonly NameForm[], tables: NameTables): LetterPair[] {
  const characters = [...shown].slice(0, maxShown)
  let sent: SentLetter[] | null = null
  let best: { steps: Step[]; total: number } | null = null
  for (const form of forms.slice(0, maxForms)) {
    for (const name of spelt(form)) {
      const found = sameLetters(characters, name) ?? align((sent ??= characters.map(sentLetter)), name.map(lookedAt))
      if (best === null || found.total < best.total) best = found
      // Each letter stands for itself, but for what parts the words: no other order or spelling explains it better.
      if (best.total < cost.passedLetter) return runsOf(best.steps, tables).slice(0, maxPairs)
    }
  }
  return best === null ? [] : runsOf(best.steps, tables).slice(0, maxPairs)
}

/** The letters of a form, in both orders. */
function spelt(form: NameForm): NameLetter[][] {
  if (form.type === 'whole') return [lettersOf(form.source, 'name')]
  const given = lettersOf(form.given[0]?.word.raw ?? '', 'given-name')
  const surname = lettersOf(form.surname[0]?.word.raw ?? '', 'surname')
  return [
    [...given, ...surname],
    [...surname, ...given],
  ]
}

function lettersOf(text: string, part: LetterPart): NameLetter[] {
  return [...text].filter((one) => letter.test(one)).map((one) => ({ text: one, part }))
}

function lookedAt({ text, part }: NameLetter): Letter {
  const { lower, folded } = sentLetter(text)
  return { text, part, lower, folded, look: (lookOf(text) ?? folded).toLowerCase() }
}

/**
 * The alignment where the first letters sent are those of the name, in its order, with signs before, at most one between, and anything
 * behind: no other takes a letter for another. Most detections show the name as it is, and need no more. Null for others.
 */
function sameLetters(
  characters: readonly string[],
  name: readonly NameLetter[],
): { steps: Step[]; total: number } | null {
  const steps: Step[] = []
  let total = 0
  let at = 0
  for (const sent of characters) {
    if (at === name.length) steps.push({ sent, taken: null })
    else if (sent === name[at]?.text) steps.push({ sent, taken: name[at++] ?? null })
    else if (separators.includes(sent)) {
      if (at > 0) total += cost.passedSign
      steps.push({ sent, taken: null })
    } else return null
  }
  return at === name.length && total < cost.passedLetter ? { steps, total } : null
}

function sentLetter(text: string): SentLetter {
  return (text.length === 1 ? asciiLetters[text.charCodeAt(0)] : undefined) ?? readLetter(text)
}

function readLetter(text: string): SentLetter {
  const look = lookOf(text)
  const fold = folded(text)
  return {
    text,
    lower: text.toLowerCase(),
    folded: fold,
    look: (look ?? lookOf(text.toLowerCase()) ?? fold).toLowerCase(),
    canStand: letter.test(text) || look !== undefined,
    passing: passingCost(text),
  }
}

const plain = /^[0-9A-Za-z]$/

function folded(character: string): string {
  return plain.test(character) ? character.toLowerCase() : baseForm(character.normalize('NFKC')).toLowerCase()
}

function costOf(sent: SentLetter, taken: Letter): number {
  if (sent.folded === taken.folded) return sent.lower === taken.lower ? 0 : cost.look
  return sent.look === taken.folded || sent.look === taken.look ? cost.look : cost.other
}

const moves = { take: 0, pass: 1, miss: 2 } as const

/** Cheapest alignment; what stands before and behind the name is passed over for nothing. */
function align(sent: readonly SentLetter[], name: readonly Letter[]): { steps: Step[]; total: number } {
  const width = name.length + 1
  const costs = new Float64Array((sent.length + 1) * width)
  const made = new Uint8Array((sent.length + 1) * width)
  for (let j = 1; j < width; j++) {
    costs[j] = j * cost.missed
    made[j] = moves.miss
  }
  let at = width
  for (const one of sent) {
    made[at++] = moves.pass
    let left = name.length
    for (const taken of name) {
      left--
      const take = one.canStand ? (costs[at - width - 1] ?? 0) + costOf(one, taken) : Infinity
      const pass = (costs[at - width] ?? 0) + (left === 0 ? 0 : one.passing)
      const miss = (costs[at - 1] ?? 0) + cost.missed
      costs[at] = Math.min(take, pass, miss)
      made[at] = take <= pass && take <= miss ? moves.take : pass <= miss ? moves.pass : moves.miss
      at++
    }
  }
  return { steps: stepsBack(sent, name, made), total: costs[costs.length - 1] ?? 0 }
}

function stepsBack(sent: readonly SentLetter[], name: readonly Letter[], made: Uint8Array): Step[] {
  const steps: Step[] = []
  for (let i = sent.length, j = name.length; i > 0 || j > 0;) {
    const move = made[i * (name.length + 1) + j]
    const one = move === moves.miss ? null : (sent[--i]?.text ?? '')
    steps.push({ sent: one, taken: move === moves.pass ? null : (name[--j] ?? null) })
  }
  return steps.reverse()
}

function passingCost(character: string): number {
  if (invisible.test(character)) return 0
  return letter.test(character) ? cost.passedLetter : cost.passedSign
}

/** Of each ASCII letter and sign, as most names are of these alone. */
const asciiLetters: readonly SentLetter[] = Array.from({ length: 128 }, (_, code) =>
  readLetter(String.fromCharCode(code)),
)

type RunKind = 'same' | 'other' | 'one-sided' | 'separator'

/** Steps put together: equal letters of one part, letters taken for others, words passed over, what does not show. */
function runsOf(steps: readonly Step[], tables: NameTables): LetterPair[] {
  const isBoth = ({ sent, taken }: Step): boolean => sent !== null && taken !== null
  const first = steps.findIndex(isBoth)
  const last = steps.findLastIndex(isBoth)
  const runs: { sent: string; taken: string; part: LetterPart; kind: RunKind }[] = []
  for (const [at, step] of steps.entries()) {
    const part = partOf(step, at > first && at < last)
    const kind = kindOf(step, part)
    const run = runs.at(-1)
    const sent = step.sent ?? ''
    const taken = step.taken?.text ?? ''
    if (run?.part === part && run.kind === kind) {
      run.sent += sent
      run.taken += taken
    } else runs.push({ sent, taken, part, kind })
  }
  return runs
    .filter(({ kind }) => kind !== 'separator')
    .map(({ sent, taken, part }) => ({ sent, taken, part: isTitle(sent, taken, part, tables) ? 'title' : part }))
}

function partOf({ sent, taken }: Step, isInside: boolean): LetterPart {
  if (taken !== null) return taken.part
  if (sent !== null && invisible.test(sent)) return 'invisible'
  return isInside ? 'between' : 'rest'
}

function kindOf({ sent, taken }: Step, part: LetterPart): RunKind {
  if (taken === null) return part === 'invisible' || letter.test(sent ?? '') ? 'one-sided' : 'separator'
  if (sent === null) return 'one-sided'
  return sent === taken.text ? 'same' : 'other'
}

function isTitle(sent: string, taken: string, part: LetterPart, tables: NameTables): boolean {
  return taken === '' && (part === 'rest' || part === 'between') && (tables.classOf(baseForm(sent)) & decoration) !== 0
}

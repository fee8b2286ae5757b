/** Review: pairs that wait, what is likely about them, and answers. */

import type { Store } from '../directory/store/store.ts'
import { NamesakeError } from '../errors.ts'
import { looksLikeThem } from '../history/pair-summaries.ts'
import { canonicalAddress, domainOf, localPartOf } from '../mail/address.ts'
import type {
  PairAnswer,
  PairDecision,
  PairEdit,
  PairOf,
  PairOrder,
  PairState,
  PairWithState,
  Person,
  PersonRef,
} from '../model.ts'
import { localPartNames } from '../names/match/local-part.ts'
import type { Policy } from '../policy/compile.ts'
import { samePerson } from '../policy/person-key.ts'
import type { HistoryPort } from '../ports.ts'
import type { Actor } from './audit.ts'
import { effectOf } from './effect.ts'
import type { Preview } from './effect.ts'
import { draftRules, makeEdit } from './protection.ts'
import type { EditContext, MadeEdit, ProtectionRequest } from './protection.ts'
import { findPerson } from './targets.ts'
import { errorText } from '../text.ts'

/** A pair as a reviewer sees it. */
export interface ReviewedPair extends PairWithState {
  /** Why it is open again, or that the file answers it, in words; null if there is nothing to say. */
  readonly why: string | null
  /** Why it may really be the person, in words; empty: nothing speaks for it. Never acted on by itself. */
  readonly suggestion: readonly string[]
}

/**
 * All pairs with their state: what was decided, as far as the protection file still says it, and what it says without a decision.
 * Those that may really be the person come first, then the latest. Each is read when it is its turn.
 */
export async function* reviewPairs(
  history: HistoryPort,
  store: Store,
  policy: Policy,
  now: number,
): AsyncGenerator<ReviewedPair> {
  const review = reviewer(store, policy, now)
  const likely: ReviewedPair[] = []
  for await (const pair of history.pairs({ likely: true })) {
    const reviewed = review(pair)
    if (reviewed.suggestion.length > 0) likely.push(reviewed)
  }
  yield* likely.sort((a, b) => b.suggestion.length - a.suggestion.length)
  const listed = new Set(likely.map(idOf))
  for await (const pair of history.pairs()) if (!listed.has(idOf(pair))) yield review(pair)
}

/** Which pairs a page shows: those that wait, in an order, or those that are answered, the latest answer first. */
export interface ReviewQuery {
  readonly state: 'open' | 'answered'
  readonly order: PairOrder
  /** The last pair of the page before; null: the first page. */
  readonly after: Pick<ReviewedPair, 'directory' | 'person' | 'address'> | null
  readonly limit: number
}

export interface ReviewPage {
  readonly items: readonly ReviewedPair[]
  /** How many there are on all pages, and how many detections they come to. */
  readonly total: number
  readonly messages: number
  /** Whether there are further pages. */
  readonly more: boolean
}

/** Pairs without an answer of their own that are looked at for one in the protection file. */
const maxLookedAt = 1000

/**
 * One page of pairs, however many there are. What the protection file answers without a decision, by an entry that somebody wrote
 * by hand, is known for pairs with excused messages, the latest pairs and those of the page.
 */
export async function reviewPage(
  history: HistoryPort,
  store: Store,
  policy: Policy,
  now: number,
  { state, order, after, limit }: ReviewQuery,
): Promise<ReviewPage> {
  const review = reviewer(store, policy, now)
  const answered = new Map<string, ReviewedPair>()
  const look = (pair: PairWithState): ReviewedPair => {
    const reviewed = review(pair)
    if (reviewed.state !== 'open') answered.set(idOf(pair), reviewed)
    return reviewed
  }
  for (const decision of history.decisions()) {
    const pair = await history.pair(decision)
    if (pair !== null) look(pair)
  }
  for await (const pair of history.pairs({ excused: true })) look(pair)
  let looked = 0
  for await (const pair of history.pairs()) {
    if (looked++ === maxLookedAt) break
    look(pair)
  }
  const items: ReviewedPair[] = []
  const last = after === null ? null : idOf(after)
  if (state === 'open') {
    let skipping = last !== null
    for await (const pair of history.pairs({ order, detected: true, ...(after === null ? {} : { from: after }) })) {
      if (items.length > limit) break
      if (skipping) {
        skipping = idOf(pair) !== last
        continue
      }
      const reviewed = look(pair)
      if (reviewed.state === 'open') items.push(reviewed)
    }
    const totals = await history.pairTotals()
    const taken = [...answered.values()].filter(({ detected }) => detected > 0)
    const messages = totals.messages - taken.reduce((sum, { detected }) => sum + detected, 0)
    return { items: items.slice(0, limit), total: totals.pairs - taken.length, messages, more: items.length > limit }
  }
  const all = [...answered.values()].sort((a, b) => ((a.decision?.at ?? '') < (b.decision?.at ?? '') ? 1 : -1))
  const messages = all.reduce((sum, { detected }) => sum + detected, 0)
  const from = last === null ? 0 : all.findIndex((pair) => idOf(pair) === last) + 1
  return { items: all.slice(from, from + limit), total: all.length, messages, more: all.length > from + limit }
}

/** One pair; null if nothing of it is kept. */
export async function reviewPair(
  history: HistoryPort,
  store: Store,
  policy: Policy,
  now: number,
  of: PairOf,
): Promise<ReviewedPair | null> {
  const pair = await history.pair(of)
  return pair === null ? null : reviewer(store, policy, now)(pair)
}

function idOf({ directory, person, address }: PairOf): string {
  return `${directory}\0${person}\0${address}`
}

function reviewer(store: Store, policy: Policy, now: number): (pair: PairWithState) => ReviewedPair {
  const people = store.snapshot()
  return (pair) => {
    const person = people.person({ directory: pair.directory, id: pair.person }) ?? null
    const { state, why } = standing(pair, person, policy, now)
    return { ...pair, state, why, suggestion: state === 'open' ? suggestionFor(pair) : [] }
  }
}

/** What the file says outweighs what was decided: an entry that somebody took out is an answer taken back. */
function standing(
  { decision, address }: PairWithState,
  person: Person | null,
  policy: Policy,
  now: number,
): { state: PairState; why: string | null } {
  const reopened = decision?.reopened ?? null
  if (reopened !== null) return { state: 'open', why: `open again: ${reopened.why}` }
  const byFile = person === null || address === '' ? null : answerOfFile(person, address, policy, now)
  if (decision?.answer === 'attack') {
    if (byFile === null) return { state: 'attack', why: null }
    return { state: byFile, why: 'the protection file lets it through, though it was answered attack' }
  }
  if (decision === null) return { state: byFile ?? 'open', why: byFile === null ? null : 'by the protection file' }
  if (byFile !== null) return { state: decision.answer, why: null }
  return { state: 'open', why: `open again: the entry of ${decision.answer} is no longer in the protection file` }
}

function answerOfFile(person: Person, address: string, policy: Policy, now: number): 'them' | 'service' | null {
  if (policy.isSecondary(person, address)) return 'them'
  const trusted = policy.senders.find(address, now).some((sender) => sender.effect === 'clean' && sender.covers(person))
  return trusted ? 'service' : null
}

const weekMs = 7 * 86_400_000

/** What speaks for the address being the person's own: only where all that is known does. */
function suggestionFor(pair: PairWithState): string[] {
  if (!looksLikeThem(pair)) return []
  const { count, first, last, address, name, publicProvider } = pair
  const weeks = Math.floor((Date.parse(last) - Date.parse(first)) / weekMs)
  const reasons = [
    `${count} messages over ${weeks} weeks`,
    'all of them authenticated',
    'the name shown exactly each time',
  ]
  const local = localPartOf(address)
  const bears = localPartNames(local).some((one) => sameWords(one, name))
  if (publicProvider && bears) reasons.push(`a mailbox of the name at ${domainOf(address)}, a public provider`)
  return reasons
}

function sameWords(one: string, other: string): boolean {
  const words = (text: string): string => text.toLowerCase().split(/\W+/u).filter((word) => word !== '').sort().join(' ') // prettier-ignore
  return words(one) === words(other)
}

/** What an operator answers about a pair. */
export interface Answer {
  readonly answer: PairAnswer
  readonly note: string
  /** Last day of a `service`, `YYYY-MM-DD`; null: for ever. */
  readonly until: string | null
  /** Further names that a `service` may carry. */
  readonly names: readonly string[]
  readonly requireAuthentication: boolean
}

/** The pair that a person (an address, an id, a name) and an address mean. @throws NamesakeError input-invalid */
export async function pairMeant(
  history: HistoryPort,
  context: EditContext,
  who: string,
  address: string,
): Promise<PairWithState> {
  const canonical = address === '' ? '' : canonicalAddress(address)
  const [found, ...more] = await pairsMeant(history, context, who, canonical)
  if (found === undefined) {
    throw new NamesakeError(
      'input-invalid',
      `the history has no message in the name of ${JSON.stringify(who)} from ${JSON.stringify(address)}; fix: "namesake review" lists what it has`,
    )
  }
  if (more.length > 0) {
    const ids = [found, ...more].map(({ person, directory }) => `${person} of ${JSON.stringify(directory)}`)
    throw new NamesakeError(
      'input-invalid',
      `${JSON.stringify(who)} means more than one person: ${ids.join(', ')}; fix: give the id`,
    )
  }
  return found
}

async function pairsMeant(
  history: HistoryPort,
  { view }: EditContext,
  who: string,
  address: string,
): Promise<PairWithState[]> {
  const ofPeople = async (people: readonly PersonRef[]): Promise<PairWithState[]> => {
    const distinct = people.filter((one, i) => people.findIndex((other) => samePerson(one, other)) === i)
    const pairs = await Promise.all(
      distinct.map(async ({ directory, id }) => await history.pair({ directory, person: id, address })),
    )
    return pairs.filter((pair) => pair !== null)
  }
  const byId = await ofPeople(view.directoryNames().map((directory) => ({ directory, id: who })))
  if (byId.length > 0) return byId
  const owners = await ofPeople(view.byAddress(canonicalAddress(who)))
  if (owners.length > 0) return owners
  // A name, or somebody whom no directory has any more: each pair is looked at.
  const known: PairWithState[] = []
  for await (const pair of history.pairs()) if (pair.address === address) known.push(pair)
  const named = known.filter((pair) => pair.person === who || pair.name === who)
  return named.length > 0 ? named : ofPeople([findPerson(view, who, null)])
}

/** The edit that an answer asks for; null for `attack`. */
function editFor(pair: PairWithState, answer: Answer): { request: ProtectionRequest; wrote: PairEdit } | null {
  const { address, name, person } = pair
  if (answer.answer === 'attack') return null
  if (address === '') {
    throw new NamesakeError('input-invalid', 'the messages show no address that could be allowed; accepted: attack')
  }
  if (answer.answer === 'them' && !answer.requireAuthentication) {
    return {
      request: { do: 'secondary-add', who: person, address },
      wrote: { kind: 'secondary', who: person, address },
    }
  }
  const names = answer.answer === 'service' ? [...new Set([name, ...answer.names])] : [name]
  const notes = { them: `${name}'s own address`, service: 'a service', namesake: `a namesake of ${name}` }
  const note = answer.note === '' ? notes[answer.answer] : answer.note
  const { until, requireAuthentication } = answer
  return {
    request: { do: 'trust', from: address, names, note, until, requireAuthentication },
    wrote: { kind: 'trusted-sender', from: address, names, note },
  }
}

/** All edits of an answer: another one that was given before is taken back first. */
function requestsFor(pair: PairWithState, answer: Answer): ProtectionRequest[] {
  const { decision } = pair
  const back = decision === null || decision.answer === answer.answer ? null : undoRequest(decision)
  return [back, editFor(pair, answer)?.request ?? null].filter((request) => request !== null)
}

/**
 * What an answer would change: the lines of the file, and what it would have done to the messages kept.
 * @param maxPeople see `judgeBy`
 */
export async function previewAnswer(
  history: HistoryPort,
  store: Store,
  context: EditContext,
  pair: PairWithState,
  answer: Answer,
  maxPeople?: number,
): Promise<Preview> {
  const { planned, before, after } = draftRules(context, requestsFor(pair, answer))
  return { planned, effect: await effectOf(history, store, before, after, pairOf(pair), context.config, maxPeople) }
}

function pairOf({ directory, person, address }: PairWithState): PairOf {
  return { directory, person, address }
}

/** Gives an answer: edits the protection file, and notes who answered what. @throws as `makeEdit` */
export async function decide(
  history: HistoryPort,
  context: EditContext,
  pair: PairWithState,
  answer: Answer,
  actor: Actor,
): Promise<MadeEdit> {
  const made = await makeEdit(context, requestsFor(pair, answer), true)
  const before = pair.decision
  const time = new Date().toISOString()
  const decision: PairDecision = {
    ...pairOf(pair),
    name: pair.name,
    answer: answer.answer,
    by: actor.who,
    at: time,
    note: answer.note,
    wasAuthenticated: pair.count > 0 && pair.authenticated === pair.count,
    // An entry that stood there before is not ours to take out again.
    wrote: made.changed
      ? (editFor(pair, answer)?.wrote ?? null)
      : before?.answer === answer.answer
        ? before.wrote
        : null,
    reopened: null,
  }
  return noted(made, () =>
    history.decide(pairOf(pair), decision, {
      ...actor,
      time,
      what: 'review decide',
      target: `${pair.name} <${pair.address}>`,
      before: { answer: pair.decision?.answer ?? null, lines: linesOf(made, '-') },
      after: { answer: answer.answer, lines: linesOf(made, '+') },
    }),
  )
}

/** Edits the file before it writes the history: what can't be noted is said, and the edit stands. */
function noted(made: MadeEdit, note: () => void): MadeEdit {
  try {
    note()
    return made
  } catch (error) {
    return { ...made, unrecorded: errorText(error) }
  }
}

/** The request that takes an answer back; null if it wrote nothing. */
function undoRequest({ wrote }: PairDecision): ProtectionRequest | null {
  if (wrote === null) return null
  return wrote.kind === 'secondary'
    ? { do: 'secondary-remove', who: wrote.who, address: wrote.address }
    : { do: 'untrust', from: wrote.from, names: wrote.names }
}

/** Takes an answer back: what it wrote into the file goes, as far as it is still there. @throws as `makeEdit` */
export async function undo(
  history: HistoryPort,
  context: EditContext,
  pair: PairWithState,
  actor: Actor,
): Promise<MadeEdit> {
  const { decision } = pair
  if (decision === null) throw new NamesakeError('input-invalid', 'nothing was decided about it')
  const request = undoRequest(decision)
  const made = await makeEdit(context, request === null ? [] : [request], true)
  return noted(made, () =>
    history.decide(pairOf(pair), null, {
      ...actor,
      time: new Date().toISOString(),
      what: 'review undo',
      target: `${pair.name} <${pair.address}>`,
      before: { answer: decision.answer, lines: linesOf(made, '-') },
      after: { answer: null, lines: linesOf(made, '+') },
    }),
  )
}

function linesOf({ diff }: MadeEdit, wanted: '+' | '-'): string[] {
  return diff.filter(({ sign }) => sign === wanted).map(({ text }) => text)
}

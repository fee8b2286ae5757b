/** Routes of the API: pairs of a person and an address that wait for an answer. */

import * as z from 'zod'
import type { Actor } from '../../admin/audit.ts'
import type { Answer, ReviewedPair } from '../../admin/review.ts'
import { pairFacts } from '../../admin/pair-facts.ts'
import { Problem } from '../problem.ts'
import type { Caller } from '../ports.ts'
import { versionOf } from '../desk.ts'
import type { Services } from '../services.ts'
import { route, writable } from './route.ts'
import type { Route, Versioned } from './route.ts'
import { diffSchema } from './schema.ts'

const pairSchema = z.object({
  id: z.string(),
  version: z.string().describe('For the `If-Match` of an answer.'),
  directory: z.string(),
  person: z.string().describe('Directory id.'),
  name: z.string(),
  address: z.string(),
  count: z.number(),
  authenticated: z.number(),
  unauthenticated: z.number(),
  detected: z.number(),
  rejected: z.number(),
  first: z.string(),
  last: z.string(),
  publicProvider: z.boolean(),
  names: z.record(z.string(), z.number()),
  state: z.string(),
  why: z.string().nullable().describe('Why it is open again, or that the protection file answers it.'),
  suggestion: z.array(z.string()).describe('Why it may really be the person; empty: nothing speaks for it.'),
  decision: z
    .object({ answer: z.string(), by: z.string(), at: z.string(), note: z.string(), reopened: z.string().nullable() })
    .nullable(),
})

const answerBody = z.object({
  answer: z.enum(['them', 'service', 'namesake', 'attack']),
  note: z.string().trim().max(500).optional().describe('Needed for `service` and `namesake`.'),
  until: z.iso.date().optional().describe('Last day; needed for `service`.'),
  requireAuthentication: z.boolean().optional(),
  names: z
    .array(z.string().trim().min(1).max(200))
    .max(50)
    .optional()
    .describe('Further names that a `service` carries.'),
})

type AnswerBody = z.infer<typeof answerBody>

const effectSchema = z.object({
  cleared: z.number().describe('Messages kept, judged by the rules as they would be: detections that would be none.'),
  refused: z.number().describe('Of those: refused.'),
  caught: z.number().describe('Messages kept that would become detections.'),
  also: z
    .array(z.object({ name: z.string(), address: z.string(), count: z.number() }))
    .describe('Of the cleared ones, those of other pairs, most first.'),
  judged: z.number(),
  unjudged: z.number().describe('Messages whose fields were redacted, or are longer than what is kept.'),
  diff: diffSchema,
  warnings: z.array(z.string()),
})

const byId = z.object({ id: z.string().max(1500) })

/** What is decided about a pair. */
const ofDecision: Versioned<{ readonly id: string }> = {
  version: async (services, { id }) => pairVersion(await found(services, id)),
  changed: 'Somebody else has answered this meanwhile. Nothing was done.',
}

export const reviewRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/pairs',
    access: 'reader',
    summary: 'Pairs of a person and an address',
    prose: '`state=open` (the default) gives those that wait for an answer, `decided` the others, latest answer first.',
    query: z.object({
      state: z.enum(['open', 'decided']).optional(),
      order: z.enum(['messages', 'newest', 'refused']).optional(),
      cursor: z.string().max(1500).optional(),
      limit: z.coerce.number().int().min(1).max(500).optional(),
    }),
    response: z.object({
      items: z.array(pairSchema),
      total: z.number(),
      messages: z.number(),
      next: z.string().nullable(),
    }),
    handle: async ({ services, query }) => {
      const [directory = '', person = '', address = ''] = parts(query.cursor ?? '')
      const { items, total, messages, more } = await services.review.pairs({
        state: query.state === 'decided' ? 'answered' : 'open',
        order: query.order ?? 'messages',
        after: query.cursor === undefined ? null : { directory, person, address },
        limit: query.limit ?? 100,
      })
      const last = items.at(-1)
      return { items: items.map(plain), total, messages, next: more && last !== undefined ? pairId(last) : null }
    },
  }),
  route({
    method: 'GET',
    path: '/pairs/:id',
    access: 'reader',
    summary: 'One pair',
    of: ofDecision,
    params: byId,
    response: pairSchema,
    handle: async ({ services, params }) => plain(await found(services, params.id)),
  }),
  route({
    method: 'GET',
    path: '/pairs/:id/facts',
    access: 'reader',
    summary: 'What speaks for an answer',
    prose: 'Of the last 30 days; of a pair with more than 2,000 messages, of the latest of them.',
    params: byId,
    response: z.object({
      days: z.array(z.number()).describe('Detections a day, today last.'),
      done: z.array(z.tuple([z.string(), z.number()])).describe('Disposition and how often, most first.'),
      others: z
        .array(z.object({ name: z.string(), count: z.number() }))
        .describe('Other people whose names the same address showed.'),
    }),
    handle: async ({ services, params }) => {
      const pair = await found(services, params.id)
      const { days, done, others } = await pairFacts(await services.desk.historyOrProblem(), pair, Date.now())
      return {
        days: [...days],
        done: done.map(([what, count]) => [what, count] as [string, number]),
        others: others.map((one) => ({ ...one })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/pairs/:id/preview',
    access: 'reviewer',
    summary: 'What an answer would change',
    params: byId,
    body: answerBody,
    response: effectSchema,
    handle: async ({ services, params, body }) => {
      const pair = await found(services, params.id)
      const { planned, effect } = await services.review.preview(pair, answerOf(body))
      const { cleared = 0, clearedRefused = 0, caught = 0, also = [], judged = 0, unjudged = 0 } = effect ?? {}
      return {
        ...{ cleared, refused: clearedRefused, caught, also: also.map((one) => ({ ...one })), judged, unjudged },
        diff: planned.diff,
        warnings: warningsOf(pair, body),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/pairs/:id/decision',
    access: 'reviewer',
    summary: 'Answer a pair',
    of: ofDecision,
    prose:
      '`them` adds a secondary address, `service` a trusted sender with note and end, `namesake` one for this name alone; `attack` leaves the rules as they are.',
    params: byId,
    body: answerBody,
    response: pairSchema,
    handle: async ({ services, params, body, caller }) => {
      const pair = await found(services, params.id)
      expectWhole(body)
      writable(services)
      await services.review.decide(pair, answerOf(body), actorOf(caller))
      services.live.nudge()
      return plain(await found(services, params.id))
    },
  }),
  route({
    method: 'DELETE',
    path: '/pairs/:id/decision',
    access: 'reviewer',
    summary: 'Take an answer back',
    of: ofDecision,
    prose: 'What it wrote into the protection file is taken out again.',
    params: byId,
    response: pairSchema,
    handle: async ({ services, params, caller }) => {
      const pair = await found(services, params.id)
      if (pair.decision === null) throw new Problem('conflict', 'nothing was decided about this pair')
      writable(services)
      await services.review.undo(pair, actorOf(caller))
      services.live.nudge()
      return plain(await found(services, params.id))
    },
  }),
]

/** The id of a pair in addresses: what it is made of, so that it is the same for ever. */
export function pairId({ directory, person, address }: Pick<ReviewedPair, 'directory' | 'person' | 'address'>): string {
  return Buffer.from(JSON.stringify([directory, person, address])).toString('base64url')
}

function pairVersion({ decision }: ReviewedPair): string {
  return versionOf(decision === null ? '' : `${decision.answer} ${decision.at} ${decision.by}`)
}

async function found(services: Services, id: string): Promise<ReviewedPair> {
  const [directory = '', person = '', address = ''] = parts(id)
  const pair = await services.review.pair(directory, person, address)
  if (pair === null) throw new Problem('not-found', 'nothing is kept of this pair any more')
  return pair
}

function parts(id: string): string[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'))
    return Array.isArray(read) && read.length === 3 && read.every((part) => typeof part === 'string') ? read : []
  } catch {
    return []
  }
}

/** Whoever lets something through says why, and a service until when. @throws Problem invalid, with the field */
function expectWhole({ answer, note = '', until }: AnswerBody): void {
  const needs = (field: string, message: string): never => {
    throw new Problem('invalid', message, { faults: [{ path: field, message }] })
  }
  if (answer === 'attack' || answer === 'them') return
  if (note === '') {
    needs('note', answer === 'service' ? 'Say why it is trusted.' : 'Say who it is: nobody can tell later otherwise.')
  }
  if (answer === 'service' && until === undefined) needs('until', 'Give the last day.')
}

function answerOf({ answer, note = '', until, requireAuthentication, names }: AnswerBody): Answer {
  return {
    answer,
    note,
    until: answer === 'service' ? (until ?? null) : null,
    names: names ?? [],
    requireAuthentication: requireAuthentication === true,
  }
}

function actorOf(caller: Caller): Actor {
  return { who: caller.name, via: caller.by === 'token' ? 'api' : 'console' }
}

function warningsOf(pair: ReviewedPair, { answer }: AnswerBody): string[] {
  const domain = pair.address.slice(pair.address.lastIndexOf('@') + 1)
  if (answer === 'service' && pair.publicProvider) {
    return [
      `${domain} is a public mail provider. A service rarely writes from one. If this is a person, choose another answer.`,
    ]
  }
  return []
}

function plain(pair: ReviewedPair): z.infer<typeof pairSchema> {
  const { directory, person, name, address, count, authenticated, unauthenticated, detected, rejected } = pair
  const { first, last, publicProvider, names, state, why, suggestion, decision } = pair
  return {
    ...{ id: pairId(pair), version: pairVersion(pair) },
    ...{ directory, person, name, address, count, authenticated, unauthenticated, detected, rejected },
    ...{ first, last, publicProvider, names: { ...names }, state, why, suggestion: [...suggestion] },
    decision:
      decision === null
        ? null
        : {
            answer: decision.answer,
            by: decision.by,
            at: decision.at,
            note: decision.note,
            reopened: decision.reopened?.why ?? null,
          },
  }
}

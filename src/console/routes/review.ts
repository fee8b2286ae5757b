/** Routes of the API: pairs of a person and an address that wait for an answer. */

import * as z from 'zod'
import type { ProtectionRequest } from '../../admin/protection.ts'
import type { PairAnswer, PairDecision, PairEdit, PairWithState } from '../../model.ts'
import { Problem } from '../problem.ts'
import type { Services } from '../services.ts'
import { diffSchema, edit } from './people.ts'
import { route } from './route.ts'
import type { Caller, Route } from './route.ts'

const pairSchema = z.object({
  id: z.string(),
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
  decision: z
    .object({ answer: z.string(), by: z.string(), at: z.string(), note: z.string(), reopened: z.string().nullable() })
    .nullable(),
})

const answerBody = z.object({
  answer: z.enum(['them', 'service', 'namesake', 'attack']),
  note: z.string().trim().max(500).optional().describe('Needed for `service` and `namesake`.'),
  until: z.iso.date().optional().describe('Last day; needed for `service`.'),
  requireAuthentication: z.boolean().optional(),
})

type AnswerBody = z.infer<typeof answerBody>

const effectSchema = z.object({
  cleared: z.number().describe('Messages kept that would have been let through.'),
  refused: z.number().describe('Of those: refused.'),
  diff: diffSchema,
  warnings: z.array(z.string()),
})

const byId = z.object({ id: z.string().max(1500) })

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
      limit: z.coerce.number().int().min(1).max(500).optional(),
    }),
    response: z.object({ items: z.array(pairSchema), total: z.number(), messages: z.number() }),
    handle: async ({ services, query }) => {
      const history = await services.desk.historyOrProblem()
      const isOpen = query.state !== 'decided'
      const pairs = history
        .pairs()
        .filter((pair) => (isOpen ? pair.state === 'open' && pair.detected > 0 : pair.state !== 'open'))
      const sorted = isOpen ? pairs.sort(orders[query.order ?? 'messages']) : pairs.sort(latestAnswer)
      return {
        items: sorted.slice(0, query.limit ?? 100).map(plain),
        total: pairs.length,
        messages: pairs.reduce((sum, pair) => sum + pair.detected, 0),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/pairs/:id',
    access: 'reader',
    summary: 'One pair',
    params: byId,
    response: pairSchema,
    handle: async ({ services, params }) => plain(await found(services, params.id)),
  }),
  route({
    method: 'POST',
    path: '/pairs/:id/preview',
    access: 'reviewer',
    summary: 'What an answer would change',
    params: byId,
    body: answerBody,
    response: effectSchema,
    handle: async ({ services, params, body, caller }) => {
      const pair = await found(services, params.id)
      const request = requestFor(pair, body, false)
      const planned = request === null ? null : await edit(services, [request], caller, 'review', true, true)
      return {
        cleared: body.answer === 'attack' ? 0 : pair.detected,
        refused: body.answer === 'attack' ? 0 : pair.rejected,
        diff: planned?.diff ?? [],
        warnings: warningsOf(pair, body),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/pairs/:id/decision',
    access: 'reviewer',
    summary: 'Answer a pair',
    prose:
      '`them` adds a secondary address, `service` a trusted sender with note and end, `namesake` one for this name alone; `attack` leaves the rules as they are.',
    params: byId,
    body: answerBody,
    response: pairSchema,
    handle: async ({ services, params, body, caller }) => {
      const pair = await found(services, params.id)
      const request = requestFor(pair, body, true)
      if (request !== null) await edit(services, [request], caller, 'review decide', false, true)
      return decide(services, pair, body, caller)
    },
  }),
  route({
    method: 'DELETE',
    path: '/pairs/:id/decision',
    access: 'reviewer',
    summary: 'Take an answer back',
    prose: 'What it wrote into the protection file is taken out again.',
    params: byId,
    response: pairSchema,
    handle: async ({ services, params, caller }) => {
      const pair = await found(services, params.id)
      const { decision } = pair
      if (decision === null) throw new Problem('conflict', 'nothing was decided about this pair')
      if (decision.wrote?.kind === 'secondary') {
        const { who, address } = decision.wrote
        await edit(services, [{ do: 'secondary-remove', who, address }], caller, 'review undo', false, true)
      } else if (decision.wrote !== null) {
        throw new Problem(
          'conflict',
          'a trusted sender is taken out of protection.yaml by hand: its lines are in the audit log',
        )
      }
      const history = await services.desk.historyOrProblem()
      history.decide(pair, null, auditOf(caller, 'review undo', pair, decision.answer, null))
      services.live.nudge()
      return plain(await found(services, params.id))
    },
  }),
]

const orders = {
  messages: (a: PairWithState, b: PairWithState) => b.detected - a.detected || latest(a, b),
  newest: latest,
  refused: (a: PairWithState, b: PairWithState) => b.rejected - a.rejected || latest(a, b),
}

function latest(a: PairWithState, b: PairWithState): number {
  return a.last < b.last ? 1 : a.last > b.last ? -1 : 0
}

function latestAnswer(a: PairWithState, b: PairWithState): number {
  return (a.decision?.at ?? '') < (b.decision?.at ?? '') ? 1 : -1
}

function idOf({ directory, person, address }: Pick<PairWithState, 'directory' | 'person' | 'address'>): string {
  return Buffer.from(JSON.stringify([directory, person, address])).toString('base64url')
}

async function found(services: Services, id: string): Promise<PairWithState> {
  const [directory, person, address] = parts(id)
  const history = await services.desk.historyOrProblem()
  const pair = directory === undefined ? null : history.pair(directory, person ?? '', address ?? '')
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

/** @param whole whether what the answer needs has to be there */
function requestFor(pair: PairWithState, body: AnswerBody, whole: boolean): ProtectionRequest | null {
  const { answer, note = '', until, requireAuthentication } = body
  const needs = (field: string, message: string): never => {
    throw new Problem('invalid', message, { faults: [{ path: field, message }] })
  }
  if (whole && answer !== 'attack' && answer !== 'them' && note === '') {
    needs('note', answer === 'service' ? 'Say why it is trusted.' : 'Say who it is: nobody can tell later otherwise.')
  }
  if (whole && answer === 'service' && until === undefined) needs('until', 'Give the last day.')
  switch (answer) {
    case 'them':
      return { do: 'secondary-add', who: pair.person, address: pair.address }
    case 'service':
    case 'namesake':
      return {
        do: 'trust',
        from: pair.address,
        names: [pair.name],
        note: note === '' ? '…' : note,
        ...(answer === 'service' ? { until: until ?? null } : {}),
        ...(requireAuthentication === true ? { requireAuthentication } : {}),
      }
    case 'attack':
      return null
  }
}

function warningsOf(pair: PairWithState, { answer }: AnswerBody): string[] {
  const domain = pair.address.slice(pair.address.lastIndexOf('@') + 1)
  if (answer === 'service' && pair.publicProvider) {
    return [
      `${domain} is a public mail provider. A service rarely writes from one. If this is a person, choose another answer.`,
    ]
  }
  return []
}

async function decide(
  services: Services,
  pair: PairWithState,
  body: AnswerBody,
  caller: Caller,
): Promise<z.infer<typeof pairSchema>> {
  const history = await services.desk.historyOrProblem()
  const { directory, person, name, address } = pair
  const decision: PairDecision = {
    ...{ directory, person, name, address },
    answer: body.answer,
    by: caller.name,
    at: new Date().toISOString(),
    note: body.note ?? '',
    wasAuthenticated: pair.count > 0 && pair.authenticated === pair.count,
    wrote: wroteOf(pair, body.answer, body.note ?? ''),
    reopened: null,
  }
  history.decide(pair, decision, auditOf(caller, 'review decide', pair, pair.state, body.answer))
  services.live.nudge()
  return plain(await found(services, idOf(pair)))
}

function wroteOf(pair: PairWithState, answer: PairAnswer, note: string): PairEdit | null {
  if (answer === 'attack') return null
  if (answer === 'them') return { kind: 'secondary', who: pair.person, address: pair.address }
  return { kind: 'trusted-sender', from: pair.address, names: [pair.name], note }
}

function auditOf(caller: Caller, what: string, pair: PairWithState, before: unknown, after: unknown) {
  const via = caller.by === 'token' ? ('api' as const) : ('console' as const)
  const target = `${pair.name} (${pair.person}), ${pair.address}`
  return { time: new Date().toISOString(), who: caller.name, via, what, target, before, after }
}

function plain(pair: PairWithState): z.infer<typeof pairSchema> {
  const { directory, person, name, address, count, authenticated, unauthenticated, detected, rejected } = pair
  const { first, last, publicProvider, names, state, decision } = pair
  return {
    id: idOf(pair),
    ...{ directory, person, name, address, count, authenticated, unauthenticated, detected, rejected },
    ...{ first, last, publicProvider, names: { ...names }, state },
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

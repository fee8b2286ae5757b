/** Routes of the API: what was caught, how much, and live updates. */

import * as z from 'zod'
import { csvLine } from '../../admin/csv.ts'
import type { HistoryQuery, HistoryRecord } from '../../model.ts'
import type { HistoryPort } from '../../ports.ts'
import { Problem } from '../problem.ts'
import type { Services } from '../services.ts'
import { pairId } from './review.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

const queryShape = {
  q: z.string().max(400).optional().describe('Part of a name, an address, a Message-ID or an id.'),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  person: z.string().max(500).optional().describe('Directory id.'),
  address: z.string().max(500).optional().describe('With `person` and `directory`: one pair.'),
  directory: z.string().max(200).optional(),
  group: z.string().max(500).optional().describe('With `directory`: names of people of this group, by its id.'),
  kind: z.string().max(40).optional(),
  tier: z.enum(['certain', 'likely']).optional(),
  disposition: z.string().max(40).optional(),
  verdict: z.enum(['detected', 'clean', 'unchecked']).optional(),
}

const listQuery = z.object({
  ...queryShape,
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
})

type ListQuery = z.infer<typeof listQuery>

const rowSchema = z.object({
  id: z.string(),
  time: z.string(),
  node: z.string(),
  verdict: z.string(),
  tier: z.string().nullable(),
  kind: z.string().nullable(),
  person: z.string().nullable().describe('Directory id.'),
  directory: z.string().nullable(),
  name: z.string().nullable().describe('The directory name.'),
  address: z.string().nullable(),
  fromName: z.string().nullable(),
  fromAddress: z.string().nullable(),
  action: z.string().nullable(),
  disposition: z.string(),
  reason: z.string().nullable(),
  excusedBy: z.string().nullable(),
})

/** Rows looked at for one page at most, so that a filter that fits nothing answers soon; the cursor goes on from there. */
const maxScanned = 400_000

export const detectionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/detections',
    access: 'reader',
    summary: 'Detections, newest first',
    query: listQuery,
    response: z.object({ items: z.array(rowSchema), next: z.string().nullable() }),
    handle: async ({ services, query }) => {
      const limit = query.limit ?? 50
      const items: z.infer<typeof rowSchema>[] = []
      let last: HistoryRecord | null = null
      for await (const record of found(services, query)) {
        if (items.length === limit) return { items, next: last === null ? null : cursorOf(last) }
        items.push(rowOf(record))
        last = record
      }
      return { items, next: null }
    },
  }),
  route({
    method: 'GET',
    path: '/detections/:id',
    access: 'reader',
    summary: 'One detection, with the explanation as data',
    params: z.object({ id: z.string().max(100) }),
    response: z.record(z.string(), z.unknown()),
    handle: async ({ services, params }) => {
      const record = await (await services.desk.historyOrProblem()).record(params.id)
      if (record === undefined) throw new Problem('not-found', 'this detection is not kept any more')
      const { directory, person, address } = record
      const pair = directory === null || person === null ? null : pairId({ directory, person, address: address ?? '' })
      return { ...record, pair }
    },
  }),
  route({
    method: 'GET',
    path: '/detections.csv',
    access: 'reader',
    summary: 'The same as CSV',
    prose: 'At most 100,000 rows. Values that a spreadsheet would take for a formula begin with an apostrophe.',
    query: z.object(queryShape),
    media: 'text/csv; charset=utf-8',
    handle: async ({ services, query, reply }) => {
      const rows = [csvLine(columns)]
      for await (const record of found(services, query)) {
        if (rows.length > 100_000) break
        rows.push(csvLine(columns.map((key) => record[key])))
      }
      const day = new Date().toISOString().slice(0, 10)
      void reply.header('content-disposition', `attachment; filename="detections-${day}.csv"`)
      return rows.join('')
    },
  }),
  route({
    method: 'GET',
    path: '/stats',
    access: 'reader',
    summary: 'How much was caught, by day, tier, disposition and person',
    query: z.object({ days: z.coerce.number().int().min(1).max(400).optional() }),
    response: z.object({
      days: z
        .array(z.object({ day: z.string(), certain: z.number(), likely: z.number(), unchecked: z.number() }))
        .describe('Oldest first, each from midnight where the console runs.'),
      changes: z.array(z.string()).describe('When rules were changed.'),
      counts: z.array(
        z.object({
          verdict: z.string(),
          tier: z.string().nullable(),
          kind: z.string().nullable(),
          action: z.string().nullable(),
          disposition: z.string(),
          count: z.number(),
        }),
      ),
      people: z.array(
        z.object({
          directory: z.string(),
          person: z.string(),
          name: z.string(),
          count: z.number(),
          addresses: z.number().describe('From how many addresses.'),
        }),
      ),
      kept: z.number(),
    }),
    handle: async ({ services, query }) => {
      const history = await services.desk.historyOrProblem()
      const number = query.days ?? 30
      const since = Date.now() - number * 86_400_000
      const { counts, people } = await history.overview(since, Date.now())
      const taken = people.slice(0, 20)
      const addresses = await history.addresses(
        taken.map(({ person }) => person),
        since,
      )
      return {
        days: await daysOf(history, number),
        changes: changesSince(history, since),
        counts: counts.map((count) => ({ ...count })),
        people: taken.map((one) => ({ ...one, addresses: addresses.get(one.person) ?? 0 })),
        kept: await history.count(),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/events',
    access: 'reader',
    summary: 'Live updates',
    prose:
      'Server-sent events: `detections`, `people`, `protection`, `directories`, `audit`, `users` each say that something of that kind has changed since; what it is now, the other routes say.',
    media: 'text/event-stream',
    handle: ({ services, request, reply }) => {
      services.live.listen(request, reply, services.signIn.ofCookie(request)?.session ?? null)
      return undefined
    },
  }),
]

/** Detections of each day by tier, today last. */
function daysOf(
  history: HistoryPort,
  number: number,
): Promise<{ day: string; certain: number; likely: number; unchecked: number }[]> {
  const midnight = new Date()
  midnight.setHours(0, 0, 0, 0)
  const days = Array.from({ length: number }, async (_, at) => {
    const from = new Date(midnight)
    from.setDate(midnight.getDate() - (number - 1 - at))
    const to = new Date(from)
    to.setDate(from.getDate() + 1)
    const { counts } = await history.overview(from.getTime(), to.getTime())
    const sum = (fits: (of: (typeof counts)[number]) => boolean): number =>
      counts.reduce((all, of) => all + (fits(of) ? of.count : 0), 0)
    return {
      day: from.toISOString(),
      certain: sum(({ verdict, tier }) => verdict === 'detected' && tier === 'certain'),
      likely: sum(({ verdict, tier }) => verdict === 'detected' && tier === 'likely'),
      unchecked: sum(({ verdict }) => verdict === 'unchecked'),
    }
  })
  return Promise.all(days)
}

const ruleChanges = ['rules', 'protect', 'unprotect', 'actions', 'review decide']
const maxChanges = 50

function changesSince(history: HistoryPort, since: number): string[] {
  const times: string[] = []
  for (const { time, what } of history.audit()) {
    if (Date.parse(time) < since || times.length >= maxChanges) break
    if (ruleChanges.includes(what)) times.push(time)
  }
  return times
}

/** Records that fit, newest first, from the cursor on. Lets other requests in between. */
async function* found(services: Services, query: Omit<ListQuery, 'limit'>): AsyncGenerator<HistoryRecord> {
  const history = await services.desk.historyOrProblem()
  const [time, after] = query.cursor?.split('.') ?? []
  const cursorTime = time === undefined ? null : Number.parseInt(time, 36)
  const until = cursorTime !== null ? cursorTime + 1 : query.until === undefined ? undefined : Date.parse(query.until)
  let skipping = after !== undefined && cursorTime !== null
  let scanned = 0
  const members = await membersAsked(services, query)
  const wanted = { ...asked(query), ...(members === null ? {} : { people: members }) }
  for await (const record of history.records({ ...wanted, ...(until === undefined ? {} : { until }) })) {
    if (++scanned > maxScanned) return
    if (skipping) {
      if (Date.parse(record.time) === cursorTime) {
        if (record.id === after) skipping = false
        continue
      }
      skipping = false
    }
    if (members !== null && record.directory !== query.directory) continue
    if (query.kind !== undefined && record.kind !== query.kind) continue
    if (query.disposition !== undefined && record.disposition !== query.disposition) continue
    yield record
  }
}

/** Ids of those of the group that is asked for whose names were shown lately; null: none is asked for. */
async function membersAsked(
  { desk }: Services,
  { group, directory }: Omit<ListQuery, 'limit'>,
): Promise<readonly string[] | null> {
  if (group === undefined || directory === undefined) return null
  return (await desk.shownNames()).membersOf({ directory, id: group })
}

/** What the history is asked for; kind and disposition are looked at record by record. */
function asked({ q, since, person, address, directory, tier, verdict }: Omit<ListQuery, 'limit'>): HistoryQuery {
  const pair = person !== undefined && address !== undefined && directory !== undefined
  return {
    ...(q === undefined || q.trim() === '' ? {} : { text: q }),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
    ...(pair ? { pair: { directory, person, address } } : person === undefined ? {} : { people: [person] }),
    ...(tier === undefined ? {} : { tier }),
    ...(verdict === undefined ? {} : { verdict }),
  }
}

function cursorOf(record: HistoryRecord): string {
  return `${Date.parse(record.time).toString(36)}.${record.id}`
}

function rowOf(record: HistoryRecord): z.infer<typeof rowSchema> {
  const { id, time, node, verdict, tier, kind, person, directory, name, address, fromName, fromAddress } = record
  const { action, disposition, reason, excusedBy } = record
  return {
    ...{ id, time, node, verdict, tier, kind, person, directory, name, address, fromName, fromAddress },
    ...{ action, disposition, reason, excusedBy },
  }
}

const columns = [
  'id',
  'time',
  'node',
  'verdict',
  'tier',
  'kind',
  'person',
  'directory',
  'name',
  'address',
  'fromName',
  'fromAddress',
  'action',
  'disposition',
  'reason',
  'client',
  'messageId',
] as const

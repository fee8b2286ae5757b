/** Routes of the API: one message judged, and old mail judged. Nothing of either is kept or counted. */

import { isAbsolute } from 'node:path'
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { sectionOfFrom } from '../../admin/explain.ts'
import type { ReplayState } from '../../admin/replay/run.ts'
import { Problem } from '../problem.ts'
import type { Services } from '../services.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

const judgeBody = z
  .strictObject({
    from: z.string().max(70_000).optional().describe('A From field as text, with or without its name.'),
    replyTo: z.string().max(20_000).optional().describe('A Reply-To field as text, beside `from`.'),
    section: z
      .string()
      .max(400_000)
      .optional()
      .describe('A whole header section, in its place: its octets in base64, so that every charset comes through.'),
  })
  .refine((body) => (body.from === undefined) !== (body.section === undefined), 'either from or section')

const judgedSchema = z.object({
  verdict: z.string(),
  tier: z.string().nullable(),
  kind: z.string().nullable(),
  directory: z.string().nullable(),
  person: z.string().nullable().describe('Directory id.'),
  name: z.string().nullable(),
  address: z.string().nullable(),
  reason: z.string().nullable(),
  action: z.string().nullable(),
  readings: z.array(z.record(z.string(), z.unknown())).describe('As in a detection: each reading with what was found.'),
  defects: z.array(z.string()),
  steps: z.array(z.string()).describe('The judgement in words, a line a step, keys looked up among them.'),
})

const counted = z.array(z.tuple([z.string(), z.number()]))

const replaySchema = z.object({
  id: z.string(),
  path: z.string(),
  since: z.string().nullable(),
  until: z.string().nullable(),
  status: z.enum(['running', 'done', 'stopped', 'failed']),
  read: z.number().describe('Octets read so far, of `total`.'),
  total: z.number(),
  messages: z.number(),
  clean: z.number(),
  detected: z.number(),
  unchecked: z.number(),
  outside: z.number().describe('Outside the times asked for.'),
  unreadable: z.number(),
  kinds: counted,
  people: counted,
  actions: counted,
  senders: z.array(
    z.object({ address: z.string(), count: z.number(), names: z.array(z.string()), kinds: z.array(z.string()) }),
  ),
  listed: z.array(
    z.object({
      source: z.string(),
      time: z.string().nullable(),
      tier: z.string().nullable(),
      kind: z.string().nullable(),
      name: z.string().nullable(),
      address: z.string().nullable(),
      action: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  problems: z.array(z.string()),
  error: z.string().nullable(),
})

type ReplayAnswer = z.infer<typeof replaySchema>

const byId = z.object({ id: z.string().max(60) })
/** Runs that are remembered; the oldest one goes first. */
const maxRuns = 5

export const tryRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/judge',
    access: 'reader',
    summary: 'Judge one From field or header section',
    prose: 'By the people and rules in force. It is not stored and not counted.',
    body: judgeBody,
    response: judgedSchema,
    maxBodyBytes: 512 * 1024,
    maxPerMinute: 240,
    handle: async ({ services, body }) => {
      const { from, replyTo, section = '' } = body
      const octets = from === undefined ? Buffer.from(section, 'base64') : sectionOfFrom(from, replyTo ?? null)
      if (octets.length === 0) throw new Problem('invalid', 'there is nothing to judge')
      const { outcome, directory, readings, steps } = await services.judge(octets)
      return {
        ...outcome,
        directory,
        readings: readings.readings.map((reading) => ({ ...reading })),
        defects: [...readings.defects],
        steps: [...steps],
      }
    },
  }),
  route({
    method: 'GET',
    path: '/replays',
    access: 'admin',
    summary: 'Runs over old mail since the console was started',
    response: z.object({ items: z.array(replaySchema) }),
    handle: ({ services }) => ({ items: [...services.replays.keys()].reverse().map((id) => shown(services, id)) }),
  }),
  route({
    method: 'POST',
    path: '/replays',
    access: 'admin',
    summary: 'Judge old mail on the server',
    prose:
      'A message, an mbox, a Maildir or a folder, by its absolute path on the server, each also as .gz. One at a time.',
    body: z.strictObject({
      path: z.string().trim().min(1, 'a path on the server').max(4096),
      since: z.iso.datetime({ offset: true }).nullable().optional(),
      until: z.iso.datetime({ offset: true }).nullable().optional(),
    }),
    response: replaySchema,
    status: 201,
    maxPerMinute: 30,
    handle: async ({ services, body, caller }) => {
      const { path } = body
      if (!isAbsolute(path)) {
        const message = 'Give the whole path on the server, beginning with /.'
        throw new Problem('invalid', message, { faults: [{ path: 'path', message }] })
      }
      if ([...services.replays.values()].some((run) => run.state().status === 'running')) {
        throw new Problem('conflict', 'old mail is being judged already; wait for it, or stop it')
      }
      const time = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null)
      const run = await services.startReplay({ path, since: time(body.since), until: time(body.until) })
      const id = randomBytes(9).toString('base64url')
      services.replays.set(id, run)
      for (const old of services.replays.keys()) {
        if (services.replays.size <= maxRuns) break
        services.replays.delete(old)
      }
      await services.audit(caller, 'replay', path, null, null)
      return shown(services, id)
    },
  }),
  route({
    method: 'GET',
    path: '/replays/:id',
    access: 'admin',
    summary: 'How a run over old mail stands',
    params: byId,
    response: replaySchema,
    handle: ({ services, params }) => shown(services, params.id),
  }),
  route({
    method: 'DELETE',
    path: '/replays/:id',
    access: 'admin',
    summary: 'Stop a run over old mail',
    prose: 'What was judged until then stays to be seen.',
    params: byId,
    response: replaySchema,
    handle: ({ services, params }) => {
      services.replays.get(params.id)?.stop()
      return shown(services, params.id)
    },
  }),
  route({
    method: 'GET',
    path: '/replays/:id/report.html',
    access: 'admin',
    summary: 'The report of a run, one page that needs nothing else',
    prose: 'Sent to be saved, not shown within the console.',
    params: byId,
    media: 'text/html; charset=utf-8',
    handle: ({ services, params, reply }) => {
      const run = services.replays.get(params.id)
      if (run === undefined) throw gone()
      const day = new Date().toISOString().slice(0, 10)
      void reply.header('content-disposition', `attachment; filename="namesake-${day}.html"`)
      return run.report()
    },
  }),
]

function gone(): Problem {
  return new Problem('not-found', 'this run is not remembered any more: begin again')
}

function shown({ replays }: Services, id: string): ReplayAnswer {
  const run = replays.get(id)
  if (run === undefined) throw gone()
  const state: ReplayState = run.state()
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
  return {
    ...state,
    id,
    path: run.request.path,
    since: time(run.request.since),
    until: time(run.request.until),
    kinds: state.kinds.map(([text, count]) => [text, count]),
    people: state.people.map(([text, count]) => [text, count]),
    actions: state.actions.map(([text, count]) => [text, count]),
    senders: state.senders.map((one) => ({ ...one, names: [...one.names], kinds: [...one.kinds] })),
    listed: state.listed.map(({ source, outcome, time: at }) => {
      const { tier, kind, name, address, action, reason } = outcome
      return { source, time: time(at), tier, kind, name, address, action, reason }
    }),
    problems: [...state.problems],
  }
}

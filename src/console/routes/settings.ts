/** Routes of the API: who may use the console, tokens, the audit log, health, the nodes of a fleet. */

import * as z from 'zod'
import type { AuditEntry } from '../../model.ts'
import { NamesakeError } from '../../errors.ts'
import type { DaemonStatus, ApiToken } from '../../ports.ts'
import { csvLine } from '../../admin/csv.ts'
import { fleetMembers } from '../../admin/fleet.ts'
import { hasWords, searchText, searchWords } from '../../admin/search.ts'
import { Turn } from '../../admin/turn.ts'
import { Problem } from '../problem.ts'
import { versionOf } from '../desk.ts'
import type { Services } from '../services.ts'
import { route } from './route.ts'
import type { Route, Versioned } from './route.ts'
import { roleSchema } from './session.ts'

const userSchema = z.object({
  id: z.string(),
  userName: z.string(),
  name: z.string(),
  role: roleSchema,
  way: z.string().describe('`password` or `oidc`.'),
  lastSeen: z.string().nullable(),
  you: z.boolean(),
})

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe("The secret's first letters."),
  role: roleSchema,
  madeBy: z.string(),
  until: z.string().nullable(),
  lastUsed: z.string().nullable(),
  over: z.boolean().describe('Whether its end has come.'),
})

const auditSchema = z.object({
  id: z.string(),
  time: z.string(),
  who: z.string(),
  via: z.string(),
  what: z.string(),
  target: z.string(),
  before: z.unknown(),
  after: z.unknown(),
})

const nodeSchema = z.object({
  node: z.string(),
  version: z.string(),
  seen: z.string(),
  age: z.number().describe('Seconds since then, by the clock of the database.'),
  rules: z.number().describe('Revision of the protection rules that it has; 0: none of the fleet yet.'),
  directories: z
    .array(z.object({ name: z.string(), revision: z.number() }))
    .readonly()
    .describe('Which round of each directory its people are of; 0: none yet.'),
  protectedPeople: z.number(),
  messages: z.object({ total: z.number(), detected: z.number(), unchecked: z.number() }),
  trouble: z.array(z.string()).readonly(),
  own: z.boolean().describe('Whether it is the node that answers.'),
})

const byId = z.object({ id: z.string().max(100) })

/** Who may use the console, and as what. */
const ofUsers: Versioned<unknown> = {
  version: ({ accounts }) =>
    versionOf(
      accounts
        .accounts()
        .map(({ id, role }) => `${id} ${role}`)
        .join('\n'),
    ),
  changed: 'Somebody else changed who may use the console meanwhile. Nothing was done.',
}

export const settingsRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/users',
    access: 'admin',
    summary: 'Who may use the console',
    of: ofUsers,
    response: z.object({ items: z.array(userSchema) }),
    handle: ({ services, caller }) => ({ items: users(services, caller.id) }),
  }),
  route({
    method: 'POST',
    path: '/invitations',
    access: 'admin',
    summary: 'Make a link by which somebody makes their account',
    prose: 'It is good once and for 30 minutes, and shown in this answer alone.',
    body: z.strictObject({ role: roleSchema }),
    response: z.object({ url: z.string(), until: z.string() }),
    status: 201,
    handle: async ({ services, body, caller, request }) => {
      const { secret, until } = services.accounts.invite(body.role, caller.name)
      await services.audit(caller, 'console invite', body.role, null, null)
      const { origin } = services.origins.find(request)
      return { url: `${origin}/first-run#${secret}`, until: new Date(until).toISOString() }
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/:id',
    access: 'admin',
    summary: "Change somebody's role",
    prose: 'Nobody lowers the last administrator. Who signs in by OpenID has the role that the provider says.',
    params: byId,
    body: z.strictObject({ role: roleSchema }),
    response: userSchema,
    of: ofUsers,
    handle: async ({ services, params, body, caller }) => {
      const before = services.accounts.account(params.id)
      if (before === null) throw new Problem('not-found', 'there is no such account')
      if (before.way === 'oidc')
        throw new Problem('conflict', 'the role of this account is given by the OpenID provider')
      const { role } = refusing(() => services.accounts.setRole(params.id, body.role))
      await services.audit(caller, 'console role', before.userName, before.role, role)
      const found = users(services, caller.id).find(({ id }) => id === params.id)
      if (found === undefined) throw new Problem('not-found', 'there is no such account')
      return found
    },
  }),
  route({
    method: 'DELETE',
    path: '/users/:id',
    access: 'admin',
    summary: "Remove somebody's access",
    prose: 'Their sessions end at once. What they decided stays.',
    params: byId,
    of: ofUsers,
    handle: async ({ services, params, caller }) => {
      const before = services.accounts.account(params.id)
      if (before === null) throw new Problem('not-found', 'there is no such account')
      refusing(() => services.accounts.remove(params.id))
      await services.audit(caller, 'console remove', before.userName, before.role, null)
    },
  }),
  route({
    method: 'GET',
    path: '/tokens',
    access: 'admin',
    summary: 'Tokens of programs',
    response: z.object({ items: z.array(tokenSchema) }),
    handle: ({ services }) => ({ items: services.accounts.tokens().map(plainToken) }),
  }),
  route({
    method: 'POST',
    path: '/tokens',
    access: 'admin',
    summary: 'Make a token',
    prose: 'The secret is in this answer and nowhere else: what is kept is its hash.',
    body: z.strictObject({
      name: z
        .string()
        .trim()
        .min(1, 'a name')
        .max(100)
        .regex(/^[^\p{Cc}\p{Cf}]+$/u, 'a name in visible letters'),
      role: roleSchema,
      until: z.iso.date().nullable().optional().describe('Last day (UTC).'),
    }),
    response: z.object({ secret: z.string(), token: tokenSchema }),
    status: 201,
    handle: async ({ services, body, caller }) => {
      const until = body.until === null || body.until === undefined ? null : Date.parse(`${body.until}T23:59:59Z`)
      if (until !== null && until < Date.now()) {
        const message = 'Give a day that is still to come.'
        throw new Problem('invalid', message, { faults: [{ path: 'until', message }] })
      }
      const { secret, token } = services.accounts.addToken({
        name: body.name,
        role: body.role,
        until,
        madeBy: caller.name,
      })
      await services.audit(caller, 'console token add', body.name, null, { role: body.role, until: body.until ?? null })
      return { secret, token: plainToken(token) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/tokens/:id',
    access: 'admin',
    summary: 'Withdraw a token',
    params: byId,
    handle: async ({ services, params, caller }) => {
      const found = services.accounts.tokens().find(({ id }) => id === params.id)
      if (found === undefined) throw new Problem('not-found', 'there is no such token')
      services.accounts.removeToken(found.id)
      await services.audit(caller, 'console token remove', found.name, { role: found.role }, null)
    },
  }),
  route({
    method: 'GET',
    path: '/audit',
    access: 'reader',
    summary: 'Every change, by whom, newest first',
    query: z.object({
      about: z.string().max(400).optional().describe('Words of what was changed, such as a name or an address.'),
      cursor: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(200).optional(),
    }),
    response: z.object({ items: z.array(auditSchema), next: z.string().nullable() }),
    handle: async ({ services, query }) => {
      const limit = query.limit ?? 50
      const words = searchWords(query.about ?? '')
      const items: AuditEntry[] = []
      let skipping = query.cursor !== undefined
      const turn = new Turn()
      for (const entry of (await services.desk.historyOrProblem()).audit()) {
        await turn.over()
        if (skipping) skipping = entry.id !== query.cursor
        else if (words.length > 0 && !hasWords(searchText(`${entry.what} ${entry.target}`), words)) continue
        else if (items.length === limit) return { items, next: items.at(-1)?.id ?? null }
        else items.push(entry)
      }
      return { items, next: null }
    },
  }),
  route({
    method: 'GET',
    path: '/audit.csv',
    access: 'reader',
    summary: 'The same as CSV',
    media: 'text/csv; charset=utf-8',
    handle: async ({ services, reply }) => {
      const rows = [csvLine(['time', 'who', 'via', 'what', 'target', 'before', 'after'])]
      for (const entry of (await services.desk.historyOrProblem()).audit()) {
        const { time, who, via, what, target, before, after } = entry
        rows.push(csvLine([time, who, via, what, target, textOf(before), textOf(after)]))
        if (rows.length > 100_000) break
      }
      void reply.header('content-disposition', 'attachment; filename="audit.csv"')
      return rows.join('')
    },
  }),
  route({
    method: 'GET',
    path: '/health',
    access: 'public',
    summary: 'How the daemon is',
    prose:
      'Without a sign-in only `status`: `ok`, `degraded` (something should be looked at) or `unreachable` (no daemon answers).',
    response: z.object({
      status: z.enum(['ok', 'degraded', 'unreachable']),
      daemon: z.record(z.string(), z.unknown()).optional(),
      kept: z.number().nullable().optional().describe('Records of the history.'),
    }),
    handle: async ({ services, maybeCaller }) => {
      const daemon = await services.desk.installation.control.status().catch(() => null)
      const status = daemon === null ? 'unreachable' : daemon.problems.length > 0 ? 'degraded' : 'ok'
      if (maybeCaller === null) return { status }
      const history = await services.desk.history().catch(() => null)
      return {
        status,
        ...(daemon === null ? {} : { daemon: plainStatus(daemon) }),
        kept: (await history?.count()) ?? null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/nodes',
    access: 'reader',
    summary: 'The nodes of a fleet',
    prose: 'Each as it told of itself last. `away` says in words why the database does not answer; null: it does.',
    response: z.object({
      fleet: z.boolean().describe('Whether this node is in a fleet.'),
      items: z.array(nodeSchema),
      away: z.string().nullable(),
    }),
    handle: async ({ services }) => {
      const { config } = services.desk.refresh()
      if (config.fleet === null) return { fleet: false, items: [], away: null }
      const own = config.fleet.node
      try {
        const members = await fleetMembers(config)
        return { fleet: true, items: members.map((one) => ({ ...one, own: one.node === own })), away: null }
      } catch (error) {
        if (!(error instanceof NamesakeError)) throw error
        return { fleet: true, items: [], away: error.message }
      }
    },
  }),
  route({
    method: 'GET',
    path: '/oidc',
    access: 'admin',
    summary: 'How signing in by OpenID is set up',
    response: z.object({
      password: z.boolean(),
      oidc: z
        .object({
          issuer: z.string(),
          clientId: z.string(),
          redirect: z.string().describe('To be registered with the application.'),
          roles: z.object({ admin: z.string(), reviewer: z.string(), reader: z.string() }),
        })
        .nullable(),
    }),
    handle: ({ services, request }) => {
      const { oidc, password } = services.settings
      if (oidc === null) return { password, oidc: null }
      const { issuer, clientId, roles } = oidc
      const redirect = services.origins.at(request, '/api/v1/oidc/return')
      return { password, oidc: { issuer, clientId, redirect, roles: { ...roles } } }
    },
  }),
]

function users({ accounts }: Services, caller: string): z.infer<typeof userSchema>[] {
  return accounts.accounts().map(({ id, userName, name, role, way, lastSeen }) => ({
    ...{ id, userName, name, role, way },
    lastSeen: lastSeen === null ? null : new Date(lastSeen).toISOString(),
    you: id === caller,
  }))
}

/** What accounts refuse, as a conflict: such as to go without an administrator. */
function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof NamesakeError) throw new Problem('conflict', error.message)
    throw error
  }
}

function plainToken({ id, name, hint, role, madeBy, until, lastUsed }: ApiToken): z.infer<typeof tokenSchema> {
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
  return {
    ...{ id, name, hint, role, madeBy },
    until: time(until),
    lastUsed: time(lastUsed),
    over: until !== null && until < Date.now(),
  }
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** Without what an operator of the console has no use for. */
function plainStatus({ config: _config, ...status }: DaemonStatus): Record<string, unknown> {
  return { ...status }
}

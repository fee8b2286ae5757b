/** Routes of the API: directories, from the description to the first synchronisation. */

import * as z from 'zod'
import {
  changeDirectories,
  makeCertificate,
  planDirectoryChange,
  planNewDirectory,
  tryDirectory,
} from '../../admin/directory-setup.ts'
import { placeOf } from '../../admin/directories.ts'
import type { KnownDirectory, NewDirectory } from '../../admin/directory-setup.ts'
import { Problem } from '../problem.ts'
import type { Caller } from '../ports.ts'
import type { Services } from '../services.ts'
import { route, writable } from './route.ts'
import type { Route, Versioned } from './route.ts'
import { diffSchema } from './schema.ts'

const named = z.object({ name: z.string().max(200).describe('Name of the directory.') })

const secretReference = z.union([
  z.strictObject({ env: z.string().min(1).max(200) }),
  z.strictObject({ file: z.string().min(1).max(1000) }),
])

/** What an operator describes; the configuration's own schema checks it in full. */
const draftSchema: z.ZodType<NewDirectory> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('file'),
    name: z.string().trim().min(1).max(200),
    sync: z.string().min(1).max(100),
    path: z.string().min(1).max(1000),
  }),
  z.strictObject({
    type: z.literal('office365'),
    name: z.string().trim().min(1).max(200),
    sync: z.string().min(1).max(100),
    tenant: z.string().trim().min(1).max(253),
    clientId: z.string().trim().min(1).max(100),
    cloud: z.enum(['global', 'usgov', 'usgov-dod', 'china', 'other']),
    authority: z.string().trim().max(1000).optional(),
    graph: z.string().trim().max(1000).optional(),
    credential: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('secret'), secret: secretReference }),
      z.strictObject({
        kind: z.literal('certificate'),
        key: z.string().min(1).max(1000),
        certificate: z.string().min(1).max(1000),
      }),
    ]),
  }),
])

/** What was described, or a directory that is there already. */
const ofDirectory = z.union([
  z.strictObject({ directory: draftSchema }),
  z.strictObject({ name: z.string().max(200).describe('A directory that is there already, to be authorised again.') }),
])

const directorySchema = z.object({
  name: z.string(),
  type: z.string(),
  detail: z.string().describe('Tenant, or path of the file.'),
  state: z.enum(['never', 'ok', 'stale', 'failed']),
  lastSync: z.string().nullable(),
  age: z.number().nullable().describe('Seconds since the last success.'),
  nextRun: z.string().nullable(),
  sync: z.string().describe('Cron expression, or a duration.'),
  people: z.number(),
  groups: z.number(),
  error: z.string().nullable(),
  syncing: z
    .object({ phase: z.string(), count: z.number() })
    .nullable()
    .describe('A synchronisation under way that was asked for here.'),
  runs: z
    .array(
      z.object({
        at: z.string(),
        error: z.string().nullable().describe('Null: it went well.'),
        added: z.number(),
        changed: z.number(),
        removed: z.number(),
      }),
    )
    .describe('How the last twelve synchronisations ended, the latest last.'),
})

const consentSchema = z.object({
  id: z.string(),
  status: z.enum(['waiting', 'proving', 'authorized', 'refused']),
  url: z.string().describe("Microsoft's page."),
  redirect: z.string().describe('To be registered with the application.'),
  said: z.array(z.string()).readonly(),
  error: z.string().nullable(),
  raw: z.string().nullable().describe("Microsoft's own words."),
  draft: z.unknown(),
})

const changeAnswer = z.object({
  changed: z.boolean(),
  diff: diffSchema,
  running: z.boolean().describe('Whether the daemon runs by it now.'),
})

/** namesake.yaml, where directories stand. */
const ofConfig: Versioned<unknown> = {
  version: ({ desk }) => desk.version('config'),
  changed: 'namesake.yaml was changed meanwhile, by somebody else or by hand. Nothing was written.',
}

export const directoryRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/directories',
    access: 'reader',
    summary: 'Directories with state and age',
    of: ofConfig,
    response: z.object({ items: z.array(directorySchema) }),
    handle: async ({ services }) => ({ items: await list(services) }),
  }),
  route({
    method: 'POST',
    path: '/directories',
    access: 'admin',
    summary: 'Add a directory',
    prose: 'Writes it into namesake.yaml; the daemon takes it over and reads it for the first time.',
    body: z.object({ directory: draftSchema }),
    response: changeAnswer,
    status: 201,
    handle: async ({ services, body, caller }) => {
      writable(services)
      const { desk } = services
      const made = await changeDirectories(
        desk.configPath,
        { do: 'new', directory: body.directory },
        desk.installation.control,
      )
      desk.refresh()
      await services.audit(caller, 'directory add', body.directory.name, null, made.diff)
      if (made.running) void sync(services, body.directory.name, {}, caller).catch(() => undefined)
      return made
    },
  }),
  route({
    method: 'POST',
    path: '/directories/preview',
    access: 'admin',
    summary: 'What adding a directory would write',
    body: z.object({ directory: draftSchema }),
    response: z.object({ changed: z.boolean(), diff: diffSchema }),
    handle: ({ services, body }) => planNewDirectory(services.desk.configPath, body.directory),
  }),
  route({
    method: 'POST',
    path: '/directories/certificate',
    access: 'admin',
    summary: 'Make a certificate for an application in Entra',
    prose: 'Its key stays on this host; the certificate is to be uploaded to the app registration.',
    response: z.object({ key: z.string(), certificate: z.string(), pem: z.string(), until: z.string() }),
    status: 201,
    handle: ({ services }) => {
      writable(services)
      return makeCertificate(services.settings.keys, new Date())
    },
  }),
  route({
    method: 'POST',
    path: '/directories/test',
    access: 'admin',
    summary: 'Try what was described',
    prose:
      'A file is read; of Entra a token is asked for, which tells of a tenant that is none, a wrong secret or certificate. Nothing is written.',
    body: ofDirectory,
    response: z.object({
      fault: z.object({ option: z.string(), message: z.string() }).nullable().describe('Null: nothing that is known.'),
      people: z.number().nullable().describe('What a file holds; null for a service.'),
      groups: z.number().nullable(),
    }),
    maxPerMinute: 60,
    handle: ({ services, body }) => tryDirectory(services.desk.configPath, meant(services, body)),
  }),
  route({
    method: 'POST',
    path: '/directories/authorize',
    access: 'admin',
    summary: "Begin an administrator's consent",
    prose:
      "Answers with the address of Microsoft's page. The browser comes back to `/authorized`; `GET /directories/authorize/{id}` then says how it went.",
    body: ofDirectory,
    response: consentSchema,
    status: 201,
    handle: ({ services, body, request, caller }) => {
      const of = meant(services, body)
      if (of.type === 'file') throw new Problem('invalid', 'a file needs no consent')
      return services.consents.begin(of, services.origins.find(request), caller.id)
    },
  }),
  route({
    method: 'GET',
    path: '/directories/authorize/:id',
    access: 'admin',
    summary: 'How a consent stands',
    params: z.object({ id: z.string().max(100) }),
    response: consentSchema,
    handle: ({ services, params }) => {
      const found = services.consents.find(params.id)
      if (found === null) throw new Problem('not-found', 'this consent is over: begin again')
      return found
    },
  }),
  route({
    method: 'PATCH',
    path: '/directories/:name',
    access: 'admin',
    summary: 'Change how often a directory is read',
    of: ofConfig,
    params: named,
    body: z.object({ sync: z.string().min(1).max(100) }),
    response: changeAnswer,
    handle: async ({ services, params, body, caller }) => {
      writable(services)
      known(services, params.name)
      return change(services, caller, 'directory sync', { do: 'sync', name: params.name, sync: body.sync })
    },
  }),
  route({
    method: 'DELETE',
    path: '/directories/:name',
    access: 'admin',
    summary: 'Remove a directory',
    of: ofConfig,
    prose: 'Its people leave the store. `?preview=true` only says what would be written.',
    params: named,
    query: z.object({ preview: z.enum(['true', 'false']).optional() }),
    response: changeAnswer,
    handle: async ({ services, params, query, caller }) => {
      known(services, params.name)
      const of = { do: 'remove', name: params.name } as const
      if (query.preview === 'true') return { ...planDirectoryChange(services.desk.configPath, of), running: false }
      writable(services)
      return change(services, caller, 'directory remove', of)
    },
  }),
  route({
    method: 'POST',
    path: '/directories/:name/sync',
    access: 'admin',
    summary: 'Read a directory now',
    prose: '`full` reads everything again; `acceptShrink` lets a synchronisation that stopped to be sure go through.',
    params: named,
    body: z.object({ full: z.boolean().optional(), acceptShrink: z.boolean().optional() }),
    response: z.object({
      directory: z.string(),
      round: z.string(),
      people: z.number(),
      groups: z.number(),
      added: z.number(),
      changed: z.number(),
      removed: z.number(),
      duration: z.number(),
    }),
    handle: async ({ services, params, body, caller }) => {
      known(services, params.name)
      return sync(services, params.name, body, caller)
    },
  }),
]

/** @throws Problem not-found if there is no directory of the name */
function meant(services: Services, body: z.infer<typeof ofDirectory>): NewDirectory | KnownDirectory {
  if ('directory' in body) return body.directory
  known(services, body.name)
  return { type: 'known', name: body.name }
}

/** As it may stand in the file. */
function scheduleText(sync: string | { readonly everyMs: number }): string {
  if (typeof sync === 'string') return sync
  const { everyMs } = sync
  return everyMs % 60_000 === 0 ? `${everyMs / 60_000}m` : everyMs % 1000 === 0 ? `${everyMs / 1000}s` : `${everyMs}ms`
}

async function list(services: Services): Promise<z.infer<typeof directorySchema>[]> {
  const installation = services.desk.refresh()
  const reports = await installation.directories()
  const records = await installation.store().then(
    (store) => store.records(),
    () => [],
  )
  return reports.map((report) => {
    const config = installation.config.directories.find(({ name }) => name === report.name)
    return {
      ...report,
      detail: config === undefined ? '' : placeOf(config),
      sync: config === undefined ? '' : scheduleText(config.sync),
      syncing: services.desk.syncing.get(report.name) ?? null,
      runs: (records.find(({ name }) => name === report.name)?.runs ?? []).map((run) => ({
        ...run,
        at: new Date(run.at).toISOString(),
      })),
    }
  })
}

async function sync(
  services: Services,
  name: string,
  options: { readonly full?: boolean | undefined; readonly acceptShrink?: boolean | undefined },
  caller: Caller,
): Promise<Awaited<ReturnType<Services['desk']['installation']['control']['sync']>>> {
  const { syncing, installation } = services.desk
  if (syncing.has(name)) throw new Problem('conflict', `${name} is being read already`)
  syncing.set(name, { phase: 'waiting', count: 0 })
  services.live.nudge()
  try {
    const request = {
      directory: name,
      ...(options.full === true ? { full: true } : {}),
      ...(options.acceptShrink === true ? { acceptShrink: true } : {}),
    }
    const report = await installation.control.sync(request, ({ phase, count }) => syncing.set(name, { phase, count }))
    if (options.acceptShrink === true) await services.audit(caller, 'sync accept-shrink', name, null, report)
    return report
  } finally {
    syncing.delete(name)
    services.live.nudge()
  }
}

async function change(
  services: Services,
  caller: Caller,
  what: string,
  of: Parameters<typeof planDirectoryChange>[1] & { readonly name: string },
): Promise<z.infer<typeof changeAnswer>> {
  const { desk } = services
  const made = await changeDirectories(desk.configPath, of, desk.installation.control)
  desk.refresh()
  await services.audit(caller, what, of.name, null, made.diff)
  return made
}

function known(services: Services, name: string): void {
  if (!services.desk.refresh().config.directories.some((directory) => directory.name === name)) {
    throw new Problem('not-found', `there is no directory ${JSON.stringify(name)}`)
  }
}

/** Routes of the API: people and groups, and whom to protect. */

import * as z from 'zod'
import type { GroupEntry, PersonEntry } from '../../admin/people.ts'
import type { ProtectionRequest } from '../../admin/protection.ts'
import type { ShownNames } from '../../admin/shown-names.ts'
import { putOff } from '../../admin/suggestions.ts'
import type { Suggestion } from '../../admin/suggestions.ts'
import { actionNames } from '../../vocabulary.ts'
import type { Action } from '../../vocabulary.ts'
import { Problem } from '../problem.ts'
import type { Caller } from '../ports.ts'
import type { Services } from '../services.ts'
import { ofProtection, route, writable } from './route.ts'
import type { Route } from './route.ts'
import { diffSchema } from './schema.ts'

const page = { cursor: z.string().max(2000).optional(), limit: z.coerce.number().int().min(1).max(200).optional() }
const defaultLimit = 50

const personSchema = z.object({
  directory: z.string(),
  id: z.string(),
  displayName: z.string(),
  givenName: z.string().nullable(),
  surname: z.string().nullable(),
  addresses: z.array(z.string()),
  secondaryEmails: z.array(z.string()),
  groups: z.array(z.string()).describe('Ids, nested ones resolved.'),
  protected: z.boolean(),
  detections: z.number().describe('Of 30 days, in which the name was shown.'),
})

const groupSchema = z.object({
  directory: z.string(),
  id: z.string(),
  displayName: z.string(),
  people: z.number(),
  protectedPeople: z.number(),
  protected: z.boolean().describe('Whether the file names the group.'),
  detections: z.number().describe("Of 30 days, in which a name of the group's people was shown."),
})

const detailsSchema = personSchema.extend({
  groupNames: z.array(z.object({ id: z.string(), displayName: z.string(), protected: z.boolean() })),
  names: z.array(z.string()).describe('Further spellings that are guarded.'),
  fromAddresses: z.number().describe('From how many addresses the detections came.'),
  protection: z.object({ byName: z.boolean(), throughGroups: z.array(z.string()), excluded: z.boolean() }),
  actions: z.object({ certain: z.string(), likely: z.string() }),
  actionOrigins: z.object({ certain: z.string(), likely: z.string() }),
})

const target = z.object({
  directory: z.string().max(200),
  id: z.string().max(500).describe('Object id of a group or person.'),
})

export const editSchema: z.ZodType<EditAnswer> = z.object({
  changed: z.boolean(),
  messages: z.array(z.string()),
  doubts: z.array(z.string()).describe('What is surely not meant; `accept` lets it through.'),
  diff: diffSchema,
  force: z
    .enum(['running', 'refused', 'later', 'unchanged', 'preview'])
    .describe('`running`: the daemon judges by it now. `later`: no daemon could be asked.'),
  faults: z.array(z.string()),
})

/** What an edit did, or would do. */
interface EditAnswer {
  changed: boolean
  messages: string[]
  doubts: string[]
  diff: z.infer<typeof diffSchema>
  force: 'running' | 'refused' | 'later' | 'unchanged' | 'preview'
  faults: string[]
}

const protectBody = z.object({
  targets: z.array(target).min(1).max(500),
  accept: z.boolean().optional(),
  preview: z.boolean().optional().describe('Only says what would change.'),
})

const suggestionSchema = z.object({
  key: z.string().describe('What names it when it is put off.'),
  kind: z.enum(['group', 'person']).describe('`person`: left a protected group, and is not protected any more.'),
  directory: z.string(),
  id: z.string(),
  name: z.string(),
  people: z.number().nullable().describe('Of a group.'),
  taken: z
    .number()
    .nullable()
    .describe('How many of the group had their names taken lately; 0: it is named by its name.'),
  group: z.string().nullable().describe('Which group a person left.'),
  left: z.string().nullable(),
  known: z.boolean().describe('Whether a directory still has it.'),
})

export const peopleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/protected',
    access: 'reader',
    summary: 'How many people are protected, and by what',
    response: z.object({
      people: z.number(),
      groups: z.number().describe('Groups that the file names.'),
      singly: z.number().describe('People whom the file names.'),
    }),
    handle: async ({ services }) => (await services.desk.people()).protectedBy(),
  }),
  route({
    method: 'GET',
    path: '/suggestions',
    access: 'reader',
    summary: 'Whom to protect as well',
    prose:
      'People who left a protected group, groups whose people are impersonated, groups that by their name may move money. Nobody is protected by itself.',
    response: z.object({ items: z.array(suggestionSchema) }),
    handle: async ({ services }) => ({ items: (await services.review.suggestions()).map(plainSuggestion) }),
  }),
  route({
    method: 'DELETE',
    path: '/suggestions/:key',
    access: 'admin',
    summary: 'Put a suggestion off',
    prose: 'It is left out for everybody, for 90 days. Kept in the audit log.',
    params: z.object({ key: z.string().max(2000) }),
    handle: async ({ services, params, caller }) => {
      const found = (await services.review.suggestions()).find(({ key }) => key === params.key)
      if (found === undefined) throw new Problem('not-found', 'this is not suggested any more')
      await services.audit(caller, putOff, found.name, null, found.key)
      services.live.nudge()
    },
  }),
  route({
    method: 'GET',
    path: '/people',
    access: 'reader',
    summary: 'Find people',
    prose: 'Words of a name or a part of an address, without case and accents, in whatever letters.',
    query: z.object({
      q: z.string().max(400).optional(),
      directory: z.string().max(200).optional(),
      group: z.string().max(500).optional().describe('Members of this group, by name or id.'),
      protected: z.enum(['true', 'false']).optional(),
      ...page,
    }),
    response: z.object({ items: z.array(personSchema), total: z.number(), next: z.string().nullable() }),
    handle: async ({ services, query }) => {
      const people = await services.desk.people()
      const found = people.list({
        text: query.q,
        directory: query.directory,
        group: query.group,
        protected: query.protected === undefined ? undefined : query.protected === 'true',
        cursor: query.cursor,
        limit: query.limit ?? defaultLimit,
      })
      const shown = await services.desk.shownNames()
      return { ...found, items: found.items.map((person) => plainPerson(person, shown)) }
    },
  }),
  route({
    method: 'GET',
    path: '/groups',
    access: 'reader',
    summary: 'Find groups',
    query: z.object({
      q: z.string().max(400).optional(),
      directory: z.string().max(200).optional(),
      protected: z.enum(['true', 'false']).optional(),
      ...page,
    }),
    response: z.object({ items: z.array(groupSchema), total: z.number(), next: z.string().nullable() }),
    handle: async ({ services, query }) => {
      const people = await services.desk.people()
      const found = people.groups({
        text: query.q,
        directory: query.directory,
        protected: query.protected === undefined ? undefined : query.protected === 'true',
        cursor: query.cursor,
        limit: query.limit ?? defaultLimit,
      })
      return { ...found, items: await withCounts(services, found.items) }
    },
  }),
  route({
    method: 'GET',
    path: '/directories/:name/groups',
    access: 'reader',
    summary: 'The groups of a directory that no other group holds',
    params: z.object({ name: z.string().max(200) }),
    query: z.object(page),
    response: z.object({ items: z.array(groupSchema), total: z.number(), next: z.string().nullable() }),
    handle: async ({ services, params, query }) => {
      const people = await services.desk.people()
      const limit = query.limit ?? defaultLimit
      const found = people.topGroups(params.name, { cursor: query.cursor, limit })
      return { ...found, items: await withCounts(services, found.items) }
    },
  }),
  route({
    method: 'GET',
    path: '/directories/:name/groups/:id/members',
    access: 'reader',
    summary: 'What a group holds itself: groups, then people',
    params: z.object({ name: z.string().max(200), id: z.string().max(500) }),
    query: z.object(page),
    response: z.object({
      groups: z.array(groupSchema).describe('All of them, on the first page.'),
      people: z.array(personSchema),
      total: z.number().describe('People that it holds itself.'),
      next: z.string().nullable(),
    }),
    handle: async ({ services, params, query }) => {
      const people = await services.desk.people()
      const group = { directory: params.name, id: params.id }
      const found = people.children(group, { cursor: query.cursor, limit: query.limit ?? defaultLimit })
      if (found === null) throw new Problem('not-found', 'there is no such group')
      const groups = query.cursor === undefined ? await withCounts(services, found.groups) : []
      const shown = await services.desk.shownNames()
      const { items, total, next } = found.people
      return { groups, people: items.map((person) => plainPerson(person, shown)), total, next }
    },
  }),
  route({
    method: 'GET',
    path: '/directories/:name/people/:id',
    access: 'reader',
    summary: 'A person, and all that decides their protection',
    of: ofProtection,
    params: z.object({ name: z.string().max(200), id: z.string().max(500) }),
    response: detailsSchema,
    handle: ({ services, params }) => details(services, params.name, params.id),
  }),
  route({
    method: 'PUT',
    path: '/directories/:name/people/:id',
    access: 'reviewer',
    summary: "Change a person's secondary addresses, spellings, and what is done",
    prose:
      'Reviewers change secondary addresses and further spellings, administrators the actions too. `preview` only says what would change.',
    params: z.object({ name: z.string().max(200), id: z.string().max(500) }),
    body: z.object({
      secondaryEmails: z.array(z.string().trim().min(1).max(500)).max(200).optional(),
      names: z.array(z.string().trim().min(1).max(200)).max(50).optional().describe('Further spellings to guard.'),
      actions: z
        .object({
          certain: z.enum(actionNames).nullable().optional(),
          likely: z.enum(actionNames).nullable().optional(),
        })
        .describe('Null takes a setting back: as the groups, or everyone.')
        .optional(),
      preview: z.boolean().optional(),
    }),
    response: editSchema,
    of: ofProtection,
    handle: async ({ services, params, body, caller }) => {
      const person = await details(services, params.name, params.id)
      if (body.actions !== undefined && caller.role !== 'admin') {
        throw new Problem('not-allowed', 'what is done about a person is changed by administrators')
      }
      const requests = personRequests(person, body)
      return edit(services, requests, caller, `person ${person.displayName}`, body.preview === true, true)
    },
  }),
  route({
    method: 'POST',
    path: '/protect',
    access: 'admin',
    summary: 'Protect groups or people',
    body: protectBody,
    response: editSchema,
    handle: ({ services, body, caller }) =>
      edit(services, body.targets.map(requestOf('protect')), caller, 'protect', body.preview === true, body.accept),
  }),
  route({
    method: 'POST',
    path: '/unprotect',
    access: 'admin',
    summary: 'Stop protecting groups or people',
    prose: 'A person whom a protected group holds is left out of it.',
    body: protectBody,
    response: editSchema,
    handle: ({ services, body, caller }) =>
      edit(services, body.targets.map(requestOf('unprotect')), caller, 'unprotect', body.preview === true, body.accept),
  }),
]

function requestOf(what: 'protect' | 'unprotect'): (of: z.infer<typeof target>) => ProtectionRequest {
  return ({ directory, id }) => ({ do: what, who: id, directory })
}

function personRequests(
  person: z.infer<typeof detailsSchema>,
  body: {
    readonly secondaryEmails?: readonly string[] | undefined
    readonly names?: readonly string[] | undefined
    readonly actions?: { readonly [tier in 'certain' | 'likely']?: Action | null | undefined } | undefined
  },
): ProtectionRequest[] {
  const who = person.id
  const requests: ProtectionRequest[] = []
  const wanted = body.secondaryEmails ?? person.secondaryEmails
  for (const address of person.secondaryEmails) {
    if (!wanted.includes(address)) requests.push({ do: 'secondary-remove', who, address })
  }
  const faults: { path: string; message: string; line: number }[] = []
  wanted.forEach((address, at) => {
    if (person.secondaryEmails.includes(address)) return
    const message = addressFault(address)
    if (message !== null) faults.push({ path: `secondaryEmails.${at}`, message, line: at + 1 })
    else requests.push({ do: 'secondary-add', who, address })
  })
  if (faults.length > 0) throw new Problem('invalid', 'some lines are no addresses; nothing was written', { faults })
  if (body.names !== undefined) requests.push({ do: 'names', who, names: body.names })
  const { certain, likely } = body.actions ?? {}
  if (certain !== undefined || likely !== undefined) {
    const actions = { ...(certain === undefined ? {} : { certain }), ...(likely === undefined ? {} : { likely }) }
    requests.push({ do: 'actions', who, actions, directory: person.directory })
  }
  return requests
}

/** What is wrong with a line of secondary addresses, in words for who typed it; the edit itself checks it in full. */
function addressFault(address: string): string | null {
  if (address.startsWith('/')) return null
  const at = address.lastIndexOf('@')
  if (at <= 0 || at === address.length - 1)
    return `“${address}” is no address. An address looks like name@domain.example.`
  if (!address.slice(at + 1).includes('.')) {
    return `“${address}” has no full domain. An address looks like name@domain.example.`
  }
  return /\s/.test(address) ? `“${address}” has a space in it.` : null
}

/** Plans or makes edits, and writes what was made into the audit log. */
export async function edit(
  services: Services,
  requests: readonly ProtectionRequest[],
  caller: Caller,
  what: string,
  isPreview: boolean,
  accepted: boolean | undefined,
): Promise<EditAnswer> {
  const installation = services.desk.refresh()
  if (isPreview) return plain({ ...(await installation.plan(requests)), force: 'preview', faults: [] })
  writable(services)
  const made = await installation.edit(requests, accepted === true)
  if (made.changed) {
    await services.audit(caller, what, made.messages.join('; '), null, made.diff)
    services.live.nudge()
  }
  return plain(made)
}

function plain(made: {
  readonly changed: boolean
  readonly messages: readonly string[]
  readonly doubts: readonly string[]
  readonly diff: EditAnswer['diff']
  readonly force: EditAnswer['force']
  readonly faults: readonly string[]
}): EditAnswer {
  return { ...made, messages: [...made.messages], doubts: [...made.doubts], faults: [...made.faults] }
}

async function details(services: Services, directory: string, id: string): Promise<z.infer<typeof detailsSchema>> {
  const people = await services.desk.refresh().people()
  const found = people.person({ directory, id })
  if (found === null) throw new Problem('not-found', 'no directory has this person any more')
  const { groupNames, names, protection, actions, actionOrigins } = found
  const since = Date.now() - 30 * 86_400_000
  const history = await services.desk.history().catch(() => null)
  return {
    ...plainPerson(found, await services.desk.shownNames()),
    fromAddresses: (await history?.addresses([id], since))?.get(id) ?? 0,
    groupNames: groupNames.map((group) => ({ ...group })),
    names: [...names],
    protection: { ...protection, throughGroups: [...protection.throughGroups] },
    actions: { ...actions },
    actionOrigins: { ...actionOrigins },
  }
}

function plainSuggestion(of: Suggestion): z.infer<typeof suggestionSchema> {
  const { key, kind, directory, id, name } = of
  return of.kind === 'group'
    ? { key, kind, directory, id, name, people: of.people, taken: of.taken, group: null, left: null, known: true }
    : {
        ...{ key, kind, directory, id, name, people: null, taken: null },
        ...{ group: of.group, left: new Date(of.left).toISOString(), known: of.known },
      }
}

function plainPerson(person: PersonEntry, shown: ShownNames): z.infer<typeof personSchema> {
  const { directory, id, displayName, givenName, surname, addresses, secondaryEmails, groups } = person
  return {
    directory,
    id,
    displayName,
    givenName,
    surname,
    addresses: [...addresses],
    secondaryEmails: [...secondaryEmails],
    groups: [...groups],
    protected: person.protected,
    detections: shown.ofPerson(person),
  }
}

async function withCounts(services: Services, groups: readonly GroupEntry[]): Promise<z.infer<typeof groupSchema>[]> {
  const people = await services.desk.people()
  const shown = await services.desk.shownNames()
  return groups.map((group) => ({
    ...group,
    protectedPeople: people.protectedIn(group),
    detections: shown.ofGroup(group),
  }))
}

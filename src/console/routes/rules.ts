/** Routes of the API: the protection file as a whole, and what is done about detections. */

import * as z from 'zod'
import type { ProtectionRequest } from '../../admin/protection.ts'
import { ruleOptions } from '../../admin/protect-plans.ts'
import type { RuleOption } from '../../admin/protect-plans.ts'
import { actionNames } from '../../vocabulary.ts'
import { Problem } from '../problem.ts'
import { edit, editSchema } from './people.ts'
import { ofProtection, route, writable } from './route.ts'
import type { Route } from './route.ts'
import { diffSchema } from './schema.ts'

const action = z.enum(actionNames)
const wanted = z.strictObject({ certain: action.nullable().optional(), likely: action.nullable().optional() })
const names = z.array(z.string().trim().min(1).max(200)).max(100)
const day = z.iso.date()

/** One change of the protection file. */
const changeSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('actions'),
    who: z.string().max(500).nullable().describe('A group or person, by name, address or id; null: everybody else.'),
    directory: z.string().max(200).optional(),
    actions: wanted.describe('Null takes a setting back.'),
  }),
  z.strictObject({
    do: z.literal('trust'),
    from: z.string().trim().min(1).max(500),
    names,
    note: z.string().trim().max(500).optional(),
    until: day.nullable().optional(),
    requireAuthentication: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal('untrust'), from: z.string().max(500), names }),
  z.strictObject({
    do: z.literal('option'),
    option: z.enum(Object.keys(ruleOptions) as [RuleOption, ...RuleOption[]]),
    value: z.union([z.boolean(), z.string().max(40)]),
  }),
  z.strictObject({ do: z.literal('preset'), name: z.string().max(100), on: z.boolean() }),
])

const changesBody = z
  .strictObject({
    changes: z.array(changeSchema).max(200).optional(),
    text: z.string().max(4_000_000).optional().describe('The whole file, in the place of `changes`.'),
    accept: z.boolean().optional().describe('Saves although there are doubts.'),
  })
  .refine((body) => (body.changes === undefined) !== (body.text === undefined), 'either changes or text')

type ChangesBody = z.infer<typeof changesBody>

const faultSchema = z.object({ path: z.string(), message: z.string(), line: z.number(), column: z.number() })

const pageSchema = z.object({
  text: z.string(),
  saved: z.string().describe('When the file was last written.'),
  writable: z.boolean(),
  rules: z
    .object({
      actions: z.object({ certain: z.string(), likely: z.string() }),
      groups: z.array(
        z.object({
          group: z.string(),
          displayName: z.string(),
          actions: z.object({ certain: z.string().optional(), likely: z.string().optional() }),
          people: z.number().nullable(),
        }),
      ),
      trustedSenders: z.array(
        z.object({
          from: z.string(),
          names: z.array(z.string()),
          requireAuthentication: z.boolean(),
          note: z.string(),
          until: z.string().nullable(),
          letThrough: z.number().describe('Messages of the last 30 days.'),
        }),
      ),
      presets: z.array(z.object({ name: z.string(), about: z.string(), on: z.boolean() })),
      options: z.record(z.string(), z.union([z.string(), z.boolean()])),
      authservIds: z.array(z.string()),
    })
    .nullable()
    .describe('Null while the file has faults.'),
  faults: z.array(faultSchema),
})

const counts = z.record(action, z.number())

const previewSchema = z.object({
  changed: z.boolean(),
  messages: z.array(z.string()),
  doubts: z.array(z.string()),
  diff: diffSchema,
  effect: z
    .object({
      judged: z.number(),
      unjudged: z.number(),
      before: counts,
      after: counts,
      newlyRefused: z.number(),
      newlyRefusedUndecided: z.number().describe('Of those: from addresses that wait for an answer in review.'),
      cleared: z.number(),
      caught: z.number(),
      cut: z.boolean().describe('Whether only the newest messages were judged.'),
    })
    .nullable()
    .describe('Messages kept of the last 30 days, judged by both; null without a history, or with `tooMany`.'),
  tooMany: z
    .string()
    .nullable()
    .describe('Why no message was judged: the change means the names of more people than are made ready here.'),
})

/** What is judged again before a change is saved. */
const previewedMs = 30 * 86_400_000

export const rulesRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/protection',
    access: 'reader',
    summary: 'The protection file, as text and as what it says',
    of: ofProtection,
    response: pageSchema,
    handle: async ({ services }) => {
      const page = await services.rules.page(Date.now() - previewedMs)
      const { rules } = page
      return {
        ...page,
        saved: new Date(page.saved).toISOString(),
        writable: page.writable && !services.settings.readOnly,
        rules: rules && {
          ...rules,
          actions: { ...rules.actions },
          groups: rules.groups.map((group) => ({ ...group, actions: { ...group.actions } })),
          trustedSenders: rules.trustedSenders.map((sender) => ({ ...sender, names: [...sender.names] })),
          presets: rules.presets.map((preset) => ({ ...preset })),
          options: { ...rules.options },
          authservIds: [...rules.authservIds],
        },
        faults: page.faults.map(({ path, message, line, column }) => ({ path, message, line, column })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/protection/preview',
    access: 'reader',
    summary: 'What changes of the rules would write, and would have done in the last 30 days',
    prose: 'Faults of a text come back as a problem of the code `invalid`, each with its line.',
    body: changesBody,
    response: previewSchema,
    maxBodyBytes: 5 * 1024 * 1024,
    maxPerMinute: 240,
    handle: async ({ services, body }) => {
      const { planned, effect, tooMany } = await services.rules.preview(requestsOf(body), Date.now() - previewedMs)
      const { changed, messages, doubts, diff } = planned
      return {
        changed,
        messages: [...messages],
        doubts: [...doubts],
        diff,
        effect: effect && { ...effect, before: { ...effect.before }, after: { ...effect.after } },
        tooMany,
      }
    },
  }),
  route({
    method: 'PUT',
    path: '/protection',
    access: 'admin',
    summary: 'Change the rules',
    of: ofProtection,
    prose: 'Comments and order of the file stay; a change with faults is refused, and what held before holds on.',
    body: changesBody,
    response: editSchema,
    maxBodyBytes: 5 * 1024 * 1024,
    handle: async ({ services, body, caller }) => {
      writable(services)
      return edit(services, requestsOf(body), caller, 'rules', false, body.accept)
    },
  }),
]

/** @throws Problem invalid for a value that an option does not take */
function requestsOf({ changes = [], text }: ChangesBody): ProtectionRequest[] {
  if (text !== undefined) return [{ do: 'text', text }]
  return changes.map((change): ProtectionRequest => {
    switch (change.do) {
      case 'actions': {
        const { certain, likely } = change.actions
        const actions = { ...(certain === undefined ? {} : { certain }), ...(likely === undefined ? {} : { likely }) }
        return { do: 'actions', who: change.who, actions, directory: change.directory ?? null }
      }
      case 'trust': {
        const { from, names: of, note = '', until = null, requireAuthentication = false } = change
        return { do: 'trust', from, names: of, note, until, requireAuthentication }
      }
      case 'option': {
        const accepts = ruleOptions[change.option]
        const fits =
          accepts === 'switch' ? typeof change.value === 'boolean' : accepts.some((one) => one === change.value)
        if (!fits)
          throw new Problem(
            'invalid',
            `${change.option} takes ${accepts === 'switch' ? 'true or false' : accepts.join(', ')}`,
          )
        return change
      }
      case 'untrust':
      case 'preset':
        return change
    }
  })
}

/** Routes of the API: signing in, the first administrator, one's own account. */

import * as z from 'zod'
import type { Account } from '../../ports.ts'
import { Problem } from '../problem.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

export const roleSchema: z.ZodType<'reader' | 'reviewer' | 'admin'> = z.enum(['reader', 'reviewer', 'admin'])

const userName = z
  .string()
  .trim()
  .min(1, 'a user name')
  .max(100, 'at most 100 letters')
  .regex(/^[^\p{Cc}\p{Cf}\s]+$/u, 'letters, digits and signs without spaces')
const personName = z
  .string()
  .trim()
  .min(1, 'a name')
  .max(100, 'at most 100 letters')
  .regex(/^[^\p{Cc}\p{Cf}]+$/u, 'a name in visible letters')

/** A password that is being set: length is what counts (NIST SP 800-63B section 5.1.1.2). */
const newPassword: z.ZodType<string> = z.string().min(12, 'at least 12 characters').max(256, 'at most 256 characters')

const sessionSchema = z.object({
  user: z
    .object({ id: z.string(), userName: z.string(), name: z.string(), role: roleSchema, way: z.string() })
    .nullable()
    .describe('Who is signed in; null: nobody.'),
  csrf: z.string().nullable().describe('To be sent as `X-CSRF-Token` with every change.'),
  ways: z.object({ password: z.boolean(), oidc: z.boolean() }).describe('How one can sign in here.'),
  product: z.object({
    version: z.string().nullable().describe('Told to who is signed in.'),
    readOnly: z.boolean(),
    node: z.string().nullable(),
  }),
})

type SessionAnswer = z.infer<typeof sessionSchema>

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/session',
    access: 'public',
    summary: 'Who is signed in',
    response: sessionSchema,
    handle: ({ services, request }) => {
      const found = services.signIn.ofCookie(request)
      return sessionAnswer(services, found?.account ?? null, found?.session.csrf ?? null)
    },
  }),
  route({
    method: 'POST',
    path: '/session',
    access: 'public',
    summary: 'Sign in with a password',
    prose: 'Sets the session cookie. After 5 wrong tries a minute has to pass.',
    body: z.object({ userName: z.string().max(200), password: z.string().max(1024) }),
    response: sessionSchema,
    maxBodyBytes: 8 * 1024,
    maxPerMinute: 60,
    handle: async ({ services, body, address, request, reply }) => {
      const { account, csrf } = await services.signIn.withPassword(
        body.userName,
        body.password,
        address,
        request,
        reply,
      )
      return sessionAnswer(services, account, csrf)
    },
  }),
  route({
    method: 'DELETE',
    path: '/session',
    access: 'reader',
    summary: 'Sign out',
    handle: ({ services, request, reply }) => services.signIn.out(request, reply),
  }),
  route({
    method: 'GET',
    path: '/first-run',
    access: 'public',
    summary: 'Whether there is an administrator yet',
    response: z.object({ needed: z.boolean() }),
    handle: ({ services }) => ({ needed: services.accounts.accounts().length === 0 }),
  }),
  route({
    method: 'POST',
    path: '/first-run',
    access: 'public',
    summary: 'Make the account of an invitation',
    prose:
      'The secret is the part behind `#` of the link that the daemon prints at its first start, or `namesake console invite`. It is good once and for 30 minutes.',
    body: z.object({
      secret: z.string().max(200),
      name: personName,
      userName,
      password: newPassword,
    }),
    response: sessionSchema,
    status: 201,
    maxBodyBytes: 8 * 1024,
    maxPerMinute: 60,
    handle: async ({ services, body, address, request, reply }) => {
      const { account, csrf } = await services.signIn.accept(body, address, request, reply)
      return sessionAnswer(services, account, csrf)
    },
  }),
  route({
    method: 'POST',
    path: '/first-run/check',
    access: 'public',
    summary: 'Whether an invitation can still be used',
    body: z.object({ secret: z.string().max(200) }),
    response: z.object({ role: roleSchema, until: z.string() }),
    maxBodyBytes: 8 * 1024,
    maxPerMinute: 60,
    handle: ({ services, body }) => {
      const found = services.accounts.invitation(body.secret)
      if (found === null) throw new Problem('not-found', 'this link was used already, or has run out')
      return { role: found.role, until: new Date(found.until).toISOString() }
    },
  }),
  route({
    method: 'PUT',
    path: '/session/password',
    access: 'reader',
    summary: 'Change your own password',
    prose: 'Ends all sessions of the account but the one that it answers with.',
    body: z.object({ old: z.string().max(1024), password: newPassword }),
    response: sessionSchema,
    maxBodyBytes: 8 * 1024,
    maxPerMinute: 30,
    handle: async ({ services, body, caller, address, request, reply }) => {
      const { account, csrf } = await services.signIn.changePassword(caller, body, address, request, reply)
      return sessionAnswer(services, account, csrf)
    },
  }),
]

function sessionAnswer(
  services: {
    readonly settings: {
      readonly readOnly: boolean
      readonly version: string
      readonly node: string
      readonly password: boolean
      readonly oidc: unknown
    }
  },
  account: Account | null,
  csrf: string | null,
): SessionAnswer {
  const { settings } = services
  return {
    user:
      account === null
        ? null
        : { id: account.id, userName: account.userName, name: account.name, role: account.role, way: account.way },
    csrf,
    ways: { password: settings.password, oidc: settings.oidc !== null },
    product: {
      version: account === null ? null : settings.version,
      readOnly: settings.readOnly,
      node: account === null ? null : settings.node,
    },
  }
}

/** What a route of the API is: method, path, role, schemas, prose, handler. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { Role } from '../../ports.ts'
import type { Caller } from '../ports.ts'
import { Problem } from '../problem.ts'
import type { Services } from '../services.ts'

/** One request, as a handler gets it: everything in it was checked against the route's schemas. */
interface Ask<P, Q, B> {
  readonly services: Services
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Who asks. On public routes without a sign-in: throws `not-signed-in`. */
  readonly caller: Caller
  /** The same, or null. */
  readonly maybeCaller: Caller | null
  /** Address of the client, as far as trusted proxies tell. */
  readonly address: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export type Access = 'public' | Role

/** What several may edit: a change names the version that it was begun on, so that nobody overwrites what they have not seen. */
export interface Versioned<P> {
  /** The version as it stands; another one after every edit, whoever made it and however. */
  version(services: Services, params: P): string | Promise<string>
  /** Said to whoever changes an older one. */
  readonly changed: string
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1, with `:name` for parameters. */
  readonly path: string
  /** The least role that may ask. */
  readonly access: Access
  readonly summary: string
  /** More about it, in Markdown. */
  readonly prose: string
  readonly params: z.ZodType | null
  readonly query: z.ZodType | null
  readonly body: z.ZodType | null
  /** What a success answers; null: 204, or what `media` says. */
  readonly response: z.ZodType | null
  /** Another type than JSON that a success answers. */
  readonly media: string | null
  readonly status: number
  readonly maxBodyBytes: number
  /** Requests a minute from one address; null: no limit of its own. */
  readonly maxPerMinute: number | null
  /** What it shows (`GET`: its answer has the ETag) or changes (needs If-Match); null: nothing that can be edited. */
  readonly of: Versioned<unknown> | null
  readonly handle: (ask: Ask<unknown, unknown, unknown>) => Promise<unknown>
}

interface RouteOf<P, Q, B, R> {
  readonly method: Route['method']
  readonly path: string
  readonly access: Access
  readonly summary: string
  readonly prose?: string
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  readonly body?: z.ZodType<B>
  readonly response?: z.ZodType<R>
  readonly media?: string
  readonly status?: number
  readonly maxBodyBytes?: number
  readonly maxPerMinute?: number
  readonly of?: Versioned<NoInfer<P>>
  readonly handle: (ask: Ask<P, Q, B>) => Promise<R> | R
}

/** One row of the table, with its types tied together. */
export function route<P = undefined, Q = undefined, B = undefined, R = unknown>(of: RouteOf<P, Q, B, R>): Route {
  return {
    method: of.method,
    path: of.path,
    access: of.access,
    summary: of.summary,
    prose: of.prose ?? '',
    params: of.params ?? null,
    query: of.query ?? null,
    body: of.body ?? null,
    response: of.response ?? null,
    media: of.media ?? null,
    status: of.status ?? (of.response === undefined && of.media === undefined ? 204 : 200),
    maxBodyBytes: of.maxBodyBytes ?? 256 * 1024,
    maxPerMinute: of.maxPerMinute ?? null,
    of: (of.of as Versioned<unknown> | undefined) ?? null,
    handle: async (ask) => of.handle(ask as Ask<P, Q, B>),
  }
}

/** The protection file, of which people and rules are views. */
export const ofProtection: Versioned<unknown> = {
  version: ({ desk }) => desk.version('protection'),
  changed: 'protection.yaml was changed meanwhile, by somebody else or by hand. Nothing was written.',
}

/** @throws Problem not-allowed where the console changes nothing */
export function writable(services: Services): void {
  if (services.settings.readOnly) {
    throw new Problem('not-allowed', 'The console is read-only here: put the lines into the file by hand.')
  }
}

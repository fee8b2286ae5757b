/** The API: every route once, and the check of what is sent to it. */

import * as z from 'zod'
import { Problem } from './problem.ts'
import type { Fault } from './problem.ts'
import { detectionRoutes } from './routes/detections.ts'
import { directoryRoutes } from './routes/directories.ts'
import { oidcRoutes } from './routes/oidc.ts'
import { peopleRoutes } from './routes/people.ts'
import { reviewRoutes } from './routes/review.ts'
import { rulesRoutes } from './routes/rules.ts'
import { sessionRoutes } from './routes/session.ts'
import { settingsRoutes } from './routes/settings.ts'
import { tryRoutes } from './routes/try.ts'
import { route } from './routes/route.ts'
import type { Route } from './routes/route.ts'
import { openApi } from './openapi.ts'

const metaRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    summary: 'This description of the API',
    response: z.record(z.string(), z.unknown()),
    handle: ({ services }) => openApi(routes, services.settings.version),
  }),
]

/** The whole table. docs/api.md and /api/v1/openapi.json are made from it. */
export const routes: readonly Route[] = [
  ...metaRoutes,
  ...sessionRoutes,
  ...oidcRoutes,
  ...directoryRoutes,
  ...peopleRoutes,
  ...detectionRoutes,
  ...reviewRoutes,
  ...rulesRoutes,
  ...tryRoutes,
  ...settingsRoutes,
]

/**
 * What was sent, as a schema has it.
 * @throws Problem bad-request with every fault, each with its path
 */
export function checked(schema: z.ZodType | null, value: unknown, where: string): unknown {
  if (schema === null) return undefined
  const result = schema.safeParse(value ?? {})
  if (result.success) return result.data
  const faults = result.error.issues.map((issue): Fault => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }))
  throw new Problem('bad-request', `${where} is not as this route takes it`, { faults })
}

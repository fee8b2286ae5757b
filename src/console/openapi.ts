/** The API's description in OpenAPI 3.1, made from the table of routes. */

import { toSchema } from './routes/schema.ts'
import type { Route } from './routes/route.ts'

type Json = Record<string, unknown>

/** The whole description. Faults are problem details (RFC 9457), the same for every route. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operation(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Namesake console',
      version,
      description:
        'What the console itself uses. Programs sign in with a token: `Authorization: Bearer nsk_…`; its role says what it may do. ' +
        'Lists come in pages: `next` of an answer is the `cursor` of the following request. What can be edited is answered with an `ETag`; a change has to name it in `If-Match`, and is refused with 412 if it was changed meanwhile.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-namesake' },
      },
      schemas: { Problem: problemSchema },
      responses: {
        Problem: {
          description: 'It could not be done; `detail` says why and what to do.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

function operation(route: Route): Json {
  const success: Json = { description: route.response === null && route.media === null ? 'Done.' : 'The answer.' }
  if (route.response !== null) success.content = { 'application/json': { schema: toSchema(route.response, 'output') } }
  else if (route.media !== null) success.content = { [route.media.split(';')[0] ?? '']: { schema: { type: 'string' } } }
  const isEdit = route.of !== null && route.method !== 'GET'
  if (route.of !== null) {
    success.headers = { ETag: { description: 'The version, for `If-Match`.', schema: { type: 'string' } } }
  }
  return {
    summary: route.summary,
    ...(route.prose === '' ? {} : { description: route.prose }),
    operationId: operationId(route),
    'x-role': route.access,
    ...(route.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(isEdit ? [ifMatch] : []),
    ],
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: toSchema(route.body, 'input') } } },
        }),
    responses: { [String(route.status)]: success, default: { $ref: '#/components/responses/Problem' } },
  }
}

/** `POST /directories/:name/sync` is `postDirectoriesSync`. */
function operationId(route: Pick<Route, 'method' | 'path'>): string {
  const words = route.path.split(/[/.-]/).filter((word) => word !== '' && !word.startsWith(':'))
  return [route.method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('')
}

function parameters(schema: Route['params'], place: 'path' | 'query'): Json[] {
  if (schema === null) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...of }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: of,
  }))
}

const ifMatch: Json = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The `ETag` of what was changed.',
  schema: { type: 'string' },
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, and what to do.' },
    code: { type: 'string', description: 'For programs: the kind of problem.' },
    instance: { type: 'string', description: 'Of a fault of ours: under this id it stands in the log.' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string' },
          message: { type: 'string' },
          line: { type: 'integer' },
          column: { type: 'integer' },
        },
      },
    },
  },
}

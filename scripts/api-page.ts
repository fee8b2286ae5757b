import { openApi } from '../src/console/openapi.ts'
import { routes } from '../src/console/routes.ts'
import type { Route } from '../src/console/routes/route.ts'
import { toSchema } from '../src/console/routes/schema.ts'

/** What an example line sends. Variables of the shell stand for what is different in each installation. */
interface Sample {
  /** In the place of the path's parameters, in their order. */
  readonly params?: readonly string[]
  readonly query?: string
  readonly body?: object
  /** For browsers: no line to run. */
  readonly browser?: boolean
}

const jane = ['Staff', '1']
const target = { targets: [{ directory: 'Staff', id: 'executives' }] }
const directory = { directory: { type: 'file', name: 'Plant', sync: '0 * * * *', path: './plant.yaml' } }
const office365 = {
  directory: {
    type: 'office365',
    name: 'Office 365',
    sync: '*/30 * * * *',
    tenant: 'contoso.onmicrosoft.com',
    clientId: '11111111-2222-3333-4444-555555555555',
    cloud: 'global',
    credential: { kind: 'secret', secret: { env: 'NAMESAKE_CLIENT_SECRET' } },
  },
}
const tag = { changes: [{ do: 'actions', who: null, actions: { certain: 'tag' } }] }

/** By method and path; a route without a row fails the generation. */
const samples: Readonly<Record<string, Sample>> = {
  'GET /openapi.json': {},
  'GET /session': {},
  'POST /session': { browser: true },
  'DELETE /session': { browser: true },
  'GET /first-run': {},
  'POST /first-run': { browser: true },
  'POST /first-run/check': { browser: true },
  'PUT /session/password': { browser: true },
  'GET /oidc/start': { browser: true },
  'GET /oidc/return': { browser: true },
  'GET /directories': {},
  'POST /directories': { body: directory },
  'POST /directories/preview': { body: { directory: { ...directory.directory, name: 'Warehouse' } } },
  'POST /directories/certificate': {},
  'POST /directories/test': { body: { directory: { ...directory.directory, name: 'Yard' } } },
  'POST /directories/authorize': { body: office365 },
  'GET /directories/authorize/:id': { params: ['$CONSENT'] },
  'PATCH /directories/:name': { params: ['Staff'], body: { sync: '*/10 * * * *' } },
  'DELETE /directories/:name': { params: ['Plant'], query: 'preview=true' },
  'POST /directories/:name/sync': { params: ['Staff'], body: {} },
  'GET /people': { query: 'q=jane&protected=true&limit=10' },
  'GET /groups': { query: 'q=exec' },
  'GET /directories/:name/groups': { params: ['Staff'] },
  'GET /directories/:name/groups/:id/members': { params: ['Staff', 'executives'], query: 'limit=50' },
  'GET /directories/:name/people/:id': { params: jane },
  'PUT /directories/:name/people/:id': {
    params: jane,
    body: { secondaryEmails: ['jane@home.example'] },
  },
  'POST /protect': { body: target },
  'POST /unprotect': { body: { ...target, preview: true } },
  'GET /protected': {},
  'GET /suggestions': {},
  'DELETE /suggestions/:key': { params: ['$SUGGESTION'] },
  'GET /detections': { query: 'tier=certain&limit=20' },
  'GET /detections/:id': { params: ['$DETECTION'] },
  'GET /detections.csv': { query: 'since=2026-01-01T00:00:00Z' },
  'GET /stats': { query: 'days=7' },
  'GET /events': { browser: true },
  'GET /pairs': { query: 'order=newest' },
  'GET /pairs/:id': { params: ['$PAIR'] },
  'GET /pairs/:id/facts': { params: ['$PAIR'] },
  'POST /pairs/:id/preview': { params: ['$PAIR'], body: { answer: 'them' } },
  'POST /pairs/:id/decision': {
    params: ['$PAIR'],
    body: { answer: 'namesake', note: 'another Jane Roe, buyer at a supplier' },
  },
  'DELETE /pairs/:id/decision': { params: ['$PAIR'] },
  'GET /protection': {},
  'POST /protection/preview': { body: tag },
  'PUT /protection': { body: tag },
  'POST /judge': { body: { from: '"J4ne Roe" <ceo.desk@mail.example>' } },
  'GET /replays': {},
  'POST /replays': { body: { path: '/var/mail/archive', since: '2026-01-01T00:00:00Z' } },
  'GET /replays/:id': { params: ['$REPLAY'] },
  'DELETE /replays/:id': { params: ['$REPLAY'] },
  'GET /replays/:id/report.html': { params: ['$REPLAY'] },
  'GET /users': {},
  'POST /invitations': { body: { role: 'reviewer' } },
  'PATCH /users/:id': { params: ['$USER_ID'], body: { role: 'reader' } },
  'DELETE /users/:id': { params: ['$USER_ID'] },
  'GET /tokens': {},
  'POST /tokens': { body: { name: 'SIEM export', role: 'reader', until: '2099-12-31' } },
  'DELETE /tokens/:id': { params: ['$TOKEN_ID'] },
  'GET /audit': { query: 'limit=20' },
  'GET /audit.csv': {},
  'GET /health': {},
  'GET /nodes': {},
  'GET /oidc': {},
}

const parts: readonly (readonly [title: string, paths: RegExp])[] = [
  ['Detections', /^\/(?:detections|stats|events)/],
  ['Review', /^\/pairs/],
  [
    'People and protection',
    /^\/(?:people|groups|protect$|protected|unprotect|suggestions|directories\/:name\/(?:groups|people))/,
  ],
  ['Directories', /^\/directories/],
  ['Rules', /^\/protection/],
  ['Trying', /^\/(?:judge|replays)/],
  ['Access, audit, health', /^\/(?:users|invitations|tokens|audit|health|nodes|oidc$)/],
  ['Signing in', /^\/(?:session|first-run|oidc\/)/],
  ['This description', /^\/openapi/],
]

/** docs/api.md as Markdown, from the table of routes. */
export function apiPage(): string {
  const chapters = parts.map(([title, paths], at) => {
    const earlier = parts.slice(0, at).map(([, other]) => other)
    const own = routes.filter(({ path }) => paths.test(path) && !earlier.some((other) => other.test(path)))
    return `## ${title}\n\n${own.map(section).join('\n')}`
  })
  const { info } = openApi(routes, '') as { info: { description: string } }
  return `<!-- Generated by \`npm run docs\` from src/console/routes/; edit there. -->

# The console's API

Below \`/api/v1/\` of [the console](console.md). ${info.description} The same as OpenAPI 3.1: \`/api/v1/openapi.json\`.

What can't be done is answered as problem details (RFC 9457, \`application/problem+json\`): \`status\`, \`detail\` in words, \`code\` for programs, and
\`faults\`, each with the path or line of what is wrong. Who is not signed in gets 401 and whose role is too low 403, whatever else is wrong with the request.

The lines below run as they stand, with the console's address and a token of the role in the environment. Other variables stand for ids that the
routes before have answered with.

\`\`\`sh
CONSOLE=http://127.0.0.1:9466
TOKEN=$(namesake console token add reporting --role admin --until 2027-12-31)
\`\`\`

${chapters.join('\n')}`
}

function section(route: Route): string {
  const { method, path, access, summary, query, body, response, media } = route
  const prose = `${route.prose} ${versionWords(route)}`.trim()
  const role = access === 'public' ? 'nobody has to be signed in' : `role ${access}`
  const rows = [...rowsOf(query, 'query'), ...rowsOf(body, 'body')]
  const table = rows.length === 0 ? '' : `\n| Sent | Type | What |\n|---|---|---|\n${rows.join('\n')}\n`
  const answer =
    response === null
      ? media === null
        ? 'Answers 204.'
        : `Answers \`${media.split(';')[0] ?? ''}\`.`
      : answered(response)
  const line = curl(route)
  return `### ${method} ${path.replace(/:(\w+)/g, '{$1}')}

${summary} (${role}). ${prose}

${answer}
${table}${line === null ? '' : `\n\`\`\`sh\n${line}\n\`\`\`\n`}`
    .replace(/ \n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
}

/** Where the version comes from that a change has to name: the same address, or the list that it stands in. */
function versionWords(route: Route): string {
  if (route.of === null) return ''
  if (route.method === 'GET') return 'Has an `ETag`.'
  const shown = routes.filter(({ method, of }) => method === 'GET' && of === route.of)
  const from = shown.find(({ path }) => route.path.startsWith(path)) ?? shown[0]
  return `Needs \`If-Match\`: the ETag of \`GET ${from?.path.replace(/:(\w+)/g, '{$1}') ?? ''}\`.`
}

type Json = Record<string, unknown>

function answered(response: NonNullable<Route['response']>): string {
  const { properties } = toSchema(response, 'output') as { properties?: Record<string, Json> }
  if (properties === undefined) return 'Answers an object.'
  return `Answers ${Object.keys(properties)
    .map((key) => `\`${key}\``)
    .join(', ')}.`
}

function rowsOf(schema: Route['query'], place: string): string[] {
  if (schema === null) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([key, of]) => {
    const needed = required.includes(key) ? '' : ', or left out'
    return `| \`${key}\` (${place}) | ${typeOf(of)}${needed} | ${typeof of['description'] === 'string' ? of['description'] : ''} |`
  })
}

/** A JSON Schema in a few words. */
function typeOf(schema: Json): string {
  const { type, enum: values, const: only, items, properties } = schema
  const anyOf = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ')
  if (only !== undefined) return `\`${JSON.stringify(only).replaceAll('"', '')}\``
  if (type === 'array') return `list of ${typeOf(items as Json)}`
  if (type === 'object' && properties !== undefined) {
    return `{ ${Object.entries(properties as Record<string, Json>)
      .map(([key, of]) => `${key}: ${typeOf(of)}`)
      .join('; ')} }`
  }
  if (schema['format'] === 'date-time') return 'time (ISO 8601)'
  if (schema['format'] === 'date') return 'day (YYYY-MM-DD)'
  return typeof type === 'string' ? type : 'any'
}

/** An example as a line of a shell; null where only a browser has a use for the route. */
function curl({ method, path, access, body, of }: Route): string | null {
  const sample = samples[`${method} ${path}`]
  if (sample === undefined) throw new Error(`scripts/api-page.ts has no example for ${method} ${path}`)
  if (sample.browser === true) return null
  const params = [...(sample.params ?? [])]
  const filled = path.replace(/:\w+/g, () => params.shift() ?? '')
  const url = `"$CONSOLE/api/v1${filled}${sample.query === undefined ? '' : `?${sample.query}`}"`
  const words = ['curl -fsS']
  if (method !== 'GET') words.push(`-X ${method}`)
  if (access !== 'public') words.push('-H "Authorization: Bearer $TOKEN"')
  if (of !== null && method !== 'GET') words.push('-H "If-Match: \\"$VERSION\\""')
  if (body !== null) words.push('-H "Content-Type: application/json"')
  words.push(url)
  if (body !== null) words.push(`\\\n  -d '${JSON.stringify(sample.body ?? {})}'`)
  return words.join(' ')
}

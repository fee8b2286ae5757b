/** What the API answers when it can't do what was asked (RFC 9457). */

import { ConfigError, NamesakeError } from '../errors.ts'

/** The kinds of problems that programs may rely on; each has its usual status. */
const statuses = {
  'bad-request': 400,
  'not-signed-in': 401,
  'sign-in-refused': 401,
  'not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  changed: 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'wrong-host': 421,
  invalid: 422,
  'version-needed': 428,
  'too-many': 429,
  internal: 500,
  unavailable: 503,
} as const

type ProblemCode = keyof typeof statuses

/** One fault of what was sent: where it stands (a path of keys, or a line) and what is accepted. */
export interface Fault {
  readonly path: string
  readonly message: string
  readonly line?: number
  readonly column?: number
}

/** A refusal with words for the one who asked: what happened and what to do. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly faults: readonly Fault[]
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | null
  /** Further members of the answer, such as the version that is there now. */
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    code: ProblemCode,
    detail: string,
    {
      faults = [],
      retryAfter = null,
      more = {},
      status,
    }: {
      faults?: readonly Fault[]
      retryAfter?: number | null
      more?: Readonly<Record<string, unknown>>
      status?: number
    } = {},
  ) {
    super(detail)
    this.code = code
    this.status = status ?? statuses[code]
    this.faults = faults
    this.retryAfter = retryAfter
    this.more = more
  }
}

const titles: Record<ProblemCode, string> = {
  'bad-request': 'The request can not be read',
  'not-signed-in': 'Sign in first',
  'sign-in-refused': 'Sign-in was refused',
  'not-allowed': 'Your role does not allow this',
  'not-found': 'There is nothing here',
  conflict: 'This does not go together with what is there',
  changed: 'Someone else changed it meanwhile',
  'too-large': 'The request is too large',
  'unsupported-media-type': 'The request has a type that is not read here',
  'wrong-host': 'This console does not answer under that name',
  invalid: 'What was sent has faults',
  'version-needed': 'Say which version you changed',
  'too-many': 'Too many tries',
  internal: 'Something went wrong here',
  unavailable: 'This is not available now',
}

/** The body of a problem, as `application/problem+json`. */
export function problemBody(problem: Problem, instance: string | null): Record<string, unknown> {
  return {
    type: 'about:blank',
    title: titles[problem.code],
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...(problem.faults.length > 0 ? { faults: problem.faults } : {}),
    ...(instance === null ? {} : { instance }),
    ...problem.more,
  }
}

/** Whatever was thrown, as a problem; null if it is our own fault, whose words are for the log alone. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof Problem) return error
  if (error instanceof ConfigError) {
    const faults = error.faults.map(({ path, message, line, column }) => ({ path, message, line, column }))
    return new Problem('invalid', 'the file has faults; nothing was written', { faults })
  }
  if (error instanceof NamesakeError) {
    switch (error.code) {
      case 'usage':
      case 'input-invalid':
        return /someone else edited it meanwhile/.test(error.message)
          ? new Problem('changed', error.message)
          : new Problem('invalid', error.message)
      case 'sync-busy':
      case 'sync-shrink':
      case 'rules-shrink':
        return new Problem('conflict', error.message)
      case 'provider-auth':
      case 'provider-throttled':
      case 'provider-unavailable':
      case 'provider-malformed':
      case 'store-unusable':
      case 'store-full':
        return new Problem('unavailable', error.message)
      default:
        return null
    }
  }
  return ofFastify(error as { code?: unknown; statusCode?: unknown; message?: unknown })
}

/** Fastify's own refusals of what can't be read. */
function ofFastify({ code, statusCode }: { code?: unknown; statusCode?: unknown }): Problem | null {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported-media-type', 'send application/json')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('too-large', 'the body is larger than this route takes')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return new Problem('bad-request', 'the request can not be read: its address or its JSON is malformed')
    default:
      if (statusCode === 429) return new Problem('too-many', 'too many requests; wait a minute', { retryAfter: 60 })
      return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
        ? new Problem('bad-request', 'the request can not be read', { status: statusCode })
        : null
  }
}

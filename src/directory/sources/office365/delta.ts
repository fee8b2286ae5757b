/** Pages of a delta round, from link to link. */

import { createHash } from 'node:crypto'
import { GraphRefusal } from './chain.ts'
import type { Collection } from './chain.ts'
import { ProviderError } from './failure.ts'
import type { GraphReader } from './graph.ts'

/** One object of a page: its properties as Graph gives them, its id checked. */
export interface DeltaObject {
  readonly id: string
  /** Deleted, restorable (`changed`) or for good (`deleted`). */
  readonly removed: boolean
  readonly properties: Readonly<Record<string, unknown>>
}

/** A page of a round; `deltaLink` stands on the last one alone. */
interface DeltaPage {
  readonly objects: readonly DeltaObject[]
  readonly deltaLink: string | null
}

/** The state token is no longer valid: the caller has to read everything again. */
export class ResyncNeeded extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'ResyncNeeded'
  }
}

interface RoundOptions {
  readonly directory: string
  readonly collection: Collection
  readonly select: readonly string[]
  /** The delta link of the round before; null for a first round. */
  readonly deltaLink: string | null
  readonly signal: AbortSignal
}

/** Bounds on what a faulty service can make us read: a tenant of 10 million gives some 100,000 pages. */
const maxPages = 500_000
const maxEmptyPages = 1_000
/** Pages that list what a page before them listed, though each link is a new one. */
const maxRepeatedPages = 1_000

/**
 * Reads one delta round page by page, links to the letter, one request at a time.
 * Source: learn.microsoft.com/graph/delta-query-overview.
 * Throws ResyncNeeded when the token has expired or was reset, ProviderError for anything else.
 */
export async function* readRound(graph: GraphReader, options: RoundOptions): AsyncGenerator<DeltaPage> {
  const { collection, directory, signal } = options
  // Digests, as thousands of links of some kilobytes each would be held otherwise.
  const followed = new Set<string>()
  let link = options.deltaLink
  const listed = new Set<string>()
  let empty = 0
  let repeated = 0
  for (let pages = 1; pages <= maxPages; pages += 1) {
    if (link !== null) followed.add(digest(link))
    const page = parsePage(await fetchPage(graph, options, link), directory, collection)
    yield { objects: page.objects, deltaLink: page.deltaLink === null ? null : graph.checked(page.deltaLink) }
    signal.throwIfAborted()
    if (page.deltaLink !== null) return
    link = graph.checked(page.nextLink)
    if (followed.has(digest(link))) throw endless(directory, collection, 'a link leads back to a page already read')
    empty = page.objects.length === 0 ? empty + 1 : 0
    const content = digest(page.objects.map(({ id }) => id).join('\n'))
    if (listed.has(content)) repeated++
    listed.add(content)
    if (repeated >= maxRepeatedPages) throw endless(directory, collection, `${repeated} pages that repeat others`)
    if (empty >= maxEmptyPages) throw endless(directory, collection, `${empty} empty pages in a row`)
  }
  throw endless(directory, collection, `over ${maxPages} pages`)
}

async function fetchPage(graph: GraphReader, options: RoundOptions, link: string | null): Promise<unknown> {
  const { collection, directory, select, signal } = options
  try {
    return link === null ? await graph.begin(collection, select, signal) : await graph.follow(collection, link, signal)
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error
    if (link !== null && isReset(error)) throw new ResyncNeeded(error.message)
    throw new ProviderError('provider-malformed', `${directory}: Graph refuses to list ${collection}: ${error.message}`)
  }
}

/**
 * Whether the refusal of a link says that its token is void. Documented are 410, and a 40x with syncStateNotFound or
 * resyncRequired; seen are 400 with other codes ("Badly formed token"). As the link is Graph's own, to the letter, a
 * 400, 404 or 409 can be about nothing but its token.
 */
function isReset(refusal: GraphRefusal): boolean {
  return (
    [400, 404, 409, 410].includes(refusal.status) || /sync_?state|resync|delta_?token|skip_?token/i.test(refusal.code)
  )
}

type ParsedPage =
  | { readonly objects: readonly DeltaObject[]; readonly nextLink: string; readonly deltaLink: null }
  | { readonly objects: readonly DeltaObject[]; readonly nextLink: null; readonly deltaLink: string }

/** A page that is not whole is refused: taken for the end, it would delete everyone that it leaves out. */
function parsePage(payload: unknown, directory: string, collection: Collection): ParsedPage {
  const refuse = (what: string): ProviderError =>
    new ProviderError(
      'provider-malformed',
      `${directory}: a page of ${collection} from Graph ${what}; nothing is changed`,
    )
  if (!isRecord(payload)) throw refuse('is not a JSON object')
  if (!Array.isArray(payload['value'])) throw refuse('has no list "value"')
  const objects: DeltaObject[] = []
  for (const item of payload['value'] as unknown[]) {
    if (!isRecord(item) || !isId(item['id'])) throw refuse('holds an object without an id')
    objects.push({ id: item['id'], removed: isRecord(item['@removed']), properties: item })
  }
  const nextLink = payload['@odata.nextLink'] ?? null
  const deltaLink = payload['@odata.deltaLink'] ?? null
  // With both, reading on is the safe choice.
  if (typeof nextLink === 'string') return { objects, nextLink, deltaLink: null }
  if (nextLink === null && typeof deltaLink === 'string') return { objects, nextLink: null, deltaLink }
  throw refuse('has neither a next link nor a delta link')
}

/** Object ids are GUIDs; anything as short without control characters is let through. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function digest(link: string): string {
  return createHash('sha256').update(link).digest('base64url').slice(0, 16)
}

function endless(directory: string, collection: Collection, what: string): ProviderError {
  return new ProviderError(
    'provider-malformed',
    `${directory}: reading ${collection} does not come to an end (${what}); nothing is changed`,
  )
}

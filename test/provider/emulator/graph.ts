import { randomBytes } from 'node:crypto'
import type { Row, Tenant } from './tenant.ts'

/** How Graph's delta queries behave, within what the documentation allows. */
export interface Habits {
  /** Objects a page. */
  pageSize: number
  /** Members of one group a page: large groups come in chunks. */
  memberChunk: number
  /** An empty page after each page. */
  emptyPages: boolean
  /** Each page repeats the last object of the one before. */
  repeats: boolean
  /** A first round shows deleted objects too. */
  binInFirstRound: boolean
  /** Later rounds show changed properties only, as with Prefer: return=minimal. */
  minimal: boolean
  /** Later rounds show again what changed up to that many changes before their token. */
  replay: number
  /** Put on every link, to see that links are followed to the letter. */
  linkSuffix: string
}

interface Item {
  readonly id: string
  readonly members: readonly Row[] | null
}

interface Round {
  readonly collection: 'users' | 'groups'
  readonly select: string
  readonly since: number | null
  /** Change number at its start: where the next round takes up. */
  readonly start: number
  readonly items: readonly Item[]
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

/** Microsoft Graph's `/users/delta`, `/groups/delta`, `/users`, `/groups` of one tenant. */
export class Graph {
  readonly tenant: Tenant
  readonly habits: Habits = {
    pageSize: 5,
    memberChunk: 4,
    emptyPages: false,
    repeats: false,
    binInFirstRound: false,
    minimal: false,
    replay: 0,
    linkSuffix: '',
  }
  /** Every link that was given, to the letter. */
  readonly given = new Set<string>()
  readonly #rounds = new Map<string, Round>()
  readonly #deltas = new Map<string, { collection: string; select: string; since: number }>()

  constructor(tenant: Tenant) {
    this.tenant = tenant
  }

  /** Forgets all tokens: asked with one, Graph answers as if it had expired. */
  expireTokens(): void {
    this.#deltas.clear()
    this.#rounds.clear()
  }

  list(collection: 'users' | 'groups'): Answer {
    const first = this.tenant.idsSince(collection, null, false)[0]
    return { status: 200, body: { value: first === undefined ? [] : [{ id: first }] } }
  }

  /** Answers a delta request; `base` is the address before the query. */
  delta(collection: 'users' | 'groups', base: string, query: URLSearchParams): Answer {
    const skip = query.get('$skiptoken')
    const token = query.get('$deltatoken')
    if (skip !== null) return this.#page(base, skip)
    if (token === null) return this.#begin(collection, base, query.get('$select') ?? '', null)
    const delta = this.#deltas.get(token)
    if (delta?.collection !== collection) return stateNotFound
    return this.#begin(collection, base, delta.select, delta.since)
  }

  #begin(collection: 'users' | 'groups', base: string, select: string, since: number | null): Answer {
    const from = since === null ? null : Math.max(0, since - this.habits.replay)
    const ids = this.tenant.idsSince(collection, from, this.habits.binInFirstRound)
    const items =
      collection === 'users' ? ids.map((id) => ({ id, members: null })) : ids.flatMap((id) => this.#chunks(id, from))
    const round: Round = { collection, select, since: from, start: this.tenant.now, items }
    const name = secretToken()
    this.#rounds.set(name, round)
    return this.#page(base, `${name}.0.0`)
  }

  /** A group's rows: one for each chunk of its members, spread over the round. */
  #chunks(id: string, since: number | null): Item[] {
    const rows = this.tenant.memberRows(id, since)
    if (rows.length === 0) return [{ id, members: null }]
    const items: Item[] = []
    for (let at = 0; at < rows.length; at += this.habits.memberChunk) {
      items.push({ id, members: rows.slice(at, at + this.habits.memberChunk) })
    }
    return items
  }

  #page(base: string, token: string): Answer {
    const [name = '', at = '', kind = ''] = token.split('.')
    const round = this.#rounds.get(name)
    if (round === undefined) return stateNotFound
    const start = Number(at)
    const { pageSize, emptyPages, repeats, linkSuffix } = this.habits
    const blank = kind === '1'
    const end = blank ? start : Math.min(start + pageSize, round.items.length)
    const shown = blank ? [] : round.items.slice(repeats ? Math.max(0, start - 1) : start, end)
    const body: Row = {
      '@odata.context': `${base}$metadata#${round.collection}`,
      value: shown.map((item) => this.#row(round, item)),
    }
    if (end < round.items.length || (emptyPages && !blank)) {
      body['@odata.nextLink'] = `${base}?$skiptoken=${name}.${end}.${emptyPages && !blank ? 1 : 0}${linkSuffix}`
    } else {
      const delta = secretToken()
      this.#deltas.set(delta, { collection: round.collection, select: round.select, since: round.start })
      body['@odata.deltaLink'] = `${base}?$deltatoken=${delta}${linkSuffix}`
    }
    this.given.add(String(body['@odata.nextLink'] ?? body['@odata.deltaLink']))
    return { status: 200, body }
  }

  #row(round: Round, item: Item): Row {
    const select = new Set(round.select.split(','))
    const row = this.tenant.row(round.collection, item.id, round.since, select, this.habits.minimal)
    return item.members === null || '@removed' in row || !select.has('members')
      ? row
      : { ...row, 'members@delta': item.members }
  }
}

function secretToken(): string {
  return `tok${randomBytes(30).toString('base64url')}`
}

/** The documented answer to an expired token. */
export const stateNotFound: Answer = {
  status: 400,
  body: {
    error: {
      code: 'syncStateNotFound',
      message:
        'The sync state generation is not found. The delta token is expired and data must be synchronized again.',
    },
  },
}

/** Accounts of the console: people, sessions, tokens, invitations. */

import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import type { Database, RootDatabase } from 'lmdb'
import { NamesakeError } from '../errors.ts'
import type {
  Account,
  AccountsPort,
  EntriesPlace,
  Invitation,
  Role,
  ConsoleSession,
  SharedEntries,
  SharedEntry,
  ApiToken,
} from '../ports.ts'

interface StoredAccount extends Account {
  /** As `Hasher` writes it; null for an account of the OpenID provider. */
  readonly hash: string | null
}

interface StoredToken extends ApiToken {
  readonly hash: string
}

/** A session that was not used for so long is over. */
export const sessionIdleMs: number = 12 * 3_600_000
/** However busy, a session ends after this; it is then signed in anew. */
export const sessionMaxMs: number = 7 * 86_400_000
export const invitationMs: number = 30 * 60_000
/** Uses are written down this often, not at each request. */
const touchMs = 60_000

interface Tables {
  readonly accounts: StoredAccount
  readonly sessions: ConsoleSession
  readonly tokens: StoredToken
  readonly invitations: Invitation
}
type AccountKind = keyof Tables
const kinds = ['accounts', 'sessions', 'tokens', 'invitations'] as const

/** Changes that were not sent to a fleet yet stand in `state` under these names. */
const marks = 'changed:'
const behindMarks = 'changed;'

/** What can't be done with an account, in words. */
function refusal(message: string): NamesakeError {
  return new NamesakeError('input-invalid', message)
}

/**
 * Accounts, in an LMDB environment of their own: they have to be there where history is not kept, and a console that
 * hangs in a write must not hold up the history's writer. Several processes may have it open (the console, the command
 * line). Secrets are kept as SHA-256 (they are random, 256 bits) and passwords as scrypt.
 */
export class Accounts implements AccountsPort, SharedEntries {
  readonly #root: RootDatabase
  readonly #accounts: Database<StoredAccount, string>
  readonly #sessions: Database<ConsoleSession, string>
  readonly #tokens: Database<StoredToken, string>
  readonly #invitations: Database<Invitation, string>
  /** Which entries were changed and not sent to a fleet, and its place in what others changed. */
  readonly #state: Database<unknown, string>
  readonly #now: () => number

  private constructor(root: RootDatabase, now: () => number) {
    this.#root = root
    this.#now = now
    const table = <T>(name: string): Database<T, string> => root.openDB<T, string>({ name, encoding: 'json' })
    this.#accounts = table<StoredAccount>('accounts')
    this.#sessions = table<ConsoleSession>('sessions')
    this.#tokens = table<StoredToken>('tokens')
    this.#invitations = table<Invitation>('invitations')
    this.#state = table<unknown>('state')
  }

  /**
   * Opens the environment, making it if it is not there; only its owner may read it.
   * @throws NamesakeError store-unusable
   */
  static open(path: string, now: () => number = Date.now): Accounts {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      const root = open(path, { noSubdir: false, maxDbs: 8, mapSize: 2 ** 30 })
      for (const name of ['data.mdb', 'lock.mdb']) chmodSync(join(path, name), 0o600)
      return new Accounts(root, now)
    } catch (error) {
      throw new NamesakeError('store-unusable', `opening the accounts in "${path}": ${String(error)}`, { cause: error })
    }
  }

  accounts(): Account[] {
    const found = [...this.#accounts.getRange()].map(({ value }) => shown(value))
    return found.sort((a, b) => a.made - b.made)
  }

  account(id: string): Account | null {
    const found = this.#accounts.get(id)
    return found === undefined ? null : shown(found)
  }

  /** The account of a user name (without case), and its password's hash. */
  byUserName(userName: string): { readonly account: Account; readonly hash: string | null } | null {
    const wanted = fold(userName)
    const found = [...this.#accounts.getRange()].filter(({ value }) => fold(value.userName) === wanted)
    // Two nodes of a fleet may each have made one before they met: the first one counts everywhere.
    const [first] = found.sort((a, b) => a.value.made - b.value.made)
    return first === undefined ? null : { account: shown(first.value), hash: first.value.hash }
  }

  bySubject(subject: string): Account | null {
    for (const { value } of this.#accounts.getRange()) if (value.subject === subject) return shown(value)
    return null
  }

  /** @throws NamesakeError input-invalid if the user name is taken */
  add(details: Pick<StoredAccount, 'userName' | 'name' | 'role' | 'way' | 'subject' | 'hash'>): Account {
    return this.#write(() => {
      if (this.byUserName(details.userName) !== null) {
        throw refusal(`the user name "${details.userName}" is taken; fix: choose another one`)
      }
      const account: StoredAccount = { ...details, id: randomId(), made: this.#now(), lastSeen: null }
      this.#put('accounts', account.id, account)
      return shown(account)
    })
  }

  /** @throws NamesakeError input-invalid if nobody would be an administrator any more */
  setRole(id: string, role: Role): Account {
    return this.#write(() => {
      const found = this.#known(id)
      if (role !== 'admin') this.#keepAnAdministrator(found)
      this.#put('accounts', id, { ...found, role })
      return shown({ ...found, role })
    })
  }

  /** Other passwords end all sessions of the account. */
  setPassword(id: string, hash: string): void {
    this.#write(() => {
      this.#put('accounts', id, { ...this.#known(id), hash })
      this.#endSessions(id)
    })
  }

  /** @throws NamesakeError input-invalid if nobody would be an administrator any more */
  remove(id: string): void {
    this.#write(() => {
      this.#keepAnAdministrator(this.#known(id))
      this.#remove('accounts', id)
      this.#endSessions(id)
    })
  }

  /** A link's secret that makes an account with this role once, within 30 minutes. */
  invite(role: Role, madeBy: string): { readonly secret: string; readonly until: number } {
    const secret = randomSecret()
    const until = this.#now() + invitationMs
    this.#write(() => {
      this.#sweep()
      this.#put('invitations', digest(secret), { role, until, madeBy })
    })
    return { secret, until }
  }

  /** What an invitation's secret is good for; null: used, over or never made. */
  invitation(secret: string): Invitation | null {
    const found = this.#invitations.get(digest(secret))
    return found !== undefined && found.until > this.#now() ? found : null
  }

  /** Makes the account of an invitation, which is used up by that. @throws NamesakeError input-invalid */
  accept(secret: string, details: { userName: string; name: string; hash: string }): Account {
    return this.#write(() => {
      const invitation = this.invitation(secret)
      if (invitation === null) throw refusal('this link was used already, or has run out')
      const account = this.add({ ...details, role: invitation.role, way: 'password', subject: null })
      this.#remove('invitations', digest(secret))
      return account
    })
  }

  /** A new session, and the secret that its cookie holds. */
  beginSession(account: Account): { readonly secret: string; readonly session: ConsoleSession } {
    const secret = randomSecret()
    const at = this.#now()
    const session = { key: digest(secret), account: account.id, csrf: randomSecret(), made: at, lastUsed: at }
    this.#write(() => {
      this.#sweep()
      this.#put('sessions', session.key, session)
      this.#put('accounts', account.id, { ...this.#known(account.id), lastSeen: at })
    })
    return { secret, session }
  }

  /** The session of a cookie and its account; null if it is over. A use keeps it for another 12 h. */
  session(secret: string): { readonly session: ConsoleSession; readonly account: Account } | null {
    const session = this.#sessions.get(digest(secret))
    if (session === undefined) return null
    const now = this.#now()
    const account = this.#accounts.get(session.account)
    if (account === undefined || now - session.lastUsed > sessionIdleMs || now - session.made > sessionMaxMs) {
      this.endSession(session)
      return null
    }
    if (now - session.lastUsed > touchMs) {
      // Ended meanwhile, as by a sign-out in another window, it must not come to life again.
      this.#write(() => {
        if (this.#sessions.get(session.key) === undefined) return
        this.#put('sessions', session.key, { ...session, lastUsed: now })
        this.#put('accounts', account.id, { ...account, lastSeen: now })
      })
    }
    return { session, account: shown(account) }
  }

  /** Whether a session found before still holds, for connections that last. */
  holds(session: ConsoleSession): boolean {
    const now = this.#sessions.get(session.key)
    return now !== undefined && this.#accounts.get(session.account) !== undefined
  }

  endSession(session: ConsoleSession): void {
    this.#write(() => void this.#remove('sessions', session.key))
  }

  tokens(): ApiToken[] {
    return [...this.#tokens.getRange()].map(({ value }) => shownToken(value)).sort((a, b) => a.made - b.made)
  }

  /** A new token and its secret, which can't be had again. */
  addToken(details: Pick<ApiToken, 'name' | 'role' | 'until' | 'madeBy'>): {
    readonly secret: string
    readonly token: ApiToken
  } {
    const secret = `nsk_${randomSecret()}`
    const token: StoredToken = {
      ...details,
      id: randomId(),
      hint: secret.slice(0, 8),
      made: this.#now(),
      lastUsed: null,
      hash: digest(secret),
    }
    this.#write(() => void this.#put('tokens', token.hash, token))
    return { secret, token: shownToken(token) }
  }

  /** The token of a secret; null if there is none, or it has ended. */
  token(secret: string): ApiToken | null {
    const found = this.#tokens.get(digest(secret))
    const now = this.#now()
    if (found === undefined || (found.until !== null && found.until <= now)) return null
    if (found.lastUsed === null || now - found.lastUsed > touchMs) {
      this.#write(() => {
        if (this.#tokens.get(found.hash) !== undefined) this.#put('tokens', found.hash, { ...found, lastUsed: now })
      })
    }
    return shownToken(found)
  }

  /** True if there was one. */
  removeToken(id: string): boolean {
    return this.#write(() => {
      for (const { key, value } of [...this.#tokens.getRange()]) {
        if (value.id === id) return this.#remove('tokens', key)
      }
      return false
    })
  }

  /* ---------- shared with a fleet ---------- */

  readonly kinds = kinds

  place(): EntriesPlace | null {
    return (this.#state.get('place') as EntriesPlace | undefined) ?? null
  }

  movePlace(place: EntriesPlace): void {
    this.#write(() => this.#state.putSync('place', place))
  }

  changed(limit: number): SharedEntry[] {
    return [...this.#state.getKeys({ start: marks, end: behindMarks, limit })].map((mark) => {
      const [, kind = '', key = ''] = mark.split(':')
      return { kind, key, data: this.#dataOf(kind, key), mark }
    })
  }

  sent(entries: readonly SharedEntry[]): void {
    this.#write(() => {
      for (const { kind, key, data, mark = '' } of entries) {
        if (this.#dataOf(kind, key) === data) this.#state.removeSync(mark)
      }
    })
  }

  beginAnew(place: EntriesPlace): void {
    this.#write(() => {
      this.#state.putSync('place', place)
      for (const kind of kinds) for (const key of [...this.#table(kind).getKeys()]) this.#note(kind, key)
    })
  }

  apply(entries: readonly SharedEntry[]): void {
    this.#write(() => {
      for (const { kind, key, data } of entries) {
        if (this.#state.get(`${marks}${kind}:${key}`) !== undefined) continue
        if (data === null) this.#table(kind).removeSync(key)
        else this.#table(kind).putSync(key, JSON.parse(data) as never)
      }
    })
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  #put<K extends AccountKind>(kind: K, key: string, value: Tables[K]): void {
    this.#table(kind).putSync(key, value)
    this.#note(kind, key)
  }

  #remove(kind: AccountKind, key: string): boolean {
    this.#note(kind, key)
    return this.#table(kind).removeSync(key)
  }

  /** Without a fleet nobody asks what was changed. */
  #note(kind: AccountKind, key: string): void {
    if (this.place() !== null) this.#state.putSync(`${marks}${kind}:${key}`, 1)
  }

  #table(kind: string): Database<Tables[AccountKind], string> {
    const tables = {
      accounts: this.#accounts,
      sessions: this.#sessions,
      tokens: this.#tokens,
      invitations: this.#invitations,
    }
    return tables[kind as AccountKind]
  }

  #dataOf(kind: string, key: string): string | null {
    const value = this.#table(kind).get(key)
    return value === undefined ? null : JSON.stringify(value)
  }

  #known(id: string): StoredAccount {
    const found = this.#accounts.get(id)
    if (found === undefined) throw refusal('there is no such account')
    return found
  }

  #keepAnAdministrator(account: StoredAccount): void {
    // Who signs in by OpenID is no way in that could be the last one.
    if (account.way === 'oidc') return
    const others = [...this.#accounts.getRange()].filter(
      ({ value }) => value.id !== account.id && value.role === 'admin' && value.way === 'password',
    )
    if (account.role === 'admin' && others.length === 0) {
      throw refusal(
        'this is the last administrator with a password; fix: make another one first, so that somebody can always get in',
      )
    }
  }

  #endSessions(account: string): void {
    for (const { key, value } of [...this.#sessions.getRange()]) {
      if (value.account === account) this.#remove('sessions', key)
    }
  }

  /** Takes out what is over, so that nothing grows. */
  #sweep(): void {
    const now = this.#now()
    for (const { key, value } of [...this.#sessions.getRange()]) {
      if (now - value.lastUsed > sessionIdleMs || now - value.made > sessionMaxMs) this.#remove('sessions', key)
    }
    for (const { key, value } of [...this.#invitations.getRange()]) {
      if (value.until <= now) this.#remove('invitations', key)
    }
  }

  /** One transaction: on disk when it returns, and nothing of it if it throws. */
  #write<T>(work: () => T): T {
    return this.#root.transactionSync(work, 1 | 2)
  }
}

function shown({ hash: _hash, ...account }: StoredAccount): Account {
  return account
}

function shownToken({ hash: _hash, ...token }: StoredToken): ApiToken {
  return token
}

/** User names are told apart without case, and as Unicode writes them in one way. */
function fold(userName: string): string {
  return userName.normalize('NFKC').trim().toLowerCase()
}

function randomId(): string {
  return randomBytes(9).toString('base64url')
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

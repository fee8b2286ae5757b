/** Signing in, sessions, and who a request comes from. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { NamesakeError } from '../errors.ts'
import type { Account, AccountsPort, HasherPort, Role, ConsoleSession } from '../ports.ts'
import { Problem } from './problem.ts'
import { SignInLimits } from './sign-in-limits.ts'
import type { Caller, ConsoleLog } from './ports.ts'

/**
 * The name says to browsers that the cookie is of this host alone and was set with Secure (RFC 6265bis section 4.1.3.2).
 * Browsers take loopback addresses for secure, so it works without TLS there too.
 */
const sessionCookie = '__Host-namesake'

/** A session that has just begun. */
interface Begun {
  readonly account: Account
  readonly csrf: string
}

/** Sign-in by password and the sessions that follow. */
export class SignIn {
  readonly #accounts: AccountsPort
  readonly #hasher: HasherPort
  readonly #log: ConsoleLog
  readonly #limits = new SignInLimits()
  readonly #password: boolean

  constructor(accounts: AccountsPort, hasher: HasherPort, log: ConsoleLog, password: boolean) {
    this.#accounts = accounts
    this.#hasher = hasher
    this.#log = log
    this.#password = password
  }

  /** One answer for a wrong name and a wrong password, after the same time. */
  async withPassword(
    userName: string,
    password: string,
    address: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Begun> {
    if (!this.#password) throw new Problem('not-allowed', 'signing in with a password is switched off here')
    this.#wait(userName, address)
    const found = this.#accounts.byUserName(userName)
    if (!(await this.#verified(password, found?.hash ?? null))) {
      this.#limits.wrong(userName, address)
      this.#log('console-sign-in-refused', { user: userName.slice(0, 100), client: address, reason: 'password' })
      this.#wait(userName, address)
      throw new Problem(
        'sign-in-refused',
        'User name and password do not match. After 5 wrong tries you wait a minute.',
      )
    }
    this.#limits.right(userName, address)
    const account = found?.account as Account
    return this.begin(account, address, request, reply)
  }

  /** Makes the account of an invitation and signs it in. */
  async accept(
    details: { secret: string; userName: string; name: string; password: string },
    address: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Begun> {
    this.#wait('', address)
    if (this.#accounts.invitation(details.secret) === null) {
      this.#limits.wrong('', address)
      this.#log('console-sign-in-refused', { user: details.userName, client: address, reason: 'invitation' })
      throw new Problem(
        'not-found',
        'This link was used already, or has run out. namesake console invite prints another.',
      )
    }
    const hash = await this.#hashed(details.password)
    try {
      const account = this.#accounts.accept(details.secret, { ...details, hash })
      this.#log('console-account-made', { user: account.userName, role: account.role, client: address })
      return this.begin(account, address, request, reply)
    } catch (error) {
      if (error instanceof NamesakeError) throw new Problem('conflict', error.message)
      throw error
    }
  }

  async changePassword(
    caller: Caller,
    { old, password }: { old: string; password: string },
    address: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Begun> {
    const account = caller.by === 'session' ? this.#accounts.account(caller.id) : null
    if (account?.way !== 'password') throw new Problem('not-allowed', 'this account has no password here')
    this.#wait(account.userName, address)
    if (!(await this.#verified(old, this.#accounts.byUserName(account.userName)?.hash ?? null))) {
      this.#limits.wrong(account.userName, address)
      throw new Problem('invalid', 'the password so far is another one', {
        faults: [{ path: 'old', message: 'This is not your password.' }],
      })
    }
    this.#accounts.setPassword(account.id, await this.#hashed(password))
    this.#log('console-password-changed', { user: account.userName, client: address })
    return this.begin(account, address, request, reply)
  }

  /** Begins a session: always a new one, whatever cookie came with the request. */
  begin(account: Account, address: string, request: FastifyRequest, reply: FastifyReply): Begun {
    const before = this.ofCookie(request)
    if (before !== null) this.#accounts.endSession(before.session)
    const { secret, session } = this.#accounts.beginSession(account)
    void reply.header('set-cookie', `${sessionCookie}=${secret}; Path=/; Secure; HttpOnly; SameSite=Strict`)
    this.#log('console-sign-in', { user: account.userName, role: account.role, client: address, way: account.way })
    return { account, csrf: session.csrf }
  }

  out(request: FastifyRequest, reply: FastifyReply): void {
    const found = this.ofCookie(request)
    if (found !== null) this.#accounts.endSession(found.session)
    void reply.header('set-cookie', `${sessionCookie}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`)
    void reply.header('clear-site-data', '"cache"')
  }

  /** The session that a request's cookie opens. */
  ofCookie(request: FastifyRequest): { readonly session: ConsoleSession; readonly account: Account } | null {
    const secret = cookieOf(request.headers.cookie, sessionCookie)
    return secret === null ? null : this.#accounts.session(secret)
  }

  /** Who a request comes from: a token in Authorization, else a session's cookie. A token that is none is nobody. */
  caller(request: FastifyRequest): { readonly caller: Caller; readonly session: ConsoleSession | null } | null {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const secret = /^Bearer ([\w-]{1,200})$/i.exec(authorization)?.[1]
      const token = secret === undefined ? null : this.#accounts.token(secret)
      if (token === null) return null
      return { caller: { role: token.role, name: token.name, by: 'token', id: token.id }, session: null }
    }
    const found = this.ofCookie(request)
    if (found === null) return null
    const { account, session } = found
    return { caller: { role: account.role, name: account.name, by: 'session', id: account.id }, session }
  }

  #wait(userName: string, address: string): void {
    const seconds = this.#limits.wait(userName, address)
    if (seconds === 0) return
    this.#log('console-sign-in-refused', { user: userName.slice(0, 100), client: address, reason: 'too many tries' })
    throw new Problem('too-many', `Too many wrong tries. Wait ${seconds} s, then try again.`, { retryAfter: seconds })
  }

  async #verified(password: string, hash: string | null): Promise<boolean> {
    return (await this.#hasher.verify(password, hash)) ?? tooBusy()
  }

  async #hashed(password: string): Promise<string> {
    return (await this.#hasher.hash(password)) ?? tooBusy()
  }
}

function tooBusy(): never {
  throw new Problem('too-many', 'Too many people are signing in at this moment. Try again.', { retryAfter: 5 })
}

/** The value of one cookie; null if it is not there, or there twice (somebody has put a second one in front). */
export function cookieOf(header: string | undefined, name: string): string | null {
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  return found.length === 1 ? (found[0] ?? '').slice(name.length + 1) : null
}

const rank: Record<Role, number> = { reader: 1, reviewer: 2, admin: 3 }

/** Whether a role may do what another one may. */
export function reaches(role: Role, needed: Role): boolean {
  return rank[role] >= rank[needed]
}

import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { reaches } from '../../src/console/sign-in.ts'
import { routes } from '../../src/console/routes.ts'
import { Accounts, invitationMs, sessionIdleMs } from '../../src/history/accounts.ts'
import type { Account } from '../../src/ports.ts'
import { firstAdministrator, password, skip, stand } from './harness.ts'

// Slow clients and wrong passwords are waited out.
t.setTimeout(600_000)

/** Attacks on the console's server, as a program on the same machine can make them. */

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

function ask(
  origin: string,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const url = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: { ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }), ...headers },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
          // A stream of events does not end by itself.
          if (String(response.headers['content-type']).startsWith('text/event-stream')) response.destroy()
        })
        response.on('close', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

const json = { 'content-type': 'application/json' }

function filled(path: string): string {
  return `/api/v1${path.replace(/:\w+/g, 'x')}`
}

t.test('the console under attack', { skip, timeout: 240_000 }, async (t) => {
  const console = await stand()
  t.teardown(() => console.close())
  const { origin } = console
  const secretOfLink = new URL(console.link).hash.slice(1)

  await t.test('every route without a sign-in', async (t) => {
    for (const { method, path, access } of routes) {
      const { status } = await ask(origin, method, filled(path), {
        headers: { 'content-type': 'text/plain' },
        body: '<',
      })
      if (access === 'public') t.not(status, 500, `${method} ${path}`)
      else t.equal(status, 401, `${method} ${path}: 401 comes before 400, 404 and 415`)
    }
    for (const path of ['/api', '/api/', '/api/v1', '/api/v1/nothing', '/api/v2/people', '/api/v1/../people']) {
      t.ok([401, 404].includes((await ask(origin, 'GET', path)).status), path)
    }
    t.equal((await ask(origin, 'GET', '/api/v1/nothing')).status, 401, 'nobody learns what there is')
  })

  const page = await console.open()
  await firstAdministrator(page, console.link)
  const cookies = await page.context().cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const session = JSON.parse((await ask(origin, 'GET', '/api/v1/session', { headers: { cookie } })).body) as {
    csrf: string
  }
  const mine = { cookie, 'x-csrf-token': session.csrf, ...json }
  const shifted = new ShiftedAccounts(console.daemon.folder)
  t.teardown(() => shifted.accounts.close())

  // They are waited for last: their time runs out while the rest goes on.
  const host = `Host: 127.0.0.1:${new URL(origin).port}`
  const fields = `Cookie: ${cookie}\r\nX-CSRF-Token: ${session.csrf}\r\nContent-Type: application/json`
  const slow = Promise.all([
    dripped(origin, 'GET /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '),
    dripped(origin, `POST /api/v1/protect HTTP/1.1\r\n${host}\r\n${fields}\r\nContent-Length: 200000\r\n\r\n{`),
  ])

  await t.test('the session’s cookie', async (t) => {
    t.match(cookies, [{ name: '__Host-namesake', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' }])
    t.equal(await page.evaluate('document.cookie'), '', 'no script reads it')
    const before = await ask(origin, 'POST', '/api/v1/session', {
      headers: { ...json, cookie: '__Host-namesake=chosen-by-somebody-else' },
      body: JSON.stringify({ userName: 'mira.dahl', password }),
    })
    t.notMatch(String(before.headers['set-cookie']), /chosen-by/, 'a session that was there before is never taken over')
    const twice = await ask(origin, 'GET', '/api/v1/people', { headers: { cookie: `${cookie}; __Host-namesake=x` } })
    t.equal(twice.status, 401, 'two cookies of the name: nobody')
  })

  await t.test('requests of other sites', async (t) => {
    const body = JSON.stringify({ targets: [{ directory: 'Staff', id: 'u2' }] })
    const cases: [string, Record<string, string>][] = [
      ['without the token', { cookie, ...json }],
      ['with a wrong token', { ...mine, 'x-csrf-token': 'x' }],
      ['with an Origin of elsewhere', { ...mine, origin: 'https://evil.example' }],
      ['with an Origin null', { ...mine, origin: 'null' }],
      ['with the right host at another port', { ...mine, origin: 'http://127.0.0.1:1' }],
      ['as a browser marks it', { ...mine, 'sec-fetch-site': 'cross-site' }],
      ['of a sister site', { ...mine, 'sec-fetch-site': 'same-site' }],
    ]
    for (const [name, headers] of cases) {
      t.equal((await ask(origin, 'POST', '/api/v1/protect', { headers, body })).status, 403, name)
    }
    const login = { ...json, origin: 'https://evil.example' }
    const signIn = JSON.stringify({ userName: 'mira.dahl', password })
    t.equal(
      (await ask(origin, 'POST', '/api/v1/session', { headers: login, body: signIn })).status,
      403,
      'signing somebody in',
    )
    t.equal((await ask(origin, 'GET', '/api/v1/people', { headers: mine })).status, 200, 'the real one still works')
  })

  await t.test('forged Host and X-Forwarded fields', async (t) => {
    const raw = async (request: string): Promise<string> => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1').setEncoding('latin1')
      let text = ''
      socket.on('data', (chunk) => (text += String(chunk)))
      socket.write(request)
      await new Promise((resolve) => socket.once('close', resolve))
      return text
    }
    for (const host of [
      'evil.example',
      `evil.example:${new URL(origin).port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      'a@b',
      `localhost:${new URL(origin).port}.evil.example`,
    ]) {
      const { status } = await ask(origin, 'GET', '/', { headers: { host } })
      t.ok(status >= 400 && status < 500, `${JSON.stringify(host)} gets ${status}`)
    }
    t.equal((await ask(origin, 'GET', '/', { headers: { host: `localhost:${new URL(origin).port}` } })).status, 200)
    const { status } = await ask(origin, 'GET', '/', { headers: { 'x-forwarded-host': 'evil.example' } })
    t.equal(status, 200, 'X-Forwarded-Host is not read at all')
    // By hand: a client of Node's puts a Host field of its own in the place of an empty one.
    const ours = `Host: 127.0.0.1:${new URL(origin).port}`
    for (const head of ['Host:', 'Host: ', '', `${ours}\r\nHost: evil.example`, `Host: evil.example\r\n${ours}`]) {
      for (const version of ['1.0', '1.1']) {
        const lines = ['GET / HTTP/' + version, head, 'Connection: close'].filter((line) => line !== '')
        t.match(
          await raw(`${lines.join('\r\n')}\r\n\r\n`),
          /^HTTP\/1\.1 4\d\d /,
          `HTTP/${version}, ${JSON.stringify(head)}`,
        )
      }
    }
    t.match(await raw(`GET / HTTP/1.1\r\n${ours}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 200 /, 'the real one')
  })

  await t.test('every answer says what a browser may do with it', async (t) => {
    for (const path of ['/', '/overview', '/api/v1/session', '/api/v1/nothing', '/nothing', '/authorized?state=x']) {
      const { headers } = await ask(origin, 'GET', path)
      t.match(
        headers['content-security-policy'],
        /default-src 'none'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/,
        path,
      )
      t.notMatch(headers['content-security-policy'], /unsafe|\*|data:|https?:/, `${path}: no exception in it`)
      t.match(headers, {
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
      })
      t.equal(headers['access-control-allow-origin'], undefined)
    }
  })

  await t.test('paths of assets lead nowhere else', async (t) => {
    const tries = [
      '/assets/../index.html',
      '/assets/..%2findex.html',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets/',
      '/assets',
      '//etc/passwd',
      '/..%5c..%5cpackage.json',
      '/assets/main.js.map',
      '/page/main.js.map',
      '/assets/%00',
    ]
    for (const path of tries) {
      const { status, body } = await ask(origin, 'GET', path)
      t.ok(status >= 400 && status < 500, `${path}: ${status}`)
      t.notMatch(body, /"name": "namesake"|root:/)
    }
  })

  await t.test('bodies that are too large, no JSON, or not what a route takes', async (t) => {
    const post = async (body: string, type = 'application/json'): Promise<number> =>
      (await ask(origin, 'POST', '/api/v1/protect', { headers: { ...mine, 'content-type': type }, body })).status
    t.equal(await post('x'.repeat(300_000)), 413)
    t.equal(await post('{'), 400)
    t.equal(await post('[]'), 400)
    t.equal(await post('{"targets":[{"directory":"Staff","id":"u2"}],"__proto__":{"admin":true}}'), 400)
    t.equal(await post('{}', 'text/xml'), 415)
    t.equal(await post(`{"targets":${'['.repeat(50_000)}`), 400)
  })

  await t.test('every route by whoever may not ask', (t) => everyRoute(t, origin, shifted))

  await t.test('roles are those of the documents', async (t) => {
    // Who may change anything without being a reviewer: their own session, and what keeps nothing of what it is sent.
    const open = ['/session', '/session/password', '/first-run', '/first-run/check', '/judge', '/protection/preview']
    for (const { method, path, access } of routes) {
      const rank = access === 'public' || access === 'reader' ? 'low' : access
      if (method !== 'GET') t.equal(rank === 'low', open.includes(path), `${method} ${path}: ${access}`)
      if (/^\/(?:users|tokens|invitations|replays|oidc$)/.test(path)) t.equal(access, 'admin', `${method} ${path}`)
      if (/^\/(?:protect$|unprotect|directories)/.test(path) && !['GET', 'PUT'].includes(method)) {
        t.equal(access, 'admin', `${method} ${path}`)
      }
    }
  })

  await t.test('consent leads to pages of this console alone', async (t) => {
    for (const query of [
      'state=x',
      'state=x&state=y',
      'state=',
      'redirect=https://evil.example',
      'tenant=a&state=%00',
    ]) {
      for (const path of [`/authorized?${query}`, `/authorized?${query}&admin_consent=True&error=x`]) {
        const { status, headers: of, body } = await ask(origin, 'GET', path)
        t.equal(status, 400, path)
        t.equal(of['location'], undefined, path)
        t.notMatch(body, /evil|state=/, `${path}: nothing of the question is in the answer`)
      }
    }
  })

  await t.test('a used link, links that never were, and one that ran out', async (t) => {
    const { secret: over } = shifted.at(-invitationMs - 1000, (accounts) => accounts.invite('admin', 'test'))
    for (const secret of [secretOfLink, '', 'x', 'A'.repeat(43), over]) {
      const body = JSON.stringify({ secret, name: 'Eve', userName: 'eve', password: 'long enough password' })
      t.equal((await ask(origin, 'POST', '/api/v1/first-run', { headers: json, body })).status, 404)
    }
  })

  await t.test('guessing a password', async (t) => {
    const guess = async (headers: Record<string, string> = {}, userName = 'mira.dahl'): Promise<Answer> =>
      ask(origin, 'POST', '/api/v1/session', {
        headers: { ...json, ...headers },
        body: JSON.stringify({ userName, password: 'wrong wrong wrong' }),
      })
    const first = await guess()
    const unknown = await guess({}, 'nobody.at.all')
    t.equal(first.status, 401)
    t.equal(unknown.body, first.body, 'a wrong name and a wrong password look alike')
    const statuses: number[] = []
    for (let n = 0; n < 7; n++) statuses.push((await guess({ 'x-forwarded-for': `203.0.113.${n}` })).status)
    t.ok(statuses.includes(429), `a forged X-Forwarded-For does not help: ${statuses.join(' ')}`)
    const right = await ask(origin, 'POST', '/api/v1/session', {
      headers: json,
      body: JSON.stringify({ userName: 'mira.dahl', password }),
    })
    t.equal(right.status, 429, 'nor does the right password within the minute')
    t.ok(Number(right.headers['retry-after']) > 0)
    t.equal((await ask(origin, 'GET', '/api/v1/people', { headers: mine })).status, 200, 'who is signed in works on')
    const line = console.daemon
      .lines()
      .find(({ event, user }) => event === 'console-sign-in-refused' && user === 'mira.dahl')
    t.match(line, { user: 'mira.dahl', client: '127.0.0.1' }, 'the log has name and address')
  })

  await t.test('slow clients are let go', async (t) => {
    for (const [at, took] of (await slow).entries())
      t.ok(took < 40_000, `${['fields', 'a body'][at] ?? ''}: ${took} ms`)
  })
})

/** A request that comes octet by octet; gives after how many milliseconds the connection was ended. */
async function dripped(origin: string, head: string): Promise<number> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  const began = Date.now()
  socket.write(head)
  const drip = setInterval(() => socket.write('a'), 500)
  socket.on('error', () => undefined)
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(drip)
  return Date.now() - began
}

/** The accounts of a running daemon, as another process with its files has them, with a clock that can be put back. */
class ShiftedAccounts {
  readonly accounts: Accounts
  #aheadMs = 0

  constructor(folder: string) {
    this.accounts = Accounts.open(join(folder, 'console'), () => Date.now() + this.#aheadMs)
  }

  /** What is done at another time. */
  at<T>(aheadMs: number, work: (accounts: Accounts) => T): T {
    this.#aheadMs = aheadMs
    try {
      return work(this.accounts)
    } finally {
      this.#aheadMs = 0
    }
  }
}

const roles = ['reader', 'reviewer', 'admin'] as const

/**
 * The table of routes is asked row by row, so that a new route can't be left out: each role too low, by session and by token;
 * a change without the CSRF token; sessions and tokens that have ended. What is sent is no JSON, so that whoever is let in
 * gets an answer too and changes nothing.
 */
async function everyRoute(t: Test, origin: string, shifted: ShiftedAccounts): Promise<void> {
  const { accounts } = shifted
  const made = new Map(
    roles.map((role) => {
      const userName = `only.${role}`
      const account = accounts.add({ userName, name: role, role, way: 'password', subject: null, hash: null })
      const { secret, session } = accounts.beginSession(account)
      const { secret: token } = accounts.addToken({ name: userName, role, until: null, madeBy: 'test' })
      const signedIn = { cookie: `__Host-namesake=${secret}`, 'x-csrf-token': session.csrf }
      return [role, { account, signedIn, bearer: { authorization: `Bearer ${token}` } }] as const
    }),
  )
  const admin = made.get('admin')
  if (admin === undefined) throw new Error('no administrator')
  const over = theEnded(shifted, admin.account)
  const cookieOnly = { cookie: admin.signedIn.cookie }
  let rows = 0
  for (const { method, path, access } of routes) {
    if (access === 'public') continue
    const row = `${method} ${path}`
    const sent = (headers: Record<string, string>): Promise<Answer> =>
      ask(origin, method, filled(path), { headers: { 'content-type': 'text/plain', ...headers }, body: '<' })
    for (const role of roles) {
      const { signedIn, bearer } = made.get(role) ?? admin
      // It would end the session that the other rows need.
      if (row === 'DELETE /session' && role === 'admin') continue
      for (const [how, headers] of [
        ['session', signedIn],
        ['token', bearer],
      ] as const) {
        if (row === 'DELETE /session' && how === 'session') continue
        const { status, body } = await sent(headers)
        const isIn = reaches(role, access)
        if (isIn && path !== '/session/password')
          t.notOk([401, 403].includes(status), `${row}, ${role} by ${how}: ${status}`)
        else if (!isIn)
          t.match({ status, body }, { status: 403, body: `this needs the role ${access}` }, `${row}, ${role} by ${how}`)
        rows++
      }
    }
    for (const [name, headers] of over) t.equal((await sent(headers)).status, 401, `${row}, ${name}`)
    if (method === 'GET') continue
    for (const headers of [cookieOnly, { ...cookieOnly, 'x-csrf-token': 'A'.repeat(43) }]) {
      const { status, body } = await sent(headers)
      t.match({ status, body }, { status: 403, body: /X-CSRF-Token/ }, `${row}, without the CSRF token`)
    }
  }
  t.ok(rows >= 6 * 40, `${rows} rows`)
}

/** What was good for something once, or looks as if it were: fields of a request, by what they are. */
function theEnded(shifted: ShiftedAccounts, account: Account): [string, Record<string, string>][] {
  const { accounts } = shifted
  const day = 86_400_000
  const ended = accounts.addToken({ name: 'ended', role: 'admin', until: Date.now() - day, madeBy: 'test' })
  const withdrawn = accounts.addToken({ name: 'withdrawn', role: 'admin', until: null, madeBy: 'test' })
  accounts.removeToken(withdrawn.token.id)
  const { secret: signedOut, session } = accounts.beginSession(account)
  accounts.endSession(session)
  const { secret: idle, session: left } = shifted.at(-sessionIdleMs - 1000, () => accounts.beginSession(account))
  return [
    ['a token that has ended', { authorization: `Bearer ${ended.secret}` }],
    ['a token that was withdrawn', { authorization: `Bearer ${withdrawn.secret}` }],
    ['a token that never was', { authorization: `Bearer nsk_${'A'.repeat(43)}` }],
    [
      'a token in the place of a password',
      { authorization: `Basic ${Buffer.from(`x:${ended.secret}`).toString('base64')}` },
    ],
    ['a token beside a session that is none', { authorization: 'Bearer x', cookie: `__Host-namesake=${signedOut}` }],
    ['a session that was signed out', { cookie: `__Host-namesake=${signedOut}`, 'x-csrf-token': session.csrf }],
    ['a session that was idle too long', { cookie: `__Host-namesake=${idle}`, 'x-csrf-token': left.csrf }],
    ['a session in a cookie of another name', { cookie: `namesake=${idle}`, 'x-csrf-token': left.csrf }],
  ]
}

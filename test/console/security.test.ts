import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import { routes } from '../../src/console/routes.ts'
import { firstAdministrator, password, skip, stand } from './harness.ts'

// Slow clients and wrong passwords are waited out.
t.setTimeout(400_000)

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

t.test('the console under attack', { skip, timeout: 120_000 }, async (t) => {
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

  await t.test('a used link, and links that never were', async (t) => {
    for (const secret of [secretOfLink, '', 'x', 'A'.repeat(43)]) {
      const body = JSON.stringify({ secret, name: 'Eve', userName: 'eve', password: 'long enough password' })
      t.equal((await ask(origin, 'POST', '/api/v1/first-run', { headers: json, body })).status, 404)
    }
  })

  await t.test('a slow client is let go', async (t) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    const began = Date.now()
    socket.write('GET /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')
    const drip = setInterval(() => socket.write('a'), 500)
    socket.on('error', () => undefined)
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(drip)
    t.ok(Date.now() - began < 30_000, 'however it drips')
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
})

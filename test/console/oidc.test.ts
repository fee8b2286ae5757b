import { request as httpsRequest } from 'node:https'
import { resolve } from 'node:path'
import t from 'tap'
import { Emulator } from '../provider/emulator/emulator.ts'
import { skip, stand } from './harness.ts'

/** Signing in by OpenID at the emulated Entra: what lets in, and what does not. */

const authority = resolve(import.meta.dirname, '../provider/emulator/keys/server.crt.pem')

t.test('sign-in by OpenID', { skip }, async (t) => {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  const { signIn } = emulator
  const section = `, signIn: { password: false, oidc: { issuer: "${emulator.origin}/contoso.example/v2.0", clientId: ${signIn.clientId}, clientSecret: { env: NAMESAKE_OIDC } } }`
  const env = { NAMESAKE_OIDC: signIn.secret, NODE_EXTRA_CA_CERTS: authority, NO_PROXY: 'localhost' }
  const console = await stand({ env }, section)
  t.teardown(() => console.close())
  // Entra takes plain http for localhost alone: that is where the browser ends.
  const origin = console.origin.replace('127.0.0.1', 'localhost')

  await t.test('in Chromium, from the button to the page that was wanted', async (t) => {
    const page = await console.open()
    await page.goto(`${console.origin}/detections`)
    t.equal(await page.getByLabel('Password').count(), 0, 'the password form is switched off')
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await page.getByRole('heading', { name: 'Detections', exact: true }).waitFor()
    t.equal(page.url(), `${origin}/detections`)
    t.equal(await page.getByRole('navigation', { name: 'Main' }).getByText('Ben Okafor').count(), 1)
    const asked = signIn.asked.at(-1)
    t.match(asked?.get('code_challenge_method'), 'S256')
    t.ok((asked?.get('state') ?? '').length >= 32 && (asked?.get('nonce') ?? '').length >= 32)
    const line = console.daemon.lines().find(({ event }) => event === 'console-sign-in')
    t.match(line, { user: 'ben.okafor@contoso.example', role: 'admin', way: 'oidc' })
    t.same(console.faults, [])
    await page.close()
  })

  /** A browser without a page: cookies kept, redirects followed one by one. */
  const browser = (): {
    go: (url: string) => Promise<{ status: number; location: string }>
    cookies: Map<string, string>
  } => {
    const cookies = new Map<string, string>()
    return {
      cookies,
      go: async (url) => {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        if (url.startsWith('https:')) return viaHttps(url)
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
        for (const line of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
          if (value === '') cookies.delete(name)
          else cookies.set(name, value)
        }
        return { status: response.status, location: response.headers.get('location') ?? '' }
      },
    }
  }
  const throughProvider = async (
    start = '/api/v1/oidc/start',
  ): Promise<{ back: string; of: ReturnType<typeof browser> }> => {
    const of = browser()
    const { location } = await of.go(`${origin}${start}`)
    return { back: (await of.go(location)).location, of }
  }
  const ended = async (): Promise<string> => {
    const { back, of } = await throughProvider()
    const { location } = await of.go(back)
    t.equal(
      of.cookies.has('__Host-namesake'),
      location === '/overview',
      `a session only where it leads in: ${location}`,
    )
    return location
  }

  await t.test('roles come from the provider, at each sign-in', async (t) => {
    signIn.user = { sub: 'sub-of-sana', name: 'Sana Amiri\u202e', preferred_username: 'sana@contoso.example' }
    for (const [given, role] of [
      [['Namesake.Reader'], 'reader'],
      [['Other', 'Namesake.Reader', 'Namesake.Reviewer'], 'reviewer'],
      [['Namesake.Admin', 'Namesake.Reader'], 'admin'],
      [['Namesake.Reader'], 'reader'],
    ] as const) {
      signIn.roles = given
      const { back, of } = await throughProvider()
      t.equal((await of.go(back)).location, '/overview')
      const cookie = `__Host-namesake=${of.cookies.get('__Host-namesake') ?? ''}`
      const session = (await (await fetch(`${origin}/api/v1/session`, { headers: { cookie } })).json()) as object
      t.match(session, { user: { userName: 'sana@contoso.example', name: 'Sana Amiri', role, way: 'oidc' } })
    }
    for (const roles of [[], ['Somebody.Else'], ['namesake.admin']]) {
      signIn.roles = roles
      t.equal(await ended(), '/sign-in?why=no-role', JSON.stringify(roles))
    }
    signIn.roles = ['Namesake.Admin']
  })

  await t.test('what was tampered with lets nobody in', async (t) => {
    const cases: [string, typeof signIn.tamper][] = [
      ['another state', { state: 'of-somebody-else' }],
      ['another nonce', { nonce: 'of-somebody-else' }],
      ['a token for another application', { audience: 'another' }],
      ['a token of another issuer', { issuer: 'https://evil.example/v2.0' }],
      ['a token without a signature', { unsigned: true }],
      ['a code that was never given', { code: 'guessed' }],
    ]
    for (const [name, tamper] of cases) {
      signIn.tamper = tamper
      t.equal(await ended(), '/sign-in?why=refused', name)
    }
    signIn.tamper = {}
    signIn.answer = 'deny'
    t.equal(await ended(), '/sign-in?why=refused', 'refused by the user')
    signIn.answer = 'sign-in'
    const log = JSON.stringify(console.daemon.lines())
    t.notMatch(log, new RegExp(signIn.secret), 'the secret is in no log line')
  })

  await t.test('an answer counts once, and in the browser that began', async (t) => {
    const { back, of } = await throughProvider()
    t.equal((await browser().go(back)).location, '/sign-in?why=stale', 'a link sent to somebody else')
    t.equal((await of.go(back)).location, '/overview', 'the browser that began')
    t.equal((await of.go(back)).location, '/sign-in?why=stale', 'a second time')
    t.equal((await browser().go(`${origin}/api/v1/oidc/return`)).location, '/sign-in?why=stale')
    const twice = await throughProvider()
    const value = twice.of.cookies.get('__Host-namesake-oidc') ?? ''
    const cookie = `__Host-namesake-oidc=${value}; __Host-namesake-oidc=x`
    const response = await fetch(twice.back, { redirect: 'manual', headers: { cookie } })
    t.equal(response.headers.get('location'), '/sign-in?why=stale', 'two cookies of the name')
  })

  await t.test('it leads to pages of this console alone', async (t) => {
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/%09/evil.example',
      '\t//evil.example',
      'javascript:alert(1)',
      '/detections/../../evil',
      `/detections?x=${'a'.repeat(1050)}`,
    ]) {
      const { back, of } = await throughProvider(`/api/v1/oidc/start?next=${encodeURIComponent(next)}`)
      t.equal((await of.go(back)).location, '/overview', JSON.stringify(next).slice(0, 60))
    }
    const { back, of } = await throughProvider(`/api/v1/oidc/start?next=${encodeURIComponent('/detections?q=x#d-1')}`)
    t.equal((await of.go(back)).location, '/detections?q=x#d-1')
  })

  await t.test('no password opens it, and a provider that is away is told', async (t) => {
    const response = await fetch(`${origin}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userName: 'ben.okafor@contoso.example', password: 'x' }),
    })
    t.equal(response.status, 403)
  })
})

/** The emulated provider has a certificate of its own; where it sends a browser is all that counts here. */
function viaHttps(url: string): Promise<{ status: number; location: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { rejectUnauthorized: false }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '' })
    })
    request.once('error', reject)
    request.end()
  })
}

import t from 'tap'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'
import { failure, populate, synced } from './synced.ts'

/** Tokens and permissions that Graph refuses. Numbers are those of the list. */

t.test('9: 401 in mid-run: one fresh token, the same page', async (t) => {
  const { b, store } = await synced(t)
  let tokens = 0
  b.emulator.inject({
    on: '/groups/delta',
    act: { kind: 'answer', status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } },
  })
  tokens = b.emulator.entra.requests.length
  await sync(store, b.provider, b.request())
  t.equal(b.emulator.entra.requests.length - tokens, 2, "the run's first and one fresh")
  const used = b.emulator.seen.filter(({ url }) => url.includes('/groups/')).map(({ authorization }) => authorization)
  t.equal(used.length, 2)
  t.not(used[0], used[1])
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('9: a claims challenge is answered (Continuous Access Evaluation)', async (t) => {
  const { b, store } = await synced(t)
  const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1604106651' } } })
  const challenge =
    'Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", ' +
    `error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge }, body: {} },
  })
  await sync(store, b.provider, b.request())
  const sent = JSON.parse(b.emulator.entra.requests.at(-1)?.get('claims') ?? '{}')
  t.same(sent.access_token.nbf, { essential: true, value: '1604106651' })
  t.same(sent.access_token.xms_cc, { values: ['CP1'] }, 'and says that we can answer more')
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('9: tokens that are revoked in mid-run: one new one serves all pages that follow', async (t) => {
  const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1604106651' } } })
  const field = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`
  for (const [name, challenge] of [
    ['without a challenge', null],
    ['with a claims challenge', field],
  ] as const) {
    const b = await bench(t)
    const store = temporaryStore(t)
    populate(b, 40)
    const { entra } = b.emulator
    entra.challenge = challenge
    // Revoked twice: the second time the new token, which the claims gave, has to be replaced as well.
    for (const skip of [3, 9]) {
      b.emulator.inject({ on: '/delta', skip, act: { kind: 'meanwhile', run: () => entra.tokens.clear() } })
    }
    await sync(store, b.provider, b.request())
    t.same(held(store), wanted(b.emulator.tenant), name)
    t.equal(entra.requests.length, 3, `${name}: a token at first, and one for each revoking`)
    const pages = b.emulator.graphUrls()
    t.equal(pages.length, new Set(pages).size + 2, `${name}: two pages are asked for twice`)
    const sent = entra.requests.map((form) => /"nbf"/.test(form.get('claims') ?? ''))
    t.same(sent, [false, challenge !== null, challenge !== null], `${name}: the claims that were asked for`)
  }
})

t.test('9: a token that stays rejected, and 403: one clear message each, no hot loop', async (t) => {
  const { b, store } = await synced(t)
  b.emulator.inject({
    on: '/users/delta',
    times: 1000,
    act: { kind: 'answer', status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } },
  })
  const rejected = await failure(sync(store, b.provider, b.request()))
  t.equal(rejected.code, 'provider-auth')
  t.match(rejected.message, /does not accept a fresh token \(401 InvalidAuthenticationToken\)/)
  t.equal(b.emulator.graphUrls().length, 2)

  b.emulator.clearFaults()
  for (const [role, collection] of [
    ['GroupMember.Read.All', 'groups'],
    ['User.Read.All', 'users'],
  ] as const) {
    b.emulator.entra.roles.delete(role)
    b.emulator.forget()
    const forbidden = await failure(sync(store, b.provider, b.request()))
    t.equal(forbidden.code, 'provider-auth')
    t.match(forbidden.message, new RegExp(`read ${collection} \\(403 Authorization_RequestDenied\\).*${role}`))
    t.equal(b.emulator.graphUrls().filter((url) => url.includes(collection)).length, 1)
    t.same(b.runtime.sleeps, [])
  }
})

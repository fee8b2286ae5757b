import t from 'tap'
import type { Act } from './emulator/faults.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'
import { failure, populate, synced } from './synced.ts'

/** Throttling, and faults that pass. Numbers are those of the list. */

t.test('8: 429 is obeyed to the end: seconds, a date, over 180 s', async (t) => {
  const { b, store } = await synced(t)
  const limited = (retryAfter: string): Act => ({
    kind: 'answer',
    status: 429,
    headers: { 'retry-after': retryAfter },
    body: { error: { code: 'TooManyRequests' } },
  })
  b.emulator.inject({ on: '/users/delta', act: limited('7') })
  b.emulator.inject({ on: '/users/delta', act: limited('1200') })
  b.emulator.inject({ on: '/groups/delta', act: limited('0') })
  b.emulator.inject({ on: '/users/delta', act: limited(new Date(Date.now() + 600_000).toUTCString()) })
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(b.emulator.tenant))
  const [seconds, long, date, none] = b.runtime.sleeps
  t.equal(seconds, 7_000)
  t.equal(long, 1_200_000)
  t.equal(none, 1_000, 'a second at least')
  t.ok((date ?? 0) >= 599_000 && (date ?? 0) <= 602_000, `a date ten minutes ahead: ${date} ms`)
  t.equal(new Set(b.emulator.graphUrls().filter((url) => url.includes('/users/'))).size, 1, 'the same page each time')
  t.match(b.notices[0], /throttles us \(429\).*7 s/)
})

t.test('8: a Retry-After is obeyed though the text beside it is damaged', async (t) => {
  const { b, store } = await synced(t)
  b.emulator.gzip = false
  const headers = { 'retry-after': '90', 'content-encoding': 'gzip' }
  for (const body of ['not compressed', '']) {
    b.emulator.inject({ on: '/users/delta', act: { kind: 'answer', status: 429, headers, body } })
  }
  await sync(store, b.provider, b.request())
  t.same(b.runtime.sleeps, [90_000, 90_000])
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('8: a Retry-After beyond patience ends the run, and is obeyed by the next ones', async (t) => {
  const { b, store } = await synced(t)
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 429, headers: { 'retry-after': '7200' }, body: {} },
  })
  const first = await failure(sync(store, b.provider, b.request()))
  t.equal(first.code, 'provider-throttled')
  t.match(first.message, /7200 s/)
  b.emulator.forget()
  const second = await failure(sync(store, b.provider, b.request()))
  t.equal(second.code, 'provider-throttled')
  t.equal(b.emulator.seen.length, 0, 'nothing is asked before the time')
  b.runtime.time += 7_200_000
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('8: 503 and 504 without Retry-After: growing gaps, then success; with one: as long as it says', async (t) => {
  const { b, store } = await synced(t)
  for (const status of [503, 504, 503, 504]) {
    b.emulator.inject({ on: '/users/delta', act: { kind: 'answer', status, body: '<html>busy</html>' } })
  }
  b.emulator.inject({
    on: '/groups/delta',
    act: { kind: 'answer', status: 503, headers: { 'retry-after': '44' }, body: '' },
  })
  await sync(store, b.provider, b.request())
  t.same(b.runtime.sleeps, [1_250, 2_500, 5_000, 10_000, 44_000])
  t.same(held(store), wanted(b.emulator.tenant))
})

const passing: Record<string, Act> = {
  '500': { kind: 'answer', status: 500, body: { error: { code: 'InternalServerError' } } },
  '502': { kind: 'answer', status: 502, body: '' },
  'a connection reset': { kind: 'reset' },
  'a cut body': { kind: 'cut-body' },
  'cut JSON': { kind: 'cut-json' },
  'JSON that is HTML': { kind: 'answer', status: 200, body: '<html>Sign in to the hotel network</html>' },
  'a server that hangs': { kind: 'hang' },
  'a server that drips': { kind: 'drip' },
}

for (const [name, act] of Object.entries(passing)) {
  t.test(`8: ${name}: the same page is asked again`, async (t) => {
    const b = await bench(t)
    const store = temporaryStore(t)
    populate(b)
    b.emulator.gzip = name !== 'a cut body'
    b.emulator.inject({ on: '/users/delta?$skiptoken', act })
    b.emulator.inject({ on: '/groups/delta', act })
    await sync(store, b.provider, b.request())
    t.same(held(store), wanted(b.emulator.tenant))
    const pages = b.emulator.graphUrls()
    t.equal(pages[1], pages[2], 'the same address')
    t.equal(pages.length, new Set(pages).size + 2, 'and nothing else twice')
    t.equal(b.runtime.sleeps.length, 2)
  })
}

t.test('8: a service that stays away ends in one error after growing gaps; the people stay', async (t) => {
  const { b, store } = await synced(t)
  const before = held(store)
  b.emulator.inject({ on: '/users/delta', times: 1000, act: passing['502'] as Act })
  const error = await failure(sync(store, b.provider, b.request()))
  t.equal(error.code, 'provider-unavailable')
  t.match(error.message, /^Office 365: reading users: the service answers 502, 8 times in a row$/)
  t.same(b.runtime.sleeps, [1_250, 2_500, 5_000, 10_000, 20_000, 40_000, 75_000])
  t.same(held(store), before)
})

t.test('8: waiting can be broken off', async (t) => {
  const { b, store } = await synced(t)
  const before = held(store)
  const stop = new AbortController()
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 429, headers: { 'retry-after': '3000' }, body: {} },
  })
  b.runtime.onSleep = () => stop.abort(new Error('shutting down'))
  await t.rejects(sync(store, b.provider, b.request(null, stop.signal)), { message: 'shutting down' })
  t.same(held(store), before)
})

t.test('8: a request under way can be broken off', async (t) => {
  const { b, store } = await synced(t)
  const stop = new AbortController()
  b.emulator.inject({ on: '/users/delta', act: { kind: 'hang' } })
  b.emulator.inject({ on: 'x', act: { kind: 'hang' } })
  const running = sync(store, b.provider, b.request(null, stop.signal))
  setTimeout(() => stop.abort(new Error('shutting down')), 100)
  await t.rejects(running, { message: 'shutting down' })
})

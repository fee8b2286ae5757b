import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cliPath, removeDaemon, startDaemon, waitUntil } from '../integration/peers/daemon.ts'
import type { Daemon } from '../integration/peers/daemon.ts'
import { freePort } from '../integration/peers/ports.ts'
import { run } from '../integration/peers/scratch.ts'
import { RawClient } from '../integration/peers/smtp-client.ts'

/** Review by the API: the same pairs, previews and answers as on the command line. */

interface Pair {
  readonly id: string
  readonly address: string
  readonly state: string
  readonly decision: { readonly answer: string; readonly by: string } | null
}

async function start(more: string): Promise<{ daemon: Daemon; call: Call; protection: () => string }> {
  const port = await freePort()
  const daemon = await startDaemon({
    relay: 'maildir:./mail',
    protection: 'protect:\n  - { directory: Staff, groups: [Executives] } # the board\nactions: { certain: reject }\n',
    more: `console: { listen: "127.0.0.1:${port}"${more} }\n`,
  })
  await daemon.waitFor(({ event }) => event === 'console-listening')
  const args = [
    'console',
    'token',
    'add',
    'reviewing',
    '--role',
    'reviewer',
    '--config',
    join(daemon.folder, 'namesake.yaml'),
  ]
  const { stdout, output } = await run(process.execPath, [cliPath, ...args])
  const token = /[\w-]{30,}/.exec(stdout)?.[0]
  if (token === undefined) throw new Error(output)
  const call: Call = async (method, path, body, version) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(version === undefined ? {} : { 'if-match': version }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const etag = response.headers.get('etag') ?? ''
    return { status: response.status, etag, body: (await response.json()) as Record<string, unknown> }
  }
  return { daemon, call, protection: () => readFileSync(join(daemon.folder, 'protection.yaml'), 'utf8') }
}

type Call = (
  method: string,
  path: string,
  body?: object,
  version?: string,
) => Promise<{ readonly status: number; readonly etag: string; readonly body: Record<string, unknown> }>

/** Sends a message of that From field; gives the last reply. */
async function send(daemon: Daemon, from: string): Promise<string> {
  const client = await RawClient.hello(daemon.smtpPort)
  const replies = await client.transaction(`From: ${from}\r\n\r\nhi\r\n`, ['a@corp.example'])
  await client.quit()
  return replies.at(-1) ?? ''
}

async function openPairs(call: Call, wanted: number): Promise<Pair[]> {
  return waitUntil(`${wanted} open pairs`, async () => {
    const items = (await call('GET', '/pairs')).body['items'] as Pair[] | undefined
    return items?.length === wanted ? items : undefined
  })
}

t.test('an answer is previewed, given and taken back', async (t) => {
  const { daemon, call, protection } = await start('')
  t.teardown(() => removeDaemon(daemon))
  for (let i = 0; i < 3; i++) t.match(await send(daemon, 'Jane Roe <jane@private.example>'), /^550 /)
  t.match(await send(daemon, 'Jane Roe <other@private.example>'), /^550 /)
  const pair = (await openPairs(call, 2)).find(({ address }) => address === 'jane@private.example')
  const first = await call('GET', '/pairs?limit=1')
  const second = await call('GET', `/pairs?limit=1&cursor=${String(first.body['next'])}`)
  t.match(first.body, { items: [{ address: 'jane@private.example' }], total: 2 })
  t.match(second.body, { items: [{ address: 'other@private.example' }], total: 2, next: null }, 'a page at a time')
  const path = `/pairs/${encodeURIComponent(pair?.id ?? '')}`
  const version = async (): Promise<string> => (await call('GET', path)).etag
  const before = protection()
  const facts = (await call('GET', `${path}/facts`)).body
  t.match(facts, { done: [['rejected', 3]], others: [] })
  t.equal((facts['days'] as number[]).at(-1), 3, 'all of them today')

  const preview = await call('POST', `${path}/preview`, { answer: 'them' })
  t.match(preview, { status: 200, body: { cleared: 3, refused: 3, caught: 0, judged: 4, unjudged: 0, also: [] } })
  t.match(JSON.stringify(preview.body['diff']), /jane@private\.example/)
  t.equal(protection(), before, 'a preview changes nothing')

  for (const answer of [
    { answer: 'them' },
    { answer: 'namesake', note: 'another one' },
    { answer: 'service', note: 'calendar', until: '2099-12-31' },
  ]) {
    const etag = await version()
    t.match(await call('POST', `${path}/decision`, answer, etag), {
      status: 200,
      body: { decision: { answer: answer.answer } },
    })
    t.match(await call('POST', `${path}/decision`, { answer: 'attack' }, etag), { status: 412 }, 'answered meanwhile')
    t.match(await call('DELETE', `${path}/decision`, undefined, etag), { status: 412 })
    t.match(protection(), /# the board\n/, 'comments stay')
    t.match(
      await send(daemon, 'Jane Roe <jane@private.example>'),
      /^250 /,
      `${answer.answer}: in force with the answer`,
    )
    t.match(await send(daemon, 'Jane Roe <other@private.example>'), /^550 /, 'for this address alone')
    t.match(await call('DELETE', `${path}/decision`, undefined, await version()), {
      status: 200,
      body: { state: 'open', decision: null },
    })
    t.notMatch(protection(), /private\.example/, `${answer.answer} is taken back`)
    t.match(await send(daemon, 'Jane Roe <jane@private.example>'), /^550 /)
  }
  t.match(await call('POST', `${path}/decision`, { answer: 'attack' }), { status: 428 }, 'without a version')
  t.match(await call('POST', `${path}/decision`, { answer: 'attack' }, await version()), {
    status: 200,
    body: { state: 'attack' },
  })
  t.equal((await openPairs(call, 1))[0]?.address, 'other@private.example')

  for (const [answer, field] of [
    [{ answer: 'namesake' }, 'note'],
    [{ answer: 'service', note: 'x' }, 'until'],
  ] as const) {
    t.match(await call('POST', `${path}/decision`, answer, await version()), {
      status: 422,
      body: { faults: [{ path: field }] },
    })
  }
  t.match(await call('POST', '/pairs/nobody/decision', { answer: 'attack' }, await version()), { status: 404 })
})

t.test('a console that only reads takes no answer', async (t) => {
  const { daemon, call } = await start(', readOnly: true')
  t.teardown(() => removeDaemon(daemon))
  await send(daemon, 'Jane Roe <jane@private.example>')
  const [pair] = await openPairs(call, 1)
  const path = `/pairs/${encodeURIComponent(pair?.id ?? '')}`
  t.match(await call('POST', `${path}/preview`, { answer: 'them' }), { status: 200, body: { cleared: 1 } })
  for (const answer of ['them', 'attack']) {
    const { etag } = await call('GET', path)
    t.match(await call('POST', `${path}/decision`, { answer }, etag), { status: 403 }, answer)
  }
})

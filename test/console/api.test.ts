import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { removeDaemon, waitUntil } from '../integration/peers/daemon.ts'
import { RawClient } from '../integration/peers/smtp-client.ts'
import { startApi } from './api.ts'
import type { Api } from './api.ts'

/** Rules, trying, replay and settings by the API, against a running daemon. */

const protection = `# Who is protected. (md)
protect:
  - { directory: Staff, groups: [Executives] } # the board
# Reject once the list is empty. (md)
actions:
  certain: tag   # for now
  likely: tag
trustedSenders:
  - from: calendar@service.example
    note: invitations
`

t.test('the rules of a running daemon', async (t) => {
  const api = await startApi({ protection })
  t.teardown(() => removeDaemon(api.daemon))
  const { daemon } = api
  const [admin, reviewer, reader] = [await api.as('admin'), await api.as('reviewer'), await api.as('reader')]
  const file = (): string => readFileSync(join(daemon.folder, 'protection.yaml'), 'utf8')
  const client = await RawClient.hello(daemon.smtpPort)
  t.teardown(() => client.quit())
  const send = async (from: string): Promise<string> =>
    (await client.transaction(`From: ${from}\r\n\r\nhi\r\n`, ['a@corp.example'])).at(-1) ?? ''
  await send('Jane Roe <jane@private.example>')
  await send('Roe, Jane <jane@private.example>')
  await send('Jane Roe <calendar@service.example>')
  await waitUntil('three messages kept', async () => {
    const { body } = await reader('GET', '/stats')
    return body['kept'] === 3 ? true : undefined
  })

  // The names shown, by person and group; one message was excused.
  t.match((await reader('GET', '/stats')).body['people'], [{ person: 'u1', count: 2, addresses: 1 }])
  t.match((await reader('GET', '/directories/Staff/groups')).body['items'], [{ id: 'g1', detections: 2 }])
  t.match((await reader('GET', '/people?q=jane')).body['items'], [{ id: 'u1', detections: 2 }])
  t.match((await reader('GET', '/directories/Staff/people/u1')).body, { detections: 2, fromAddresses: 1 })
  t.match((await reader('GET', '/directories/Staff/people/u2')).body, { detections: 0, fromAddresses: 0 })
  const ofGroup = async (id: string): Promise<number> =>
    ((await reader('GET', `/detections?directory=Staff&group=${id}`)).body['items'] as unknown[]).length
  t.same([await ofGroup('g1'), await ofGroup('none')], [3, 0])
  t.match((await reader('GET', '/directories')).body['items'], [{ name: 'Staff', runs: [{ error: null, added: 3 }] }])

  const page = await reader('GET', '/protection')
  t.match(page.body, {
    text: protection,
    writable: true,
    rules: {
      actions: { certain: 'tag', likely: 'tag' },
      trustedSenders: [{ from: 'calendar@service.example', note: 'invitations', letThrough: 1 }],
      options: { initials: false, onUnchecked: 'tag', 'fields.replyTo': true },
    },
    faults: [],
  })
  const version = page.headers.get('etag') ?? ''

  const reject = { changes: [{ do: 'actions', who: null, actions: { certain: 'reject' } }] }
  t.match(await reader('POST', '/protection/preview', reject), {
    status: 200,
    body: {
      changed: true,
      effect: {
        judged: 3,
        before: { tag: 2, reject: 0 },
        after: { tag: 0, reject: 2 },
        newlyRefused: 2,
        newlyRefusedUndecided: 2,
        cleared: 0,
        caught: 0,
      },
    },
  })
  t.equal(file(), protection, 'a preview changes nothing')

  t.match(await reader('PUT', '/protection', reject, { 'if-match': version }), { status: 403 })
  t.match(await reviewer('PUT', '/protection', reject, { 'if-match': version }), { status: 403 })
  t.match(await admin('PUT', '/protection', reject), { status: 428 }, 'without a version')
  const saved = await admin('PUT', '/protection', reject, { 'if-match': version })
  t.match(saved, { status: 200, body: { changed: true, force: 'running' } })
  t.equal(file(), protection.replace('certain: tag   # for now', 'certain: reject   # for now'))
  t.match(await send('Jane Roe <jane@private.example>'), /^550 /, 'in force with the answer')
  t.match(await admin('PUT', '/protection', reject, { 'if-match': version }), { status: 412 }, 'an older version')

  // Many at once, each seeing what the one before it did.
  const many = {
    changes: [
      { do: 'actions', who: 'Executives', directory: 'Staff', actions: { likely: 'reject', certain: 'monitor' } },
      { do: 'actions', who: 'Executives', actions: { certain: null } },
      { do: 'preset', name: 'docusign', on: true },
      { do: 'option', option: 'fields.replyTo', value: false },
      { do: 'option', option: 'initials', value: true },
      { do: 'option', option: 'onUnchecked', value: 'tempfail' },
      { do: 'untrust', from: 'calendar@service.example', names: [] },
      { do: 'trust', from: 'sign.example', names: ['Jane Roe'], note: 'contracts', until: '2099-12-31' },
    ],
  }
  const etag = saved.headers.get('etag') ?? ''
  t.match(await admin('PUT', '/protection', many, { 'if-match': etag }), { status: 200, body: { force: 'running' } })
  const after = await admin('GET', '/protection')
  t.match(after.body['rules'], {
    groups: [{ group: 'Executives', actions: { likely: 'reject' }, people: 1 }],
    trustedSenders: [{ from: 'sign.example', names: ['Jane Roe'], note: 'contracts', until: '2099-12-31' }],
    options: { initials: true, onUnchecked: 'tempfail', 'fields.replyTo': false },
  })
  t.same((after.body['rules'] as { groups: { actions: object }[] }).groups[0]?.actions, { likely: 'reject' })
  t.match(file(), /# Who is protected\. \(md\)[\s\S]*# the board[\s\S]*# for now/, 'comments stay')

  // As text: faults at their lines, and nothing written.
  const now = after.headers.get('etag') ?? ''
  const broken = file().replace('likely: tag', 'likely: block')
  for (const [method, path] of [
    ['POST', '/protection/preview'],
    ['PUT', '/protection'],
  ] as const) {
    t.match(await admin(method, path, { text: broken }, { 'if-match': now }), {
      status: 422,
      body: { code: 'invalid', faults: [{ path: 'actions.likely', line: 7 }] },
    })
  }
  t.match(await admin('PUT', '/protection', { text: `${protection}# by hand\n` }, { 'if-match': now }), {
    status: 200,
    body: { force: 'running' },
  })
  t.equal(file(), `${protection}# by hand\n`)
  for (const body of [{}, { changes: [], text: '' }, { changes: [{ do: 'option', option: 'x', value: true }] }]) {
    t.match(await admin('POST', '/protection/preview', body), { status: 400 })
  }
  const wrong = { changes: [{ do: 'option', option: 'initials', value: 'maybe' }] }
  t.match(await admin('POST', '/protection/preview', wrong), { status: 422 })

  // A file that was broken by hand is shown with its faults, and can be mended here.
  writeFileSync(join(daemon.folder, 'protection.yaml'), 'protect: [\n')
  const faulty = await admin('GET', '/protection')
  t.match(faulty, { status: 200, body: { rules: null, faults: [{ line: Number }] } })
  t.match(await admin('PUT', '/protection', { text: protection }, { 'if-match': faulty.headers.get('etag') ?? '' }), {
    status: 200,
  })
  const { body } = await reader('GET', '/audit')
  t.match(body['items'], [{ who: 'for admin', via: 'api', what: 'rules' }])
})

t.test('trying, old mail, people and tokens', async (t) => {
  const api = await startApi({ protection })
  t.teardown(() => removeDaemon(api.daemon))
  await t.test('people, tokens, audit and health', (t) => settings(t, api))
  await t.test('a message is tried, and nothing of it is kept', (t) => trying(t, api))
  await t.test('old mail is judged, with progress and a report', (t) => replaying(t, api))
})

async function trying(t: Test, api: Api): Promise<void> {
  const reader = await api.as('reader')
  t.match(await reader('POST', '/judge', { from: 'From: "J4ne Roe" <x@mail.example>' }), {
    status: 200,
    body: {
      verdict: 'detected',
      tier: 'certain',
      kind: 'disguised',
      directory: 'Staff',
      name: 'Jane Roe',
      action: 'tag',
      reason: 'Protected Name Jane Roe should not appear as x@mail.example',
      readings: [
        { field: 'from', name: 'J4ne Roe', findings: [{ name: 'Jane Roe', letters: Array, setting: 'the default' }] },
      ],
    },
  })
  const clean = await reader('POST', '/judge', { from: 'Somebody Else <x@mail.example>' })
  t.match(clean.body, { verdict: 'clean', reason: null, readings: [{ name: 'Somebody Else', findings: [] }] })
  const beside = { from: 'a@b.example', replyTo: 'Reply-To: Jane Roe <y@mail.example>' }
  t.match((await reader('POST', '/judge', beside)).body, { verdict: 'detected', address: 'y@mail.example' })
  const section = Buffer.from('Subject: x\r\nFrom: a@b.example\r\nReply-To: Jane Roe <y@mail.example>\r\n\r\nbody')
  t.match((await reader('POST', '/judge', { section: section.toString('base64') })).body, {
    verdict: 'detected',
    address: 'y@mail.example',
  })
  for (const body of [{}, { from: 'x', section: 'eA==' }])
    t.match(await reader('POST', '/judge', body), { status: 400 })
  t.match(await reader('POST', '/judge', { section: '' }), { status: 422 })
  t.match((await reader('GET', '/stats')).body, { kept: 0 })
}

async function replaying(t: Test, api: Api): Promise<void> {
  const [admin, reviewer] = [await api.as('admin'), await api.as('reviewer')]
  const folder = join(api.daemon.folder, 'old')
  mkdirSync(folder)
  const message = (from: string): string => `From: ${from}\nDate: Thu, 26 Nov 2026 09:00:00 +0100\nSubject: x\n\nhi\n`
  writeFileSync(join(folder, 'a.eml'), message('Jane Roe <jane@private.example>'))
  writeFileSync(join(folder, 'b.eml'), message('Somebody <s@mail.example>'))
  writeFileSync(join(folder, 'c.eml'), 'no message')
  const path = '/replays'
  t.match(await reviewer('POST', path, { path: folder }), { status: 403 }, 'files of the server are for administrators')
  t.match(await admin('POST', path, { path: 'old' }), { status: 422, body: { faults: [{ path: 'path' }] } })
  const begun = await admin('POST', path, { path: folder })
  t.equal(begun.status, 201)
  const id = String(begun.body['id'])
  const done = await waitUntil('the run has ended', async () => {
    const { body } = await admin('GET', `${path}/${id}`)
    return body['status'] === 'running' ? undefined : body
  })
  t.match(done, {
    status: 'done',
    messages: 2,
    clean: 1,
    detected: 1,
    unreadable: 1,
    senders: [{ address: 'jane@private.example', count: 1, names: ['Jane Roe'] }],
    listed: [{ source: join(folder, 'a.eml'), name: 'Jane Roe', kind: 'exact' }],
    problems: [/c\.eml/],
    error: null,
  })
  t.equal(done['read'], done['total'])
  const report = await admin('GET', `${path}/${id}/report.html`)
  t.match(report.headers.get('content-disposition'), /^attachment/)
  t.match(report.text, /jane@private\.example/)
  t.match(await admin('GET', `${path}/nobody`), { status: 404 })
  t.match((await admin('GET', path)).body['items'], [{ id }])
  const absent = await admin('POST', path, { path: join(folder, 'nothing') })
  const failed = await waitUntil('the second run has ended', async () => {
    const { body } = await admin('GET', `${path}/${String(absent.body['id'])}`)
    return body['status'] === 'running' ? undefined : body
  })
  t.match(failed, { messages: 0, unreadable: 1, problems: [/nothing/] })
}

/** A directory is changed by who has seen how it stands, and not by who has not. */
async function editedByTwo(t: Test, api: Api): Promise<void> {
  const admin = await api.as('admin')
  const seen = async (): Promise<Record<string, string>> => ({
    'if-match': (await admin('GET', '/directories')).headers.get('etag') ?? '',
  })
  const [path, hourly] = ['/directories/Staff', { sync: '0 * * * *' }]
  const mine = await seen()
  t.match(await admin('PATCH', path, hourly), { status: 428, body: { code: 'version-needed' } })
  t.match(await admin('DELETE', path), { status: 428 })
  const changed = await admin('PATCH', path, hourly, mine)
  t.match(changed, { status: 200, body: { changed: true, running: true } })
  for (const [method, body] of [['PATCH', { sync: '5 * * * *' }], ['DELETE']] as const) {
    t.match(
      await admin(method, path, body, mine),
      { status: 412, body: { code: 'changed' } },
      `${method}, an older one`,
    )
  }
  const etag = { 'if-match': changed.headers.get('etag') ?? '' }
  t.same(etag, await seen(), 'a change answers with the version that it made')
  const config = join(api.daemon.folder, 'namesake.yaml')
  writeFileSync(config, `${readFileSync(config, 'utf8')}# by hand\n`)
  t.match(await admin('PATCH', path, { sync: '5 * * * *' }, etag), { status: 412 }, 'changed by hand')
  // Of two at once, one is told.
  const now = await seen()
  const both = await Promise.all(['6', '7'].map((minute) => admin('PATCH', path, { sync: `${minute} * * * *` }, now)))
  t.same(both.map(({ status }) => status).sort(), [200, 412])
}

async function settings(t: Test, api: Api): Promise<void> {
  const [admin, reader] = [await api.as('admin'), await api.as('reader')]
  t.match(await (await fetch(`${api.origin}/api/v1/health`)).json(), { status: 'ok' })
  t.match((await reader('GET', '/health')).body, {
    status: 'ok',
    daemon: { workers: Number, directories: [{}] },
    kept: 0,
  })
  t.notMatch((await reader('GET', '/health')).text, /namesake\.yaml/, 'no path of the server')

  const invited = await admin('POST', '/invitations', { role: 'reviewer' })
  const secret = new URL(String(invited.body['url'])).hash.slice(1)
  const made = await fetch(`${api.origin}/api/v1/first-run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret, name: 'Sana Amiri', userName: 'sana', password: 'long enough password' }),
  })
  t.equal(made.status, 201)
  const users = await admin('GET', '/users')
  t.match(users.body, { items: [{ userName: 'sana', role: 'reviewer', way: 'password', you: false }] })
  const id = String((users.body['items'] as { id: string }[])[0]?.id)
  const etag = users.headers.get('etag') ?? ''
  t.match(await admin('PATCH', `/users/${id}`, { role: 'admin' }, { 'if-match': etag }), { status: 200 })
  t.match(await admin('PATCH', `/users/${id}`, { role: 'reader' }, { 'if-match': etag }), { status: 412 })
  t.match(await admin('PATCH', `/users/${id}`, { role: 'reader' }), { status: 428 }, 'without a version')
  const now = { 'if-match': (await admin('GET', '/users')).headers.get('etag') ?? '' }
  t.match(
    await admin('PATCH', `/users/${id}`, { role: 'reader' }, now),
    { status: 409 },
    'the last administrator stays',
  )
  t.match(await admin('DELETE', `/users/${id}`, undefined, now), { status: 409 })
  t.match(await admin('PATCH', '/users/nobody', { role: 'reader' }, now), { status: 404 })
  t.match(await reader('GET', '/users'), { status: 403 })

  const token = await admin('POST', '/tokens', { name: 'SIEM', role: 'reader', until: '2099-12-31' })
  t.match(token, { status: 201, body: { secret: /^nsk_/, token: { name: 'SIEM', role: 'reader', over: false } } })
  t.match(await admin('POST', '/tokens', { name: 'SIEM', role: 'reader', until: '2020-01-01' }), { status: 422 })
  const bearer = { authorization: `Bearer ${String(token.body['secret'])}` }
  const use = async (): Promise<number> => (await fetch(`${api.origin}/api/v1/people`, { headers: bearer })).status
  t.equal(await use(), 200)
  const listed = (await admin('GET', '/tokens')).text
  t.notMatch(listed, String(token.body['secret']).slice(12), 'the secret is shown once')
  t.match(await admin('DELETE', `/tokens/${String((token.body['token'] as { id: string }).id)}`), { status: 204 })
  t.equal(await use(), 401)

  const first = await reader('GET', '/audit?limit=2')
  t.match(first.body, { items: [{ what: 'console token remove' }, { what: 'console token add' }], next: String })
  const next = await reader('GET', `/audit?limit=2&cursor=${String(first.body['next'])}`)
  t.match(next.body, { items: [{ what: 'console role' }, { what: 'console invite' }], next: String })
  const last = await reader('GET', `/audit?limit=2&cursor=${String(next.body['next'])}`)
  t.match(last.body, { items: [{ target: 'for reader' }, { target: 'for admin' }], next: null })
  t.match((await reader('GET', '/audit.csv')).text, /^"time","who"/)
  t.match(await admin('GET', '/oidc'), { body: { password: true, oidc: null } })
  await editedByTwo(t, api)
}

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { Page, Route } from 'playwright-core'
import { RawClient } from '../integration/peers/smtp-client.ts'
import { firstAdministrator, skip, stand, waitUntil } from './harness.ts'
import type { Stand } from './harness.ts'
import { protectionYaml } from './seed.ts'

/**
 * Each page in each of its states: axe-core finds nothing, no script fails, nothing is wider than the window, nothing is asked
 * of another host, and what came from mail is text. States that a healthy server does not give (no answer, a fault, 200,000
 * people) are put into its answers on their way; bench/console.ts has them for real.
 */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe-core finds on the page as it stands, a line a node. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`if (typeof axe === 'undefined') { ${axe} }`)
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  )
}

/** No violation, and no scrolling to the side. */
async function isSound(t: Test, page: Page, what: string, withAxe = true): Promise<void> {
  if (withAxe) t.same(await violations(page), [], what)
  const [wide, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]')
  t.ok(wide <= window, `${what}: ${wide} pixels in a window of ${window}`)
}

const longName = 'Maximiliane-Alexandrina '.repeat(10).trim()
const longGroup = 'Finance & Controlling '.repeat(10).trim()
const people = `users:
  - { id: u1, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example }
  - { id: u2, displayName: ${JSON.stringify(longName)}, mail: max@corp.example }
  - { id: u3, displayName: "דוד כהן", givenName: "דוד", surname: "כהן", mail: david@corp.example }
  - { id: u4, displayName: "محمد الفارسي", mail: mohamed@corp.example }
  - { id: u5, displayName: "<img src=x onerror=window.hit=1>", mail: tag@corp.example }
groups:
  - { id: executives, displayName: Executives, members: [u1, u3] }
  - { id: finance, displayName: ${JSON.stringify(longGroup)}, members: [u2, u4, u5] }
  - { id: legal, displayName: "الشؤون القانونية", members: [u4] }
`
const protection = protectionYaml
  .replace('groups: ["Executives", "Finance"]', 'groups: ["Executives", "finance"]')
  .replace('    users:\n      - ingrid.halvorsen@corp.example\n', '')

const pages = [
  'overview',
  'detections',
  'review',
  'protection',
  'directories',
  'rules',
  'try',
  'replay',
  'settings',
] as const

/** Fields of people who mean no good. All show a protected name, so that they are kept and shown. */
const hostile: readonly string[] = [
  'From: "<script>window.hit=1</script> Jane Roe" <a@evil.example>',
  'From: "<img src=x onerror=window.hit=1> Jane Roe" <"<b>x</b>"@evil.example>',
  'From: =?utf-8?Q?Jane_Roe=E2=80=AE=3Cgnp.gniht=3E?= <b@evil.example>',
  'From: =?utf-8?Q?J=E2=80=8Ban=E2=81=A0e_=F0=9D=95=BD=F0=9D=96=94=F0=9D=96=8A?= <c@evil.example>',
  'From: =?utf-8?Q?Jane_Roe_=00=1B=5B31m=07?= <d@evil.example>',
  `From: "Jane Roe" <e@evil.example>\r\nReply-To: "Jane Roe ${'x'.repeat(4000)}" <e2@evil.example>`,
  `From: Jane Roe <${'y'.repeat(60)}@${'z'.repeat(60)}.${'q'.repeat(60)}.example>`,
  'From: Jane Roe <f@evil.example>\r\nReply-To: "\\"><svg onload=window.hit=1>" <g@evil.example>',
  'From: =?utf-8?B?15PXldeTINeb15TXnw==?= <david@evil.example>',
  'From: "=HYPERLINK(1) Jane Roe" <"=x"@evil.example>',
  `From: Jane Roe <h@evil.example>\r\nMessage-ID: <"><img/src=x/onerror=window.hit=1>@x>`,
]

t.test('the states of each page', { skip }, async (t) => {
  const console = await stand({ people, protection, more: 'history: { path: ./history }' })
  t.teardown(() => console.close())
  const { origin } = console
  const gate = await console.open()
  await gate.goto(`${origin}/sign-in`)
  await gate.getByText('There is no account yet').waitFor()
  await isSound(t, gate, 'sign-in, without an account yet')
  await gate.goto(console.link)
  await gate.getByLabel('Your name').waitFor()
  await isSound(t, gate, 'first administrator')
  await firstAdministrator(gate, console.link)
  const { cookies } = await gate.context().storageState()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const elsewhere: string[] = []
  const opened = async (width = 1440): Promise<Page> => {
    const page = await console.open({ width, height: 900 })
    await page.context().addCookies(cookies)
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`)) elsewhere.push(request.url())
    })
    return page
  }
  const settle = (page: Page, name: string): Promise<void> => settled(page, `${origin}/${name}`)

  await t.test('empty', async (t) => {
    for (const name of pages) {
      await settle(gate, name)
      await isSound(t, gate, name)
      await gate.setViewportSize({ width: 360, height: 800 })
      await isSound(t, gate, `${name}, 360 pixels`, false)
      await gate.setViewportSize({ width: 1440, height: 900 })
    }
    await overlays(t, gate, origin)
  })

  await t.test('hostile mail, right-to-left and very long names: text, whatever it says', async (t) => {
    await sendHostile(console)
    // Records are kept a moment after the mail; the list adds none by itself.
    await waitUntil('all of them are kept', async () => {
      const kept = await gate.evaluate<number>(`fetch('/api/v1/detections').then((answer) => answer.json()).then(({ items }) => items.length)`) // prettier-ignore
      return kept === hostile.length ? true : undefined
    })
    const page = await opened()
    await settle(page, 'detections')
    await isSound(t, page, 'the list')
    const rows = page.locator('main .row-link')
    t.equal(await rows.count(), hostile.length)
    for (let at = 0; at < hostile.length; at++) {
      await rows.nth(at).click()
      const panel = page.getByRole('complementary', { name: 'Detection' })
      await panel.getByText('As it came, undecoded').click()
      await panel.getByText('What was done').waitFor()
      await isSound(t, page, `message ${at}`, at % 3 === 0)
    }
    t.equal(await page.locator('main script, main img, main b b, main i i, main svg[onload]').count(), 0)
    t.ok((await page.getByText('RLO', { exact: true }).count()) > 0, 'what turns text round is a box with its name')
    for (const name of ['overview', 'review', 'rules'] as const) {
      await settle(page, name)
      await isSound(t, page, name)
    }
    await settle(page, 'protection')
    for (const group of ['Executives', longGroup, 'الشؤون القانونية']) {
      await page
        .getByRole('button', { name: `Members of ${group}` })
        .first()
        .click()
    }
    await page.getByRole('link', { name: longName }).click()
    await page.getByLabel('Secondary emails').waitFor()
    await isSound(t, page, 'protection, a person beside it')
    const asked = hostile[2]?.slice(6) ?? ''
    await page.goto(`${origin}/try?from=${encodeURIComponent(asked)}`)
    await page.getByText('letter by letter').waitFor()
    await isSound(t, page, 'try')
    t.equal(await page.evaluate('window.hit'), undefined, 'nothing of it has run')
    const csv = await page.evaluate<string>(`fetch('/api/v1/detections.csv').then((answer) => answer.text())`)
    t.match(csv, /'=HYPERLINK/)
    t.notMatch(csv, /(?:^|,)"?[=+@-]/m, 'no cell is a formula')
    await page.close()
  })

  await t.test('loading, failed, offline', async (t) => {
    const page = await opened()
    for (const how of ['never', 'fails', 'away'] as const) {
      await page.route(/\/api\/v1\/(?!session|events)/, (route) => answer(route, how))
      for (const name of pages) {
        await shown(page, `${origin}/${name}`)
        const asks = name !== 'try'
        if (how === 'never' && asks && name !== 'overview') await page.locator('.sk').first().waitFor()
        if (how === 'fails' && asks) await page.getByText('This part could not be shown').first().waitFor()
        if (how === 'away') await page.getByText('No answer from the console’s server').waitFor()
        // Without an answer the parts are those that failed, below one banner more.
        await isSound(t, page, `${name}, ${how}`, how !== 'away' || name === 'overview')
      }
      await page.unrouteAll({ behavior: 'ignoreErrors' })
    }
    await page.close()
  })

  await t.test('200,000 people', async (t) => {
    const page = await opened()
    await page.route(/\/api\/v1\/(people|groups|directories|suggestions|pairs)/, manyPeople)
    await settle(page, 'overview')
    await page.getByText('200,000').first().waitFor()
    await isSound(t, page, 'overview')
    await settle(page, 'directories')
    await page.getByText('Plant, last runs').waitFor()
    await isSound(t, page, 'directories, one of them in trouble')
    await page.goto(`${origin}/review?show=decided`)
    await page.getByText('3 messages let through').first().waitFor()
    await isSound(t, page, 'what was decided')
    await settle(page, 'protection')
    await page.getByText('left Executives').waitFor()
    await page.getByRole('button', { name: 'Members of Department 0', exact: true }).click()
    await page.getByText('50 of 200,000 people').waitFor()
    await isSound(t, page, 'a group of all')
    await page.getByRole('button', { name: 'Load 50 more' }).first().click()
    await page.getByText('100 of 200,000 people').waitFor()
    await page.getByLabel('Name or address').fill('given')
    await page.getByText('50 of 200,000 people').waitFor()
    await isSound(t, page, 'search')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.close()
  })

  await t.test('nodes of a fleet', async (t) => {
    const page = await opened(360)
    const node = {
      ...{ version: '1.0.0', seen: new Date().toISOString(), age: 1, rules: 1_234, protectedPeople: 2, own: true },
      ...{ directories: [{ name: 'Staff', revision: 0 }], messages: { total: 12_345, detected: 6, unchecked: 0 } },
    }
    const items = [
      { ...node, node: 'mx1', trouble: [] },
      { ...node, node: 'mx2', own: false, trouble: ['not heard of for 300 s', `a fault${' and more'.repeat(80)}`] },
    ]
    for (const [json, words] of [
      [{ fleet: true, away: null, items }, 'One node to look at'],
      [{ fleet: true, away: null, items: [] }, 'No node has told of itself yet'],
      [{ fleet: true, away: 'PostgreSQL: connect ECONNREFUSED', items: [] }, 'Each node judges mail as before'],
    ] as const) {
      await page.route('**/api/v1/nodes', (route) => route.fulfill({ json }))
      await settle(page, 'settings')
      await page.getByText(words).waitFor()
      await isSound(t, page, words)
      await page.unrouteAll({ behavior: 'ignoreErrors' })
    }
    await page.close()
  })

  await t.test('a reader in the dark and on a telephone, and files that are only read', async (t) => {
    const reader = await readerOf(console, cookie)
    for (const name of pages) {
      await settle(reader, name)
      await isSound(t, reader, `${name}, a reader in the dark`)
      await reader.setViewportSize({ width: 360, height: 800 })
      await isSound(t, reader, `${name}, 360 pixels`, false)
      await reader.setViewportSize({ width: 1440, height: 900 })
      const writing = await reader
        .getByRole('main')
        .getByRole('button', { name: /^(Save|Protect|Invite|Sync now)$/ })
        .count()
      t.equal(writing, 0, `${name}: nothing that a reader would be refused`)
    }
    t.match(new URL(reader.url()).pathname, /^\/settings$/)
    await reader.close()
    const page = await opened()
    await page.route('**/api/v1/session', async (route) => {
      const response = await route.fetch()
      const session = (await response.json()) as { product: object }
      await route.fulfill({ response, json: { ...session, product: { ...session.product, readOnly: true } } })
    })
    for (const name of ['protection', 'directories', 'review', 'rules'] as const) {
      await settle(page, name)
      await page.getByText('The files are read-only here').waitFor()
      await isSound(t, page, `${name}, read-only`)
    }
    await page.close()
  })

  await t.test('by the keyboard alone', async (t) => {
    const page = await opened()
    await byKeyboard(t, page, origin)
    await page.close()
  })

  await t.test('what an operator does wrong', async (t) => {
    const page = await opened()
    await mistakes(t, page, console)
    await page.close()
  })

  t.same(elsewhere, [], 'nothing was asked of another host')
  const faults = console.faults.filter((fault) => !fault.includes('status of 500'))
  t.same(faults, [], 'no script failed, and no policy was violated')
})

/** The page at an address: loaded anew, or gone to within the console where another one is shown, as a person would. */
async function shown(page: Page, url: string): Promise<void> {
  const { origin, pathname, search, hash } = new URL(url)
  const before = URL.canParse(page.url()) ? new URL(page.url()) : null
  if (before?.origin !== origin || before.pathname === pathname || (await page.locator('nav').count()) === 0) {
    await page.goto(url)
  } else {
    const title = await page.title()
    const to = JSON.stringify(pathname + search + hash)
    await page.evaluate(`history.pushState(null, '', ${to}); dispatchEvent(new PopStateEvent('popstate'))`)
    await untilPage(page, `document.title !== ${JSON.stringify(title)}`)
  }
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** Looks at each frame whether an expression holds. */
async function untilPage(page: Page, holds: string): Promise<void> {
  await page.evaluate(
    `new Promise((done) => { const look = () => (${holds} ? done(null) : requestAnimationFrame(look)); look() })`,
  )
}

/** The page at an address, with nothing of it still on its way. */
async function settled(page: Page, url: string): Promise<void> {
  await shown(page, url)
  await untilPage(page, `![...document.querySelectorAll('.vh')].some(({ textContent }) => textContent === 'Loading')`)
}

/** Where the focus is: its name, and whether it can be seen. */
async function focused(page: Page): Promise<{ readonly name: string; readonly isSeen: boolean }> {
  return page.evaluate(`(() => {
    const at = document.activeElement
    const marked = [at, at.parentElement, at.closest('label')].some((one) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one ?? at)
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none'
    })
    const { width, height } = at.getBoundingClientRect()
    if (at === document.body) return { name: 'BODY', isSeen: true }
    const name = at.getAttribute('aria-label') ?? (at.textContent.trim() || at.tagName)
    return { name, isSeen: marked && width > 0 && height > 0 }
  })()`)
}

/** A group is protected, a person opened and closed, a pair decided and taken back; the focus is always seen, and comes back. */
async function byKeyboard(t: Test, page: Page, origin: string): Promise<void> {
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await settled(page, `${origin}/overview`)
  await press('Tab')
  t.equal((await focused(page)).name, 'Skip to content', 'the first stop')
  // Each stop of the page on the way round, until the focus leaves it.
  const unseen: string[] = []
  for (let stop = 0; stop < 80; stop++) {
    const { name, isSeen } = await focused(page)
    if (name === 'BODY') break
    if (!isSeen) unseen.push(name)
    await press('Tab')
  }
  t.same(unseen, [], 'each stop can be seen')

  await press('g', 'p')
  await page.getByRole('heading', { name: 'Protection', level: 1 }).waitFor()
  const menu = page.getByLabel(`Actions for الشؤون القانونية`).first()
  await menu.focus()
  await press('Enter', 'Tab', 'Enter')
  await page.getByText('الشؤون القانونية is protected').waitFor()
  await press('u')
  await page.getByText('الشؤون القانونية is not protected any more').waitFor()

  await page.getByRole('button', { name: 'Members of Executives' }).press('Enter')
  await page.getByRole('link', { name: 'Jane Roe' }).press('Enter')
  await page.getByLabel('Secondary emails').waitFor()
  t.equal((await focused(page)).name, 'Close', 'the focus is in what was opened')
  await press('Escape')
  await page.getByRole('complementary').waitFor({ state: 'detached' })
  t.equal((await focused(page)).name, 'Jane Roe', 'and back where it was')

  await press('/')
  await page.keyboard.type('jane')
  await page.getByRole('dialog').getByRole('link', { name: 'Jane Roe' }).first().waitFor()
  await press('Enter')
  await page.getByRole('complementary', { name: 'Jane Roe' }).waitFor()
  await press('Escape')

  await press('g', 'r')
  await page.getByRole('heading', { name: 'Is this them?' }).waitFor()
  const first = page.locator('.pairs .pair').first()
  await first.waitFor()
  await press('j', 'j', 'Enter')
  await page.waitForURL(/review#/)
  await press('4')
  await page.getByText('Rules stay as they are.').waitFor()
  await press('Control+Enter')
  await page.getByText('is settled').waitFor()
  await press('u')
  await page.getByText('waits for an answer again').waitFor()

  await press('g', 'd')
  await page.locator('main .row-link').first().waitFor()
  await press('j', 'Enter')
  await page.getByText('What was done').waitFor()
  await press('Escape')
  await page.getByRole('complementary').waitFor({ state: 'detached' })
  await press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await press('Escape', 'g', 'o')
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
}

/** Left with changes, pressed twice, cut off while saving, edited by two. */
async function mistakes(t: Test, page: Page, { origin, daemon }: Stand): Promise<void> {
  const question = page.getByRole('dialog', { name: 'Leave without saving?' })
  const protectionFile = (): string => readFileSync(join(daemon.folder, 'protection.yaml'), 'utf8')

  await settled(page, `${origin}/overview`)
  await settled(page, `${origin}/rules`)
  await page.getByRole('group', { name: 'What is done about likely' }).getByRole('radio', { name: 'Reject' }).check()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overview' }).click()
  await isSound(t, page, 'asked before leaving')
  await question.getByRole('button', { name: 'Stay here' }).click()
  await page.getByRole('region', { name: 'Changes not saved' }).waitFor()
  await page.goBack()
  await question.waitFor()
  t.match(page.url(), /\/rules$/, 'the address is still that of what is shown')
  await question.getByRole('button', { name: 'Leave' }).click()
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()

  await settled(page, `${origin}/settings`)
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByLabel('Name', { exact: true }).fill('twice')
  await page.getByRole('button', { name: 'Make it' }).dblclick()
  await page.getByRole('dialog', { name: 'Token made' }).waitFor()
  await page.keyboard.press('Escape')
  await page
    .getByRole('row', { name: /^twice/ })
    .first()
    .waitFor()
  t.equal(await page.getByRole('row', { name: /^twice/ }).count(), 1, 'pressed twice, made once')

  // The connection goes while something is saved: what was typed stays, and is saved when it is back.
  await settled(page, `${origin}/protection#${encodeURIComponent('Staff\nu1')}`)
  const panel = page.getByRole('complementary', { name: 'Jane Roe' })
  await panel.getByLabel('Other names').fill('Janie Roe\nJane Dahl')
  await panel.getByRole('region', { name: 'What changes in protection.yaml' }).waitFor()
  await page.route('**/people/u1', (route) => route.abort('connectionreset'))
  await panel.getByRole('button', { name: 'Save' }).click()
  await page.getByText('No answer from the console’s server').waitFor()
  t.equal(await panel.getByLabel('Other names').inputValue(), 'Janie Roe\nJane Dahl')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.keyboard.press('Control+Enter')
  await page.getByText('Saved.', { exact: true }).waitFor()
  t.match(protectionFile(), /Jane Dahl/)

  // Somebody edits the file meanwhile: nothing of theirs is overwritten unseen.
  await panel.getByLabel('Secondary emails').fill('jane@mine.example')
  await panel.getByRole('region', { name: 'What changes in protection.yaml' }).waitFor()
  const theirs = protectionFile().replace(/(\W)Jane Dahl(\W)/, '$1Jane Dahl$2, "J. Moe"')
  writeFileSync(join(daemon.folder, 'protection.yaml'), theirs)
  await panel.getByRole('button', { name: 'Save' }).click()
  await panel.getByText('The file was changed meanwhile').waitFor()
  t.notMatch(protectionFile(), /mine\.example/)
  await panel.getByRole('button', { name: 'Look at what is there now' }).click()
  await waitUntil('what they wrote stands there', async () =>
    (await panel.getByLabel('Other names').inputValue()).includes('J. Moe') ? true : undefined,
  )
  await panel.getByRole('button', { name: 'Save' }).click()
  await waitUntil('both edits are in the file', () =>
    /mine\.example/.test(protectionFile()) && /J\. Moe/.test(protectionFile()) ? true : undefined,
  )
  // At once, while it is being saved or behind it: it closes when it is saved, and asks nothing then.
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  t.equal(await question.count(), 0)
}

/** What lies over the pages. */
async function overlays(t: Test, page: Page, origin: string): Promise<void> {
  const over: readonly (readonly [path: string, open: (page: Page) => Promise<void>])[] = [
    ['overview', (page) => page.keyboard.press('?')],
    ['overview', (page) => page.keyboard.press('/')],
    ['overview', (page) => page.getByLabel('Your menu').click()],
    ['directories#add', () => Promise.resolve()],
    ['directories', (page) => page.getByRole('main').locator('summary').first().click()],
    ['settings', (page) => page.getByRole('button', { name: 'Invite' }).click()],
    ['settings', (page) => page.getByRole('button', { name: 'Make a token' }).click()],
    ['settings', (page) => page.getByRole('button', { name: 'Change the password' }).click()],
    ['rules', (page) => page.getByRole('button', { name: 'Edit' }).first().click()],
  ]
  for (const [at, [path, open]] of over.entries()) {
    await settled(page, `${origin}/${path}`)
    await open(page)
    await isSound(t, page, `over ${path} (${at})`)
  }
}

async function sendHostile({ daemon }: Stand): Promise<void> {
  const client = await RawClient.hello(daemon.smtpPort)
  for (const [at, fields] of hostile.entries()) {
    const id = fields.includes('Message-ID') ? '' : `Message-ID: <hostile-${at}@x>\r\n`
    const replies = await client.transaction(`${fields}\r\n${id}\r\nhi\r\n`, ['a@corp.example'])
    if (!/^(?:250|550 5\.7\.1) /.test(replies.at(-1) ?? '')) throw new Error(`message ${at}: ${replies.join(' | ')}`)
  }
  await client.quit()
  await waitUntil('all of them were judged', () =>
    daemon.lines().filter(({ event }) => event === 'message').length === hostile.length ? true : undefined,
  )
}

/** What the network, or a server in trouble, makes of a request. */
async function answer(route: Route, how: 'never' | 'fails' | 'away'): Promise<void> {
  if (how === 'away') await route.abort('connectionrefused')
  if (how !== 'fails') return
  const body = { status: 500, title: 'x', detail: 'Something went wrong here.', code: 'internal', instance: 'urn:x:1' }
  await route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(body) })
}

/** Answers as a directory of 200,000 people in 2,000 groups gives them, one page at a time. */
async function manyPeople(route: Route): Promise<void> {
  const url = new URL(route.request().url())
  const limit = Number(url.searchParams.get('limit') ?? 50)
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const of = <T>(make: (at: number) => T): T[] => Array.from({ length: limit }, (_, at) => make(from + at))
  const next = String(from + limit)
  const directory = 'Staff'
  const persons = of((at) => ({
    ...{ directory, id: `p${at}`, displayName: `Given Surname${at}`, givenName: 'Given', surname: `Surname${at}` },
    ...{ addresses: [`p${at}@corp.example`], secondaryEmails: [], groups: [], protected: at % 3 === 0 },
  }))
  const groups = of((at) => ({
    ...{
      directory,
      id: `g${at}`,
      displayName: `Department ${at}`,
      people: 200_000,
      protectedPeople: at,
      protected: at === 0,
    },
  }))
  if (url.pathname.endsWith('/members')) {
    return route.fulfill({ json: { groups: [], people: persons, total: 200_000, next } })
  }
  if (url.pathname.endsWith('/people')) return route.fulfill({ json: { items: persons, total: 200_000, next } })
  if (url.pathname.endsWith('/groups')) return route.fulfill({ json: { items: groups, total: 2_000, next } })
  const at = new Date().toISOString()
  if (url.pathname.endsWith('/suggestions')) {
    const of = { key: 'k', kind: 'person', directory, id: 'p1', people: null, taken: null, left: at, known: true }
    const group = { ...of, kind: 'group', group: null, left: null, people: 6, taken: 0 }
    const items = [{ ...of, name: longName, group: 'Executives' }, ...['Payroll', 'الشؤون'].map((name) => ({ ...group, key: name, name }))] // prettier-ignore
    return route.fulfill({ json: { items } })
  }
  if (url.pathname.endsWith('/pairs')) {
    const of = { directory, person: 'p1', name: longName, address: `${'a'.repeat(60)}@mail.example`, state: 'them' }
    const counts = { count: 3, authenticated: 3, unauthenticated: 0, detected: 0, rejected: 0, first: at, last: at }
    const decision = { answer: 'service', by: longName, at, note: '', reopened: null }
    const pairs = [decision, null].map((one, n) => ({ ...of, ...counts, id: `i${n}`, version: 'v', decision: one }))
    const items = pairs.map((one) => ({ ...one, publicProvider: false, names: {} }))
    return route.fulfill({ json: { items, total: 2, messages: 6, next: null } })
  }
  const response = await route.fetch()
  const { items } = (await response.json()) as { items: object[] }
  const run = { at, error: null, added: 1, changed: 0, removed: 0 }
  const error = `reading ${'a-very-long-path/'.repeat(20)}people.csv: it does not exist`
  const late = {
    name: 'Plant',
    state: 'failed',
    people: 0,
    groups: 0,
    error,
    runs: [run, run, { ...run, error }, { ...run, error }],
  }
  const many = items.map((one) => ({ ...one, people: 200_000, groups: 2_000 }))
  await route.fulfill({ response, json: { items: [...many, { ...many[0], ...late }] } })
}

/** Somebody else with the least role, in a browser of their own. */
async function readerOf(console: Stand, cookie: string): Promise<Page> {
  const api = `${console.origin}/api/v1`
  const { csrf } = (await (await fetch(`${api}/session`, { headers: { cookie } })).json()) as { csrf: string }
  const made = await fetch(`${api}/invitations`, {
    method: 'POST',
    headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' },
    body: '{"role":"reader"}',
  })
  const { url } = (await made.json()) as { url: string }
  const page = await console.open({ width: 1440, height: 900 }, true)
  await firstAdministrator(page, url, 'Leo Hart')
  return page
}

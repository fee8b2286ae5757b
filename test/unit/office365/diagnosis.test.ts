import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { readingForbidden, skewInWords, tokenRefused } from '../../../src/directory/sources/office365/diagnosis.ts'

const docs = readFileSync(join(resolve(import.meta.dirname, '../../..'), 'docs/office365.md'), 'utf8')

t.test('docs/office365.md explains messages in the words that are said', async (t) => {
  let rows = 0
  for (const [, cell = '', code = ''] of docs.matchAll(/^\| ([^|]*?)\(AADSTS(\d+)[^|]*\|/gm)) {
    const { message } = tokenRefused(
      'Office 365',
      'contoso.example',
      { status: 401, error: 'invalid_client', codes: [Number(code)] },
      0,
    )
    const words = cell.replace('…', '').trim()
    t.ok(message.includes(words), `${code}: "${words}" in "${message}"`)
    t.match(
      message,
      new RegExp(`^Office 365: signing in to tenant "contoso\\.example" failed: .*\\(AADSTS${code}\\); `),
    )
    rows += 1
  }
  t.ok(rows >= 9, `${rows} rows`)
})

t.test('refusals without a known code', async (t) => {
  const of = (codes: number[], error = 'invalid_client'): string =>
    tokenRefused('D', 't', { status: 400, error, codes }, 0).message
  t.match(of([123456]), /Entra refuses the application \(AADSTS123456\); look the code up at/)
  t.match(of([]), /\(invalid_client\)/)
  t.match(of([], ''), /\(status 400\)/)
  t.match(of([111, 7000215]), /client secret is wrong \(AADSTS7000215\)/, 'the known one of several')
  t.equal(tokenRefused('D', 't', { status: 400, error: '', codes: [700016] }, 0).consentMissing, true)
  t.equal(tokenRefused('D', 't', { status: 400, error: '', codes: [7000215] }, 0).consentMissing, false)
})

t.test('a wrong clock is spoken of from five minutes on', async (t) => {
  const of = (skew: number): string => tokenRefused('D', 't', { status: 401, error: '', codes: [700024] }, skew).message
  t.notMatch(of(299_000), /min/)
  t.match(of(-3_600_000), /this machine's clock is 60 min behind Microsoft's$/)
  t.equal(skewInWords(600_000), "this machine's clock is 10 min ahead of Microsoft's")
})

t.test('403 names the permission', async (t) => {
  t.match(readingForbidden('D', 'users', '').message, /read users \(403\).*User\.Read\.All.*namesake authorize "D"/)
  t.match(readingForbidden('D', 'groups', 'Authorization_RequestDenied').message, /GroupMember\.Read\.All/)
})

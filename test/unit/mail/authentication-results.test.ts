import t from 'tap'
import { parseAuthenticationResults } from '../../../src/mail/authentication-results.ts'

/** `method=result{property:value,…}[!ambiguous]`, for tables. */
function brief(body: string): string[] {
  const parsed = parseAuthenticationResults(body)
  const results = parsed.results.map((r) => {
    const properties = Object.entries(r.properties).map(([k, v]) => `${k}:${v}`)
    return `${r.method}=${r.result}{${properties.join(',')}}${r.reason === null ? '' : `"${r.reason}"`}${r.ambiguous ? '!' : ''}`
  })
  return [parsed.authservId, ...results, ...parsed.defects.map((d) => `#${d}`)]
}

const cases: [body: string, want: string[]][] = [
  // The examples of RFC 8601, appendix B, in kind.
  ['example.org 1; none', ['example.org']],
  ['example.com; spf=pass smtp.mailfrom=example.net', ['example.com', 'spf=pass{smtp.mailfrom:example.net}']],
  [
    ' example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net',
    ['example.com', 'auth=pass{smtp.auth:sender@example.net}', 'spf=pass{smtp.mailfrom:example.net}'],
  ],
  [
    'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net; dkim=fail reason="bad signature" header.i=@newyork.example.com',
    [
      'example.com',
      'dkim=pass{header.i:@mail-router.example.net}"good signature"',
      'dkim=fail{header.i:@newyork.example.com}"bad signature"',
    ],
  ],
  [
    "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
    ['foo.example.net', 'dkim=fail{policy.expired:1362471462}'],
  ],
  ['Example.ORG; DKIM=Pass Header.D=Corp.Example', ['example.org', 'dkim=pass{header.d:Corp.Example}']],
  ['"mx.example.org"; dmarc=pass header.from=corp.example', ['mx.example.org', 'dmarc=pass{header.from:corp.example}']],
  ['mx;dmarc=pass(p=none)header.from=corp.example;', ['mx', 'dmarc=pass{header.from:corp.example}']],
  ['mx; spf=pass smtp.mailfrom="a b"@corp.example', ['mx', 'spf=pass{smtp.mailfrom:"a b"@corp.example}']],
  ['mx; spf=pass smtp.mailfrom="corp.example"', ['mx', 'spf=pass{smtp.mailfrom:corp.example}']],
  [
    'mx; x-google-dkim=pass header.d=g.example; compauth=pass reason=100',
    ['mx', 'x-google-dkim=pass{header.d:g.example}', 'compauth=pass{}"100"'],
  ],
  ['mx; dkim=pass header.d=a header.d=a', ['mx', 'dkim=pass{header.d:a}']],
  ['mx; dkim=pass header.d=a header.d=b', ['mx', 'dkim=pass{header.d:a}!']],
  ['mx; dkim=pass header.__proto__=a', ['mx', '#bad-result']],
  ['mx; dkim=pass header.constructor=a', ['mx', 'dkim=pass{header.constructor:a}']],
  ['mx (unclosed; dmarc=pass', ['mx', '#unclosed-comment']],
  ['mx; spf=pass smtp.mailfrom=any@legit.example(.attack.example; dmarc=fail', ['mx', '#unclosed-comment']],
  ['mx; dmarc=pass', ['mx', 'dmarc=pass{}']],
  ['mx; dmarc=pass junk; dkim=pass', ['mx', '#bad-result']],
  ['mx; dmarc=; dkim=pass', ['mx', '#bad-result']],
  ['mx; spf=pass smtp.mailfrom="unclosed; dmarc=pass', ['mx', '#bad-result']],
  ['mx; dkim=pass reason="x; dmarc=pass" header.d=a', ['mx', 'dkim=pass{header.d:a}"x; dmarc=pass"']],
  ['mx; dkim=pass (x; dmarc=pass) header.d=a', ['mx', 'dkim=pass{header.d:a}']],
  ['mx 2; dmarc=pass', ['mx', '#bad-version']],
  ['mx evil; dmarc=pass', ['mx', '#bad-version']],
  ['mx; none', ['mx']],
  ['mx', ['mx']],
  ['mx;', ['mx']],
  ['', ['', '#no-authserv-id']],
  ['; dmarc=pass', ['', '#no-authserv-id']],
  ['(only a comment)', ['', '#no-authserv-id']],
]

t.test('results, properties and defects', async (t) => {
  for (const [body, want] of cases) t.same(brief(body), want, body)
})

t.test('bounded', async (t) => {
  const many = parseAuthenticationResults(`mx${'; dkim=pass'.repeat(1000)}`)
  t.equal(many.results.length, 64)
  const long = parseAuthenticationResults(`mx; dkim=pass header.d=${'a'.repeat(100_000)}`)
  t.same(long.results, [], 'what is cut in the middle is not believed')
  t.ok(long.defects.includes('too-long'))
  const started = performance.now()
  for (const body of [
    '('.repeat(1e6),
    `mx; ${'"'.repeat(1e6)}`,
    `mx; dkim=pass ${'\\'.repeat(1e6)}`,
    `mx; a=b ${'a.b=c '.repeat(1e5)}`,
  ]) {
    parseAuthenticationResults(body)
  }
  t.ok(performance.now() - started < 2000)
})

import t from 'tap'
import { brief, defectsOf, readFrom, readSection } from './read.ts'

/** Fields on which all programs agree: these readings and no others. */
const exact: [body: string, readings: string[]][] = [
  ['jane@corp.example', ['none||jane@corp.example']],
  ['<jane@corp.example>', ['none||jane@corp.example']],
  ['Jane Roe <jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['Jane Roe<jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['  Jane   Roe  <jane@corp.example>  ', ['display-name|Jane Roe|jane@corp.example']],
  ['Jane\t\tRoe <jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['Jane\r\n Roe\r\n\t<jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['"Jane Roe" <jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['"Roe, Jane" <jane@corp.example>', ['display-name|Roe, Jane|jane@corp.example']],
  ['"Jane Roe (CFO)" <jane@corp.example>', ['display-name|Jane Roe (CFO)|jane@corp.example']],
  ['"Jane; Roe: x" <jane@corp.example>', ['display-name|Jane; Roe: x|jane@corp.example']],
  ['Jane Q. Roe <jane@corp.example>', ['display-name|Jane Q. Roe|jane@corp.example']],
  ["Jane O'Roe-Smith <jane@corp.example>", ["display-name|Jane O'Roe-Smith|jane@corp.example"]],
  ["Kevin O'Dowd <Kevin.O'Dowd@Corp.Example>", ["display-name|Kevin O'Dowd|Kevin.O'Dowd@Corp.Example"]],
  ['"" <jane@corp.example>', ['none||jane@corp.example']],
  ['" " <jane@corp.example>', ['none||jane@corp.example']],
  ['jane@corp.example (Jane Roe)', ['comment|Jane Roe|jane@corp.example']],
  ['jane@corp.example ()', ['none||jane@corp.example']],
  ['=?UTF-8?Q?Jane=20Roe?= <jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['=?utf-8?B?SsO2cmcgQsOkY2tlcg==?= <j@corp.example>', ['display-name|Jörg Bäcker|j@corp.example']],
  ['"J\xc3\xb6rg B\xc3\xa4cker" <j@corp.example>', ['display-name|Jörg Bäcker|j@corp.example']],
  ['Jane Roe <jane+tag@corp.example>', ['display-name|Jane Roe|jane+tag@corp.example']],
  ['Jane Roe <jane@[192.0.2.1]>', ['display-name|Jane Roe|jane@[192.0.2.1]']],
  ['Jane Roe <jane@xn--bcher-kva.example>', ['display-name|Jane Roe|jane@xn--bcher-kva.example']],
  ['Jane Roe <jane@b\xc3\xbccher.example>', ['display-name|Jane Roe|jane@bücher.example']],
  ['"Jane \\"JR\\" Roe" <jane@corp.example>', ['display-name|Jane "JR" Roe|jane@corp.example']],
  ['"J\\a\\n\\e Roe" <jane@corp.example>', ['display-name|Jane Roe|jane@corp.example']],
  ['Jane "The Boss" Roe <jane@corp.example>', ['display-name|Jane The Boss Roe|jane@corp.example']],
  ['A <a@x.example>, B <b@y.example>', ['display-name|A|a@x.example', 'display-name|B|b@y.example']],
  ['a@x.example, b@y.example', ['none||a@x.example', 'none||b@y.example']],
]

t.test('fields without doubt have one reading a mailbox', async (t) => {
  for (const [body, readings] of exact) t.same(readFrom(body), readings, body)
  for (const [body] of exact)
    t.same(
      defectsOf(body).filter((code) => code !== 'raw-8bit'),
      [],
      `${body}: no defect`,
    )
})

/** Fields on which programs differ: these readings must be among those found. */
const among: [why: string, body: string, readings: string[]][] = [
  // Names
  [
    'a name without quotes',
    'Jane Roe, CFO <j@x.example>',
    ['stray-text|Jane Roe|j@x.example', 'whole-field|Jane Roe, CFO|j@x.example'],
  ],
  ['a comma behind the name', 'Jane Roe, <j@x.example>', ['stray-text|Jane Roe|j@x.example']],
  ['quotes inside a word', 'Ja"ne Ro"e <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  ['single quotes', "'Jane Roe' <j@x.example>", ["display-name|'Jane Roe'|j@x.example"]],
  ['no end of the quote', '"Jane Roe <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  ['no begin of the quote', 'Jane Roe" <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  [
    'brackets in quotes',
    '"Jane Roe <jane@corp.example>" <j@x.example>',
    [
      'display-name|Jane Roe <jane@corp.example>|j@x.example',
      'display-name|Jane Roe|j@x.example',
      'address-as-name|jane@corp.example|j@x.example',
    ],
  ],
  [
    'brackets in quotes, the real address without',
    '"Jane Roe <j@x.example>" <jane@corp.example>',
    ['display-name|Jane Roe|j@x.example'],
  ],
  [
    'escaped quotes around a bracket',
    '"Jane \\" <jane@corp.example>" <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  ['the name behind the address', '<j@x.example> Jane Roe', ['display-name|Jane Roe|j@x.example']],
  ['the name around the address', 'Jane <j@x.example> Roe', ['display-name|Jane Roe|j@x.example']],
  ['only a name', 'Jane Roe', ['stray-text|Jane Roe|-']],
  ['only a quoted name', '"Jane Roe"', ['stray-text|Jane Roe|-']],
  ['a name and empty brackets', 'Jane Roe <>', ['display-name|Jane Roe|-']],
  ['a name in the brackets', '<Jane Roe>', ['stray-text|Jane Roe|Jane Roe']],
  ['a name in brackets before the address', '<Jane Roe> <j@x.example>', ['stray-text|Jane Roe|j@x.example']],
  ['an address without a domain', 'Jane Roe <jane>', ['display-name|Jane Roe|jane']],
  ['no brackets', 'Jane Roe j@x.example', ['stray-text|Jane Roe|j@x.example']],
  ['no brackets, quoted', '"Jane Roe" j@x.example', ['stray-text|Jane Roe|j@x.example']],
  ['no brackets, name behind', 'j@x.example Jane Roe', ['stray-text|Jane Roe|j@x.example']],
  ['no closing bracket', 'Jane Roe <j@x.example', ['display-name|Jane Roe|j@x.example']],
  ['no opening bracket', 'Jane Roe j@x.example>', ['stray-text|Jane Roe|j@x.example']],
  [
    'a colon in the name',
    'Re: Jane Roe <j@x.example>',
    ['display-name|Jane Roe|j@x.example', 'whole-field|Re: Jane Roe|j@x.example'],
  ],
  ['a name as local-part', '"Jane Roe"@x.example', ['local-part|Jane Roe|"Jane Roe"@x.example']],
  ['a name as local-part in brackets', '<"Jane Roe"@x.example>', ['local-part|Jane Roe|"Jane Roe"@x.example']],
  ['no-break spaces', 'Jane\xc2\xa0Roe <j@x.example>', ['display-name|Jane\u00a0Roe|j@x.example']],
  [
    'backslash outside of quotes',
    'Jane Roe \\<jane@corp.example> <j@x.example>',
    ['display-name|Jane Roe \\|j@x.example'],
  ],
  // Comments
  [
    'a comment in the name',
    'Jane (CFO) Roe <j@x.example>',
    ['display-name|Jane Roe|j@x.example', 'display-name|Jane (CFO) Roe|j@x.example', 'comment|CFO|j@x.example'],
  ],
  [
    'a comment inside a word',
    'Ja(x)ne Roe <j@x.example>',
    ['display-name|Jane Roe|j@x.example', 'display-name|Ja ne Roe|j@x.example'],
  ],
  ['the name as comment behind', '<j@x.example> (Jane Roe)', ['comment|Jane Roe|j@x.example']],
  ['the name as comment before', '(Jane Roe) j@x.example', ['comment|Jane Roe|j@x.example']],
  ['the name as comment in brackets', '<j@x.example (Jane Roe)>', ['comment|Jane Roe|j@x.example']],
  ['the name as comment inside the address', 'j(Jane Roe)@x.example', ['comment|Jane Roe|j@x.example']],
  [
    'nested comments',
    'j@x.example (Jane (the boss) Roe)',
    ['comment|Jane (the boss) Roe|j@x.example', 'comment|Jane Roe|j@x.example', 'comment|the boss|j@x.example'],
  ],
  ['deep comments', 'j@x.example (a (b (c (Jane Roe))))', ['comment|Jane Roe|j@x.example']],
  ['an escaped parenthesis', 'j@x.example (Jane \\) Roe)', ['comment|Jane ) Roe|j@x.example']],
  ['an encoded comment', 'j@x.example (=?utf-8?Q?Jane_Roe?=)', ['comment|Jane Roe|j@x.example']],
  ['no end of the comment', 'j@x.example (Jane Roe', ['stray-text|(Jane Roe|j@x.example']],
  ['no end of the first comment', 'j@x.example ((Jane Roe)', ['comment|Jane Roe|j@x.example']],
  ['only a comment', '(Jane Roe)', ['comment|Jane Roe|-']],
  ['an address in a comment', 'j@x.example (jane@corp.example)', ['address-as-name|jane@corp.example|j@x.example']],
  [
    'a bracket in a comment',
    '(Jane Roe <jane@corp.example>) j@x.example',
    ['comment|Jane Roe|j@x.example', 'address-as-name|jane@corp.example|j@x.example'],
  ],
  ['a comment that hides the closing bracket', 'Jane Roe <j@x.example(>)>', ['display-name|Jane Roe|j@x.example']],
  // Groups
  ['a group', 'Staff: Jane Roe <j@x.example>;', ['display-name|Jane Roe|j@x.example', 'group-name|Staff|j@x.example']],
  ['the name as group', 'Jane Roe: j@x.example;', ['group-name|Jane Roe|j@x.example']],
  [
    'the name as quoted group',
    '"Jane Roe": j@x.example, k@x.example;',
    ['group-name|Jane Roe|j@x.example', 'group-name|Jane Roe|k@x.example'],
  ],
  ['the name as empty group', 'Jane Roe:;', ['group-name|Jane Roe|-']],
  ['an empty group before an address', 'Jane Roe:; <j@x.example>', ['group-name|Jane Roe|j@x.example']],
  ['a group without end', 'Jane Roe: j@x.example', ['group-name|Jane Roe|j@x.example']],
  ['a group in a group', 'A: Jane Roe: j@x.example;;', ['group-name|Jane Roe|j@x.example']],
  ['an encoded group', '=?utf-8?Q?Jane_Roe?=: j@x.example;', ['group-name|Jane Roe|j@x.example']],
  ['undisclosed', 'undisclosed-recipients:;', ['group-name|undisclosed-recipients|-']],
  // Several mailboxes
  [
    'the second mailbox',
    'Club <club@y.example>, Jane Roe <j@x.example>',
    ['display-name|Club|club@y.example', 'display-name|Jane Roe|j@x.example'],
  ],
  ['semicolons', 'Club <club@y.example>; Jane Roe <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  [
    'no separator',
    'Club <club@y.example> Jane Roe <j@x.example>',
    ['display-name|Club|club@y.example', 'stray-text|Jane Roe|j@x.example'],
  ],
  ['empty entries', ',, ,Jane Roe <j@x.example>,,', ['display-name|Jane Roe|j@x.example']],
  ['a name alone takes the next address', 'Jane Roe, x, j@x.example', ['stray-text|Jane Roe|j@x.example']],
  ['a name at the end takes the address before', 'j@x.example, Jane Roe', ['stray-text|Jane Roe|j@x.example']],
  // Addresses
  [
    'two brackets',
    'Jane Roe <jane@corp.example> <j@x.example>',
    [
      'display-name|Jane Roe|jane@corp.example',
      'display-name|Jane Roe|j@x.example',
      'address-as-name|jane@corp.example|j@x.example',
    ],
  ],
  ['an address as name', '"jane@corp.example" <j@x.example>', ['address-as-name|jane@corp.example|j@x.example']],
  [
    'an address as name, no quotes',
    'jane@corp.example <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, nothing between',
    'jane@corp.example<j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, spaces',
    '"jane @ corp.example" <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, full-width',
    '"jane\xef\xbc\xa0corp.example" <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, invisible characters',
    '"ja\xe2\x80\x8bne@corp.example" <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, written at',
    '"jane at corp.example" <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, (at)',
    '"jane(at)corp.example" <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an address as name, encoded',
    '=?utf-8?Q?jane=40corp=2Eexample?= <j@x.example>',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'the same address as name',
    '"j@x.example" <j@x.example>',
    ['address-as-name|j@x.example|j@x.example', 'none||j@x.example'],
  ],
  [
    'a quoted local-part with an address',
    'Jane Roe <"jane@corp.example"@x.example>',
    [
      'display-name|Jane Roe|"jane@corp.example"@x.example',
      'address-as-name|jane@corp.example|"jane@corp.example"@x.example',
    ],
  ],
  ['two @', '<jane@corp.example@x.example>', ['address-as-name|jane@corp.example|jane@corp.example@x.example']],
  [
    'two addresses in brackets',
    'Jane Roe <jane@corp.example j@x.example>',
    ['display-name|Jane Roe|jane@corp.example', 'display-name|Jane Roe|j@x.example'],
  ],
  ['a comma in brackets', 'Jane Roe <jane@corp.example,j@x.example>', ['display-name|Jane Roe|j@x.example']],
  [
    'two addresses without brackets',
    'jane@corp.example j@x.example',
    ['address-as-name|jane@corp.example|j@x.example'],
  ],
  ['a route', 'Jane Roe <@a.example,@b.example:j@x.example>', ['display-name|Jane Roe|j@x.example']],
  [
    'comments and spaces in the address',
    '"Jane Roe" < j (x) @ (y) x . example >',
    ['display-name|Jane Roe|j@x.example'],
  ],
  ['spaces around the @', 'Jane Roe j @ x.example', ['stray-text|Jane Roe|j@x.example']],
  ['nested brackets', 'Jane Roe <<j@x.example>>', ['display-name|Jane Roe|j@x.example']],
  [
    'a closing bracket in a quoted local-part',
    'Jane Roe <"jane@corp.example>"@x.example>',
    ['display-name|Jane Roe|"jane@corp.example>"@x.example'],
  ],
  ['an IPv6 literal', 'Jane Roe <j@[IPv6:2001:db8::1]>', ['display-name|Jane Roe|j@[IPv6:2001:db8::1]']],
  ['an IPv6 literal without brackets', 'j@[IPv6:2001:db8::1] (Jane Roe)', ['comment|Jane Roe|j@[IPv6:2001:db8::1]']],
  ['a link', 'Jane Roe <mailto:j@x.example>', ['display-name|Jane Roe|j@x.example']],
  [
    'a link without brackets',
    'Jane Roe MAILTO:j@x.example',
    ['stray-text|Jane Roe|j@x.example', 'group-name|Jane Roe MAILTO|j@x.example'],
  ],
  ['square brackets', 'Jane Roe [j@x.example]', ['stray-text|Jane Roe|j@x.example']],
  ['parentheses', 'Jane Roe (j@x.example)', ['stray-text|Jane Roe|j@x.example']],
  ['all in quotes', '"Jane Roe <j@x.example>"', ['stray-text|Jane Roe|j@x.example']],
  ['full-width brackets', 'Jane Roe \xef\xbc\x9cj@x.example\xef\xbc\x9e', ['stray-text|Jane Roe|j@x.example']],
  // Controls
  ['NUL in the name', 'Ja\0ne Roe <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  ['NUL behind the name', 'Jane Roe\0 zzz <j@x.example>', ['stray-text|Jane Roe|j@x.example']],
  [
    'NUL between names',
    'Jane\0Roe <j@x.example>',
    ['display-name|Jane Roe|j@x.example', 'display-name|JaneRoe|j@x.example'],
  ],
  ['NUL in the address', 'Jane Roe <j@x.example\0@corp.example>', ['display-name|Jane Roe|j@x.example']],
  ['bare CR', 'Jane\rRoe <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  ['other controls', 'Ja\x01\x08ne\x7f Roe <j@x.example>', ['display-name|Jane Roe|j@x.example']],
  ['lines of white space', '\r\n \r\n\t\r\n Jane Roe\r\n \r\n <j@x.example>', ['display-name|Jane Roe|j@x.example']],
]

t.test('fields in doubt have all their readings', async (t) => {
  for (const [why, body, readings] of among) {
    const found = readFrom(body)
    for (const reading of readings) t.ok(found.includes(reading), `${why}: ${reading}`, { found })
  }
})

t.test('nothing to read', async (t) => {
  for (const body of [
    '',
    ' ',
    '\r\n ',
    ',',
    ';',
    ',;,',
    '<>',
    '""',
    '()',
    '<',
    '>',
    '"',
    '(',
    ')',
    ':',
    '@',
    '\\',
    '[',
    '=?',
    '=?=',
    '?=',
  ]) {
    const { readings } = readSection(`From: ${body}\r\n`)
    t.ok(
      readings.every((reading) => reading.name.length <= 5),
      body,
    )
  }
  t.same(brief(readSection('')), [])
  t.same(
    readSection('').defects.map((d) => d.code),
    ['no-from'],
  )
})

t.test('defects are named', async (t) => {
  for (const [body, code] of [
    ['"Jane <j@x.example>', 'unclosed-quote'],
    ['Jane (x <j@x.example>', 'unclosed-comment'],
    ['Jane <j@x.example', 'unclosed-angle'],
    ['Jane j@x.example>', 'stray-bracket'],
    ['Jane: j@x.example', 'unclosed-group'],
    ['J\xf6rg <j@x.example>', 'raw-8bit'],
    ['J\xf6rg <j@x.example>', 'charset-unsure'],
    ['=?utf-8?Q?Jane <j@x.example>', 'ew-unclosed'],
    ['=?utf-8?Q?Jane Roe?= <j@x.example>', 'ew-space'],
    ['=?utf-8?X?Jane?= <j@x.example>', 'ew-encoding'],
    ['=?utf-8?Q?a=40b?=@x.example', 'ew-in-address'],
    ['=?utf-8?Q?=3Ca=40b=3E?= <j@x.example>', 'ew-syntax'],
    ['a,'.repeat(1000), 'items-dropped'],
  ] as const) {
    t.ok(defectsOf(body).includes(code), `${code}: ${body.slice(0, 60)}`)
  }
})

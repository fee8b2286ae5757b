import t from 'tap'
import { brief, readFrom, readSection } from './read.ts'

/** Encoded-words in a From field, the name that must be among those shown beside j@x.example. */
const shown: [why: string, name: string, body: string][] = [
  ['Q', 'Jane Roe', '=?UTF-8?Q?Jane=20Roe?= <j@x.example>'],
  ['Q with underscores, lower case', 'Jane Roe', '=?utf-8?q?Jane_Roe?= <j@x.example>'],
  ['B', 'Jane Roe', '=?utf-8?B?SmFuZSBSb2U=?= <j@x.example>'],
  ['two words', 'Gregory Hutton', '=?utf-8?Q?Greg?= =?utf-8?B?b3J5IEh1dHRvbg==?= <j@x.example>'],
  ['two words, folded', 'Gregory Hutton', '=?utf-8?Q?Greg?=\r\n =?utf-8?Q?ory_Hutton?=\r\n <j@x.example>'],
  ['two words, nothing between', 'Jane Roe', '=?utf-8?Q?Jane_?==?utf-8?Q?Roe?= <j@x.example>'],
  ['a character cut in two', 'Jörg Bäcker', '=?utf-8?Q?J=C3?= =?utf-8?Q?=B6rg_B=C3=A4cker?= <j@x.example>'],
  ['a character cut in two, B', 'Jörg', '=?utf-8?B?SsM=?= =?utf-8?B?tnJn?= <j@x.example>'],
  ['a character cut in two, Q and B', 'Jörg', '=?utf-8?Q?J=C3?= =?utf-8?B?tnJn?= <j@x.example>'],
  ['a character cut in three', '高田', '=?utf-8?Q?=E9=AB?= =?utf-8?Q?=98=E7=94?= =?utf-8?Q?=B0?= <j@x.example>'],
  ['text beside a word', 'Jane Roe', 'Jane =?utf-8?Q?Roe?= <j@x.example>'],
  ['text glued to a word', 'Jane Roe', 'Ja=?utf-8?Q?ne?= Roe <j@x.example>'],
  ['in quotes', 'Gregory Hutton', '"=?utf-8?B?R3JlZ29yeSBIdXR0b24=?=" <j@x.example>'],
  ['in quotes with text', 'Roe, Jane', '"=?utf-8?Q?Roe?=, Jane" <j@x.example>'],
  ['in a comment', 'Jane Roe', 'j@x.example (=?utf-8?Q?Jane?= Roe)'],
  ['raw spaces', 'Gregory Hutton', '=?utf-8?Q?Gregory Hutton?= <j@x.example>'],
  ['fold inside', 'Gregory Hutton', '=?utf-8?Q?Gre\r\n gory_Hutton?= <j@x.example>'],
  ['raw comma', 'Roe, Jane', '=?utf-8?Q?Roe, Jane?= <j@x.example>'],
  ['raw comma, no space', 'Roe,Jane', '=?utf-8?Q?Roe,Jane?= <j@x.example>'],
  ['raw quotes', 'Jane JR Roe', '=?utf-8?Q?Jane_"JR"_Roe?= <j@x.example>'],
  ['raw parentheses', 'Jane (CFO) Roe', '=?utf-8?Q?Jane_(CFO)_Roe?= <j@x.example>'],
  ['raw colon', 'Re: Jane Roe', '=?utf-8?Q?Re:_Jane_Roe?= <j@x.example>'],
  ['raw bracket', 'Jane <3 Roe', '=?utf-8?Q?Jane_<3_Roe?= <j@x.example>'],
  ['no end', 'Jane Roe', '=?utf-8?Q?Jane_Roe <j@x.example>'],
  ['half an end', 'Jane Roe', '=?utf-8?Q?Jane_Roe? <j@x.example>'],
  ['no end, B', 'Jane Roe', '=?utf-8?B?SmFuZSBSb2U= <j@x.example>'],
  ['no end before the next', 'Jane Roe', '=?utf-8?Q?Jane_ =?utf-8?Q?Roe?= <j@x.example>'],
  ['no end in quotes', 'Jane Roe', '"=?utf-8?Q?Jane_Roe" <j@x.example>'],
  ['an equals sign before the end', 'Jane Roe=', '=?utf-8?Q?Jane_Roe=?= <j@x.example>'],
  ['nested', 'Jane Roe', '=?utf-8?q?=3D=3Futf-8=3FQ=3FJane=5FRoe=3F=3D?= <j@x.example>'],
  ['nested, B in B', 'Jane Roe', '=?utf-8?B?PT91dGYtOD9CP1NtRnVaU0JTYjJVPT89?= <j@x.example>'],
  ['language tag', 'Jane Roe', '=?utf-8*en-GB?Q?Jane_Roe?= <j@x.example>'],
  ['no charset', 'Jane Roe', '=??Q?Jane_Roe?= <j@x.example>'],
  ['unknown charset', 'Jane Roe', '=?x-nobody-knows?Q?Jane_Roe?= <j@x.example>'],
  ['unknown charset, UTF-8 octets', 'Jörg', '=?x-nobody-knows?Q?J=C3=B6rg?= <j@x.example>'],
  ['unknown encoding', 'Jane Roe', '=?utf-8?X?Jane Roe?= <j@x.example>'],
  ['spaces around the parts', 'Jane Roe', '=?utf-8 ? Q ?Jane_Roe?= <j@x.example>'],
  ['base64 without padding', 'Jane Roe', '=?utf-8?B?SmFuZSBSb2U?= <j@x.example>'],
  ['base64 with too much padding', 'Jane Roe', '=?utf-8?B?SmFuZSBSb2U====?= <j@x.example>'],
  ['base64 with padding in the middle', 'Jane Roe', '=?utf-8?B?SmFuZQ==IFJvZQ==?= <j@x.example>'],
  ['base64 with spaces', 'Jane Roe', '=?utf-8?B?SmFu ZSBS b2U=?= <j@x.example>'],
  ['base64 with rubbish', 'Jane Roe', '=?utf-8?B?SmFu.ZSBSb2U=!?= <j@x.example>'],
  ['base64url', '\u00fb\u00ff', '=?iso-8859-1?B?-_8=?= <j@x.example>'],
  ['broken hex', 'Jane=Z Roe', '=?utf-8?Q?Jane=Z_Roe?= <j@x.example>'],
  ['lower case hex', 'Jörg', '=?utf-8?Q?J=c3=b6rg?= <j@x.example>'],
  ['raw octets in Q', 'Jörg', '=?utf-8?Q?J\xc3\xb6rg?= <j@x.example>'],
  ['NUL encoded', 'Jane Roe', '=?utf-8?Q?Jane_Roe=00zzz?= <j@x.example>'],
  ['line end encoded', 'Jane Roe', '=?utf-8?Q?Jane=0D=0ARoe?= <j@x.example>'],
  ['UTF-8 called Latin-1', 'Jörg', '=?iso-8859-1?Q?J=C3=B6rg?= <j@x.example>'],
  ['UTF-8 called ASCII', 'Jörg', '=?us-ascii?Q?J=C3=B6rg?= <j@x.example>'],
  ['Latin-1 called UTF-8', 'Jörg', '=?utf-8?Q?J=F6rg?= <j@x.example>'],
  ['Latin-1 called ASCII', 'Jörg', '=?us-ascii?Q?J=F6rg?= <j@x.example>'],
  ['KOI8-R called UTF-8', 'Ольга', '=?utf-8?B?78zYx8E=?= <j@x.example>'],
  ['Windows-1252 called Latin-1', 'Kevin O’Dowd', '=?iso-8859-1?Q?Kevin_O=92Dowd?= <j@x.example>'],
]

t.test('names in encoded-words, however broken', async (t) => {
  for (const [why, name, body] of shown) {
    const found = readFrom(body)
    t.ok(
      found.some((reading) => reading.split('|')[1] === name && reading.endsWith('|j@x.example')),
      `${why}: ${name}`,
      { body, found },
    )
  }
})

/** One name in many charsets. */
const charsets: [charset: string, name: string, hex: string][] = [
  ['utf-8', 'Jörg', '4ac3b67267'],
  ['iso-8859-1', 'Jörg', '4af67267'],
  ['iso-8859-2', 'Łukasz', 'a3756b61737a'],
  ['iso-8859-5', 'Ольга', 'bedbecd3d0'],
  ['iso-8859-7', 'Νίκος', 'cddfeaeff2'],
  ['iso-8859-9', 'Şebnem', 'de65626e656d'],
  ['iso-8859-15', 'Œuvre', 'bc75767265'],
  ['windows-1250', 'Łukasz', 'a3756b61737a'],
  ['windows-1251', 'Ольга', 'ceebfce3e0'],
  ['windows-1252', 'O’Dowd', '4f92446f7764'],
  ['windows-1253', 'Νίκος', 'cddfeaeff2'],
  ['windows-1254', 'Şebnem', 'de65626e656d'],
  ['windows-1255', 'שרה', 'f9f8e4'],
  ['windows-1256', 'محمد', 'e3cde3cf'],
  ['windows-1257', 'Žydrė', 'de796472eb'],
  ['windows-874', 'สม', 'cac1'],
  ['koi8-r', 'Ольга', 'efccd8c7c1'],
  ['koi8-u', 'Їжак', 'b7d6c1cb'],
  ['ibm866', 'Ольга', '8eabeca3a0'],
  ['macintosh', 'Jörg', '4a9a7267'],
  ['shift_jis', '高田', '8d829363'],
  ['euc-jp', '高田', 'b9e2c5c4'],
  ['iso-2022-jp', '高田', '1b2442396245441b2842'],
  ['euc-kr', '김', 'b1e8'],
  ['ks_c_5601-1987', '김', 'b1e8'],
  ['gb2312', '高田', 'b8dfccef'],
  ['gbk', '高田', 'b8dfccef'],
  ['gb18030', '高田', 'b8dfccef'],
  ['big5', '高田', 'b0aaa5d0'],
  ['hz-gb-2312', '高田 x', Buffer.from('~{8_Lo~} x').toString('hex')],
  ['iso-2022-kr', '김 x', '1b2429430e31680f2078'],
  ['iso-2022-cn', '高田', '1b2429410e385f4c6f0f'],
  ['utf-16be', 'Jö', '004a00f6'],
  ['utf-16le', 'Jö', '4a00f600'],
  ['utf-7', 'Jörg', Buffer.from('J+APY-rg').toString('hex')],
  ['unicode-1-1-utf-7', 'Jörg', Buffer.from('J+APY-rg').toString('hex')],
]

t.test('charsets of encoded-words, in B and Q, in upper and lower case', async (t) => {
  for (const [charset, name, hex] of charsets) {
    const octets = Buffer.from(hex, 'hex')
    const quoted = [...octets].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')
    for (const label of [charset, charset.toUpperCase()]) {
      for (const word of [`=?${label}?B?${octets.toString('base64')}?=`, `=?${label}?q?${quoted}?=`]) {
        const found = readFrom(`${word} <j@x.example>`)
        t.equal(found[0], `display-name|${name}|j@x.example`, word)
      }
    }
  }
})

t.test('raw octets in the charsets in which they are common', async (t) => {
  for (const [charset, name, hex] of charsets) {
    if (/^(?:utf-16|utf-7|unicode|koi8-u|iso-8859-15|hz|iso-2022-(?:kr|cn))/.test(charset)) continue
    const body = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(' <j@x.example>')])
    const found = readFrom(body)
    t.ok(found.includes(`display-name|${name}|j@x.example`), `${charset}: ${name}`, { found })
  }
})

t.test('raw octets take the charset named elsewhere', async (t) => {
  const raw = Buffer.concat([Buffer.from('From: "'), Buffer.from('b7d6c1cb', 'hex'), Buffer.from('" <j@x.example>')])
  const named = Buffer.concat([raw, Buffer.from(' (=?koi8-u?Q?x?=)\r\n')])
  t.ok(brief(readSection(named)).some((reading) => reading.includes('Їжак')))
  const typed = Buffer.concat([raw, Buffer.from('\r\nContent-Type: text/plain; charset="koi8-u"\r\n')])
  t.ok(brief(readSection(typed)).some((reading) => reading.includes('Їжак')))
})

t.test('UTF-8 beside other octets', async (t) => {
  t.ok(readFrom('J\xc3\xb6rg B\xe4cker <j@x.example>').includes('display-name|Jörg Bäcker|j@x.example'))
})

t.test('encoded-words stay what they are', async (t) => {
  t.same(
    readFrom('=?utf-8?Q?A=2C_B?= <j@x.example>'),
    ['display-name|A, B|j@x.example'],
    'a comma inside parts no mailboxes',
  )
  const hidden = readFrom('=?utf-8?Q?A=2C_B_=3Cc=40d.example=3E?= <j@x.example>')
  t.ok(hidden.includes('display-name|A, B <c@d.example>|j@x.example'))
  t.ok(hidden.includes('display-name|B|c@d.example'), 'as a program shows it that decodes too early')
  t.ok(hidden.includes('address-as-name|c@d.example|j@x.example'))
  const first = readFrom('=?utf-8?B?PGphbmVAY29ycC5leGFtcGxlPg==?=,<j@x.example>')
  t.ok(first.includes('address-as-name|jane@corp.example|j@x.example'))
})

t.test('encoded-words in addresses', async (t) => {
  const cases: [body: string, readings: string[]][] = [
    ['Jane Roe <=?utf-8?q?=61=62?=@x.example>', ['display-name|Jane Roe|ab@x.example']],
    ['=?utf-8?q?=61=62?=@x.example', ['none||ab@x.example', 'local-part|ab|ab@x.example']],
    ['<=?utf-8?q?Jane_Roe?=@x.example>', ['local-part|Jane Roe|=?utf-8?q?Jane_Roe?=@x.example']],
    [
      'Jane Roe <=?x?q?jane=40corp.example=3e=00?=j@x.example>',
      ['display-name|Jane Roe|=?x?q?jane=40corp.example=3e=00?=j@x.example'],
    ],
    ['Jane Roe <j@=?utf-8?q?x?=.example>', ['display-name|Jane Roe|j@x.example']],
    [
      '=?utf-8?Q?Mona=40x_Lane?= <j@x.example>',
      ['display-name|Mona@x Lane|j@x.example', 'display-name|Lane|j@x.example'],
    ],
  ]
  for (const [body, readings] of cases) {
    const found = readFrom(body)
    for (const reading of readings) t.ok(found.includes(reading), `${body}: ${reading}`, { found })
  }
})

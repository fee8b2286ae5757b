import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { isSlip } from '../../../src/directory/sources/file/entries.ts'
import { FileFaults } from '../../../src/directory/sources/file/faults.ts'
import { CsvEntries } from '../../../src/directory/sources/file/csv.ts'
import { JsonEntries } from '../../../src/directory/sources/file/json.ts'
import { FileProvider } from '../../../src/directory/sources/file/provider.ts'
import type { SourceChange, ReadStep } from '../../../src/directory/provider.ts'
import { temporaryFolder } from './helpers.ts'

function request(cursor: string | null = null) {
  return { cursor, signal: new AbortController().signal, notice: () => undefined }
}

async function stepsOf(path: string, cursor: string | null = null): Promise<ReadStep[]> {
  const steps: ReadStep[] = []
  for await (const step of new FileProvider({ name: 'F', path }).read(request(cursor))) steps.push(step)
  return steps
}

async function changesOf(path: string): Promise<SourceChange[]> {
  return (await stepsOf(path)).flatMap((step) => (step.step === 'changes' ? step.changes : []))
}

function write(t: Parameters<typeof temporaryFolder>[0], name: string, text: string | Buffer): string {
  const path = join(temporaryFolder(t), name)
  writeFileSync(path, text)
  return path
}

const jane = {
  op: 'person',
  id: '1',
  attributes: {
    displayName: 'Jane Roe',
    givenName: 'Jane',
    surname: null,
    addresses: ['jane.roe@corp.example', 'jr@corp.example', 'ceo@corp.example'],
  },
}

t.test('YAML and JSON say the same', async (t) => {
  const yaml = write(
    t,
    'people.yaml',
    `users:
  - id: 1
    displayName: " Jane Roe "
    givenName: Jane
    mail: Jane.Roe@CORP.example.
    userPrincipalName: jr@corp.example
    proxyAddresses: ["SMTP:jane.roe@corp.example", "smtp:ceo@corp.example", "sip:x@corp.example", "x500:/o=y"]
    groups: [Board, staff]
    jobTitle: CEO
groups:
  - { id: staff, displayName: Everyone, members: ["1", g2] }
  - { id: g2, displayName: Board }
`,
  )
  const json = write(
    t,
    'people.json',
    JSON.stringify({
      domains: ['a', { b: 1 }, 'c]}"'],
      version: 3,
      groups: [
        { id: 'staff', displayName: 'Everyone', members: ['1', 'g2'] },
        { id: 'g2', displayName: 'Board' },
      ],
      users: [
        {
          id: 1,
          displayName: 'Jane Roe',
          givenName: 'Jane',
          surname: null,
          mail: 'jane.roe@corp.example',
          userPrincipalName: 'jr@corp.example',
          proxyAddresses: ['smtp:ceo@corp.example', 'SIP:x@corp.example'],
          groups: ['Board', 'staff'],
        },
      ],
    }),
  )
  for (const path of [yaml, json]) {
    const changes = await changesOf(path)
    t.strictSame(
      changes.find((c) => c.op === 'person'),
      jane,
      path,
    )
    t.strictSame(
      changes.filter((c) => c.op === 'members' && c.add.length > 0),
      path === yaml
        ? [
            { op: 'members', group: 'g2', add: ['1'], remove: [] },
            { op: 'members', group: 'staff', add: ['1'], remove: [] },
            { op: 'members', group: 'staff', add: ['1', 'g2'], remove: [] },
          ]
        : [
            { op: 'members', group: 'staff', add: ['1', 'g2'], remove: [] },
            { op: 'members', group: 'g2', add: ['1'], remove: [] },
            { op: 'members', group: 'staff', add: ['1'], remove: [] },
          ],
    )
    t.strictSame(
      changes
        .filter((c) => c.op === 'group')
        .map((c) => c.id)
        .sort(),
      ['g2', 'staff'],
    )
  }
})

t.test('CSV: BOM, CRLF, quoting, lists, any case of the header', async (t) => {
  const path = write(
    t,
    'people.csv',
    '\ufeffdisplay_name,EMAIL,Secondary_Emails,Groups,Phone\r\n' +
      '"Roe, ""Jay"" Jane",Jane.Roe@corp.example,jane@home.example; jr@home.example ;,Board;Staff,1\r\n' +
      '\r\n' +
      'José,jose@corp.example\r\n' +
      '"Two\r\nlines" ,two@corp.example,,BOARD',
  )
  const changes = await changesOf(path)
  t.strictSame(
    changes.filter((c) => c.op === 'person').map((c) => [c.id, c.attributes.displayName, c.attributes.addresses]),
    [
      ['jane.roe@corp.example', 'Roe, "Jay" Jane', ['jane.roe@corp.example', 'jane@home.example', 'jr@home.example']],
      ['jose@corp.example', 'José', ['jose@corp.example']],
      ['two@corp.example', 'Two\nlines', ['two@corp.example']],
    ],
  )
  t.strictSame(
    changes.filter((c) => c.op === 'group').map((c) => c.displayName),
    ['Board', 'Staff'],
  )
})

t.test('an unchanged file is a delta without changes', async (t) => {
  const path = write(t, 'people.csv', 'Display_Name,Email\nJane Roe,jane@corp.example\n')
  const end = (await stepsOf(path)).at(-1)
  const cursor = end?.step === 'end' ? end.cursor : null
  t.match(await stepsOf(path, cursor), [
    { step: 'begin', round: 'delta' },
    { step: 'end', cursor },
  ])
  appendFileSync(path, 'Erik Li,erik@corp.example\n')
  t.match((await stepsOf(path, cursor))[0], { step: 'begin', round: 'full' })
})

const bad: readonly (readonly [name: string, file: string, text: string | Buffer, wants: readonly RegExp[]])[] = [
  [
    'duplicate ids',
    'p.yaml',
    'users:\n  - {id: a, displayName: A}\n  - {id: a, displayName: B}\n',
    [/p\.yaml:3:6: users\[1\]\.id: "a" stands on line 2 already/],
  ],
  [
    'no address',
    'p.yaml',
    'users:\n  - id: a\n    displayName: A\n    mail: "jane roe"\n',
    [/p\.yaml:4:5: users\[0\]\.mail: found "jane roe"; accepted: an address such as/],
  ],
  [
    'missing name, all at once',
    'p.yaml',
    'users:\n  - id: a\n  - {id: b, displayName: 3}\n  - 7\n  - {displayName: X}\n',
    [
      /p\.yaml:2:5: users\[0\]\.displayName: the name is missing/,
      /p\.yaml:3:13: users\[1\]\.displayName: found "3"; accepted: text/,
      /p\.yaml:4:5: users\[2\]: found "7"; accepted: a user with id/,
      /p\.yaml:5:5: users\[3\]\.id: no id/,
    ],
  ],
  [
    'unknown member',
    'p.yaml',
    'users: []\ngroups:\n  - {id: g, displayName: G, members: [x]}\n',
    [/p\.yaml:3:29: groups\[0\]\.members: unknown member "x"/],
  ],
  [
    'a slip in a key',
    'p.yaml',
    'users:\n  - {id: a, dispalyName: A}\n',
    [/unknown property "dispalyName"; fix: write displayName/],
  ],
  ['tab', 'p.yaml', 'users:\n\t- id: a\n', [/p\.yaml:2:1: a tab in the indentation; fix: write spaces/]],
  ['not a map', 'p.yaml', '- a\n', [/p\.yaml:1:1: found "- a"; accepted: a map with users/]],
  ['users no list', 'p.yaml', 'users: {a: 1}\n', [/p\.yaml:1:8: users: accepted: a list/]],
  [
    'alias bomb',
    'p.yaml',
    `users:\n  - &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `  - &${'bcdefghij'[i]} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`).join('\n')}\n`,
    [/accepted: a user with id/],
  ],
  [
    'JSON: cut',
    'p.json',
    '{"users": [\n{"id": "a", "displayName": "A"},',
    [/p\.json:2:33: not JSON: the file ends too early/],
  ],
  [
    'JSON: comma too many',
    'p.json',
    '{"users": [\n{"id": "a", "displayName": "A"},\n]}',
    [/p\.json:3:1: not JSON: found "\]"; accepted: an entry/],
  ],
  [
    'JSON: no comma',
    'p.json',
    '{"users": [{"id": "a", "displayName": "A"} {}]}',
    [/not JSON: found "\{"; accepted: a comma or \]/],
  ],
  [
    'JSON: inside',
    'p.json',
    '{"users": [\n {"id": "a",\n "displayName": A}]}',
    [/p\.json:(2:2|3:17): not JSON: "Unexpected token/],
  ],
  [
    'JSON: place of a property',
    'p.json',
    '{"users": [\n {"id": "a",\n "displayName": 3}]}',
    [/p\.json:3:2: users\[0\]\.displayName: found "3"/],
  ],
  ['JSON: other', 'p.json', '[1]', [/accepted: \{ "users"/]],
  ['JSON: after the end', 'p.json', '{"users":[]} x', [/nothing after the closing/]],
  ['JSON: users no list', 'p.json', '{"users":3}', [/accepted: a list after "users"/]],
  [
    'CSV: no header',
    'p.csv',
    'Jane Roe,jane@corp.example\n',
    [/p\.csv:1:1: the column Display_Name is missing: found "Jane Roe,jane@corp.example"/],
  ],
  ['CSV: column twice', 'p.csv', 'Display_Name,Email,email\n', [/p\.csv:1:20: the column Email stands twice/]],
  [
    'CSV: slip',
    'p.csv',
    'Display_Name,Email,Secondary_Email\n',
    [/unknown column "Secondary_Email"; fix: write Secondary_Emails/],
  ],
  ['CSV: empty', 'p.csv', '', [/the file is empty/]],
  [
    'CSV: rows',
    'p.csv',
    'Display_Name,Email\nJane,jane\nErik,\n,x@corp.example\nA,b@corp.example,c\n',
    [
      /p\.csv:2:6: row 1\.Email: found "jane"/,
      /p\.csv:3:6: row 2\.Email: Email is empty/,
      /p\.csv:4:1: row 3\.Display_Name: the name is missing/,
      /p\.csv:5:18: 3 values under 2 columns/,
    ],
  ],
  [
    'CSV: twice',
    'p.csv',
    'Display_Name,Email\nJane,j@corp.example\nJane,J@corp.example\n',
    [/p\.csv:3:\d: row 2\.Email: "j@corp.example" stands on line 2 already/],
  ],
  [
    'CSV: open quote',
    'p.csv',
    'Display_Name,Email\n"Jane,j@corp.example\n',
    [/p\.csv:2:1: a quote opens here and is never closed/],
  ],
  [
    'CSV: after a quote',
    'p.csv',
    'Display_Name,Email\n"Jane" R,j@corp.example\n',
    [/p\.csv:2:8: found "R" after a closing quote/],
  ],
  [
    'YAML that is not UTF-8',
    'p.yaml',
    Buffer.from('users:\n  - {id: a, displayName: Jos\xe9}\n', 'latin1'),
    [/p\.yaml" is not UTF-8 text \(line 2, octet 36: 0xE9\); fix: save it as UTF-8/],
  ],
  [
    'JSON that is cut within a character',
    'p.json',
    Buffer.from('{"users":[]}\xc3', 'latin1'),
    [/line 1, octet 13: 0xC3/],
  ],
  [
    'YAML: other lists than users',
    'p.yaml',
    '# us\npeople:\n  - {id: a, displayName: A}\n',
    [/p\.yaml:2:1: no "users"; found "people"; accepted: users and, if wanted, groups/],
  ],
  ['YAML: an empty map', 'p.yaml', '{}\n', [/p\.yaml:1:1: no "users"; found nothing/]],
  ['JSON: other lists than users', 'p.json', '{"user": [], "groups": []}', [/1:1: no "users"; found "user", "groups"/]],
  [
    'a group that is two',
    'p.yaml',
    'users:\n  - {id: a, displayName: A, groups: [g]}\n  - {id: b, displayName: B, groups: [board]}\n' +
      'groups:\n  - {id: g, displayName: Board}\n  - {id: h, displayName: BOARD}\n  - {id: i, displayName: G}\n',
    [/^\S+p\.yaml:3:29: users\[1\]\.groups: "board" means 2 groups; fix: write the id, "g" or "h"$/],
  ],
  ['other form', 'p.txt', '', [/is no \.yaml, \.json or \.csv file/]],
]

t.test('faults have places and fixes', async (t) => {
  for (const [name, file, text, wants] of bad) {
    const error = await stepsOf(write(t, file, text)).then(
      () => undefined,
      (e: unknown) => e as Error & { code: string },
    )
    t.equal(error?.code, 'input-invalid', name)
    for (const want of wants) t.match(error?.message, want, name)
  }
})

t.test('many faults are counted, fifty are told', async (t) => {
  const rows = Array.from({ length: 200 }, (_, i) => `N,bad${i}`).join('\n')
  await t.rejects(stepsOf(write(t, 'p.csv', `Display_Name,Email\n${rows}\n`)), { message: /and 150 more faults$/ })
})

t.test('a file that is not there, or is a folder', async (t) => {
  const folder = temporaryFolder(t)
  await t.rejects(stepsOf(join(folder, 'no.csv')), { code: 'input-invalid', message: /it does not exist/ })
  mkdirSync(join(folder, 'x.csv'))
  await t.rejects(stepsOf(join(folder, 'x.csv')), { code: 'input-invalid', message: /it is a folder/ })
})

t.test('any pieces give the same entries', async (t) => {
  const json = JSON.stringify({
    other: [{ 'a"}': '\\"]' }, -1.5e3, true, null],
    users: [{ id: 'a"\\', displayName: '{[é😀' }, 3, 'x', []],
    groups: [],
  })
  const csv = 'Display_Name,Email\r\n"a ""b"",\r\nc",x@y.example\r\n\n\rd,e@f.example'
  const read = (make: (faults: FileFaults) => JsonEntries | CsvEntries, pieces: string[]): unknown => {
    const faults = new FileFaults('f')
    const reader = make(faults)
    const entries = pieces.flatMap((piece) => [...reader.push(piece)])
    entries.push(...reader.end())
    return [faults.count, entries.map((e) => [e.value, e.path, e.placeOf()])]
  }
  for (const [text, make] of [
    [json, (f: FileFaults) => new JsonEntries(f)],
    [csv, (f: FileFaults) => new CsvEntries(f)],
  ] as const) {
    const whole = read(make, [text])
    t.match(whole, [0], 'reads')
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end))
        // A cut within a surrogate pair can't come from a decoder.
        if (pieces.some((piece) => /[\ud800-\udbff]$/.test(piece))) return
        t.strictSame(read(make, pieces), whole)
      }),
      { numRuns: 60 },
    )
  }
})

t.test('no text makes a reader throw, and what JSON reads is read alike', async () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ \n1a') }), (text) => {
      for (const reader of [new JsonEntries(new FileFaults('f')), new CsvEntries(new FileFaults('f'))]) {
        for (const _ of reader.push(text));
        for (const _ of reader.end());
      }
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), (users, other) => {
      const faults = new FileFaults('f')
      const reader = new JsonEntries(faults)
      const entries = [...reader.push(JSON.stringify({ other, users }, null, 1)), ...reader.end()]
      if (faults.count > 0) faults.throwIfAny()
      if (JSON.stringify(entries.map((e) => e.value)) !== JSON.stringify(users)) throw new Error('differs')
    }),
    { numRuns: 300 },
  )
})

t.test('slips', async (t) => {
  for (const [written, known, slip] of [
    ['DisplayName', 'displayName', true],
    ['display_name', 'displayName', true],
    ['displyName', 'displayName', true],
    ['dispalyName', 'displayName', true],
    ['email', 'mail', false],
    ['jobTitle', 'displayName', false],
    ['domains', 'members', false],
  ] as const) {
    t.equal(isSlip(written, known), slip, `${written} for ${known}`)
  }
})

t.test('a long YAML file, which another process parses, says the same as JSON', async (t) => {
  const users = Array.from({ length: 2500 }, (_, i) => ({
    id: `u${i}`,
    displayName: `N ${i}`,
    mail: `m${i}@c.example`,
  }))
  const yaml = (mail: string): string =>
    `users:\n${users.map((user, i) => `  - ${JSON.stringify(i === 2400 ? { ...user, mail } : user)}\n`).join('')}`
  const long = write(t, 'long.yaml', yaml('m2400@c.example'))
  t.strictSame(await changesOf(long), await changesOf(write(t, 'long.json', JSON.stringify({ users }))))
  await t.rejects(changesOf(write(t, 'faulty.yaml', yaml('nobody'))), {
    code: 'input-invalid',
    message: /^.*faulty\.yaml:2402:\d+: users\[2400\]\.mail: found "nobody"/,
  })
  await t.rejects(changesOf(write(t, 'broken.yaml', `${yaml('m2400@c.example')}\t- x\n`)), { message: /a tab in the/ })
})

/** CSV as programs write it, and the people that it holds: `name <addresses> groups`. */
const exports: readonly (readonly [what: string, octets: string | Buffer, people: readonly string[]])[] = [
  ['semicolons', 'Display_Name;Email;Groups\r\nJané;j@c.example;"A;B"\r\n', ['Jané <j@c.example> A,B']],
  ['tabs', 'Display_Name\tEmail\nRoe, Jane\tj@c.example\n', ['Roe, Jane <j@c.example> ']],
  ['a byte-order mark', '\ufeffDisplay_Name,Email\nJ,j@c.example\n', ['J <j@c.example> ']],
  [
    'UTF-16, little-endian, with tabs: Excel\'s "Unicode text"',
    Buffer.from('\ufeffDisplay Name\tE-mail\r\nJané\tj@c.example\r\n', 'utf16le'),
    ['Jané <j@c.example> '],
  ],
  [
    'UTF-16, big-endian',
    Buffer.from('\ufeffName,Mail\nŻółć,z@c.example\n', 'utf16le').swap16(),
    ['Żółć <z@c.example> '],
  ],
  ['Windows-1252', Buffer.from('Name;Email\nJos\xe9 \x80;j@c.example\n', 'latin1'), ['José € <j@c.example> ']],
  ["Excel's first line", 'sep=;\nName;Email;;\nJ;j@c.example;;\n', ['J <j@c.example> ']],
  [
    'Entra',
    'userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle\n' +
      'jr@c.onmicrosoft.example,Jane Roe,Roe,Jane.Roe@C.example,Jane,1-2,Member,CEO\n' +
      'x@c.onmicrosoft.example,No Mail,,,,1-3,Member,\n' +
      'g_mail.example#EXT#@c.onmicrosoft.example,A Guest,,g@mail.example,,1-4,Guest,\n',
    ['Jane Roe <jane.roe@c.example jr@c.onmicrosoft.example> ', 'No Mail <x@c.onmicrosoft.example> '],
  ],
  [
    'the Microsoft 365 admin center',
    'Display name,User principal name,First name,Last name,Proxy addresses,Alternate email addresses\n' +
      'Jane Roe,jr@c.example,Jane,Roe,SMTP:jane+x@c.example+smtp:ceo@c.example+SIP:jr@c.example,jane@home.example\n',
    ['Jane Roe <jr@c.example jane+x@c.example ceo@c.example> '],
  ],
  [
    "Exchange's PowerShell",
    '#TYPE Selected.Mailbox\n"DisplayName","PrimarySmtpAddress","EmailAddresses"\n"Roe","r@c.example","SMTP:r@c.example smtp:s@c.example"\n',
    ['Roe <r@c.example s@c.example> '],
  ],
  [
    'Google Workspace',
    'First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],Recovery Email\n' +
      'Jane,Roe,j@c.example,/,j@home.example\n',
    ['Jane Roe <j@c.example> '],
  ],
]

for (const [what, octets, people] of exports) {
  t.test(`CSV: ${what}`, async (t) => {
    const changes = await changesOf(write(t, 'p.csv', octets))
    const groupsOf = (id: string): string =>
      changes.flatMap((c) => (c.op === 'members' && c.add.includes(id) ? [c.group] : [])).join(',')
    const found = changes.flatMap((change) => {
      if (change.op !== 'person') return []
      const { displayName, addresses } = change.attributes
      return [`${String(displayName)} <${(addresses as string[]).join(' ')}> ${groupsOf(change.id)}`]
    })
    t.strictSame(found, people)
  })
}

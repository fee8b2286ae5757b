import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { loadConfig, loadProtection } from '../../../src/config/load.ts'
import { office365Source } from '../../../src/directory/sources/office365/source.ts'
import { directorySources } from '../../../src/directory/sources/registry.ts'
import { Secret } from '../../../src/options/secret.ts'
import { ConfigError } from '../../../src/errors.ts'
import type { DirectoryConfig } from '../../../src/options/source.ts'

const office365 = (entry: DirectoryConfig | undefined): ReturnType<typeof office365Source.settingsOf> =>
  entry === undefined ? null : office365Source.settingsOf(entry)

const example = resolve(import.meta.dirname, '../../../config')
const smtp = 'smtp: { relay: "smtp://127.0.0.1:10026" }\n'
const staff = 'directories: [{ name: Staff, type: file, path: people.yaml }]\n'

interface Loaded {
  readonly faults: string[]
  readonly result: ReturnType<typeof loadConfig> | null
}

function load(folder: string, env: Record<string, string> = {}): Loaded {
  try {
    return {
      faults: [],
      result: loadConfig(join(folder, 'namesake.yaml'), directorySources, {
        env,
        now: new Date('2026-11-23T12:00:00Z'),
      }),
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { faults: error.message.replaceAll(`${folder}/`, '').split('\n'), result: null }
  }
}

t.test('the examples are valid as they stand', async (t) => {
  const { config, rules, warnings } = loadConfig(join(example, 'namesake.yaml'), directorySources, { env: {} })
  t.same(warnings, [])
  t.equal(config.smtp?.listen[0]?.address.kind, 'tcp')
  t.same(config.smtp?.relay, { kind: 'maildir', path: resolve(example, '../data/mail') })
  t.equal(config.store, resolve(example, '../data/store'))
  t.same(
    config.directories.map((d) => d.name),
    ['Staff'],
  )
  t.same(rules.protect, [
    { directory: 'Staff', groups: ['Executives'], users: ['omar.haddad@corp.example'], exclude: [] },
  ])
})

t.test('what is commented out in the examples is valid too', async (t) => {
  const folder = t.testdir()
  for (const name of ['namesake.yaml', 'protection.yaml']) {
    const text = readFileSync(join(example, name), 'utf8')
    // Prose has a space behind its mark, options have none.
    const open = text.replace(/^( *)#(?! \S|$)/gm, '$1')
    writeFileSync(join(folder, name), open)
    if (name === 'namesake.yaml') t.match(open, /^milter:\n {2}listen.*\n/m)
  }
  const { faults, result } = load(folder, { NAMESAKE_CLIENT_SECRET: 'x' })
  t.same(faults, [])
  t.ok(result?.config.milter)
  t.same(
    result?.config.directories.map((d) => d.type),
    ['file', 'office365'],
  )
  t.equal(result?.rules.trustedSenders.length, 1)
  t.equal(result?.rules.groupActions.length, 1)
})

t.test('the documents of the design are valid', async (t) => {
  const folder = t.testdir({
    'namesake.yaml': `smtp:
  listen: ["127.0.0.1:10025"]
  clients: ["127.0.0.0/8", "::1"]
  relay: "smtp://127.0.0.1:10026"
  timeouts: { command: 300s, nextHop: 100s }
milter:
  listen: ["inet:127.0.0.1:10027"]
store: ./data/store
protection: ./protection.yaml
directories:
  - name: Office 365
    type: office365
    tenant: contoso.onmicrosoft.com
    clientId: 11111111-2222-3333-4444-555555555555
    clientSecret: { env: NAMESAKE_CLIENT_SECRET }
    include: { guests: false, disabled: true }
    sync: "*/30 * * * *"
  - name: Staff
    type: file
    path: ./people.yaml
    sync: "*/5 * * * *"
ops: { listen: "127.0.0.1:9465" }
workers: auto
log: { level: info }
`,
    'protection.yaml': `protect:
  - directory: Office 365
    groups: ["Executives"]
    users: ["jane.roe@corp.example"]
    exclude: ["temp@corp.example"]
people:
  jane.roe@corp.example:
    secondaryEmails: ["jane@home.example"]
    names: ["Janie Roe"]
    actions: { certain: reject }
trustedSenders:
  - from: calendar-notification@google.com
    names: ["Jane Roe"]
    requireAuthentication: true
    note: calendar invitations
    until: 2027-06-30
actions: { certain: tag, likely: tag }
groupActions:
  Executives: { certain: reject, likely: tag }
onUnchecked: tag
`,
  })
  const { faults, result } = load(folder, { NAMESAKE_CLIENT_SECRET: 'hunter2' })
  t.same(faults, [])
  t.same(result?.rules.trustedSenders[0], {
    from: 'calendar-notification@google.com',
    names: ['Jane Roe'],
    requireAuthentication: true,
    note: 'calendar invitations',
    until: '2027-06-30',
  })
  t.same(result?.rules.people[0]?.actions, { certain: 'reject' })
  t.same(result?.rules.groupActions, [{ group: 'Executives', actions: { certain: 'reject', likely: 'tag' } }])
  t.match(result?.warnings[0]?.message, /authservIds/)
  t.notMatch(inspect(result, { depth: 9 }) + JSON.stringify(result), /hunter2/, 'no secret can be printed')
  const office = office365(result?.config.directories[0])
  if (office?.credential.kind !== 'secret') throw new Error('no secret was read')
  t.equal(office.credential.secret.reveal(), 'hunter2')
  t.equal(JSON.stringify(office.credential.secret), '"[secret]"')
  t.same(office.fullEvery, { duration: 604_800_000 })
})

t.test('every form of listener, next hop and credential', async (t) => {
  const folder = t.testdir({
    'protection.yaml': 'protect: []\n',
    token: 'assertion\n',
    'namesake.yaml': `smtp:
  listen:
    - "[::1]:2525"
    - { address: "unix:/run/namesake/lmtp.sock", protocol: lmtp, mode: "0660" }
  relay: ["smtp://a.example", "smtps://b.example:10465", "lmtp+unix:///run/lmtp"]
  nextHop: { tls: verify, user: u, password: { file: ./token } }
milter: { listen: [{ address: "unix:/run/m.sock", mode: "0660", group: postfix }], exempt: { authenticated: true, networks: [10.0.0.0/8] } }
directories:
  - { name: A, type: office365, tenant: 11111111-2222-3333-4444-555555555555, clientId: 11111111-2222-3333-4444-555555555555, federatedToken: { file: token }, fullEvery: 336 }
  - { name: B, type: office365, tenant: b.example, clientId: 11111111-2222-3333-4444-555555555555, managedIdentity: true, cloud: china }
  - { name: C, type: office365, tenant: c.example, clientId: 11111111-2222-3333-4444-555555555555, managedIdentity: { clientId: 11111111-2222-3333-4444-555555555556 } }
ops: { listen: "unix:/run/ops.sock" }
workers: 2
`,
  })
  const { faults, result } = load(folder)
  t.same(faults, [])
  const config = result?.config
  t.same(config?.smtp?.listen[1], {
    address: { kind: 'unix', path: '/run/namesake/lmtp.sock' },
    protocol: 'lmtp',
    proxyProtocol: false,
    tls: null,
    mode: 0o660,
  })
  const relay = config?.smtp?.relay
  t.same(relay?.kind === 'hops' && relay.hops.map((h) => [h.protocol, h.implicitTls]), [
    ['smtp', false],
    ['smtp', true],
    ['lmtp', false],
  ])
  t.same(config?.milter?.listen, [{ address: { kind: 'unix', path: '/run/m.sock' }, mode: 0o660, group: 'postfix' }])
  t.same(
    config?.directories.map((d) => office365(d)?.credential),
    [
      { kind: 'federated', path: join(folder, 'token') },
      { kind: 'managed-identity', clientId: null },
      { kind: 'managed-identity', clientId: '11111111-2222-3333-4444-555555555556' },
    ],
  )
  t.equal(config?.smtp?.nextHop.password?.reveal(), 'assertion')
  writeFileSync(join(folder, 'token'), 'renewed\n')
  t.equal(config?.smtp?.nextHop.password?.reveal(), 'renewed', 'a secret in a file can be renewed')
  rmSync(join(folder, 'token'))
  t.equal(config?.smtp?.nextHop.password?.reveal(), 'renewed', 'and stays while the file is away')
  t.same(config?.ops.listen, { kind: 'unix', path: '/run/ops.sock' })
  t.equal(config?.workers, 2)
})

const opensslMissing = spawnSync('openssl', ['version']).status !== 0 && process.env.CI !== 'true'

t.test('a certificate and its key', { skip: opensslMissing ? 'openssl is not here' : false }, async (t) => {
  const folder = t.testdir({ 'protection.yaml': 'protect: []\n' })
  const make = (name: string): void => {
    const key = join(folder, `${name}.key`)
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=n',
        '-keyout',
        key,
        '-out',
        join(folder, `${name}.pem`),
      ],
      { stdio: 'ignore' },
    )
  }
  make('one')
  make('two')
  const entry = (key: string, pem: string): string =>
    `${smtp}directories:\n  - name: A\n    type: office365\n    tenant: a.example\n    clientId: 11111111-2222-3333-4444-555555555555\n    certificate: { key: { file: ${key}.key }, certificate: { file: ${pem}.pem } }\n`
  writeFileSync(join(folder, 'namesake.yaml'), entry('one', 'one'))
  const { faults, result } = load(folder)
  t.same(faults, [])
  t.equal(office365(result?.config.directories[0])?.credential.kind, 'certificate')
  writeFileSync(join(folder, 'namesake.yaml'), entry('one', 'two'))
  t.match(
    load(folder).faults[0],
    /namesake.yaml:7:18: directories\[0\].certificate: the private key is not that of the certificate/,
  )
})

t.test('files that can not be read', async (t) => {
  const sound = { 'protection.yaml': 'protect: []\n' }
  const rows: [string, (folder: string) => void, RegExp][] = [
    ['missing', () => {}, /^namesake.yaml:1:1: this file can't be read: it does not exist$/],
    ['a folder', (f) => mkdirSync(join(f, 'namesake.yaml')), /can't be read: it is a folder$/],
    [
      'a part of the path is a file',
      (f) => writeFileSync(join(f, 'namesake.yaml'), `${smtp}${staff}protection: people/x.yaml\n`),
      /^people\/x.yaml:1:1: .* does not exist|not a folder$/,
    ],
    [
      'links in a circle',
      (f) => symlinkSync('namesake.yaml', join(f, 'namesake.yaml')),
      /its symbolic links run in a circle$/,
    ],
    [
      '10 MB',
      (f) => writeFileSync(join(f, 'namesake.yaml'), '# '.padEnd(10_000_000, 'x')),
      /it has 10000000 octets; at most 4194304 are read$/,
    ],
    [
      'not UTF-8',
      (f) => writeFileSync(join(f, 'namesake.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff])),
      /it is not UTF-8 text; fix: save it as UTF-8$/,
    ],
    ['zeros', (f) => writeFileSync(join(f, 'namesake.yaml'), Buffer.alloc(1000)), /^namesake.yaml:1:1: /],
    [
      'deeply nested',
      (f) => writeFileSync(join(f, 'namesake.yaml'), 'a: '.padEnd(100_000, '[')),
      /^namesake.yaml:\d+:\d+: /,
    ],
    [
      'deeply indented',
      (f) =>
        writeFileSync(
          join(f, 'namesake.yaml'),
          Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
        ),
      /^namesake.yaml:\d+:\d+: /,
    ],
  ]
  for (const [name, make, want] of rows) {
    await t.test(name, async (t) => {
      const folder = t.testdir(sound)
      make(folder)
      const started = Date.now()
      const { faults } = load(folder)
      t.match(faults[0], want)
      t.ok(
        faults.every((fault) => fault.length < 2000),
        'short',
      )
      t.ok(Date.now() - started < 20_000, 'bounded')
    })
  }
  await t.test('permission denied', async (t) => {
    const folder = t.testdir({ ...sound, 'namesake.yaml': smtp })
    chmodSync(join(folder, 'namesake.yaml'), 0o000)
    // Root may read it all the same, and then finds that the directories are missing.
    t.match(load(folder).faults[0], process.getuid?.() === 0 ? /directories/ : /can't be read: permission denied/)
  })
})

t.test('aliases are fine where they are few', async (t) => {
  const folder = t.testdir({
    'namesake.yaml': `${smtp}${staff}`,
    'protection.yaml':
      'actions: &a { certain: tag, likely: monitor }\ngroupActions: { X: *a, Y: *a }\npeople:\n  a@b.example: { actions: { certain: what } }\n  c@d.example: &p { names: 3 }\n  e@f.example: *p\n',
  })
  t.match(
    load(folder).faults,
    [
      'protection.yaml:4:38: people["a@b.example"].actions.certain: here stands "what"',
      'protection.yaml:5:28: people["c@d.example"].names: here stands 3',
      'protection.yaml:5:28: people["e@f.example"].names: here stands 3',
    ].map((text) => new RegExp(`^${text.replace(/[[\]".()]/g, '\\$&')}`)),
  )
})

t.test('keys whose lines are all commented out', async (t) => {
  const folder = t.testdir({
    'namesake.yaml': `${smtp}${staff}ops:\n#  listen: none\nlog:\nmilter:\n`,
    'protection.yaml':
      'protect:\npeople:\n  jane@corp.example:\ntrustedSenders:\nactions:\nnames:\n  titles:\nauthservIds:\n',
  })
  const { faults, result } = load(folder)
  t.same(faults, [])
  t.ok(result?.config.milter, 'a section without lines is there, with its defaults')
  t.same(result?.rules.people, [{ who: 'jane@corp.example', secondaryEmails: [], names: [], actions: {} }])
})

t.test('the history stands beside the store where nothing else is said', async (t) => {
  const where = (name: string, ...lines: readonly string[]): string | undefined => {
    const folder = t.testdir({
      'namesake.yaml': ['milter: { listen: ["inet:127.0.0.1:10027"] }', ...lines, 'directories: [{ name: S, type: file, path: p.yaml }]', ''].join('\n'),
      'protection.yaml': 'protect: []\n',
    }) // prettier-ignore
    const { faults, result } = load(folder)
    t.same(faults, [], name)
    return result?.config.history?.path.replace(folder, '')
  }
  t.equal(where('nothing'), '/data/history')
  t.equal(where('a store elsewhere', 'store: /var/lib/namesake/store'), '/var/lib/namesake/history')
  t.equal(where('another option', 'store: ./kept/store', 'history: { keep: 30d }'), '/kept/history')
  t.equal(where('a folder', 'store: /var/lib/namesake/store', 'history: { path: ./own }'), '/own')
})

t.test('time limits of the next hop follow nextHop', async (t) => {
  const folder = t.testdir({
    'namesake.yaml': `smtp: { relay: "smtp://h", timeouts: { nextHop: 2s } }\n${staff}`,
    'protection.yaml': 'protect: []\n',
  })
  const { connect, greeting, nextHop, nextHopData } = load(folder).result?.config.smtp?.timeouts ?? {}
  t.same([connect, greeting, nextHop, nextHopData], [2000, 2000, 2000, 2000])
})

t.test('a file that is wrong ten thousand times', async (t) => {
  const folder = t.testdir({ 'namesake.yaml': `${smtp}${staff}` })
  const people = Array.from({ length: 10_000 }, (_, i) => `  p${i}@corp.example: { name: [x] }\n`)
  writeFileSync(join(folder, 'protection.yaml'), `people:\n${people.join('')}`)
  const started = Date.now()
  const { faults } = load(folder)
  t.equal(faults.length, 101)
  t.equal(faults[100], 'protection.yaml:102:24: more faults from here on are not shown')
  writeFileSync(join(folder, 'protection.yaml'), `people:\n${people.join('').replaceAll('name:', 'names:')}`)
  t.equal(load(folder).result?.rules.people.length, 10_000)
  t.ok(Date.now() - started < 60_000, 'bounded')
})

t.test('warnings', async (t) => {
  const folder = t.testdir({
    'namesake.yaml': `smtp: { listen: ["0.0.0.0:2525"], clients: ["0.0.0.0/0"], relay: "smtp://127.0.0.1:10026" }\n${staff}`,
    'protection.yaml':
      'actions: { certain: quarantine }\ntrustedSenders:\n  - { from: a.example, until: 2026-11-22 }\n  - { from: b.example, until: 2026-11-23, requireAuthentication: true }\n',
  })
  const { faults, result } = load(folder)
  t.same(faults, [])
  t.match(
    result?.warnings.map((w) => `${w.line}:${w.column}: ${w.path}: ${w.message}`),
    [
      /^1:45: smtp.clients\[0\]: .*open relay/,
      /^1:21: actions.certain: quarantine works at milter listeners alone/,
      /^3:31: trustedSenders\[0\].until: this entry held until 2026-11-22/,
      /^4:66: trustedSenders\[1\].requireAuthentication: this entry never holds/,
    ],
  )
})

t.test('problems of the directories find their place', async (t) => {
  const folder = t.testdir({
    'namesake.yaml': `${smtp}${staff}`,
    'protection.yaml':
      '# who\nprotect:\n  - directory: Staff\n    groups: [A,\n      B]\npeople:\n  jane@corp.example: {}\n',
  })
  const { result } = load(folder)
  const at = (...path: (string | number)[]): string => {
    const place = result?.locate(path)
    return `${place?.line}:${place?.column}`
  }
  t.equal(at('protect', 0, 'groups', 1), '5:7')
  t.equal(at('people', 'jane@corp.example'), '7:22')
  t.equal(at('protect', 0, 'users', 3), '3:5', 'the nearest parent')
  t.equal(at(), '2:1')
  t.equal(result?.locate([]).file, join(folder, 'protection.yaml'))
})

t.test('the protection file alone, for a reload', async (t) => {
  const folder = t.testdir({ 'namesake.yaml': `${smtp}${staff}`, 'protection.yaml': 'protect: []\n' })
  const config = load(folder).result?.config
  if (!config) throw new Error('not loaded')
  writeFileSync(config.protection, 'protect: [{ directory: Stafff }]\n')
  t.throws(() => loadProtection(config), {
    code: 'config-invalid',
    message: /:1:24: protect\[0\].directory: .*did you mean "Staff"/,
  })
  writeFileSync(config.protection, '')
  t.throws(
    () => loadProtection(config),
    { message: /the file is empty/ },
    'an editor that was cut off does not lift protection',
  )
  writeFileSync(config.protection, 'protect: [{ directory: Staff, users: [a@b.example] }]\n')
  t.same(loadProtection(config).rules.protect[0]?.users, ['a@b.example'])
})

t.test('who signs in nowhere needs no secret, key or certificate; all else is checked', async (t) => {
  const folder = t.testdir({
    'protection.yaml': 'protect: [{ directory: A }]\n',
    'namesake.yaml': `smtp:
  listen: [{ address: "127.0.0.1:2525", tls: { certificate: { file: no.crt }, key: { file: no.key } } }]
  relay: "smtp://127.0.0.1:10026"
  nextHop: { tls: verify, user: u, password: { env: NAMESAKE_UNSET } }
directories:
  - { name: A, type: office365, tenant: a.example, clientId: 11111111-2222-3333-4444-555555555555, clientSecret: { env: NAMESAKE_UNSET } }
  - { name: B, type: office365, tenant: b.example, clientId: 11111111-2222-3333-4444-555555555555, federatedToken: { file: no.jwt } }
  - { name: C, type: office365, tenant: c.example, clientId: 11111111-2222-3333-4444-555555555555, certificate: { key: { file: no.key }, certificate: { file: no.crt } } }
`,
  })
  const path = join(folder, 'namesake.yaml')
  t.equal(load(folder).faults.length, 7, 'the daemon needs each of them')
  const { config } = loadConfig(path, directorySources, { env: {}, credentials: false })
  t.same(
    config.directories.map((d) => office365(d)?.credential.kind),
    ['secret', 'federated', 'certificate'],
  )
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('{ env: NAMESAKE_UNSET }', '"hunter2"').replace('b.example', 'b'))
  t.throws(() => loadConfig(path, directorySources, { env: {}, credentials: false }), {
    faults: [{ path: 'smtp.nextHop.password' }, { path: 'directories[1].tenant' }],
  } as never)
})

t.test('a secret shows in no way of printing', async (t) => {
  const secret = new Secret('hunter2')
  for (const shown of [
    `${secret.toString()}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true }),
    inspect(secret),
  ]) {
    t.notMatch(shown, /hunter2/)
    t.match(shown, /\[secret\]/)
  }
  t.same(Object.keys(secret), [])
})

const yamlish = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'smtp',
        ':',
        ' ',
        '\n',
        '\n  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        '#',
        '&a',
        '*a',
        '!!',
        '|',
        '>',
        '? ',
        '---',
        '...',
        '\t',
        '%',
        'relay',
        'x',
        '1',
        '\r',
        '@',
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
)

t.test('any text: faults with places inside it, or a configuration; never a crash', async (t) => {
  const folder = t.testdir({ 'protection.yaml': 'protect: []\n' })
  fc.assert(
    fc.property(yamlish, (text) => {
      writeFileSync(join(folder, 'namesake.yaml'), text)
      for (const fault of load(folder).faults) {
        if (!/^(?:namesake|protection).yaml:\d+:\d+: /.test(fault) || fault.includes('\n')) throw new Error(fault)
      }
    }),
    { numRuns: 120 },
  )
})

/** JSON is YAML: any value may stand anywhere, and each gets a fault or is taken. */
t.test('any value in any option', async (t) => {
  const folder = t.testdir({ 'protection.yaml': 'protect: []\n' })
  const options = ['smtp', 'milter', 'store', 'directories', 'ops', 'workers', 'log']
  fc.assert(
    fc.property(fc.constantFrom(...options), fc.jsonValue({ maxDepth: 4 }), (option, value) => {
      const whole = {
        smtp: { relay: 'smtp://h' },
        directories: [{ name: 'A', type: 'file', path: 'p' }],
        [option]: value,
      }
      writeFileSync(join(folder, 'namesake.yaml'), JSON.stringify(whole))
      for (const fault of load(folder).faults) {
        if (
          !/^namesake.yaml:1:\d+: /.test(fault) ||
          /undefined|\[object|Invalid|Expected|expected/.test(fault.replace(/here stands .*; accepted/, ''))
        ) {
          throw new Error(`${JSON.stringify(value)}: ${fault}`)
        }
      }
    }),
    { numRuns: 120 },
  )
})

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { diffOf, diffText } from '../../../src/admin/diff.ts'
import { makeEdit, planEdit } from '../../../src/admin/protection.ts'
import type { ProtectionRequest } from '../../../src/admin/protection.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { directorySources } from '../../../src/directory/sources/registry.ts'
import type { Person } from '../../../src/model.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import type { DaemonControl, ReloadReport } from '../../../src/ports.ts'

const person = (id: string, displayName: string): Person => ({
  directory: 'Staff',
  id,
  displayName,
  givenName: null,
  surname: null,
  addresses: [`${displayName.toLowerCase().replace(' ', '.')}@corp.example`],
  groups: id === '1' ? ['b'] : [],
})
const view = buildMemoryDirectory(
  [person('1', 'Jane Roe'), person('2', 'Erik Li')],
  [
    { directory: 'Staff', id: 'b', displayName: 'Board', members: ['1'] },
    { directory: 'Staff', id: 'e', displayName: 'Empty', members: [] },
  ],
)

function setUp(
  t: { testdir: () => string },
  text: string,
): { file: string; config: ReturnType<typeof loadConfig>['config'] } {
  const folder = t.testdir()
  writeFileSync(
    join(folder, 'namesake.yaml'),
    'smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:1" }\nprotection: ./protection.yaml\ndirectories:\n  - { name: Staff, type: file, path: ./p.yaml, sync: "0 0 1 1 *" }\n',
  )
  const file = join(folder, 'protection.yaml')
  writeFileSync(file, text)
  return { file, config: loadConfig(join(folder, 'namesake.yaml'), directorySources).config }
}

/** The text after each request, line by line. Comments and layout stay. */
const rows: readonly [before: string, request: ProtectionRequest, after: string][] = [
  [
    'protect: [] # nobody\n',
    { do: 'actions', who: null, actions: { certain: 'reject' } },
    'protect: [] # nobody\n\nactions:\n  certain: reject\n',
  ],
  [
    'actions: { certain: tag, likely: tag } # both\n',
    { do: 'actions', who: null, actions: { certain: 'reject' } },
    'actions: { certain: reject, likely: tag } # both\n',
  ],
  [
    'actions:\n  # sure ones\n  certain: "tag" # yet\n',
    { do: 'actions', who: null, actions: { certain: 'reject', likely: 'monitor' } },
    'actions:\n  # sure ones\n  certain: reject # yet\n  likely: monitor\n',
  ],
  [
    'groupActions:\n  Board: { likely: tag }\n',
    { do: 'actions', who: 'board', actions: { certain: 'reject' } },
    'groupActions:\n  Board: { likely: tag, certain: reject }\n',
  ],
  [
    'people:\n  jane.roe@corp.example:\n    names: ["J R"]\n# end\n',
    { do: 'actions', who: 'Jane Roe', actions: { likely: 'monitor' } },
    'people:\n  jane.roe@corp.example:\n    names: ["J R"]\n    actions:\n      likely: monitor\n# end\n',
  ],
  [
    'people:\n  jane.roe@corp.example: {}\n',
    { do: 'actions', who: '1', actions: { likely: 'monitor' } },
    'people:\n  jane.roe@corp.example: { actions: { likely: monitor } }\n',
  ],
  [
    'protect: []\n',
    { do: 'trust', from: 'cal@mail.example', names: ['Jane Roe'], note: 'calendar', until: '2030-01-31' },
    'protect: []\n\ntrustedSenders:\n  - from: cal@mail.example\n    names: ["Jane Roe"]\n    note: calendar\n    until: "2030-01-31"\n',
  ],
]

t.test('edits leave what they do not touch', async (t) => {
  for (const [before, request, after] of rows) {
    await t.test(`${request.do}: ${before.split('\n')[0] ?? ''}`, async (t) => {
      const { file, config } = setUp(t, before)
      const context = { config, view, control: null }
      const planned = planEdit(context, [request])
      t.equal(readFileSync(file, 'utf8'), before, 'a plan writes nothing')
      t.match(await makeEdit(context, [request]), { ...planned, force: 'later' })
      t.equal(readFileSync(file, 'utf8'), after)
      t.doesNotThrow(() => loadConfig(config.file, directorySources))
      t.match(
        await makeEdit(context, [request]),
        { changed: false, force: 'unchanged' },
        'the second time changes nothing',
      )
    })
  }
})

t.test('several at once: each sees the one before, all or none', async (t) => {
  const { file, config } = setUp(t, 'protect: []\n')
  const context = { config, view, control: null }
  const requests: ProtectionRequest[] = [
    { do: 'protect', who: 'Board' },
    { do: 'protect', who: 'Jane Roe' },
  ]
  t.match(planEdit(context, requests).messages, [/^protected: group/, /is protected already, through group "Board"/])
  await t.rejects(makeEdit(context, [...requests, { do: 'protect', who: 'Nobody' }]), { code: 'input-invalid' })
  t.equal(readFileSync(file, 'utf8'), 'protect: []\n')
})

t.test('what is surely not meant is refused unless it is accepted', async (t) => {
  for (const [request, says] of [
    [{ do: 'protect', who: 'Empty' }, /holds nobody/],
    [{ do: 'secondary-add', who: '1', address: '/.*/' }, /fits every address/],
    [{ do: 'secondary-add', who: '1', address: '/.+@.+/' }, /fits every address/],
    [{ do: 'secondary-add', who: '1', address: '/.*@corp\\.example/' }, /fits every address of corp\.example/],
    [{ do: 'secondary-add', who: '1', address: 'jane@localhost' }, /has no dot/],
  ] as const) {
    const { file, config } = setUp(t, 'protect: []\n')
    const context = { config, view, control: null }
    t.match(planEdit(context, [request]).doubts, [says])
    await t.rejects(makeEdit(context, [request]), { message: says })
    t.equal(readFileSync(file, 'utf8'), 'protect: []\n')
    t.match(await makeEdit(context, [request], true), { changed: true })
  }
})

t.test('a file that is gone while a daemon protects by it is not begun anew by the way', async (t) => {
  const { file, config } = setUp(t, 'protect: []\n')
  rmSync(file)
  const status = { protectedPeople: 7 } as Awaited<ReturnType<DaemonControl['status']>>
  const control: DaemonControl = {
    status: async () => status,
    sync: () => Promise.reject(new Error('not asked')),
    reload: async () => ({ outcome: 'done', protectedPeople: 1 }),
  }
  const request: ProtectionRequest = { do: 'protect', who: 'Board' }
  await t.rejects(makeEdit({ config, view, control }, [request]), {
    message:
      /is missing or empty, and the running daemon still protects 7 people.*\nnothing was changed; fix: put the file back/,
  })
  t.notOk(existsSync(file))
  t.match(await makeEdit({ config, view, control }, [request], true), { force: 'running' })
  t.match(readFileSync(file, 'utf8'), /Board/)
  rmSync(file)
  const gone: DaemonControl = { ...control, status: () => Promise.reject(new Error('no daemon')) }
  t.match(await makeEdit({ config, view, control: gone }, [request]), { changed: true })
})

t.test('a file that may not be written: the lines to put in by hand', async (t) => {
  const before = 'protect:\n  - directory: Staff\n    groups: ["Board"]\n'
  const folder = mkdtempSync(join(tmpdir(), 'namesake-read-only-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const protection = join(folder, 'protection.yaml')
  writeFileSync(protection, before)
  const { config } = setUp(t, before)
  const context = { config: { ...config, protection }, view, control: null }
  chmodSync(folder, 0o555)
  // Nothing is forbidden to root.
  if (process.getuid?.() === 0) process.seteuid?.(65_534)
  try {
    await t.rejects(makeEdit(context, [{ do: 'protect', who: '2' }]), {
      code: 'input-invalid',
      message:
        /: permission denied; nothing was changed; the lines to put in \(\+\) .*\n[^]*\n\+ {4}users: \["erik\.li@corp\.example"\]$/,
    })
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0)
    chmodSync(folder, 0o755)
  }
  t.equal(readFileSync(protection, 'utf8'), before)
})

t.test('an edit is done when the daemon judges by it', async (t) => {
  const { file, config } = setUp(t, 'protect: []\n')
  const control = (answer: ReloadReport): DaemonControl => ({
    status: () => Promise.reject(new Error('not asked')),
    sync: () => Promise.reject(new Error('not asked')),
    reload: async ({ what }) => {
      t.equal(what, 'protection')
      t.match(readFileSync(file, 'utf8'), /Board/, 'the file is written before the daemon is asked')
      return answer
    },
  })
  const edit = (answer: ReloadReport): ReturnType<typeof makeEdit> => {
    writeFileSync(file, 'protect: []\n')
    return makeEdit({ config, view, control: control(answer) }, [{ do: 'protect', who: 'Board' }])
  }
  t.match(await edit({ outcome: 'done', protectedPeople: 1 }), { force: 'running' })
  t.match(await edit({ outcome: 'refused', faults: ['too many'] }), { force: 'refused', faults: ['too many'] })
})

t.test('differences', async (t) => {
  const of = (before: string, after: string): string => diffText(diffOf(before, after))
  t.equal(of('a\nb\n', 'a\nb\n'), '')
  t.equal(of('', 'a\n'), '+a')
  t.equal(of('a\n', ''), '-a')
  t.equal(of('1\n2\n3\n4\n5\n6\n', '1\n2\n3\nx\n4\n5\n6\n'), ' 2\n 3\n+x\n 4\n 5')
  t.equal(of('a\n1\n2\n3\n4\n5\n6\nb\n', 'A\n1\n2\n3\n4\n5\n6\nB\n'), '-a\n+A\n 1\n 2\n@@\n 5\n 6\n-b\n+B')
})

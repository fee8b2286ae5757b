import t from 'tap'
import { JudgementGuard } from '../../../src/main/judgement-guard.ts'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import type { HeaderSection } from '../../../src/model.ts'

const section = (from: string): HeaderSection => parseHeaderSection(Buffer.from(`Subject: x\r\nFrom: ${from}\r\n\r\n`))
const large = section(`"${'Jane Roe '.repeat(300)}" <x@rogue.example>`)

t.test('a judgement that hangs is ended, and its message is not judged again for an hour', async (t) => {
  const guard = new JudgementGuard(100)
  let runs = 0
  const hang = (): number => {
    runs++
    // What hangs may catch everything: it is ended all the same.
    for (;;) {
      try {
        for (;;) runs += 0
      } catch {
        // go on
      }
    }
  }
  t.throws(() => guard.run(large, 0, hang), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' })
  t.equal(guard.run(large, 1000, hang), null)
  t.equal(runs, 1, 'it ran once')
  t.equal(
    guard.run(section(`"${'Ann Other '.repeat(300)}" <x@rogue.example>`), 1000, () => 7),
    7,
    'others are judged',
  )
  t.equal(
    guard.run(large, 3_700_000, () => 8),
    8,
    'and this one later',
  )
  t.throws(() => guard.run(section('x'.repeat(3000)), 0, () => /^(?:a+)+$/.test(`${'a'.repeat(50)}!`)), {
    code: 'ERR_SCRIPT_EXECUTION_TIMEOUT',
  })
})

t.test('what a judgement gives or throws comes through', async (t) => {
  const guard = new JudgementGuard()
  const result = { state: 'clean' }
  t.equal(
    guard.run(large, 0, () => result),
    result,
  )
  t.equal(
    guard.run(section('Jane Roe <x@rogue.example>'), 0, () => result),
    result,
  )
  const fault = new Error('a fault')
  t.throws(
    () =>
      guard.run(large, 0, () => {
        throw fault
      }),
    fault,
  )
  t.equal(
    guard.run(large, 0, () => result),
    result,
    'a fault is no hang',
  )
})

t.test('fields are watched under any name that is read as theirs', async (t) => {
  const guard = new JudgementGuard(50)
  for (const [i, name] of ['from', 'SENDER', 'Reply-To', '\x01Fr\x01om'].entries()) {
    const octets = Buffer.from(`${name}: ${String(i).repeat(3000)}\r\n`, 'latin1')
    t.throws(
      () =>
        guard.run(parseHeaderSection(octets), 0, () => {
          for (;;);
        }),
      /timed out/,
      JSON.stringify(name),
    )
  }
})

t.test('others are told what is judged, before and after, and what had to be ended', async (t) => {
  const told: (string | null)[] = []
  const events = {
    judging: (digest: string | null) => told.push(digest),
    hung: (digest: string) => told.push(`hung ${digest}`),
  }
  const guard = new JudgementGuard(100, events)
  guard.run(section('Jane Roe <x@rogue.example>'), 0, () => 1)
  t.same(told, [], 'nothing of small ones')
  t.throws(() =>
    guard.run(large, 0, () => {
      for (;;);
    }),
  )
  const [digest] = told
  t.same(told, [digest, `hung ${digest ?? ''}`, null])
  const another = new JudgementGuard(100)
  another.avoid([digest ?? ''], 0)
  t.equal(
    another.run(large, 1000, () => 2),
    null,
    'another process does not judge it',
  )
  t.equal(
    another.run(large, 3_700_000, () => 3),
    3,
    'for an hour',
  )
})

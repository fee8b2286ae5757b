import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { openHistoryToWrite } from '../../src/admin/audit.ts'
import { sectionOf } from '../../src/admin/effect.ts'
import { Installation } from '../../src/admin/installation.ts'
import { judgeBy, openJudgement, policyBy } from '../../src/admin/replay/people.ts'
import { decide, previewAnswer, reviewPairs, undo } from '../../src/admin/review.ts'
import type { Answer, ReviewedPair } from '../../src/admin/review.ts'
import { loadConfig, loadProtection } from '../../src/config/load.ts'
import { directorySources } from '../../src/directory/sources/registry.ts'
import { openStore } from '../../src/directory/store/open.ts'
import type { Store } from '../../src/directory/store/store.ts'
import type { History } from '../../src/history/history.ts'
import { indexMaker } from '../../src/main/index-maker.ts'
import type { PairAnswer } from '../../src/model.ts'
import { compilePolicy } from '../../src/policy/compile.ts'
import { judgementContext } from '../../src/policy/context.ts'
import type { JudgementContext } from '../../src/policy/context.ts'
import { inspect } from '../../src/policy/inspect.ts'
import { lines, record } from '../unit/history/helpers.ts'

/**
 * Whatever is decided, undone, edited by hand and reloaded: file, pairs and audit agree, a preview says what a judgement gives, and
 * who has reloaded judges by the file.
 */

const people = `
users:
  - { id: u1, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example, groups: [] }
  - { id: u2, displayName: Max Poe, givenName: Max, surname: Poe, mail: max.poe@corp.example, groups: [] }
`
const protection = `# kept
protect:
  - directory: Staff
    users: [jane.roe@corp.example, max.poe@corp.example]
actions: { certain: reject, likely: tag }
`
const addresses = ['one@home.example', 'two@home.example', 'cal@service.example']
const persons = [
  { id: 'u1', name: 'Jane Roe' },
  { id: 'u2', name: 'Max Poe' },
]

type Step =
  | { do: 'decide'; person: number; address: number; answer: PairAnswer; strict: boolean }
  | { do: 'undo'; person: number; address: number }
  | { do: 'hand'; what: 'clear' | 'secondary' | 'trust'; person: number; address: number }
  | { do: 'reload' }

const person = fc.integer({ min: 0, max: persons.length - 1 })
const address = fc.integer({ min: 0, max: addresses.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('decide' as const),
    person,
    address,
    answer: fc.constantFrom<PairAnswer>('them', 'service', 'namesake', 'attack'),
    strict: fc.boolean(),
  }),
  fc.record({ do: fc.constant('undo' as const), person, address }),
  fc.record({
    do: fc.constant('hand' as const),
    what: fc.constantFrom('clear', 'secondary', 'trust'),
    person,
    address,
  }),
  fc.record({ do: fc.constant('reload' as const) }),
)

async function verdicts(
  history: History,
  store: Store,
  rules: ReturnType<Installation['protection']>['rules'],
): Promise<string[]> {
  return verdictsBy(history, (await judgeBy(store, rules)).context)
}

function verdictsBy(history: History, context: () => JudgementContext): string[] {
  return [...history.records({})].map((one) => {
    const section = sectionOf(one)
    return section === null ? 'none' : inspect(section, context(), Date.now()).verdict.state
  })
}

t.test('file, pairs and audit agree after any steps', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-history-property-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'people.yaml'), people)
  writeFileSync(join(folder, 'protection.yaml'), protection)
  writeFileSync(
    join(folder, 'namesake.yaml'),
    'smtp: { listen: ["127.0.0.1:0"], clients: ["127.0.0.1"], relay: "maildir:./mail" }\nstore: ./store\n' +
      'directories:\n  - { name: Staff, type: file, path: ./people.yaml }\nhistory: { path: ./history }\n',
  )
  const config = join(folder, 'namesake.yaml')
  await (await openJudgement(loadConfig(config, directorySources), null, (text) => t.fail(text))).close()
  const installation = new Installation(config)
  // What a daemon does: it writes the keys of its rules, and its workers judge by them.
  const store = await openStore({ path: installation.config.store })
  const history = await openHistoryToWrite(installation.config)
  if (history === null) return
  t.teardown(async () => {
    await history.close()
    await store.close()
    await installation.close()
  })
  for (const { id, name } of persons) {
    for (const one of addresses) {
      history.append(lines([1, 2].map(() => record({ person: id, name, address: one, fromName: name }))))
    }
  }
  // One message shows two people: what is decided about one address leaves the other to be caught.
  history.append(
    lines([record({ originators: 'From: "Jane Roe" <one@home.example>, "Max Poe" <two@home.example>\r\n', domains: ['home.example'] })]),
  ) // prettier-ignore

  const rules = (): ReturnType<Installation['protection']>['rules'] => installation.protection().rules
  const context = { config: installation.config, view: store.snapshot(), control: null }
  const found = async (at: { person: number; address: number }): Promise<ReviewedPair | undefined> => {
    for await (const pair of reviewPairs(history, store, policyBy(store, rules()).policy, Date.now())) {
      if (pair.person === persons[at.person]?.id && pair.address === addresses[at.address]) return pair
    }
    return undefined
  }
  const actor = { who: 'ann@host', via: 'cli' as const }

  /** The daemon reads the file: its workers judge as the file says, whatever was done to it by whom. */
  async function reload(): Promise<void> {
    const loaded = loadProtection(installation.config)
    await store.reindex(indexMaker(loaded, ({ problems }) => t.same(problems, [])))
    const resolved = store.rules()
    if (resolved === null) throw new Error('there are no rules')
    const worker = judgementContext(compilePolicy(resolved), store.snapshot())
    t.same(
      verdictsBy(history as History, () => worker),
      await verdicts(history as History, store, rules()),
      'a daemon that has reloaded judges by the file',
    )
  }

  async function take(one: Step): Promise<void> {
    if (one.do === 'reload') {
      await reload()
      return
    }
    const pair = await found(one)
    if (pair === undefined) throw new Error('the pair is gone')
    if (one.do === 'hand') {
      const before = one.what === 'clear' ? protection : readFileSync(join(folder, 'protection.yaml'), 'utf8')
      let after = before
      if (one.what === 'secondary' && !/^people:/m.test(before)) {
        after = `${before}people:\n  ${pair.person}: { secondaryEmails: ["${pair.address}"] }\n`
      } else if (one.what === 'trust' && !/^trustedSenders:/m.test(before)) {
        after = `${before}trustedSenders:\n  - { from: "${pair.address}", names: ["${pair.name}"] }\n`
      }
      // By another process, which puts a new file in the old one's place, as editors do.
      writeFileSync(join(folder, 'edited'), after)
      execFileSync('mv', [join(folder, 'edited'), join(folder, 'protection.yaml')])
      return
    }
    if (one.do === 'undo') {
      if (pair.decision === null) return
      await undo(history as History, context, pair, actor)
      t.match([...(history as History).audit()][0], { what: 'review undo', who: 'ann@host' })
      if ((await found(one))?.decision !== null) throw new Error('an answer that was taken back is still there')
      return
    }
    const answer: Answer = { answer: one.answer, note: '', until: null, names: [], requireAuthentication: one.strict }
    const before = await verdicts(history as History, store, rules())
    const { effect } = await previewAnswer(history as History, store, context, pair, answer)
    await decide(history as History, context, pair, answer, actor)
    const after = await verdicts(history as History, store, rules())
    const cleared = before.filter((verdict, i) => verdict === 'detected' && after[i] === 'clean').length
    const caught = before.filter((verdict, i) => verdict !== 'detected' && after[i] === 'detected').length
    if (effect?.cleared !== cleared || effect.caught !== caught) {
      throw new Error(`the preview said ${effect?.cleared}/${effect?.caught}, the judgement ${cleared}/${caught}`)
    }
    const [entry] = [...(history as History).audit()]
    if ((entry?.after as { answer: string }).answer !== one.answer) throw new Error('the audit log has another answer')
  }

  async function check(): Promise<void> {
    const { policy, context } = await judgeBy(store, rules())
    for await (const pair of reviewPairs(history as History, store, policy, Date.now())) {
      const section = Buffer.from(`From: ${pair.name} <${pair.address}>\r\n`)
      const one = sectionOf(record({ originators: section.toString() }))
      if (one === null) throw new Error('unreachable')
      const { state } = inspect(one, context(), Date.now()).verdict
      const isAllowed = policy.rules.trustedSenders.every(({ requireAuthentication }) => !requireAuthentication)
      if ((pair.state === 'open' || pair.state === 'attack') && state !== 'detected')
        throw new Error(`${pair.name} at ${pair.address} waits, and is let through`)
      if (pair.state !== 'open' && pair.state !== 'attack' && isAllowed && state !== 'clean') {
        throw new Error(`${pair.name} at ${pair.address} is ${pair.state}, and is ${state}`)
      }
    }
  }

  await fc.assert(
    fc
      .asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        for (const one of steps) {
          await take(one)
          await check()
        }
        if (!readFileSync(join(folder, 'protection.yaml'), 'utf8').startsWith('# kept'))
          throw new Error('a comment is lost')
      })
      .beforeEach(() => {
        writeFileSync(join(folder, 'protection.yaml'), protection)
        for (const { directory, person: id, address: at } of history.decisions()) {
          history.decide({ directory, person: id, address: at }, null, {
            ...actor,
            time: new Date().toISOString(),
            what: 'reset',
            target: '',
            before: null,
            after: null,
          })
        }
      }),
    { numRuns: 12 },
  )
})

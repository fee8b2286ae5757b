/** What is judged against: ten thousand protected people of common names, in memory; made at the first use. */
import { commonPeople } from '../../bench/common-names.ts'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Judge, Lookup } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import type { Policy } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { judgementContext } from '../../src/policy/context.ts'
import { defaultLimits, inspect } from '../../src/policy/inspect.ts'
import type { InspectLimits } from '../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { entry, rulesWith } from '../unit/policy/fixtures.ts'

interface Judged {
  readonly policy: Policy
  readonly lookup: Lookup
}

let judged: Judged | null = null

function directory(): Judged {
  if (judged !== null) return judged
  const people = commonPeople()
  const everyone = { directory: 'Common', id: 'everyone', displayName: 'everyone', members: people.map(({ id }) => id) }
  const known = buildMemoryDirectory(people, [everyone])
  const rules = rulesWith({ protect: [entry({ directory: 'Common', groups: ['everyone'] })] })
  const policy = compilePolicy(resolveRules(rules, known).resolved)
  judged = { policy, lookup: known.index(policyIndexer(policy)) }
  // Code is compiled and tables are unpacked before anything is timed.
  for (let i = 0; i < 200; i++) stateOf(Buffer.from(`From: =?utf-8?Q?J=C3=B6rg_${i}?= <x@rogue.example>\r\n`), {})
  return judged
}

/** The verdict on a header section, with nothing remembered from one to the next. */
export function stateOf(octets: Buffer, limits: Partial<InspectLimits>): string {
  const { policy, lookup } = directory()
  return inspect(parseHeaderSection(octets), judgementContext(policy, lookup), 0, limits).verdict.state
}

const plain = Buffer.from('From: Anna Larsson <anna.larsson@rogue.example>\r\n')

/** Milliseconds that a plain field takes now, judged in full (a first look takes less): some 0.03 on a machine that does nothing else. */
export function plainMs(): number {
  let least = Infinity
  for (let i = 0; i < 20; i++) {
    const start = performance.now()
    stateOf(plain, { maxSteps: defaultLimits.maxSteps - 1 })
    least = Math.min(least, performance.now() - start)
  }
  return least
}

/** The judgement as the entrances are handed it; a failure is told instead of becoming `unchecked`. */
export function buildJudge(onFailure: (error: unknown) => void): Judge {
  const { policy, lookup } = directory()
  return (section, entrance) =>
    decide(section, entrance, {
      context: judgementContext(policy, lookup),
      id: 'f1',
      now: 0,
      microseconds: () => 0,
      onFailure,
    })
}

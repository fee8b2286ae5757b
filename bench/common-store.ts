/** Ten thousand protected people of common names in an LMDB store of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attributes, SourceChange, PersonFacts, Provider, ReadStep } from '../src/directory/provider.ts'
import { Store } from '../src/directory/store/store.ts'
import { synchronise } from '../src/directory/sync.ts'
import type { Lookup } from '../src/model.ts'
import { compilePolicy, policyIndexer } from '../src/policy/compile.ts'
import type { Policy } from '../src/policy/compile.ts'
import { resolveRules } from '../src/policy/protection.ts'
import type { ProtectionRules } from '../src/policy/rules.ts'
import { defaultRules } from '../test/default-rules.ts'
import { commonPeople } from './common-names.ts'

const rules: ProtectionRules = {
  ...defaultRules,
  protect: [{ directory: 'Common', groups: ['everyone'], users: [], exclude: [] }],
  initials: true,
}

const people = commonPeople()

class CommonProvider implements Provider {
  readonly name = 'Common'
  readonly type = 'bench'
  readonly deltas = false
  readonly fingerprint = '1'

  async *read(): AsyncGenerator<ReadStep> {
    yield { step: 'begin', round: 'full' }
    yield { step: 'changes', changes: [{ op: 'group', id: 'everyone', displayName: 'everyone' }] }
    const changes: SourceChange[] = people.map(({ id }, i) => ({ op: 'person', id, attributes: { number: String(i) } }))
    changes.push({ op: 'members', group: 'everyone', add: people.map(({ id }) => id), remove: [] })
    yield { step: 'changes', changes }
    yield { step: 'end', cursor: null }
  }

  personOf(_id: string, { number }: Attributes): PersonFacts {
    const { displayName, givenName, surname, addresses } = people[Number(number)] as (typeof people)[number]
    return { displayName, givenName, surname, addresses }
  }
}

/** Hands the work a policy that protects all of them, and the look-ups into the store, which is gone afterwards. */
export async function withCommonStore(work: (policy: Policy, lookup: Lookup) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-common-'))
  const store = Store.open({ path: folder })
  try {
    await synchronise(store, new CommonProvider(), {
      makeIndex: (view) => {
        const { resolved } = resolveRules(rules, view)
        return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
      },
      maxShrink: null,
      signal: new AbortController().signal,
      now: Date.now,
    })
    const resolved = store.rules()
    if (resolved === null) throw new Error('the store holds no rules')
    await work(compilePolicy(resolved), store.snapshot())
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Attributes, SourceChange, PersonFacts, Provider, ReadStep } from '../src/directory/provider.ts'
import { openStore } from '../src/directory/store/open.ts'
import type { MakeIndex } from '../src/directory/store/reindex.ts'
import type { Store } from '../src/directory/store/store.ts'
import { synchronise } from '../src/directory/sync.ts'
import { compilePolicy, policyIndexer } from '../src/policy/compile.ts'
import { resolveRules } from '../src/policy/protection.ts'
import type { ProtectionRules } from '../src/policy/rules.ts'
import { defaultRules } from '../test/default-rules.ts'

/**
 * The store at the size of a large tenant: `npm run bench:store [-- people]` (200,000). Prints time, the longest hold-up
 * of the event loop and the peak of resident memory for a first sync, a delta of 100 changes, a reconcile and a
 * change of rules, and the size on disk. The peak includes the pages of the store that are mapped (and can be dropped).
 */
const people = Number(process.argv[2] ?? 200_000)
const groups = Math.ceil(people / 100)
const given = ['Jane', 'Erik', 'María', 'Omar', 'Wei', 'Anna', 'Peter', 'Ivana', 'Kofi', 'Lena']
const surnames = ['Roe', 'Lindqvist', 'Fernández', 'Haddad', 'Zhang', 'Kowalska', 'Müller', 'Novák', 'Mensah', 'Berg']

function userOf(i: number, mark = ''): SourceChange {
  const first = given[i % 10] ?? ''
  const last = `${surnames[Math.floor(i / 10) % 10] ?? ''}${(Math.imul(i, 2654435761) >>> 0).toString(36).replace(/\d/g, '')}${mark}`
  const local = `${first}.${last}.${i}`
    .normalize('NFKD')
    .replace(/[^\w.]/g, '')
    .toLowerCase()
  const id = `${i.toString(16).padStart(8, '0')}-2222-3333-4444-555555555555`
  return {
    op: 'person',
    id,
    attributes: {
      displayName: `${first} ${last}`,
      givenName: first,
      surname: last,
      mail: `${local}@corp.example`,
      userPrincipalName: `${local}@corp.onmicrosoft.example`,
      proxyAddresses: [`SMTP:${local}@corp.example`, `smtp:${local}@old-corp.example`],
      userType: 'Member',
      accountEnabled: true,
    },
  }
}

class Tenant implements Provider {
  readonly name = 'Tenant'
  readonly type = 'bench'
  readonly fingerprint = 'bench'
  readonly deltas = true
  change: readonly SourceChange[] = []

  async *read({ cursor }: { cursor: string | null }): AsyncGenerator<ReadStep> {
    yield { step: 'begin', round: cursor === null ? 'full' : 'delta' }
    if (cursor === null) yield* this.#everything()
    else yield { step: 'changes', changes: this.change }
    yield { step: 'end', cursor: 'next' }
  }

  *#everything(): Generator<ReadStep> {
    for (let at = 0; at < people; at += 200) {
      yield { step: 'changes', changes: Array.from({ length: Math.min(200, people - at) }, (_, i) => userOf(at + i)) }
    }
    for (let g = 0; g < groups; g++) {
      const add = Array.from({ length: 100 }, (_, i) => userOf((g * 37 + i * 101) % people)).map(
        (c) => (c as { id: string }).id,
      )
      const group = `g${g}`
      yield {
        step: 'changes',
        changes: [
          { op: 'group', id: group, displayName: `Group ${g}` },
          { op: 'members', group, add, remove: [] },
        ],
      }
    }
  }

  personOf(_id: string, attributes: Attributes): PersonFacts {
    const { displayName, givenName, surname, mail, userPrincipalName, proxyAddresses } = attributes
    const proxies = (proxyAddresses as string[]).map((address) => address.slice(5))
    const addresses = [mail as string, userPrincipalName as string, ...proxies]
    return { displayName: displayName as string, givenName: givenName as string, surname: surname as string, addresses }
  }
}

function rulesFor(groupNames: readonly string[], users: readonly string[]): ProtectionRules {
  return {
    ...defaultRules,
    protect: [{ directory: 'Tenant', groups: groupNames, users, exclude: [] }],
    initials: true,
  }
}

function index(rules: ProtectionRules): MakeIndex {
  return (view) => {
    const { resolved } = resolveRules(rules, view)
    return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
  }
}

/** Peak and present resident memory in MB, and how much of the peak is the process's own. */
function memory(): string {
  const status = readFileSync('/proc/self/status', 'utf8')
  const of = (name: string): string =>
    (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024).toFixed(0)
  return `peak ${of('VmHWM')} MB (now ${of('RssAnon')} own + ${of('RssFile')} mapped)`
}

async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = performance.now()
  await work()
  const time = performance.now() - start
  delay.disable()
  const longest = `longest hold-up ${(delay.max / 1e6).toFixed(0)} ms, 99 % below ${(delay.percentile(99) / 1e6).toFixed(0)} ms`
  console.log(`${what.padEnd(34)} ${(time / 1000).toFixed(2).padStart(7)} s  ${longest}, ${memory()}`)
}

function size(store: Store): string {
  const octets = statSync(join(store.path, 'data.mdb')).size
  return `${(octets / 1e6).toFixed(0)} MB, ${(octets / people).toFixed(0)} octets a person`
}

const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
try {
  const tenant = new Tenant()
  let rules = rulesFor(['Group 1', 'Group 2', 'Group 3'], [])
  const store = await openStore({ path: join(folder, 'store') })
  const sync = (full = false) =>
    synchronise(store, tenant, {
      makeIndex: index(rules),
      maxShrink: 0.5,
      signal: new AbortController().signal,
      now: Date.now,
      full,
    })
  console.log(`${people} people, ${groups} groups of 100; before: ${memory()}`)
  await measure('first sync', () => sync())
  console.log(`on disk: ${size(store)}`)
  tenant.change = Array.from({ length: 100 }, (_, i) => userOf(i * 13, 'x'))
  await measure('delta of 100 people', () => sync())
  tenant.change = Array.from({ length: 1000 }, (_, i) => userOf(i * 13, 'y'))
  await measure('delta of 1,000 people', () => sync())
  rules = rulesFor(['Group 1', 'Group 2', 'Group 3'], [`jane.roe.0@corp.example`])
  await measure('one more person protected', () => store.reindex(index(rules)))
  await measure('reconcile (full)', () => sync(true))
  rules = rulesFor(
    Array.from({ length: groups }, (_, g) => `Group ${g}`),
    [],
  )
  await measure('everybody in a group protected', () => store.reindex(index(rules)))
  const guarded = [...store.snapshot().people()].filter((person) => person.groups.length > 0).length
  console.log(`protected: ${guarded}; on disk: ${size(store)} (twice written, free pages included)`)
  await store.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

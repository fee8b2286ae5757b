import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { canonicalAddress } from '../../src/mail/address.ts'
import type { Lookup, Person } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import type { Policy } from '../../src/policy/compile.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { rulesWith } from '../unit/policy/fixtures.ts'

/** The detection sample that stands beside the repository, where it does; its README says the format. */
const folder = resolve(import.meta.dirname, '../../../shared/detection')

export const sampleExists: boolean = existsSync(resolve(folder, 'cases.jsonl'))

export interface SampleCase {
  readonly id: string
  readonly category: string
  readonly from_raw_base64: string
  readonly expect: 'detect' | 'clean'
  readonly user: string | readonly string[] | null
  readonly level: 'must' | 'stretch' | 'debatable'
  readonly shown: string | null
  readonly address: readonly string[] | null
  readonly note: string
}

interface SampleUser {
  readonly id: string
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  readonly mail: string
  readonly userPrincipalName: string
  readonly proxyAddresses: readonly string[]
  readonly secondaryEmails: readonly string[]
  readonly groups: readonly string[]
  readonly protectedBy: string | null
}

interface SampleDirectory {
  readonly domains: readonly string[]
  readonly groups: readonly { readonly id: string; readonly displayName: string; readonly protected: boolean }[]
  readonly users: readonly SampleUser[]
}

export function readCases(): SampleCase[] {
  return readFileSync(resolve(folder, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SampleCase)
}

/** The organisation's own domains. */
export function readDomains(): readonly string[] {
  return (JSON.parse(readFileSync(resolve(folder, 'directory.json'), 'utf8')) as SampleDirectory).domains
}

/** Bodies of real From fields, as their bytes stand. */
export function readRealFields(): Buffer[] {
  const octets = readFileSync(resolve(folder, 'real_from.txt'))
  const fields: Buffer[] = []
  for (let at = 0; at < octets.length;) {
    const end = octets.indexOf(0x0a, at)
    fields.push(octets.subarray(at, end === -1 ? octets.length : end))
    at = end === -1 ? octets.length : end + 1
  }
  return fields.filter((field) => field.length > 0)
}

function personOf(user: SampleUser): Person {
  const smtp = user.proxyAddresses.filter((proxy) => /^smtp:/i.test(proxy)).map((proxy) => proxy.slice(5))
  const addresses = [user.mail, user.userPrincipalName, ...smtp].map(canonicalAddress)
  const { id, displayName, givenName, surname, groups } = user
  return { directory: 'Sample', id, displayName, givenName, surname, addresses: [...new Set(addresses)], groups }
}

/** The sample's people and rules, compiled; initials count, as its cases expect. */
export function loadSample(): { policy: Policy; lookup: Lookup } {
  const sample = JSON.parse(readFileSync(resolve(folder, 'directory.json'), 'utf8')) as SampleDirectory
  const people = sample.users.map(personOf)
  const groups = sample.groups.map(({ id, displayName }) => ({
    directory: 'Sample',
    id,
    displayName,
    members: people.filter((person) => person.groups.includes(id)).map((person) => person.id),
  }))
  const directory = buildMemoryDirectory(people, groups)
  const { resolved, problems } = resolveRules(
    rulesWith({
      initials: true,
      protect: [
        {
          directory: 'Sample',
          groups: sample.groups.filter((group) => group.protected).map((group) => group.id),
          users: sample.users.filter((user) => user.protectedBy === 'self').map((user) => user.id),
          exclude: [],
        },
      ],
      people: sample.users
        .filter((user) => user.secondaryEmails.length > 0)
        .map((user) => ({ who: user.id, secondaryEmails: user.secondaryEmails, names: [], actions: {} })),
    }),
    directory,
  )
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join('; '))
  const policy = compilePolicy(resolved)
  return { policy, lookup: directory.index(policyIndexer(policy)) }
}

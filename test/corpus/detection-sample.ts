import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { canonicalAddress } from '../../src/mail/address.ts'
import type { Lookup, Person, Tier, Verdict } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import type { Policy } from '../../src/policy/compile.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import type { ProtectionRules } from '../../src/policy/rules.ts'
import { rulesWith } from '../unit/policy/fixtures.ts'

/** A larger detection sample that may stand beside the repository; its README says the format. */
export const sampleFolder: string = resolve(import.meta.dirname, '../../../shared/detection')

export const sampleExists: boolean = existsSync(resolve(sampleFolder, 'cases.jsonl'))

/** A sample: its cases, and From field bodies of ordinary mail. */
export interface Sample {
  readonly name: string
  readonly folder: string
  readonly ordinary: string
  /** How many fields of ordinary mail it has at least. */
  readonly minOrdinary: number
  /** How many of its cases say what a mail program shows. */
  readonly minShown: number
}

/** The project's own sample (sample/README.md), and the larger one where it is. */
export const samples: readonly Sample[] = [
  {
    name: "the project's own sample",
    folder: resolve(import.meta.dirname, 'sample'),
    ordinary: resolve(import.meta.dirname, 'sample/ordinary.txt'),
    minOrdinary: 2700,
    minShown: 84,
  },
  ...(sampleExists
    ? [
        {
          name: 'the sample beside the repository',
          folder: sampleFolder,
          ordinary: resolve(sampleFolder, 'real_from.txt'),
          minOrdinary: 8000,
          minShown: 166,
        },
      ]
    : []),
]

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
  /** The tier of the match, where it is clear. */
  readonly tier?: Tier | null
  /** What the case assumes of the protection file: `initials`, or the file's presets and trusted senders. */
  readonly needs?: 'initials' | 'presets' | null
  /** Number of the kind of fault that the case is a sample of. */
  readonly fault?: number | null
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

/** A second directory, to be added to the first, with what cases that need something assume. */
interface SecondDirectory {
  readonly users: readonly SampleUser[]
  readonly protection: Pick<ProtectionRules, 'initials' | 'authservIds' | 'presets'> & {
    readonly trustedSenders: readonly Partial<ProtectionRules['trustedSenders'][number]>[]
  }
}

/** The cases of one file: `cases.jsonl` for the first measured kinds, `kinds.jsonl` for later ones. */
export function readCases(file = 'cases.jsonl', folder: string = sampleFolder): SampleCase[] {
  if (!existsSync(resolve(folder, file))) return []
  return readFileSync(resolve(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SampleCase)
}

/** The organisation's own domains. */
export function readDomains(): readonly string[] {
  return (JSON.parse(readFileSync(resolve(sampleFolder, 'directory.json'), 'utf8')) as SampleDirectory).domains
}

/** Bodies of real From fields, as their bytes stand. */
export function readRealFields(file: string = resolve(sampleFolder, 'real_from.txt')): Buffer[] {
  const octets = readFileSync(file)
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

/** What a sample is judged under. */
export interface SampleSettings {
  readonly folder?: string
  /** Whether `J. Roe` counts; by default it does, as the first cases expect. */
  readonly initials?: boolean
  /** Whether the second directory is there as well. */
  readonly second?: boolean
  /** Whether the second directory's presets and trusted senders hold. */
  readonly presets?: boolean
}

/** The sample's people and rules, compiled. */
export function loadSample(settings: SampleSettings = {}): { policy: Policy; lookup: Lookup } {
  const { folder = sampleFolder, initials = true, second = false, presets = false } = settings
  const sample = JSON.parse(readFileSync(resolve(folder, 'directory.json'), 'utf8')) as SampleDirectory
  const further = second
    ? (JSON.parse(readFileSync(resolve(folder, 'directory2.json'), 'utf8')) as SecondDirectory)
    : null
  const users = [...sample.users, ...(further?.users ?? [])]
  const people = users.map(personOf)
  const groups = sample.groups.map(({ id, displayName }) => ({
    directory: 'Sample',
    id,
    displayName,
    members: people.filter((person) => person.groups.includes(id)).map((person) => person.id),
  }))
  const directory = buildMemoryDirectory(people, groups)
  const protection = presets ? further?.protection : undefined
  const { resolved, problems } = resolveRules(
    rulesWith({
      initials,
      presets: protection?.presets ?? [],
      authservIds: protection?.authservIds ?? [],
      trustedSenders: (protection?.trustedSenders ?? []).map((sender) => ({
        from: '',
        names: [],
        requireAuthentication: false,
        note: '',
        until: null,
        ...sender,
      })),
      protect: [
        {
          directory: 'Sample',
          groups: sample.groups.filter((group) => group.protected).map((group) => group.id),
          users: users.filter((user) => user.protectedBy === 'self').map((user) => user.id),
          exclude: [],
        },
      ],
      people: users
        .filter((user) => user.secondaryEmails.length > 0)
        .map((user) => ({ who: user.id, secondaryEmails: user.secondaryEmails, names: [], actions: {} })),
    }),
    directory,
  )
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join('; '))
  const policy = compilePolicy(resolved)
  return { policy, lookup: directory.index(policyIndexer(policy)) }
}

/** What is wrong with a verdict on a case, in words; null if nothing is. */
export function faultOf(sample: SampleCase, verdict: Verdict): string | null {
  if (sample.expect === 'clean') return verdict.state === 'clean' ? null : `is ${describe(verdict)}`
  if (verdict.state !== 'detected') return `is ${describe(verdict)}`
  const users = typeof sample.user === 'string' ? [sample.user] : (sample.user ?? [])
  if (users.length > 0 && !users.includes(verdict.person.id)) return `blames ${verdict.person.id}`
  const addresses = (sample.address ?? []).map(canonicalAddress)
  if (addresses.length > 0 && !addresses.includes(canonicalAddress(verdict.address))) {
    return `names the address ${verdict.address}`
  }
  return null
}

function describe(verdict: Verdict): string {
  return verdict.state === 'detected' ? `detected as ${verdict.kind} of ${verdict.name}` : verdict.state
}

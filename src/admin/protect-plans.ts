/**
 * What `protect`, `unprotect` and `secondary` change in the protection file. All are idempotent: where it is so
 * already they change nothing and say so.
 */

import { canonicalAddress, domainOf } from '../mail/address.ts'
import type { DirectoryView, Group, Person, TierActions } from '../model.ts'
import { compilePattern, patternFault } from '../policy/pattern.ts'
import type { ProtectEntry, ProtectionRules } from '../policy/rules.ts'
import { means } from '../config/edit.ts'
import type { EditStep, Plan } from '../config/edit.ts'
import type { Keys } from '../config/splice.ts'
import { quote } from '../text.ts'
import { isAddress } from '../options/fields.ts'
import { findPerson, findTarget, foldName, refusal } from './targets.ts'

/** Guards a group's members or a person. @throws NamesakeError input-invalid if no directory has it */
export function planProtect(rules: ProtectionRules, view: DirectoryView, who: string, within: string | null): Plan {
  const target = findTarget(view, who, within)
  return target.kind === 'group'
    ? protectGroup(rules, view, target.group)
    : protectPerson(rules, view, target.person, who)
}

function protectGroup(rules: ProtectionRules, view: DirectoryView, group: Group): Plan {
  const { directory, members } = group
  const name = `group ${quote(group.displayName)} of ${quote(directory)}`
  if (positions(rules, directory, 'groups', (text) => isGroup(text, group)).length > 0) {
    return { steps: [], message: `${name} is protected already` }
  }
  const step = addStep(rules, directory, 'groups', writtenGroup(view, group))
  const nobody = `${name} holds nobody, so this protects nobody; it may be empty, or its members hidden from Namesake`
  return {
    steps: [step],
    message: `protected: ${name} (${members.length} ${members.length === 1 ? 'person' : 'people'})`,
    doubts: members.length === 0 ? [nobody] : [],
  }
}

function protectPerson(rules: ProtectionRules, view: DirectoryView, person: Person, who: string): Plan {
  const { directory, id } = person
  const name = described(person)
  const isThis = (text: string): boolean => means(text, directory, id, view)
  const excluded = noLongerExcluded(rules, positions(rules, directory, 'exclude', isThis))
  const groups = guardingGroups(rules, view, person)
  const isUser = positions(rules, directory, 'users', isThis).length > 0
  const way = isUser ? 'by name' : `through group ${groups.map((g) => quote(g.displayName)).join(', ')}`
  if (isUser || groups.length > 0) {
    if (excluded.length === 0) return { steps: [], message: `${name} is protected already, ${way}` }
    return { steps: excluded, message: `protected: ${name}, ${way}; no longer excluded` }
  }
  const step = addStep(rules, directory, 'users', writtenPerson(view, person, who))
  return { steps: [...excluded, step], message: `protected: ${name}` }
}

/**
 * Ends the protection of a group or a person. A person whom a protected group holds is excluded from it. What the
 * file names and no directory has any more can be taken out too.
 * @throws NamesakeError input-invalid if neither directories nor the file know it
 */
export function planUnprotect(rules: ProtectionRules, view: DirectoryView, who: string, within: string | null): Plan {
  const stale = (['groups', 'users', 'exclude'] as const).flatMap((list) =>
    rules.protect.flatMap((entry, index) =>
      within === null || entry.directory === within
        ? matching(entry[list], (text) => foldName(text) === foldName(who)).map((at) => ['protect', index, list, at])
        : [],
    ),
  )
  let target: ReturnType<typeof findTarget>
  try {
    target = findTarget(view, who, within)
  } catch (error) {
    const listed = stale.filter((path) => path[2] !== 'exclude')
    if (listed.length === 0) throw error
    return {
      steps: listed.map(removeStep).reverse(),
      message: `no longer protected: ${quote(who)}, which no directory has`,
    }
  }
  return target.kind === 'group'
    ? unprotectGroup(rules, target.group)
    : unprotectPerson(rules, view, target.person, who)
}

function unprotectGroup(rules: ProtectionRules, group: Group): Plan {
  const name = `group ${quote(group.displayName)} of ${quote(group.directory)}`
  const found = positions(rules, group.directory, 'groups', (text) => isGroup(text, group))
  if (found.length === 0) return { steps: [], message: `${name} is not protected by name` }
  return { steps: found.map(removeStep).reverse(), message: `no longer protected: ${name}` }
}

function unprotectPerson(rules: ProtectionRules, view: DirectoryView, person: Person, who: string): Plan {
  const { directory, id } = person
  const name = described(person)
  const isThis = (text: string): boolean => means(text, directory, id, view)
  const removed = positions(rules, directory, 'users', isThis).map(removeStep).reverse()
  const groups = guardingGroups(rules, view, person)
  const isExcluded = positions(rules, directory, 'exclude', isThis).length > 0
  if (groups.length > 0 && !isExcluded) {
    const names = groups.map((g) => quote(g.displayName)).join(', ')
    const step = addStep(rules, directory, 'exclude', writtenPerson(view, person, who))
    return { steps: [...removed, step], message: `no longer protected: ${name}; excluded from group ${names}` }
  }
  if (removed.length === 0) return { steps: [], message: `${name} is not protected` }
  return { steps: removed, message: `no longer protected: ${name}` }
}

/** Gives a person a further address. @throws NamesakeError input-invalid if it is none, or nobody is meant */
export function planSecondaryAdd(rules: ProtectionRules, view: DirectoryView, who: string, address: string): Plan {
  const person = findPerson(view, who, null)
  const problem = addressProblem(address)
  if (problem !== null) throw refusal(problem)
  const name = described(person)
  if (person.addresses.includes(canonicalAddress(address))) {
    return { steps: [], message: `${quote(address)} is an own address of ${name} already, in the directory` }
  }
  const entry = ruleOf(rules, view, person)
  if (matching(entry?.secondaryEmails ?? [], (text) => sameAddress(text, address)).length > 0) {
    return { steps: [], message: `${quote(address)} is a secondary address of ${name} already` }
  }
  const path = ['people', entry?.who ?? writtenPerson(view, person, who), 'secondaryEmails']
  const others = address.startsWith('/') ? [] : view.byAddress(canonicalAddress(address))
  const other = others[0] ? view.person(others[0]) : undefined
  const note = other ? `; mind that it is the address of ${described(other)}` : ''
  return {
    steps: [{ op: 'add', path, value: address }],
    message: `secondary address of ${name}: ${quote(address)}${note}`,
    doubts: doubtsOfAddress(address, person),
  }
}

/** Takes a further address from a person. @throws NamesakeError input-invalid if nobody is meant */
export function planSecondaryRemove(rules: ProtectionRules, view: DirectoryView, who: string, address: string): Plan {
  const written = rules.people.find((rule) => foldName(rule.who) === foldName(who))
  const entry = written ?? ruleOf(rules, view, findPerson(view, who, null))
  const found = matching(entry?.secondaryEmails ?? [], (text) => sameAddress(text, address))
  if (!entry || found.length === 0) {
    const has = entry?.secondaryEmails.map((text) => quote(text)).join(', ') ?? ''
    return {
      steps: [],
      message: `${quote(address)} is no secondary address of ${quote(who)}${has === '' ? '' : `; it has ${has}`}`,
    }
  }
  const path = ['people', entry.who, 'secondaryEmails']
  // The last one goes with what held it alone: an empty list says nothing.
  const steps: readonly EditStep[] =
    found.length === entry.secondaryEmails.length
      ? [{ op: 'unset', path }]
      : found.map((at) => removeStep([...path, at])).reverse()
  return { steps, message: `no longer a secondary address of ${quote(who)}: ${quote(address)}` }
}

/**
 * Sets what is done about detections: for a group's members, for a person, or (`who` null) for everybody else.
 * @throws NamesakeError input-invalid if nobody is meant
 */
export function planActions(
  rules: ProtectionRules,
  view: DirectoryView,
  who: string | null,
  actions: WantedActions,
  within: string | null,
): Plan {
  const { path, name, before } = actionsPlace(rules, view, who, within)
  const asked = (['certain', 'likely'] as const).filter((tier) => actions[tier] !== undefined)
  const tiers = asked.filter((tier) => actions[tier] !== (before[tier] ?? null))
  const said = asked.map((tier) => `${tier} ${actions[tier] ?? 'as everyone'}`)
  if (tiers.length === 0) return { steps: [], message: `actions of ${name} are so already: ${said.join(', ')}` }
  return {
    steps: tiers.map((tier) => {
      const value = actions[tier]
      const at = [...path, tier]
      return typeof value === 'string' ? { op: 'set', path: at, value } : { op: 'unset', path: at }
    }),
    message: `actions of ${name}: ${said.join(', ')}`,
  }
}

/** Further spellings of a person's name that are guarded too: as they shall be. @throws NamesakeError input-invalid if nobody is meant */
export function planNames(rules: ProtectionRules, view: DirectoryView, who: string, names: readonly string[]): Plan {
  const person = findPerson(view, who, null)
  const entry = ruleOf(rules, view, person)
  const before = entry?.names ?? []
  const path = ['people', entry?.who ?? writtenPerson(view, person, who), 'names']
  const removed = matching(before, (name) => !names.includes(name)).map((at) => removeStep([...path, at]))
  const added = names.filter((name, at) => !before.includes(name) && names.indexOf(name) === at)
  if (removed.length === 0 && added.length === 0) {
    return { steps: [], message: `the other names of ${described(person)} are so already` }
  }
  return {
    steps: [...removed.reverse(), ...added.map((value): EditStep => ({ op: 'add', path, value }))],
    message: `other names of ${described(person)}: ${names.length === 0 ? 'none' : names.map(quote).join(', ')}`,
  }
}

/** Actions as they shall be, by tier; null: as for everyone. */
export type WantedActions = { readonly [tier in keyof TierActions]?: TierActions[tier] | null }

/** Options that are one value in the protection file, with what each accepts. */
export const ruleOptions = {
  'fields.replyTo': 'switch',
  'fields.sender': 'switch',
  initials: 'switch',
  'requireAuthentication.own': 'switch',
  'requireAuthentication.secondary': 'switch',
  onUnchecked: ['tag', 'tempfail'],
} as const satisfies Record<string, 'switch' | readonly string[]>

export type RuleOption = keyof typeof ruleOptions

/** What an option says now. */
export function ruleOptionOf(rules: ProtectionRules, option: RuleOption): string | boolean {
  switch (option) {
    case 'fields.replyTo':
      return rules.fields.replyTo
    case 'fields.sender':
      return rules.fields.sender
    case 'requireAuthentication.own':
      return rules.requireAuthentication.own
    case 'requireAuthentication.secondary':
      return rules.requireAuthentication.secondary
    case 'initials':
    case 'onUnchecked':
      return rules[option]
  }
}

/** Sets one option of the protection file; its schema says what is accepted. */
export function planOption(rules: ProtectionRules, option: RuleOption, value: string | boolean): Plan {
  if (ruleOptionOf(rules, option) === value) return { steps: [], message: `${option} is ${String(value)} already` }
  return { steps: [{ op: 'set', path: option.split('.'), value }], message: `${option}: ${String(value)}` }
}

/** Switches a preset of a well-known service on or off. */
export function planPreset(rules: ProtectionRules, name: string, on: boolean): Plan {
  const found = matching(rules.presets, (preset) => preset === name)
  if (found.length > 0 === on) return { steps: [], message: `the preset ${name} is ${on ? 'on' : 'off'} already` }
  return on
    ? { steps: [{ op: 'add', path: ['presets'], value: name }], message: `preset on: ${name}` }
    : { steps: found.map((at) => removeStep(['presets', at])).reverse(), message: `preset off: ${name}` }
}

function actionsPlace(
  rules: ProtectionRules,
  view: DirectoryView,
  who: string | null,
  within: string | null,
): { path: Keys; name: string; before: Partial<TierActions> } {
  if (who === null) return { path: ['actions'], name: 'everybody without a setting', before: rules.actions }
  const target = findTarget(view, who, within)
  if (target.kind === 'group') {
    const { group } = target
    const entry = rules.groupActions.find((one) => isGroup(one.group, group))
    const path = ['groupActions', entry?.group ?? writtenGroup(view, group)]
    return { path, name: `group ${quote(group.displayName)}`, before: entry?.actions ?? {} }
  }
  const { person } = target
  const entry = ruleOf(rules, view, person)
  const path = ['people', entry?.who ?? writtenPerson(view, person, who), 'actions']
  return { path, name: described(person), before: entry?.actions ?? {} }
}

/** A sender that may carry protected names, as an operator describes one. */
export interface TrustedSenderRequest {
  readonly from: string
  /** Names or addresses of the people whose names it may carry; empty: all. */
  readonly names: readonly string[]
  readonly note?: string
  /** Last day, `YYYY-MM-DD`. */
  readonly until?: string | null
  readonly requireAuthentication?: boolean
}

/** Lets a sender carry protected names. */
export function planTrust(rules: ProtectionRules, request: TrustedSenderRequest): Plan {
  const { from, names, note, until, requireAuthentication } = request
  const same = rules.trustedSenders.some(
    (entry) => sameAddress(entry.from, from) && entry.names.join('\0') === names.join('\0'),
  )
  if (same) return { steps: [], message: `${quote(from)} is a trusted sender for these names already` }
  const value = {
    from,
    ...(names.length === 0 ? {} : { names }),
    ...(requireAuthentication === true ? { requireAuthentication } : {}),
    ...(note === undefined || note === '' ? {} : { note }),
    ...(until === undefined || until === null ? {} : { until }),
  }
  const whose = names.length === 0 ? 'any name' : names.map(quote).join(', ')
  return {
    steps: [{ op: 'add', path: ['trustedSenders'], value }],
    message: `trusted sender: ${quote(from)} may carry ${whose}${until === undefined || until === null ? '' : ` until ${until}`}`,
  }
}

/** Takes the entry of a trusted sender for the same names out again. */
export function planUntrust(rules: ProtectionRules, from: string, names: readonly string[]): Plan {
  const found = rules.trustedSenders.flatMap((entry, at) =>
    sameAddress(entry.from, from) && entry.names.join('\0') === names.join('\0') ? [at] : [],
  )
  if (found.length === 0) return { steps: [], message: `${quote(from)} is no trusted sender for these names` }
  return {
    steps: found.map((at) => removeStep(['trustedSenders', at])).reverse(),
    message: `no longer a trusted sender: ${quote(from)}`,
  }
}

function addressProblem(address: string): string | null {
  if (address.startsWith('/')) return patternFault(address)
  return isAddress(address)
    ? null
    : `${quote(address)} is no e-mail address; accepted: jane@home.example, or a /regular expression/`
}

/** What is odd about a further address: it lets more through than one person's mail, or nobody's. */
export function doubtsOfAddress(address: string, person: Person): string[] {
  if (!address.startsWith('/')) {
    const domain = domainOf(canonicalAddress(address))
    return domain.includes('.')
      ? []
      : [`the domain of ${quote(address)} has no dot: mail from outside can't come from it`]
  }
  const fits = compilePattern(address)
  const any = ['q7x@zk4.example', 'jo.doe+x@mail.wv9.test', 'a@b.co']
  if (any.every(fits)) return [`${quote(address)} fits every address: it would lift ${person.displayName}'s protection`]
  const domains = [...new Set(person.addresses.map(domainOf))]
  return domains
    .filter((domain) => fits(`q7x@${domain}`) && fits(`jo.doe@${domain}`))
    .map((domain) => `${quote(address)} fits every address of ${domain}: any colleague could write in this name`)
}

function sameAddress(one: string, other: string): boolean {
  if (one.startsWith('/') || other.startsWith('/')) return one === other
  return canonicalAddress(one) === canonicalAddress(other)
}

type ListName = 'groups' | 'users' | 'exclude'

/** Where a list of a directory's entries has what is looked for. */
function positions(rules: ProtectionRules, directory: string, list: ListName, is: (text: string) => boolean): Keys[] {
  return rules.protect.flatMap((entry, index) =>
    entry.directory === directory ? matching(entry[list], is).map((at) => ['protect', index, list, at]) : [],
  )
}

function matching(list: readonly string[], is: (text: string) => boolean): number[] {
  return list.flatMap((text, at) => (is(text) ? [at] : []))
}

/** Takes entries out of `exclude`; a list that is left empty goes with its key. */
function noLongerExcluded(rules: ProtectionRules, found: readonly Keys[]): EditStep[] {
  const entries = [...new Set(found.map((path) => Number(path[1])))]
  return entries.reverse().flatMap((at) => {
    const ofEntry = found.filter((path) => path[1] === at)
    const whole = ofEntry.length === rules.protect[at]?.exclude.length
    return whole ? [{ op: 'drop', path: ['protect', at, 'exclude'] }] : ofEntry.map(removeStep).reverse()
  })
}

function removeStep(path: Keys): EditStep {
  return { op: 'remove', path }
}

function addStep(rules: ProtectionRules, directory: string, list: ListName, value: string): EditStep {
  const index = rules.protect.findIndex((entry: ProtectEntry) => entry.directory === directory)
  if (index < 0) return { op: 'add', path: ['protect'], value: { directory, [list]: [value] } }
  return { op: 'add', path: ['protect', index, list], value }
}

function isGroup(text: string, group: Group): boolean {
  return text === group.id || foldName(text) === foldName(group.displayName)
}

/** Groups that the file names and that hold the person. */
function guardingGroups(rules: ProtectionRules, view: DirectoryView, person: Person): Group[] {
  const found: Group[] = []
  for (const group of view.groups(person.directory)) {
    const isNamed = positions(rules, person.directory, 'groups', (text) => isGroup(text, group)).length > 0
    if (isNamed && (person.groups.includes(group.id) || group.members.includes(person.id))) found.push(group)
  }
  return found
}

/** The entry of `people` that means the person. */
function ruleOf(rules: ProtectionRules, view: DirectoryView, person: Person): ProtectionRules['people'][number] | null {
  return rules.people.find((rule) => means(rule.who, person.directory, person.id, view)) ?? null
}

/** A group by its name where that means it alone, else by its id. */
function writtenGroup(view: DirectoryView, group: Group): string {
  let named = 0
  for (const other of view.groups(group.directory)) {
    if (isGroup(group.displayName, other)) named++
  }
  return named === 1 ? group.displayName : group.id
}

/** A person by the address that the operator wrote, else by the primary one, where that means them alone, else by id. */
function writtenPerson(view: DirectoryView, person: Person, who: string): string {
  const written = person.addresses.includes(canonicalAddress(who)) ? who : (person.addresses[0] ?? person.id)
  const owners = view.byAddress(canonicalAddress(written)).filter((ref) => ref.directory === person.directory)
  return owners.length === 1 ? written : person.id
}

function described(person: Person): string {
  return `${quote(person.displayName)} (${person.addresses[0] ?? person.id})`
}

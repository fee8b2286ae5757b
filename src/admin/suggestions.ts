/** Whom to protect as well: groups by name or by the names that are taken, people who left a protected group. */

import type { DirectoryView, FormerMember, Group, HistoryOverview, Person } from '../model.ts'
import { resolveRules } from '../policy/protection.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import type { HistoryReader } from '../ports.ts'
import { count } from '../text.ts'
import { foldName } from './search.ts'

/** So many impersonated people make a group worth a line. */
const minPeople = 3
/** Groups of more people are not looked at: that is everybody, or nearly. */
const maxPeople = 2_000
/** By its name alone a group is suggested only if it is small enough to be meant. */
const maxPeopleByName = 200
/** Of each kind. */
const maxSuggestions = 5
/** Of those whose names were taken, so many are looked at. */
const maxImpersonated = 2_000
/** Entries of the audit log that are looked through for what was put off. */
const maxAudited = 20_000

/** What came and who left in this time counts; what was put off comes back after it. */
const lookBackMs = 90 * 86_400_000

/** A group that is not protected. */
export interface SuggestedGroup {
  readonly kind: 'group'
  /** What names it when it is put off. */
  readonly key: string
  readonly directory: string
  readonly id: string
  readonly name: string
  readonly people: number
  /** How many of them had their names taken lately. */
  readonly taken: number
}

/** Somebody who left a protected group and is not protected any more. */
export interface SuggestedPerson {
  readonly kind: 'person'
  readonly key: string
  readonly directory: string
  readonly id: string
  readonly name: string
  /** Name of the group. */
  readonly group: string
  /** Milliseconds since the epoch. */
  readonly left: number
  /** Whether a directory still has them. */
  readonly known: boolean
}

export type Suggestion = SuggestedGroup | SuggestedPerson

/** What the audit log says of a suggestion that was put off; what it has as `after` is the key. */
export const putOff = 'suggestion later'

/** Words by which groups are named whose people move money, or are believed when they ask for it. Without case and accents. */
const namedSo =
  /\b(payroll|payments?|accounts (payable|receivable)|accounting|accountants?|treasury|finance|financial|controlling|controllers?|purchasing|procurement|executives?|exec|c-?suite|leadership|board( of directors)?|directors|(executive |personal )?assistants|human resources|hr|legal|vorstand|geschaftsfuhrung|geschaftsleitung|buchhaltung|finanzen|einkauf|lohn|assistenz|personalabteilung|direction|comptabilite|tresorerie|achats|finances|paie|direccion|contabilidad|finanzas|tesoreria|nominas|compras|direzione|contabilita|finanza|tesoreria|acquisti|bestuur|directie|boekhouding|financien|inkoop|zarzad|ksiegowosc|ledelse|okonomi|ekonomi)\b/

/**
 * Whom to protect as well; nobody is by itself. People who left first, then groups, those with most names taken first.
 * @param protects whether a person's name is guarded by the rules
 */
export async function suggestions(
  history: HistoryReader,
  view: DirectoryView,
  rules: ProtectionRules,
  protects: (person: Person) => boolean,
  now: number,
): Promise<Suggestion[]> {
  const since = now - lookBackMs
  const { people } = await history.overview(since, now)
  const later = putOffSince(history, since)
  return [
    ...formerMembers(history.formerMembers(since), view, protects)
      .filter(({ key }) => !later.has(key))
      .slice(0, maxSuggestions),
    ...suggestedGroups(people, view, rules, protects)
      .filter(({ key }) => !later.has(key))
      .slice(0, maxSuggestions),
  ]
}

/** A suggestion in words, with the command that follows it. */
export function suggestionText(of: Suggestion, now: number): string {
  const name = JSON.stringify(of.name)
  if (of.kind === 'group') {
    const why =
      of.taken === 0
        ? `group ${name} is not protected, and by its name its ${of.people} people are often asked for or believed`
        : `the names of ${of.taken} of ${of.people} people of group ${name} are taken, and it is not protected`
    return `${why}: namesake protect ${name}`
  }
  const days = Math.floor((now - of.left) / 86_400_000)
  const when = days === 0 ? 'today' : `${count(days, 'day', 'days')} ago`
  const fix = of.known ? `namesake protect ${JSON.stringify(of.id)}` : 'no directory has them any more'
  return `${name} left the protected group ${JSON.stringify(of.group)} ${when} and is not protected: ${fix}`
}

function keyFor(...parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function suggestedGroups(
  impersonated: HistoryOverview['people'],
  view: DirectoryView,
  rules: ProtectionRules,
  protects: (person: Person) => boolean,
): SuggestedGroup[] {
  const taken = new Map<string, number>()
  for (const { directory, person } of impersonated.slice(0, maxImpersonated)) {
    for (const id of view.person({ directory, id: person })?.groups ?? []) {
      const key = keyFor('group', directory, id)
      taken.set(key, (taken.get(key) ?? 0) + 1)
    }
  }
  const { resolved } = resolveRules(rules, view)
  const named = new Set(resolved.protectedGroups.map(({ directory, id }) => keyFor('group', directory, id)))
  const found: SuggestedGroup[] = []
  for (const directory of view.directoryNames()) {
    for (const group of view.groups(directory)) {
      const key = keyFor('group', directory, group.id)
      const hit = taken.get(key) ?? 0
      const isByName = namedSo.test(foldName(group.displayName))
      if (named.has(key) || (hit < minPeople && !isByName)) continue
      const people = group.members.length
      if (people === 0 || people > (hit < minPeople ? maxPeopleByName : maxPeople)) continue
      if (areAllProtected(group, view, protects)) continue
      const { id, displayName: name } = group
      found.push({ kind: 'group', key, directory, id, name, people, taken: hit < minPeople ? 0 : hit })
    }
  }
  return found.sort((a, b) => b.taken - a.taken)
}

function areAllProtected(
  { directory, members }: Group,
  view: DirectoryView,
  protects: (person: Person) => boolean,
): boolean {
  return members.every((id) => {
    const person = view.person({ directory, id })
    return person === undefined || protects(person)
  })
}

/**
 * People who left a protected group and are not protected any more, the latest first. Mail in the name of somebody who has just
 * left is believed more than most.
 */
function formerMembers(
  former: readonly FormerMember[],
  view: DirectoryView,
  protects: (person: Person) => boolean,
): SuggestedPerson[] {
  return former.flatMap(({ directory, person: id, name, group, at }) => {
    const person = view.person({ directory, id })
    if (person !== undefined && protects(person)) return []
    const key = keyFor('person', directory, id, at)
    return [{ kind: 'person', key, directory, id, name, group, left: at, known: person !== undefined }]
  })
}

/** Keys of what somebody said to ask of later. */
function putOffSince(history: HistoryReader, since: number): Set<string> {
  const keys = new Set<string>()
  let seen = 0
  for (const { what, after, time } of history.audit()) {
    if (Date.parse(time) < since || ++seen > maxAudited) break
    if (what === putOff) keys.add(String(after))
  }
  return keys
}

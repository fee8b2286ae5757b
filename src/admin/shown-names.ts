/** Whose names were shown lately in detections, by person and by group. */

import type { DirectoryView, PersonRef } from '../model.ts'
import { personKey } from '../policy/person-key.ts'
import type { HistoryReader } from '../ports.ts'
import { Turn } from './turn.ts'

/** So long back. */
const lookBackMs = 30 * 86_400_000
/** Of those whose names were shown most, so many are looked up for their groups. */
const maxPeople = 20_000

/** Detections of 30 days. */
export class ShownNames {
  readonly #people: ReadonlyMap<string, number>
  readonly #groups: ReadonlyMap<string, number>
  /** Ids of those of a group whose names were shown, by the group's key. */
  readonly #members: ReadonlyMap<string, readonly string[]>

  private constructor(
    people: ReadonlyMap<string, number>,
    groups: ReadonlyMap<string, number>,
    members: ReadonlyMap<string, readonly string[]>,
  ) {
    this.#people = people
    this.#groups = groups
    this.#members = members
  }

  /** @param history null: none is kept */
  static async read(
    history: Pick<HistoryReader, 'overview'> | null,
    view: Pick<DirectoryView, 'person'>,
    now: number,
  ): Promise<ShownNames> {
    const people = new Map<string, number>()
    const groups = new Map<string, number>()
    const members = new Map<string, string[]>()
    const found = history === null ? [] : (await history.overview(now - lookBackMs, now)).people
    const turn = new Turn()
    for (const [at, { directory, person: id, count }] of found.entries()) {
      people.set(personKey({ directory, id }), count)
      if (at >= maxPeople) continue
      for (const group of view.person({ directory, id })?.groups ?? []) {
        const key = personKey({ directory, id: group })
        groups.set(key, (groups.get(key) ?? 0) + count)
        const list = members.get(key)
        if (list === undefined) members.set(key, [id])
        else list.push(id)
      }
      await turn.over()
    }
    return new ShownNames(people, groups, members)
  }

  /** How many detections showed the person's name. */
  ofPerson(person: PersonRef): number {
    return this.#people.get(personKey(person)) ?? 0
  }

  /** How many showed a name of the group's people, nested groups resolved. */
  ofGroup(group: PersonRef): number {
    return this.#groups.get(personKey(group)) ?? 0
  }

  /** Ids of the group's people whose names were shown. */
  membersOf(group: PersonRef): readonly string[] {
    return this.#members.get(personKey(group)) ?? []
  }
}

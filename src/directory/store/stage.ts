/** What a source said, not yet made into people. */

import { NamesakeError } from '../../errors.ts'
import type { SourceChange } from '../provider.ts'
import {
  attributesOfBytes,
  groupOfBytes,
  mergeAttributes,
  numberKey,
  packAttributes,
  packGroup,
  packNumbers,
  pairKey,
  slotBounds,
  textKey,
} from './format.ts'
import type { EntityNumber } from './format.ts'
import type { Environment } from './environment.ts'
import type { Table, Tables } from './tables.ts'

const maxIdBytes = 512

/** Entities that a change touched: whose people have to be derived anew. */
export interface Touched {
  readonly people: Set<EntityNumber>
  /** Groups whose own existence changed, and members that are not people: everybody below is concerned. */
  readonly groups: Set<EntityNumber>
}

/**
 * What the source said, in a slot: attributes, groups and edges, not yet made into people. Used on a fresh slot
 * (full round) and on the serving one (delta, inside its one transaction) alike.
 */
export class Stage {
  readonly slot: number
  readonly #environment: Environment
  #nextNumber: EntityNumber
  #waiting: SourceChange[] = []
  #weight = 0

  constructor(environment: Environment, slot: number, nextNumber: EntityNumber) {
    this.#environment = environment
    this.slot = slot
    this.#nextNumber = nextNumber
  }

  get #tables(): Tables {
    return this.#environment.tables
  }

  get nextNumber(): EntityNumber {
    return this.#nextNumber
  }

  /** Takes changes for a slot that nobody reads, and writes them some hundred at a time; `flush` writes the rest. */
  async add(changes: readonly SourceChange[]): Promise<void> {
    for (const change of changes) {
      for (const part of inParts(change)) {
        this.#waiting.push(part)
        this.#weight += weightOf(part)
        if (this.#weight >= maxWriteWeight) await this.flush()
      }
    }
  }

  async flush(): Promise<void> {
    const changes = this.#waiting
    if (changes.length === 0) return
    this.#waiting = []
    this.#weight = 0
    await this.#environment.writeLoose(() => this.apply(changes))
  }

  /** Applies changes in their order. Within a transaction. */
  apply(changes: readonly SourceChange[], touched?: Touched): void {
    for (const change of changes) this.#applyOne(change, touched)
  }

  #applyOne(change: SourceChange, touched: Touched | undefined): void {
    const { attributes, groups } = this.#tables
    switch (change.op) {
      case 'person': {
        const number = this.#number(change.id)
        const key = numberKey(this.slot, number)
        const before = attributes.getBinaryFast(key)
        const known = before === undefined ? undefined : attributesOfBytes(before).attributes
        attributes.putSync(key, packAttributes(change.id, mergeAttributes(known, change.attributes)))
        touched?.people.add(number)
        return
      }
      case 'person-gone': {
        const number = this.#knownNumber(change.id)
        if (number === undefined) return
        attributes.removeSync(numberKey(this.slot, number))
        touched?.people.add(number)
        return
      }
      case 'group': {
        const number = this.#number(change.id)
        const key = numberKey(this.slot, number)
        const before = groups.getBinaryFast(key)
        const known = before === undefined ? undefined : groupOfBytes(before).displayName
        groups.putSync(key, packGroup(change.id, change.displayName ?? known ?? ''))
        if (before === undefined) touched?.groups.add(number)
        return
      }
      case 'group-gone': {
        const number = this.#knownNumber(change.id)
        if (number === undefined) return
        if (groups.removeSync(numberKey(this.slot, number))) touched?.groups.add(number)
        return
      }
      case 'members':
        this.#applyMembers(change, touched)
    }
  }

  #applyMembers(change: Extract<SourceChange, { op: 'members' }>, touched: Touched | undefined): void {
    const { members, memberOf } = this.#tables
    const group = this.#number(change.group)
    const note = (member: EntityNumber): void => {
      // Whether it is a person or a group is not known here; both readings are cheap to follow.
      touched?.people.add(member)
      touched?.groups.add(member)
    }
    for (const id of change.add) {
      const member = this.#number(id)
      if (members.doesExist(pairKey(this.slot, group, member))) continue
      members.putSync(pairKey(this.slot, group, member), none)
      memberOf.putSync(pairKey(this.slot, member, group), none)
      note(member)
    }
    for (const id of change.remove) {
      const member = this.#knownNumber(id)
      if (member === undefined) continue
      if (!members.removeSync(pairKey(this.slot, group, member))) continue
      memberOf.removeSync(pairKey(this.slot, member, group))
      note(member)
    }
  }

  #knownNumber(id: string): EntityNumber | undefined {
    return this.#tables.ids.getBinaryFast(textKey(this.slot, checkedId(id)))?.readUInt32LE(0)
  }

  #number(id: string): EntityNumber {
    const known = this.#knownNumber(id)
    if (known !== undefined) return known
    const number = this.#nextNumber++
    this.#tables.ids.putSync(textKey(this.slot, id), packNumbers([number]))
    return number
  }

  /** Copies what the source said from another slot into this one, which is empty, numbers and all. */
  async copyFrom(slot: number): Promise<void> {
    const { ids, attributes, groups, members, memberOf } = this.#tables
    for (const table of [ids, attributes, groups, members, memberOf]) await this.#copyTable(table, slot)
  }

  async #copyTable(table: Table, from: number): Promise<void> {
    const { start, end } = slotBounds(from)
    for (let next: Buffer | undefined = start; next !== undefined;) {
      const entries: { key: Buffer; value: Buffer }[] = [...table.getRange({ start: next, end, limit: 2001 })]
      next = entries.length > 2000 ? entries.pop()?.key : undefined
      await this.#environment.writeLoose(() => {
        for (const { key, value } of entries) {
          const copy = Buffer.from(key)
          copy.writeUInt16BE(this.slot, 0)
          table.putSync(copy, value)
        }
      })
    }
  }
}

const none = Buffer.alloc(0)

// Changes, or members of a group, that one write takes: about 10 ms.
const maxWriteWeight = 600

/** How much work a change is. */
export function weightOf(change: SourceChange): number {
  return change.op === 'members' ? 1 + change.add.length + change.remove.length : 1
}

/** A group of very many members in pieces, which add up. */
function inParts(change: SourceChange): readonly SourceChange[] {
  if (change.op !== 'members' || weightOf(change) <= maxWriteWeight) return [change]
  const { op, group, add, remove } = change
  const parts: SourceChange[] = []
  for (let at = 0; at < add.length; at += maxWriteWeight) {
    parts.push({ op, group, add: add.slice(at, at + maxWriteWeight), remove: [] })
  }
  for (let at = 0; at < remove.length; at += maxWriteWeight) {
    parts.push({ op, group, add: [], remove: remove.slice(at, at + maxWriteWeight) })
  }
  return parts
}

function checkedId(id: string): string {
  if (id !== '' && id.length <= maxIdBytes && Buffer.byteLength(id) <= maxIdBytes) return id
  const shown = JSON.stringify(id.slice(0, 80))
  throw new NamesakeError('provider-malformed', `an id must have 1 to ${maxIdBytes} octets; found ${shown}`)
}

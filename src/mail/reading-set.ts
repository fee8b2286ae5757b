/** Readings kept, without repetition, up to a limit. */

import type { Defect, OriginatorField, Reading, ReadingPart } from '../model.ts'
import type { DefectCode } from '../vocabulary.ts'

/** Readings kept for one message, the most telling first. */
const maxReadings = 256
/** Characters of all names together, and of one: more can't be shown, and each costs a match. */
const maxNameTotal = 65_536
const maxName = 4096
const maxDefects = 64

/** Where the readings of one field go. */
export interface FieldPlace {
  readonly field: OriginatorField
  readonly fieldIndex: number
}

/** Collects the readings of a message: each once, a bounded number, what is dropped counted as a defect. */
export class ReadingSet {
  readonly readings: Reading[] = []
  readonly defects: Defect[] = []
  /** Whether readings or text were left out for want of room. */
  dropped = false
  readonly #seen = new Set<string>()
  readonly #addressesSeen = new Set<string>()
  #nameTotal = 0

  get addresses(): string[] {
    return [...this.#addressesSeen]
  }

  get full(): boolean {
    return this.readings.length >= maxReadings || this.#nameTotal >= maxNameTotal
  }

  /** Adds a reading unless the field has one of the same name and address already; the part counts where it changes the meaning. */
  add(place: FieldPlace, reader: Reading['reader'], part: ReadingPart, name: string, address: string | null): void {
    const shown = this.#fit(tidy(name))
    const { field, fieldIndex } = place
    const key = `${field} ${fieldIndex} ${shown}\0${address ?? ''}`
    const apart = reader === 'own' && (part === 'address-as-name' || part === 'local-part')
    if (this.#seen.has(apart ? `${key}\0${part}` : key)) return
    if (this.full) {
      this.drop('readings-dropped')
      return
    }
    if (apart) this.#seen.add(`${key}\0${part}`)
    this.#seen.add(key)
    this.#nameTotal += shown.length
    if (address !== null) this.#addressesSeen.add(address)
    this.readings.push({ field, fieldIndex, reader, part: shown === '' ? 'none' : part, name: shown, address })
  }

  /** Notes a defect; of one code at one place only the first. */
  note(code: DefectCode, at: number): void {
    if (this.defects.length < maxDefects && !this.defects.some((d) => d.code === code && d.at === at)) {
      this.defects.push({ code, at })
    }
  }

  drop(code: DefectCode): void {
    if (!this.dropped) this.note(code, 0)
    this.dropped = true
  }

  /** Cuts a name to what can be shown; characters that no program shows go first. */
  #fit(name: string): string {
    if (name.length <= maxName) return name
    const visible = name.replace(/[\p{Default_Ignorable_Code_Point}\p{M}]{2,}/gu, (run) => run.slice(0, 2))
    if (visible.length > maxName) this.drop('name-cut')
    return visible.slice(0, maxName)
  }
}

/** Blanks that make a reader see an end. */
const wideGap = '      '

/**
 * White space of the syntax as one space, other controls gone: how a field's text is shown in one line. A long run stays long, as it
 * pushes what follows out of view.
 */
export function tidy(text: string): string {
  if (!/[\0-\x1f\x7f]| {2}|^ | $/.test(text)) return text
  return text
    .replace(/[ \t\r\n]+/g, (run) => (run.length < wideGap.length ? ' ' : wideGap))
    .replace(/[\0-\x1f\x7f]+/g, '')
    .trim()
}

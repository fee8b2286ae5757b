/**
 * When a message came: the postmark of an mbox and the file name of a Maildir say when it was delivered; the Date field
 * is the sender's word. All in milliseconds since the epoch, null if there is no readable time.
 */

import { fieldBodyOctets, fieldsNamed } from '../../mail/section.ts'
import type { HeaderSection } from '../../model.ts'

const postmarkTime =
  /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d{1,2}) +(\d{1,2}):(\d\d)(?::(\d\d))? +(?:(?:([+-]\d{4})|[A-Z]{1,5}) +)?(\d{4})(?: +([+-]\d{4}))?\b/
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Mail is no older than this, and no younger than the limit of four-digit years. */
const oldest = Date.UTC(1970, 0, 2)
const youngest = Date.UTC(9999, 0, 1)

/**
 * The time in the postmark of an mbox (`From a@b.example Mon Nov  2 10:00:00 2026`, RFC 4155 appendix A: UTC unless an
 * offset stands before or behind the year).
 */
export function timeOfPostmark(line: string): number | null {
  const found = postmarkTime.exec(line.slice(0, 1000))
  if (found === null) return null
  const [, month = '', day, hour, minute, second = '0', before, year, behind] = found
  const utc = Date.UTC(Number(year), months.indexOf(month), Number(day), Number(hour), Number(minute), Number(second))
  return plausible(utc - offsetOf(before ?? behind ?? '+0000'))
}

/** The delivery time with which a Maildir's file name begins, in seconds (`1767225600.M1P2.host:2,S`). */
export function timeOfMaildirName(name: string): number | null {
  const seconds = /^(\d{9,10})\./.exec(name)?.[1]
  return seconds === undefined ? null : plausible(Number(seconds) * 1000)
}

const dateForm = /^(?=.*\d:\d\d)(?:.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d{4}-\d\d-\d\dT)/i

/** The time in the first Date field (RFC 5322 section 3.6.1), read as leniently as mail programs do. */
export function timeOfDateField(section: HeaderSection): number | null {
  const index = fieldsNamed(section, 'date')[0]
  if (index === undefined) return null
  const text = fieldBodyOctets(section, index)
    .subarray(0, 200)
    .toString('latin1')
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  // What the runtime makes of a text without a month and a time is a guess.
  if (!dateForm.test(text)) return null
  // Without a zone of its own it would be read in this machine's.
  const zoned = /[+-]\d\d:?\d\d$|\b(?:[A-Z]{1,5}T|UTC?)$|\dZ$/i.test(text) ? text : `${text} +0000`
  return plausible(Date.parse(zoned))
}

function offsetOf(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function plausible(time: number): number | null {
  return time >= oldest && time < youngest ? time : null
}

/**
 * The time that `--since` or `--until` names: a day (`2026-10-01`, which begins at midnight where this machine stands), a
 * time (`2026-10-01T12:00:00Z`), or an age (`30d`, `12h`, `4w`). Null if it is none of these.
 * @param now milliseconds since the epoch
 */
export function timeOfOption(text: string, now: number): number | null {
  const age = /^(\d{1,5})([hdw])$/.exec(text.trim())
  if (age !== null) {
    const hours = { h: 1, d: 24, w: 168 }[age[2] as 'h' | 'd' | 'w']
    return now - Number(age[1]) * hours * 3_600_000
  }
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text.trim())
  if (day !== null) {
    const [year, month, date] = day.slice(1).map(Number) as [number, number, number]
    const midnight = new Date(year, month - 1, date)
    return midnight.getMonth() === month - 1 && midnight.getDate() === date ? midnight.getTime() : null
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text.trim())) return null
  const time = Date.parse(text.trim())
  return Number.isNaN(time) ? null : time
}

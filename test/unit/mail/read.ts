import { readOriginators, type OriginatorOptions } from '../../../src/mail/originators.ts'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import type { OriginatorReadings } from '../../../src/model.ts'

const everything: OriginatorOptions = { fromOctets: 65_536, sender: true, replyTo: true }

/** Readings of a header section; text stands for Latin-1 octets. */
export function readSection(section: string | Buffer, options: Partial<OriginatorOptions> = {}): OriginatorReadings {
  const octets = typeof section === 'string' ? Buffer.from(section, 'latin1') : section
  return readOriginators(parseHeaderSection(octets), { ...everything, ...options })
}

/** Readings of one From field body as `part|name|address`, for tables. */
export function readFrom(body: string | Buffer): string[] {
  const octets = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  return brief(readSection(Buffer.concat([Buffer.from('From: '), octets, Buffer.from('\r\n')])))
}

export function brief({ readings }: OriginatorReadings): string[] {
  return readings.map(({ part, name, address }) => `${part}|${name}|${address ?? '-'}`)
}

export function defectsOf(body: string): string[] {
  return readSection(`From: ${body}\r\n`).defects.map((defect) => defect.code)
}

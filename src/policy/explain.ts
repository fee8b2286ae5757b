/** A judgement in words. */

import type { Reading } from '../model.ts'
import type { Policy } from './compile.ts'
import type { Finding } from './findings.ts'
import type { Inspection } from './inspect.ts'

/** Readings, keys and people written out for one message; more of them say nothing new. */
const maxReadings = 40
const maxKeys = 64
const maxFindings = 20

/**
 * The whole judgement in words, a line a step: readings with their defects, keys tried, people found with kind and
 * evidence, what excused them or what is done, the verdict. Foreign text stands in it as JSON strings.
 */
export function explain(inspection: Inspection, policy: Policy): string[] {
  const lines: string[] = []
  const { originators, verdict } = inspection
  if (originators !== null) {
    for (const defect of originators.defects) lines.push(`defect ${defect.code} at octet ${defect.at}`)
    for (const [n, reading] of originators.readings.slice(0, maxReadings).entries()) {
      lines.push(readingLine(reading), ...keyLines(reading, inspection))
      const found = inspection.findings.filter((finding) => finding.reading === reading)
      for (const finding of found.slice(0, maxFindings)) lines.push(...findingLines(finding, policy))
      if (found.length > maxFindings) lines.push(`  matches ${found.length - maxFindings} more people`)
      const isJudged = n < inspection.judgedReadings
      if (!isJudged) lines.push('  not judged to its end: the message has cost what one may')
      else if (found.length === 0) lines.push('  shows no protected name')
    }
    const more = originators.readings.length - maxReadings
    if (more > 0) lines.push(`${more} more readings`)
  }
  lines.push(verdictLine(inspection, verdict))
  return lines
}

function readingLine(reading: Reading): string {
  const field = reading.fieldIndex === 0 ? reading.field : `${reading.field} (field ${reading.fieldIndex + 1})`
  const name = reading.name === '' ? 'no name' : JSON.stringify(reading.name)
  const address = reading.address === null ? 'no address' : JSON.stringify(reading.address)
  const reader = reading.reader === 'own' ? '' : `, as ${reading.reader} reads it`
  return `${field}: ${name} as ${reading.part}, beside ${address}${reader}`
}

function keyLines(reading: Reading, inspection: Inspection): string[] {
  if (reading.name === '') return []
  const keys = inspection.keysOf(reading.name)
  if (keys.length === 0) return ['  no keys: the name holds no letters']
  const families = new Map<string, string[]>()
  for (const { key, family } of keys.slice(0, maxKeys)) {
    const listed = families.get(family) ?? []
    families.set(family, listed)
    listed.push(JSON.stringify(key))
  }
  return [...families].map(([family, listed]) => `  ${family} keys tried: ${listed.join(' ')}`)
}

function findingLines(finding: Finding, policy: Policy): string[] {
  const { person, kind, tier, action } = finding
  const who = `${person.displayName} (${person.directory}, ${person.id})`
  return [
    `  matches ${who}: ${kind}, ${tier}`,
    ...finding.evidence.map((step) => `    ${step}`),
    ...(finding.excuse === null
      ? [
          `    a detection: ${JSON.stringify(finding.address)} is no address of theirs`,
          `    the policy asks to ${action}, by ${policy.actionOrigin(person, tier)} for ${tier}`,
        ]
      : [`    excused: ${finding.excuse}`]),
  ]
}

function verdictLine(inspection: Inspection, verdict: Inspection['verdict']): string {
  switch (verdict.state) {
    case 'clean':
      if (verdict.note !== null) return `clean: ${verdict.note}`
      return inspection.originators?.readings.length === 0 ? 'clean: nothing shows a name' : 'clean: no protected name'
    case 'unchecked':
      return `unchecked: ${verdict.reason}; the policy asks to ${verdict.action}`
    case 'detected':
      return `detected: ${verdict.kind}, ${verdict.tier}, ${verdict.action}: ${verdict.reason}`
  }
}

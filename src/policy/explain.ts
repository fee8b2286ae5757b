import { queryKeys } from '../names/keys.ts'
import type { Reading } from '../model.ts'
import type { Policy } from './compile.ts'
import type { Finding } from './findings.ts'
import type { Inspection } from './inspect.ts'

/** Readings and keys written out for one message; more of them say nothing new. */
const readingLimit = 40
const keyLimit = 40

/**
 * The whole judgement in words, a line a step: readings with their defects, keys tried, people found with kind and
 * evidence, what excused them or what is done, the verdict. Foreign text stands in it as JSON strings.
 */
export function explain(inspection: Inspection, policy: Policy): string[] {
  const lines: string[] = []
  const { originators, verdict } = inspection
  if (originators !== null) {
    for (const defect of originators.defects) lines.push(`defect ${defect.code} at octet ${defect.at}`)
    for (const reading of originators.readings.slice(0, readingLimit)) {
      lines.push(readingLine(reading), ...keyLines(reading, policy))
      for (const finding of inspection.findings) {
        if (finding.reading === reading) lines.push(...findingLines(finding))
      }
    }
    const more = originators.readings.length - readingLimit
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

function keyLines(reading: Reading, policy: Policy): string[] {
  if (reading.name === '') return []
  const keys = queryKeys(reading.name, policy.tables).map(({ key }) => key)
  if (keys.length === 0) return ['  no keys: the name holds no letters']
  const shown = keys.slice(0, keyLimit).map((key) => JSON.stringify(key))
  return [`  keys tried: ${shown.join(' ')}${keys.length > keyLimit ? ` and ${keys.length - keyLimit} more` : ''}`]
}

function findingLines(finding: Finding): string[] {
  const { person, kind, tier, action } = finding
  const who = `${person.displayName} (${person.directory}, ${person.id})`
  return [
    `  matches ${who}: ${kind}, ${tier}`,
    ...finding.evidence.map((step) => `    ${step}`),
    finding.excuse === null
      ? `    a detection: ${JSON.stringify(finding.address)} is not an own address; the policy asks to ${action}`
      : `    excused: ${finding.excuse}`,
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

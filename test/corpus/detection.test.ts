import t from 'tap'
import { canonicalAddress } from '../../src/mail/address.ts'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Verdict } from '../../src/model.ts'
import { explain } from '../../src/policy/explain.ts'
import { inspect } from '../../src/policy/inspect.ts'
import type { Inspection } from '../../src/policy/inspect.ts'
import { loadSample, readCases, readRealFields, sampleExists } from './detection-sample.ts'
import type { SampleCase } from './detection-sample.ts'

/** The detection sample through the whole judgement: From octets in, verdict with person and address out. */

/** Share of `stretch` cases that must be right. */
const stretchFloor = 0.9

const now = Date.parse('2026-11-01T00:00:00Z')

if (!sampleExists && process.env.CI !== 'true') {
  t.pass('SKIPPED: the detection sample (../shared/detection) is not here', { skip: 'no sample beside the repository' })
} else {
  const { policy, lookup } = loadSample()
  const judge = (octets: Buffer): Inspection => inspect(parseHeaderSection(octets), policy, lookup, now)

  t.test('cases', async (t) => {
    const byCategory = new Map<string, { right: number; all: number }>()
    const stretch = { right: 0, all: 0 }
    for (const sample of readCases()) {
      const inspection = judge(Buffer.from(sample.from_raw_base64, 'base64'))
      const fault = faultOf(sample, inspection.verdict)
      const counts = byCategory.get(sample.category) ?? { right: 0, all: 0 }
      byCategory.set(sample.category, counts)
      counts.all++
      if (fault === null) counts.right++
      const told = `${sample.id} (${sample.level}): ${sample.shown ?? ''} ${fault ?? ''}`
      if (sample.level === 'must') {
        t.equal(fault, null, told, { steps: fault === null ? undefined : explain(inspection, policy) })
      } else if (sample.level === 'stretch') {
        stretch.all++
        if (fault === null) stretch.right++
        else t.comment(`stretch: ${told}`)
      } else if (fault !== null) t.comment(`debatable: ${told}`)
    }
    for (const [category, { right, all }] of byCategory) t.comment(`${category}: ${right} of ${all}`)
    t.ok(stretch.right >= stretchFloor * stretch.all, `stretch: ${stretch.right} of ${stretch.all}`)
  })

  t.test('ordinary mail gives no false alarm', async (t) => {
    let judged = 0
    for (const field of readRealFields()) {
      const { verdict } = judge(Buffer.concat([Buffer.from('From: '), field, Buffer.from('\r\n')]))
      judged++
      if (verdict.state === 'detected') t.fail(`${verdict.kind}: ${field.toString('latin1')} for ${verdict.name}`)
      if (verdict.state === 'unchecked') t.fail(`${verdict.reason}: ${field.toString('latin1')}`)
    }
    t.ok(judged > 8000, `${judged} fields`)
  })
}

function faultOf(sample: SampleCase, verdict: Verdict): string | null {
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

import t from 'tap'
import { parseHeaderSection } from '../../src/mail/section.ts'
import { explain } from '../../src/policy/explain.ts'
import { inspect } from '../../src/policy/inspect.ts'
import type { Inspection } from '../../src/policy/inspect.ts'
import { faultOf, loadSample, readCases, readRealFields, samples } from './detection-sample.ts'
import { judgementContext } from '../../src/policy/context.ts'

/** The detection sample through the whole judgement: From octets in, verdict with person and address out. */

/** Share of `stretch` cases that must be right. */
const stretchFloor = 0.9

const now = Date.parse('2026-11-01T00:00:00Z')

for (const { name, folder, ordinary, minOrdinary } of samples) {
  const { policy, lookup } = loadSample({ folder })
  const judge = (octets: Buffer): Inspection => inspect(parseHeaderSection(octets), judgementContext(policy, lookup), now)

  t.test(`${name}: cases`, async (t) => {
    const byCategory = new Map<string, { right: number; all: number }>()
    const stretch = { right: 0, all: 0 }
    for (const sample of readCases('cases.jsonl', folder)) {
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

  t.test(`${name}: ordinary mail gives no false alarm`, async (t) => {
    let judged = 0
    for (const field of readRealFields(ordinary)) {
      const { verdict } = judge(Buffer.concat([Buffer.from('From: '), field, Buffer.from('\r\n')]))
      judged++
      if (verdict.state === 'detected') t.fail(`${verdict.kind}: ${field.toString('latin1')} for ${verdict.name}`)
      if (verdict.state === 'unchecked') t.fail(`${verdict.reason}: ${field.toString('latin1')}`)
    }
    t.ok(judged >= minOrdinary, `${judged} fields`)
  })
}

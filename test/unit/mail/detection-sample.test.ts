import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { readOriginators } from '../../../src/mail/originators.ts'
import { parseHeaderSection } from '../../../src/mail/section.ts'

/** The detection sample that stands beside the repository, where it does. */
const folder = resolve(import.meta.dirname, '../../../../shared/detection')
const options = { fromOctets: 65_536, sender: true, replyTo: true }

interface Case {
  readonly id: string
  readonly from_raw_base64: string
  readonly shown: string | null
  readonly address: readonly string[] | null
}

function sample(name: string): Buffer | null {
  const path = resolve(folder, name)
  return existsSync(path) ? readFileSync(path) : null
}

const oneSpace = (text: string): string => text.replace(/\s+/g, ' ').trim()

t.test('what a client shows is among the readings', async (t) => {
  const file = sample('cases.jsonl')
  if (file === null) {
    if (process.env['CI'] === 'true') t.fail('../shared/detection/cases.jsonl is missing')
    else t.pass('skipped: ../shared/detection is not here', { skip: true })
    return
  }
  let shown = 0
  for (const line of file.toString('utf8').trim().split('\n')) {
    const { id, from_raw_base64, shown: name, address } = JSON.parse(line) as Case
    const { readings } = readOriginators(parseHeaderSection(Buffer.from(from_raw_base64, 'base64')), options)
    if (name === null) continue
    shown++
    const found = readings.some(
      (reading) =>
        (oneSpace(reading.name) === oneSpace(name) || (reading.part === 'none' && reading.address === name)) &&
        (address === null || (reading.address !== null && address.includes(reading.address))),
    )
    t.ok(found, id, { name, address, readings })
  }
  t.ok(shown > 100, `${shown} cases say what is shown`)
})

t.test('real fields are read, few are in doubt', async (t) => {
  const file = sample('real_from.txt')
  if (file === null) {
    if (process.env['CI'] === 'true') t.fail('../shared/detection/real_from.txt is missing')
    else t.pass('skipped: ../shared/detection is not here', { skip: true })
    return
  }
  let fields = 0
  let single = 0
  let empty = 0
  for (const body of file.toString('latin1').split('\n')) {
    if (body === '') continue
    fields++
    const { readings, truncated } = readOriginators(
      parseHeaderSection(Buffer.from(`From: ${body}\r\n`, 'latin1')),
      options,
    )
    if (readings.length === 1) single++
    if (readings.length === 0) empty++
    if (truncated) t.fail(`truncated: ${body}`)
  }
  t.ok(fields > 8000)
  t.equal(empty, 0, 'every field shows something')
  t.ok(single / fields > 0.8, `${single} of ${fields} have one reading`)
})

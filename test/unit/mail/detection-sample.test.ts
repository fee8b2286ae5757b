import t from 'tap'
import { readOriginators } from '../../../src/mail/originators.ts'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import { readCases, readRealFields, samples } from '../../corpus/detection-sample.ts'

/** The detection samples, as far as reading goes: what a mail program shows is among the readings. */
const options = { fromOctets: 65_536, sender: true, replyTo: true }

const oneSpace = (text: string): string => text.replace(/\s+/g, ' ').trim()

for (const { name: sample, folder, ordinary, minOrdinary, minShown } of samples) {
  t.test(`${sample}: what a client shows is among the readings`, async (t) => {
    let shown = 0
    for (const { id, from_raw_base64, shown: name, address } of readCases('cases.jsonl', folder)) {
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
    t.ok(shown >= minShown, `${shown} cases say what is shown`)
  })

  t.test(`${sample}: ordinary fields are read, few are in doubt`, async (t) => {
    let fields = 0
    let single = 0
    let empty = 0
    for (const body of readRealFields(ordinary)) {
      fields++
      const section = parseHeaderSection(Buffer.concat([Buffer.from('From: '), body, Buffer.from('\r\n')]))
      const { readings, truncated } = readOriginators(section, options)
      if (readings.length === 1) single++
      if (readings.length === 0) empty++
      if (truncated) t.fail(`truncated: ${body.toString('latin1')}`)
    }
    t.ok(fields >= minOrdinary)
    t.equal(empty, 0, 'every field shows something')
    t.ok(single / fields > 0.8, `${single} of ${fields} have one reading`)
  })
}

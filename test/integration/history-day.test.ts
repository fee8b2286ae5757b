import t from 'tap'
import { mailDay, sampleBeside } from './peers/mail-day.ts'
import { postfixMissing } from './peers/postfix.ts'

/** A small day of mail through a real Postfix; `npm run bench:mail-day` runs a whole one. */

const missing = postfixMissing()
t.setTimeout(600_000)

// The real fields where they are at hand, else made-up ones: each day takes a minute.
const sample = sampleBeside()
const title = sample === null ? 'mail that is made up' : 'the detection sample and real From fields'
t.test(`a day of mail: ${title}`, { skip: missing ?? false }, async (t) => {
  const said: string[] = []
  const day = await mailDay({ messages: 240, sample, print: (text) => said.push(text) })
  t.comment(said.join('\n'))
  t.ok(day.detected > 15, `${day.detected} detections`)
  t.equal(day.records, day.detected, 'a record for each')
  t.equal(day.mostBySummary, day.mostByRecords, 'whose name was taken most')
  t.ok(day.preview.cleared >= 2, `the answer clears ${day.preview.cleared} messages`)
  t.same(day.preview, day.judgedAgain, 'the preview says what a judgement of the messages gives')
  t.same(day.states, ['them', 'open', 'them', 'open'], 'answered, taken back, answered, and taken out by hand')
  t.ok(day.restored, 'undo leaves the protection file as it was')
  t.same(day.audit, ['review decide', 'review undo', 'review decide'])
  for (const [what, ms] of Object.entries(day.inForce)) t.ok(ms < 10_000, `in force after ${what}: ${ms} ms`)
})

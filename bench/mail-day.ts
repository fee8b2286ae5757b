/**
 * A day of mail through a real Postfix, and what an operator does about it: what came, whose names were taken, one pair answered
 * with the preview's numbers held against a judgement of the messages themselves, taken back, answered again.
 * Needs root, Debian's postfix and a build. Loopback only; ends by itself after --minutes.
 *
 *   npx tsx bench/mail-day.ts [--messages 10000] [--sample FOLDER] [--minutes 15]
 */
import { parseArgs } from 'node:util'
import { mailDay, sampleBeside } from '../test/integration/peers/mail-day.ts'
import { postfixMissing } from '../test/integration/peers/postfix.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    sample: { type: 'string' },
    minutes: { type: 'string', default: '15' },
  },
})

const missing = postfixMissing()
if (missing !== null) {
  console.error(missing)
  process.exit(69)
}
setTimeout(
  () => {
    console.error(`not done after ${values.minutes} minutes`)
    process.exit(1)
  },
  Number(values.minutes) * 60_000,
).unref()

const sample = values.sample ?? sampleBeside()
const result = await mailDay({ messages: Number(values.messages), sample, print: (text) => console.log(text) })
console.log(JSON.stringify(result, null, 2))
const { preview, judgedAgain, inForce, states, restored, mostByRecords, mostBySummary } = result
const faults = [
  preview.cleared === judgedAgain.cleared ? null : 'the preview and the judgement of the messages differ',
  preview.refused === judgedAgain.refused ? null : 'the preview and the replies differ',
  mostByRecords === mostBySummary ? null : 'the summary and the records differ',
  Math.max(...Object.values(inForce)) <= 2000 ? null : 'not in force within 2 s',
  states.join() === 'them,open,them,open' ? null : `the pair was ${states.join()}`,
  restored ? null : 'undo did not restore the protection file',
].filter((fault) => fault !== null)
for (const fault of faults) console.error(fault)
process.exit(faults.length === 0 ? 0 : 1)

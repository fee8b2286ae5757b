import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { loadConfig, loadProtection } from '../../../../src/config/load.ts'
import { JudgePool } from '../../../../src/admin/replay/judge-pool.ts'
import type { JudgeSettings } from '../../../../src/admin/replay/judge.ts'
import { jsonOf } from '../../../../src/admin/replay/outcome.ts'
import { openJudgement } from '../../../../src/admin/replay/people.ts'
import { Replay } from '../../../../src/admin/replay/replay.ts'
import { ResultWriter } from '../../../../src/admin/replay/result-writer.ts'
import type { MessageSource } from '../../../../src/admin/replay/sources.ts'
import { Tally } from '../../../../src/admin/replay/tally.ts'
import { directorySources } from '../../../../src/directory/sources/registry.ts'

/** The same messages judged here and in two further processes: the same results, in the same order. */
const folder = mkdtempSync(join(tmpdir(), 'namesake-parallel-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const at = (path: string): string => join(folder, path)

writeFileSync(
  at('namesake.yaml'),
  `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:1" }
store: ./store
protection: ./protection.yaml
directories:
  - { name: Staff, type: file, path: ./people.yaml, sync: "0 0 1 1 *" }
`,
)
writeFileSync(at('protection.yaml'), 'protect:\n  - { directory: Staff, users: [jane] }\n')
writeFileSync(at('other.yaml'), 'protect:\n  - { directory: Staff, users: [nora] }\n')
writeFileSync(
  at('people.yaml'),
  `users:
  - { id: jane, displayName: Jane Roe, mail: jane.roe@corp.example }
  - { id: nora, displayName: Nora Blake, mail: nora.blake@corp.example }
`,
)
mkdirSync(at('mail'))
const names = ['Jane Roe', 'Nora Blake', 'Somebody Else', 'Roe, Jane', 'Another']
const textOf = (n: number): string => `From: ${names[n % 5]} <x${n % 7}@evil.example>\nSubject: ${n}\n\n`
for (let n = 0; n < 40; n++) writeFileSync(at(`mail/${n}.eml`), n === 7 ? 'junk' : textOf(n))

/** Sections, files, a file that is none, an old one and an unreadable one, in turn. */
function* messages(): Generator<MessageSource> {
  for (let n = 0; n < 3000; n++) {
    if (n % 75 === 0) yield { source: `file ${n / 75}`, path: at(`mail/${n / 75}.eml`), time: null }
    else if (n % 501 === 0) yield { source: `gone ${n}`, problem: 'does not exist' }
    else {
      const octets = Buffer.from(textOf(n).slice(0, -1))
      yield { source: `message ${n}`, octets, truncated: false, time: n % 100 === 1 ? 1e9 : null }
    }
  }
}

const settings: JudgeSettings = { headerOctets: 10_000, fromOctets: 1000, since: 1e12, until: null, explain: true }

t.test('two processes beside this one', async (t) => {
  const loaded = loadConfig(at('namesake.yaml'), directorySources)
  const tried = loadProtection({ ...loaded.config, protection: at('other.yaml') })
  const judgement = await openJudgement(loaded, tried, (text) => t.fail(text))
  t.teardown(() => judgement.close())

  async function replay(jobs: number): Promise<{ lines: string[]; err: string; tally: Tally }> {
    const [out, err] = [new PassThrough(), new PassThrough()]
    out.resume()
    const told: Buffer[] = []
    err.on('data', (chunk: Buffer) => told.push(chunk))
    const lines: string[] = []
    const tally = new Tally()
    let goOn = (): void => undefined
    const parallel = new Promise<void>((resolve) => (goOn = resolve))
    const run = new Replay({
      judgement,
      settings,
      jobs,
      tally,
      err,
      writer: new ResultWriter({ out, err }, { form: 'json', all: false, explain: false, compared: true }, () => {}),
      progress: { update: () => {}, clear: () => {} },
      found: () => 0,
      onJudged: (judged) => lines.push(jsonOf(judged) + judged.steps.join('\n') + judged.directory),
      onParallel: goOn,
    })
    async function* found(): AsyncGenerator<MessageSource> {
      let n = 0
      for (const message of messages()) {
        // Most of the messages come when the other processes are there.
        if (n++ === 800 && jobs > 1) await parallel
        yield message
      }
    }
    await run.over(found(), new AbortController().signal)
    await new Promise(setImmediate)
    return { lines, err: Buffer.concat(told).toString(), tally }
  }

  const here = await replay(1)
  const together = await replay(2)
  t.ok(here.lines.length > 2900)
  t.same(together.lines, here.lines)
  t.equal(together.err, here.err)
  t.match(together.err, /file 7: is no message/)
  t.same(together.tally, here.tally)
  t.equal(here.tally.outside, 29)
})

t.test('a process that can not start, and one that dies, end the run with a reason', async (t) => {
  const loaded = loadConfig(at('namesake.yaml'), directorySources)
  const judgement = await openJudgement(loaded, null, (text) => t.fail(text))
  t.teardown(() => judgement.close())
  const broken = new JudgePool(1, { ...judgement.recipe, store: at('nowhere') }, settings, () => t.fail('it is ready'))
  const octets = Buffer.from(textOf(1))
  const batch = [{ source: 's', octets, truncated: false, time: null }]
  await t.rejects(broken.judge(batch), {
    code: 'invariant',
    message: /judging in several processes failed: .*--jobs 1/s,
  })
  t.throws(() => broken.ready, { code: 'invariant' })
  await t.rejects(broken.judge(batch), { code: 'invariant' }, 'and what comes later fails too')
  await broken.close()
})

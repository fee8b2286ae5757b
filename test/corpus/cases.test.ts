import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import t from 'tap'
import { addCheckVerb } from '../../src/cli/check.ts'
import { rootCommand } from '../../src/cli/verb.ts'

/**
 * Each folder of test/corpus/cases (and of test/corpus/private, which is not committed) holds a message, the people, the
 * protection file, what must come out, and why. Judged as an operator would: by `check`, over files.
 */
const folders = ['cases', 'private']
  .map((name) => join(import.meta.dirname, name))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))

const temporary = mkdtempSync(join(tmpdir(), 'namesake-corpus-'))
t.teardown(() => rmSync(temporary, { recursive: true, force: true }))

t.ok(folders.length >= 15, `${folders.length} cases`)

for (const [i, folder] of folders.entries()) {
  const name = folder.split('/').at(-1) ?? folder
  t.test(name, async (t) => {
    const config = join(temporary, `namesake-${i}.yaml`)
    writeFileSync(
      config,
      JSON.stringify({
        smtp: { listen: ['127.0.0.1:0'], relay: 'smtp://127.0.0.1:1' },
        store: join(temporary, `store-${i}`),
        protection: join(folder, 'policy.yaml'),
        directories: [{ name: 'Staff', type: 'file', path: join(folder, 'directory.yaml'), sync: '0 0 1 1 *' }],
      }),
    )
    const want = JSON.parse(readFileSync(join(folder, 'want.json'), 'utf8')) as { verdict: string }
    const ran = await check(['--config', config, '--json', join(folder, 'message.eml')])
    t.match(JSON.parse(ran.out), want, readFileSync(join(folder, 'why.md'), 'utf8').trim())
    t.equal(ran.err, '')
    t.equal(ran.code, want.verdict === 'detected' ? 1 : 0, 'exit code')
  })
}

async function check(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const texts = { out: '', err: '' }
  const sink = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString()
        done()
      },
    })
  let code: number | null = null
  const program = rootCommand()
  addCheckVerb(program, { out: sink('out'), err: sink('err'), exit: (n) => (code = n) })
  await program.parseAsync(['check', ...args], { from: 'user' })
  return { code, ...texts }
}

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { fencesOf, root } from '../repo/markdown.ts'
import type { Fence } from '../repo/markdown.ts'
import { findProgram, run, skipUnless, until } from './peers/scratch.ts'
import { freePorts } from './peers/ports.ts'

/**
 * Every command of these pages is run, in its order, in a clean copy of the repository. How blocks are marked:
 *
 *   sh          run; the exit code is 0, or what `exit=N` says
 *   sh serve    started as in a terminal of its own, and waited for until the daemon is up
 *   text        right behind such a block: what it prints somewhere, with any text in place of `…`
 *   console     not run; the page says why
 *
 * Only ports are changed, so that a daemon on this machine is not disturbed. `npm ci` and `npm test` are left to the
 * landing's own clean install and run: the copy shares the packages that are there. README's `npm start` builds; other
 * pages take the build that the tests run on.
 */
t.setTimeout(600_000)

const pages = ['README.md', 'docs/quickstart.md', 'docs/replay.md', 'docs/troubleshooting.md']

/** What a page takes for granted: a daemon that runs, and a message that it has judged. */
const preparations: Readonly<Record<string, string>> = {
  'docs/troubleshooting.md': `
    printf '%s\\r\\n' 'From: "Jane Roe" <jane.roe77@mail.example>' 'Message-ID: <example-1@mail.example>' '' hi > message.eml
    node -e '
      require("nodemailer").createTransport({port:10025,ignoreTLS:true})
        .sendMail({envelope:{from:"x@mail.example",to:"omar.haddad@corp.example"},raw:require("fs").readFileSync("message.eml")})'
    for i in $(seq 100); do grep -q '"event":"message"' daemon.log && break; sleep 0.1; done
    cp daemon.log namesake.log`,
}

/** What a clean clone has, as far as a page needs it; nothing that a build or a run has left behind. */
const parts = ['config', 'scripts', 'src', 'tsconfig.json', 'package.json', 'package-lock.json']
const ports = ['10025', '10026', '10027', '9465']

interface Copy {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** A text with this copy's ports in place of the documented ones. */
  substitute(text: string): string
}

async function makeCopy(): Promise<Copy> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-page-'))
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const free = await freePorts(ports.length)
  const substitute = (text: string): string =>
    ports.reduce((done, port, i) => done.replace(new RegExp(`\\b${port}\\b`, 'g'), String(free[i])), text)
  const config = join(folder, 'config/namesake.yaml')
  writeFileSync(config, substitute(readFileSync(config, 'utf8')))
  // The command as it is called once the package is installed.
  const bin = join(folder, '.bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'namesake'), `#!/bin/sh\nexec node "${folder}/dist/cli.js" "$@"\n`, { mode: 0o755 })
  return { folder, env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` }, substitute }
}

/** The commands of a block as they are run. */
function runnable(copy: Copy, { text }: Fence): string {
  return copy
    .substitute(text)
    .replace(/^(npm ci|npm ci && npm test|npm run build)$/gm, 'true')
    .replace(/^npm ci && /gm, '')
}

/** Programs that a page's blocks need and that not every machine has. */
function missingProgram(blocks: readonly Fence[]): string | null {
  const used = ['swaks', 'curl', 'jq'].filter((name) => blocks.some(({ text }) => new RegExp(`\\b${name} `).test(text)))
  const missing = used.filter((name) => findProgram(name) === null)
  return missing.length === 0 ? null : `${missing.join(', ')} not installed`
}

/** What a `text` block says is printed, as an expression. */
function expected(copy: Copy, text: string): RegExp {
  const escaped = copy
    .substitute(text)
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\s*…\s*/g, '[^]*?')
    .replace(/\s+/g, '\\s+')
  return new RegExp(escaped)
}

const shell = ['-euo', 'pipefail', '-c']

/** Runs commands to their end in the copy's folder. */
function runIn(copy: Copy, command: string): ReturnType<typeof run> {
  return run('bash', [...shell, command], { cwd: copy.folder, env: copy.env, limit: 120_000 })
}

/** Runs commands; a scrape alone once more if it does not say what is wanted, as a busy worker's numbers may lag behind. */
async function runUntil(copy: Copy, command: string, wants: RegExp): ReturnType<typeof run> {
  let outcome = await runIn(copy, command)
  const scrapes = command.split('\n').every((line) => line.startsWith('curl '))
  for (let tries = 0; scrapes && !wants.test(outcome.output) && tries < 20; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    outcome = await runIn(copy, command)
  }
  return outcome
}

/** Starts what runs until it is stopped, in a process group of its own. */
async function serve(copy: Copy, command: string): Promise<ChildProcess> {
  const log = join(copy.folder, 'daemon.log')
  const output = openSync(log, 'a')
  const child = spawn('bash', [...shell, command], {
    cwd: copy.folder,
    env: copy.env,
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const isUp = (): boolean => {
    const text = readFileSync(log, 'utf8')
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${text}`)
    return text.includes('"event":"started"')
  }
  await until('the daemon is up', isUp, 90_000)
  return child
}

/** Ends the group that the test started, as Ctrl-C does. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGINT')
  await gone
}

for (const page of pages) {
  const blocks = fencesOf(readFileSync(join(root, page), 'utf8'))
  const commands = blocks.filter(({ language }) => language === 'sh')
  t.test(page, { timeout: 240_000, ...skipUnless(missingProgram(commands)) }, async (t) => {
    t.ok(commands.length > 0, 'the page has commands')
    const copy = await makeCopy()
    const daemons: ChildProcess[] = []
    t.teardown(async () => {
      await Promise.all(daemons.map(end))
      rmSync(copy.folder, { recursive: true, force: true, maxRetries: 5 })
    })
    const builds = commands.some(({ text }) => text.includes('npm start'))
    if (!builds) cpSync(join(root, 'dist'), join(copy.folder, 'dist'), { recursive: true })
    const preparation = preparations[page]
    if (preparation !== undefined) {
      daemons.push(await serve(copy, 'namesake serve'))
      const { code, output } = await runIn(copy, copy.substitute(preparation))
      t.equal(code, 0, output)
    }
    let printed = ''
    for (const [index, block] of blocks.entries()) {
      const at = `${page}:${block.line}`
      if (block.language === 'text' && block.follows && blocks[index - 1]?.language === 'sh') {
        t.match(printed, expected(copy, block.text), `${at} is what was printed`)
      } else if (block.language === 'sh' && block.words.includes('serve')) {
        daemons.push(await serve(copy, runnable(copy, block)))
      } else if (block.language === 'sh') {
        const wanted = Number(block.words.find((word) => word.startsWith('exit='))?.slice(5) ?? 0)
        const next = blocks[index + 1]
        const wants = next?.language === 'text' && next.follows ? expected(copy, next.text) : /^/
        const { code, output } = await runUntil(copy, runnable(copy, block), wants)
        printed = output
        t.equal(code, wanted, `${at} ends with ${wanted}: ${block.text.split('\n')[0] ?? ''}\n${output}`)
      }
    }
  })
}

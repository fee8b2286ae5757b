import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { exitCode } from '../errors.ts'
import { parseHeaderSection } from '../mail/section.ts'
import { inspectSafely } from '../policy/decide.ts'
import { explain } from '../policy/explain.ts'
import { jsonOf, lineOf, rowsOf, Tally } from './check-report.ts'
import type { CheckLine } from './check-report.ts'
import { openJudgement } from './check-people.ts'
import type { JudgedBy } from './check-people.ts'
import { findMessages, totalOctets } from './message-sources.ts'
import { startProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { printable } from './text.ts'

/** Where results and messages go, where messages come from, and how the exit code is said. */
export interface CheckDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** Messages and progress. */
  readonly err: NodeJS.WritableStream
  /** Sets the exit code of a run that ends without an error. */
  exit(code: number): void
  /** Default: the process's. */
  readonly stdin?: Readable
}

interface CheckOptions {
  readonly config: string
  readonly json?: boolean
  readonly explain?: boolean
  readonly all?: boolean
  readonly policy?: string
}

const examples = [
  'check message.eml',
  'check ~/Maildir /var/spool/archive/2026-10.mbox.gz',
  'check --policy stricter.yaml archive.mbox',
  'check --json archive.mbox | jq -r \'select(.verdict == "detected") | .reason\'',
  'check --explain < message.eml',
]

/** Adds the verb `check [PATH...]`, which judges messages without relaying them. */
export function addCheckVerb(program: Command, deps: CheckDeps): void {
  program
    .command('check [PATH...]')
    .summary('judge messages without relaying them')
    .description(
      'Judges messages without relaying them: .eml files, mboxes, Maildirs, folders, each also as .gz, or standard input (-). ' +
        'Exit code 1: something was detected; 65: something could not be read.',
    )
    .option('--config <file>', "the daemon's configuration", 'config/namesake.yaml')
    .option('--json', 'one JSON object a line for each message')
    .option('--explain', 'each reading of the message and each step of the match')
    .option('--all', 'clean messages in the table too')
    .option('--policy <file>', 'judge by this protection file instead of the configured one')
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  namesake ${line}`).join('\n')}`)
    .action(async (paths: string[], options: CheckOptions) => {
      deps.exit(await check(paths, options, deps))
    })
}

/** Octets of fields that are read where the configuration has no listener to say so. */
const defaultHeaderOctets = 262_144
const defaultFromOctets = 65_536

async function check(given: readonly string[], options: CheckOptions, deps: CheckDeps): Promise<number> {
  const loaded = loadConfig(options.config, { credentials: false })
  const paths = given.length > 0 ? given : ['-']
  const limits = loaded.config.smtp?.limits ?? loaded.config.milter?.limits
  const warn = (text: string): boolean => deps.err.write(`namesake: warning: ${printable(text)}\n`)
  const other = options.policy === undefined ? null : resolve(options.policy)
  const judgedBy = await openJudgement(loaded, other, warn)
  try {
    for (const { message } of judgedBy.problems) warn(message)
    const run = new CheckRun(judgedBy, options, deps, limits?.fromField ?? defaultFromOctets)
    return await run.over(paths, limits?.headerSection ?? defaultHeaderOctets)
  } finally {
    await judgedBy.close()
  }
}

/** Rows that are held back to align their columns. */
const rowsAtOnce = 200

class CheckRun {
  private readonly judgedBy: JudgedBy
  private readonly options: CheckOptions
  private readonly deps: CheckDeps
  private readonly fromOctets: number
  private readonly tally = new Tally()
  private readonly waiting: CheckLine[] = []
  private headWritten = false

  constructor(judgedBy: JudgedBy, options: CheckOptions, deps: CheckDeps, fromOctets: number) {
    this.judgedBy = judgedBy
    this.options = options
    this.deps = deps
    this.fromOctets = fromOctets
  }

  async over(paths: readonly string[], headerOctets: number): Promise<number> {
    let done = 0
    const progress = startProgress(this.deps.err, () => (paths.includes('-') ? 0 : totalOctets(paths)))
    const onProgress = (octets: number): void => {
      done += octets
    }
    const sources = { headerOctets, stdin: this.deps.stdin ?? process.stdin, onProgress }
    for await (const found of findMessages(paths, sources)) {
      if ('problem' in found) {
        progress.clear()
        this.tally.unreadable++
        this.deps.err.write(`namesake: ${printable(found.source)}: ${found.problem}\n`)
      } else {
        await this.judge(found.source, found.octets, found.truncated, progress)
      }
      progress.update(done, this.tally.messages)
    }
    progress.clear()
    this.flush()
    if (this.options.json !== true) {
      await this.write(`${this.headWritten ? '\n' : ''}${this.tally.summary().join('\n')}\n`)
    }
    if (this.tally.unreadable > 0) return exitCode.badInput
    return this.tally.detected > 0 ? exitCode.detected : exitCode.done
  }

  private async judge(source: string, octets: Buffer, truncated: boolean, progress: Progress): Promise<void> {
    const { policy, lookup } = this.judgedBy
    const inspection = inspectSafely(parseHeaderSection(octets, truncated), policy, lookup(), {
      now: Date.now(),
      limits: { fromOctets: this.fromOctets },
      onFailure: (error) => this.deps.err.write(`namesake: ${printable(source)}: judging failed: ${String(error)}\n`),
    })
    const line = lineOf(source, inspection.verdict)
    this.tally.add(line)
    if (this.options.explain === true) {
      progress.clear()
      const steps = explain(inspection, policy).map((step) => `  ${printable(step)}\n`)
      const head = `${printable(source)}\n`
      if (this.options.json === true) this.deps.err.write(head + steps.join(''))
      else await this.write(head + steps.join(''))
    }
    if (this.options.json === true) await this.write(`${jsonOf(line)}\n`)
    else if (this.options.explain !== true && (line.verdict !== 'clean' || this.options.all === true)) {
      this.waiting.push(line)
      if (this.waiting.length >= rowsAtOnce) {
        progress.clear()
        this.flush()
      }
    }
  }

  private flush(): void {
    if (this.waiting.length === 0) return
    const rows = rowsOf(this.waiting, !this.headWritten)
    this.headWritten = true
    this.waiting.length = 0
    this.deps.out.write(rows.map((row) => `${row}\n`).join(''))
  }

  /** Writes results, and waits for a slow reader instead of piling them up. */
  private async write(text: string): Promise<void> {
    if (!this.deps.out.write(text)) await new Promise((resume) => this.deps.out.once('drain', resume))
  }
}

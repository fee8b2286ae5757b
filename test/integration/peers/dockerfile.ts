import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { chownTree } from './ownership.ts'
import { run } from './scratch.ts'

/**
 * Runs a Dockerfile's steps without an engine: each stage is a plain folder that stands for its root. What the base
 * images hold is this machine's; so RUN may only use relative paths. ENV, USER and the like are read, not run.
 */
export interface BuiltStage {
  /** The folder that stands for `/`. */
  readonly root: string
  readonly from: string
  readonly workdir: string
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** The command of HEALTHCHECK. */
  readonly health: readonly string[]
  readonly ran: readonly string[]
}

type Stage = { -readonly [K in keyof BuiltStage]: BuiltStage[K] }

/** Instructions with their arguments; continued lines joined, comments left out. */
export function parseDockerfile(text: string): { readonly word: string; readonly rest: string }[] {
  const lines = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ')
  return [...lines.matchAll(/^(\w+)\s+(.*)$/gm)].map((found) => ({
    word: (found[1] as string).toUpperCase(),
    rest: (found[2] as string).trim(),
  }))
}

/**
 * @param context folder of the sources
 * @param work where the stages' folders are made
 * @returns the stages by name; the last one is named `final`
 * @throws on a step that fails or that a plain folder can't stand for
 */
export async function buildStages(context: string, work: string): Promise<Map<string, BuiltStage>> {
  const stages = new Map<string, Stage>()
  const sent = readIgnoreFile(context)
  let stage: Stage | null = null
  for (const { word, rest } of parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    if (word === 'FROM') {
      const [from = '', , name = 'final'] = rest.split(/\s+/)
      stage = newStage(join(work, name), from)
      stages.set(name, stage)
    } else if (stage === null) throw new Error(`${word} before FROM`)
    else await step(stage, word, rest, { context, sent, stages })
  }
  return stages
}

function newStage(root: string, from: string): Stage {
  mkdirSync(root, { mode: 0o755 })
  return { root, from, workdir: '/', env: {}, user: 'root', entrypoint: [], cmd: [], health: [], ran: [] }
}

interface Surroundings {
  readonly context: string
  readonly sent: (name: string) => boolean
  readonly stages: ReadonlyMap<string, BuiltStage>
}

async function step(stage: Stage, word: string, rest: string, around: Surroundings): Promise<void> {
  if (word === 'WORKDIR') {
    stage.workdir = rest
    mkdirSync(join(stage.root, rest), { recursive: true, mode: 0o755 })
  } else if (word === 'COPY') copy(stage, rest, around)
  else if (word === 'RUN') await runStep(stage, rest)
  else if (word === 'ENV') stage.env = { ...stage.env, ...Object.fromEntries([rest.split(/=(.*)/s).slice(0, 2)]) }
  else if (word === 'USER') stage.user = rest
  else if (word === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest) as string[]
  else if (word === 'CMD') stage.cmd = JSON.parse(rest) as string[]
  else if (word === 'HEALTHCHECK') stage.health = JSON.parse(rest.slice(rest.indexOf('['))) as string[]
  else if (word !== 'EXPOSE' && word !== 'VOLUME') throw new Error(`unknown instruction ${word}`)
}

function copy(stage: Stage, rest: string, { context, sent, stages }: Surroundings): void {
  const words = rest.split(/\s+/)
  const flags = new Map(words.filter((w) => w.startsWith('--')).map((w) => w.slice(2).split('=') as [string, string]))
  const names = words.filter((word) => !word.startsWith('--'))
  const target = names.pop() ?? ''
  const from = flags.get('from')
  const source = from === undefined ? context : stages.get(from)?.root
  if (source === undefined) throw new Error(`COPY from the unknown stage ${from}`)
  const to = join(stage.root, isAbsolute(target) ? target : join(stage.workdir, target))
  const intoFolder = names.length > 1 || target.endsWith('/')
  for (const name of names) {
    if (from === undefined && !sent(name)) throw new Error(`COPY ${name}: .dockerignore keeps it from the engine`)
    const path = join(source, name)
    if (!existsSync(path)) throw new Error(`COPY ${name}: no such file`)
    // A folder's content is copied, not the folder.
    const end = intoFolder && statSync(path).isFile() ? join(to, basename(name)) : to
    cpSync(path, end, { recursive: true, verbatimSymlinks: true })
    const owner = flags.get('chown')
    if (owner !== undefined) chownTree(end, owner)
  }
}

async function runStep(stage: Stage, command: string): Promise<void> {
  if (/(^|\s)\/(?!dev\/null)/.test(command)) throw new Error(`RUN ${command}: an absolute path can't be stood for`)
  const cwd = join(stage.root, stage.workdir)
  const done = await run('sh', ['-c', command], { cwd, env: { ...process.env, ...stage.env }, limit: 300_000 })
  if (done.code !== 0) throw new Error(`RUN ${command}: ${done.output}`)
  stage.ran = [...stage.ran, command]
}

/** Whether a .dockerignore of the form `*`, `!name` … lets a path through. */
function readIgnoreFile(context: string): (name: string) => boolean {
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n')
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (rules[0] !== '*') throw new Error('.dockerignore does not begin by keeping everything out')
  const through = rules.slice(1).map((rule) => resolve(context, rule.replace(/^!/, '')))
  return (name) => through.some((path) => `${resolve(context, name)}/`.startsWith(`${path}/`))
}

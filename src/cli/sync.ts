/** The verb sync: directories read now. */

import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/types.ts'
import type { ScheduledDirectory } from '../directory/schedule.ts'
import { directorySources, sourceOf } from '../directory/sources/registry.ts'
import type { MakeIndex } from '../directory/store/reindex.ts'
import type { Store } from '../directory/store/store.ts'
import { openStore } from '../directory/store/open.ts'
import { synchronise } from '../directory/sync.ts'
import type { SyncProgress } from '../directory/sync.ts'
import { exitCodeOf, NamesakeError } from '../errors.ts'
import type { DirectoryView } from '../model.ts'
import type { ProtectionProblem, ResolvedRules } from '../policy/rules.ts'
import { tellProblems } from './problems.ts'
import { printable } from '../text.ts'
import { syncInWords } from '../admin/directories.ts'
import { Installation } from '../admin/installation.ts'
import { configPath, examples } from './verb.ts'

/** Where results and messages go, and what of the wiring the verb needs. */
interface SyncDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** Messages and progress. */
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Sets the exit code of a run that ends without an error. */
  exit(code: number): void
  /** The configured directories, ready to be read. */
  directories(loaded: LoadedConfig): readonly ScheduledDirectory[]
  /** `found` is told at each sync what the rules name and no directory has. */
  makeIndex(loaded: LoadedConfig, found: (problems: readonly ProtectionProblem[]) => void): MakeIndex
  /** How many people the rules in force guard, and how many of them the file's would free. */
  freedBy(
    loaded: LoadedConfig,
    inForce: ResolvedRules,
    view: DirectoryView,
  ): { readonly guarded: number; readonly freed: number }
}

interface SyncVerbOptions {
  readonly full?: boolean
  readonly acceptShrink?: boolean
}

/** Adds the verb `sync [DIRECTORY]`: one synchronisation now, beside a running daemon or without one. */
export function addSyncVerb(program: Command, deps: SyncDeps): void {
  program
    .command('sync [DIRECTORY]')
    .summary('synchronise directories now')
    .description(
      'Reads one directory, or all, and says what changed. A running daemon judges by the new people at once. ' +
        'Exit code 65: the source is wrong, or too many people would go; 69: it is not reachable, or a sync is running.',
    )
    .option('--full', 'read everything, not only what changed')
    .option('--accept-shrink', 'let any number of people go, or lose protection')
    .addHelpText(
      'after',
      examples('sync', 'sync "Office 365"', 'sync Staff --accept-shrink', 'sync "Office 365" --full'),
    )
    .action(async (name: string | undefined, options: SyncVerbOptions, command: Command) => {
      const { loaded, chosen } = load(configPath(command), name, deps)
      if (loaded.config.fleet !== null) {
        await askDaemon(configPath(command), chosen, options, deps)
        return
      }
      const store = await openStore({
        path: loaded.config.store,
        onDamaged: (why, to) => deps.err.write(`namesake: the store can't be used: ${why}; it was moved to ${to}\n`),
        onOutdated: (to) =>
          deps.err.write(`namesake: the store was of another version; it was moved to ${to} and is built anew\n`),
      })
      try {
        await syncEach(store, chosen, loaded, options, deps)
      } finally {
        await store.close()
      }
    })
}

/** Which of a fleet's nodes reads a directory is settled between their daemons: this node's is asked. */
async function askDaemon(
  path: string,
  directories: readonly ScheduledDirectory[],
  { full = false, acceptShrink = false }: SyncVerbOptions,
  deps: SyncDeps,
): Promise<void> {
  const { control } = new Installation(path)
  for (const { provider } of directories) {
    const line = progressLine(deps.err, provider.name)
    const report = await control
      .sync({ directory: provider.name, full, acceptShrink }, ({ phase, count }) => line.show({ phase, count }))
      .finally(() => line.clear())
    deps.out.write(`${printable(provider.name)}: ${syncInWords(report)}\n`)
  }
}

/** Configuration and directories to be read. Credentials are looked for only where one of them signs in somewhere. */
function load(
  config: string,
  name: string | undefined,
  deps: SyncDeps,
): { readonly loaded: LoadedConfig; readonly chosen: readonly ScheduledDirectory[] } {
  const without = loadConfig(config, directorySources, { credentials: false })
  const files = choose(deps.directories(without), name)
  if (files.every(({ provider }) => !sourceOf(provider).signsIn)) return { loaded: without, chosen: files }
  const loaded = loadConfig(config, directorySources)
  return { loaded, chosen: choose(deps.directories(loaded), name) }
}

/** @throws NamesakeError usage */
function choose(directories: readonly ScheduledDirectory[], name: string | undefined): readonly ScheduledDirectory[] {
  if (directories.length === 0) throw new NamesakeError('usage', 'the configuration names no directories')
  if (name === undefined) return directories
  const found = directories.filter(({ provider }) => provider.name === name)
  const others = directories.filter(({ provider }) => provider.name.toLowerCase() === name.toLowerCase())
  if (found.length > 0) return found
  if (others.length === 1) return others
  const names = directories.map(({ provider }) => JSON.stringify(provider.name)).join(', ')
  throw new NamesakeError('usage', `there is no directory ${JSON.stringify(name)}; the configuration has ${names}`)
}

/** Synchronises one after the other; one that fails doesn't keep the others from being read. */
async function syncEach(
  store: Store,
  directories: readonly ScheduledDirectory[],
  loaded: LoadedConfig,
  options: SyncVerbOptions,
  deps: SyncDeps,
): Promise<void> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort(new NamesakeError('usage', 'interrupted; the people are as they were'))
  if (options.acceptShrink !== true) checkRules(store, loaded, deps)
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  let problems: readonly ProtectionProblem[] = []
  const makeIndex = deps.makeIndex(loaded, (found) => (problems = found))
  try {
    for (const directory of directories) {
      const { name } = directory.provider
      const line = progressLine(deps.err, name)
      try {
        const outcome = await synchronise(store, directory.provider, {
          makeIndex,
          maxShrink: options.acceptShrink === true ? null : directory.shrink,
          signal: stop.signal,
          now: Date.now,
          full: options.full === true,
          fullEvery: directory.fullEvery ?? null,
          notice: (text) => line.notice(text),
          progress: (progress) => line.show(progress),
        })
        line.clear()
        deps.out.write(`${printable(name)}: ${syncInWords(outcome)}\n`)
      } catch (error) {
        line.clear()
        if (directories.length === 1 || stop.signal.aborted || !(error instanceof NamesakeError)) throw error
        deps.err.write(`namesake: ${named(name, error.message)}\n`)
        deps.exit(exitCodeOf(error))
      }
    }
    tellProblems(deps.err, loaded, problems)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/**
 * A sync brings the file's rules into force with the people, also beside a daemon that refused them: the same brake holds.
 * @throws NamesakeError rules-shrink
 */
function checkRules(store: Store, loaded: LoadedConfig, deps: SyncDeps): void {
  const inForce = store.rules()
  if (inForce === null) return
  const { guarded, freed } = deps.freedBy(loaded, inForce, store.snapshot())
  if (2 * freed <= guarded) return
  throw new NamesakeError(
    'rules-shrink',
    `${loaded.config.protection} frees ${freed} of ${guarded} protected people, more than half at once; nothing was read; ` +
      'if it is meant: "namesake reload --force" where the daemon runs, or "namesake sync --accept-shrink"',
  )
}

/** A message with the directory's name before it, where it doesn't begin with that. */
function named(directory: string, message: string): string {
  return message.startsWith(`${directory}: `) ? message : `${printable(directory)}: ${message}`
}

interface ProgressLine {
  show(progress: SyncProgress): void
  notice(text: string): void
  clear(): void
}

/** A line that is written over, on a terminal; notices also elsewhere. */
function progressLine(err: SyncDeps['err'], name: string): ProgressLine {
  let shown = 0
  const clear = (): void => {
    if (err.isTTY === true && shown > 0) err.write('\r\x1b[K')
    shown = 0
  }
  return {
    clear,
    show: ({ phase, count }) => {
      if (err.isTTY !== true || Date.now() - shown < 100) return
      shown = Date.now()
      err.write(`\r\x1b[K${printable(name)}: ${phase === 'reading' ? 'reading' : 'writing people'} ${count}`)
    },
    notice: (text) => {
      clear()
      err.write(`namesake: ${printable(text)}\n`)
    },
  }
}

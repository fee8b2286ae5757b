/**
 * The primary process: config, store, listeners, reloads, signals, drain.
 *
 * The daemon: the primary process, which reads the configuration, keeps the store in step with directories and rules,
 * answers metrics and health, and looks after the workers, which carry the mail (main/worker.ts).
 */

import { availableParallelism, hostname } from 'node:os'
import { isatty } from 'node:tty'
import { isDeepStrictEqual } from 'node:util'
import { loadConfig, loadProtection } from '../config/load.ts'
import type { LoadedConfig, NamesakeConfig } from '../config/types.ts'
import { watchFile } from '../config/watch.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { exitCode, formatFault, NamesakeError } from '../errors.ts'
import { answerControl, controlPath } from '../admin/control.ts'
import { LocalControl } from './control.ts'
import { openControlSocket } from '../net/control-socket.ts'
import type { ControlSocket, Handler } from '../net/control-socket.ts'
import type { ReloadReport } from '../ports.ts'
import { CertificateWatch, certificateEnds } from './certificate-watch.ts'
import { ConsoleProcess } from './console.ts'
import type { WorkerSettings } from './ipc.ts'
import { Directories } from './directories.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { HistoryKeeper } from './history-keeper.ts'
import { contentsMark, InForce } from './in-force.ts'
import { readReadiness } from './readiness.ts'
import { redactedFields } from './redaction.ts'
import { smtpSettings } from './smtp-settings.ts'
import { version } from './version.ts'
import { WorkerPool } from './worker-pool.ts'
import { formatAddress } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { defaultTimeouts } from '../net/limits.ts'
import { freeSocketPaths } from '../net/listening.ts'
import { openEvents } from '../ops/events.ts'
import type { Events } from '../ops/events.ts'
import { startOps } from '../ops/http.ts'
import type { OpsServer } from '../ops/http.ts'
import { formatMetrics, openCounters } from '../ops/metrics.ts'
import type { Counters } from '../ops/metrics.ts'
import { openServiceManager } from '../ops/service-manager.ts'
import type { ServiceManager } from '../ops/service-manager.ts'
import { startMaildir } from '../smtp/maildir.ts'
import type { MaildirServer } from '../smtp/maildir.ts'

/**
 * Runs the daemon until it is asked to end (SIGTERM, SIGINT, or the end of the terminal that it was started from); SIGHUP
 * reads both configuration files again. Once asked, it is gone within `smtp.timeouts.drain` and two seconds.
 * @param configPath of namesake.yaml
 * @returns the exit code
 * @throws ConfigError, or NamesakeError listen-failed or store-unusable, if it can't start
 */
export async function serve(configPath: string): Promise<number> {
  const mark = contentsMark(configPath)
  return new Daemon(configPath, mark, loadConfig(configPath, directorySources)).run()
}

/** Milliseconds after `drain` at which workers are killed, and at which the daemon ends whatever holds it up. */
const killAfterMs = 1000
const endAfterMs = 1500
/** Milliseconds that the log gets for the line that says so. */
const maxLastWordsMs = 100

type EmbeddedHop = MaildirServer & { readonly path: string }

class Daemon {
  readonly #configPath: string
  readonly #events: Events
  readonly #counters: Counters
  readonly #manager: ServiceManager
  #loaded: LoadedConfig
  #directories: Directories | null = null
  #history: HistoryKeeper | null = null
  #fleet: Fleet | null = null
  #maildir: EmbeddedHop | null = null
  #pool: WorkerPool | null = null
  #ops: OpsServer | null = null
  #console: ConsoleProcess | null = null
  #watcher: { stop(): void } | null = null
  #socket: ControlSocket | null = null
  /** Faults of the last reload, if it was refused: what is in force is not what stands in the files. */
  #refused: readonly string[] = []
  readonly #control: LocalControl
  /** Reloads run one after the other, in the order in which they were asked for; the first once the daemon is up. */
  #reloading: Promise<void> = Promise.resolve()
  #stopping = false
  readonly #started = Date.now()
  readonly #inForce = new InForce()
  readonly #certificates: CertificateWatch
  /** The standard descriptors that were a terminal at the start. */
  readonly #terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor))

  /** @param mark of the configuration file's contents, made before they were read */
  constructor(configPath: string, mark: string | null, loaded: LoadedConfig) {
    this.#configPath = configPath
    this.#loaded = loaded
    this.#inForce.took('namesake.yaml', configPath, mark)
    this.#inForce.took('protection.yaml', loaded.config.protection, contentsMark(loaded.config.protection))
    const { log } = loaded.config
    this.#counters = openCounters(() => ({
      directories: this.#directories?.states() ?? [],
      protectedPeople: this.#directories?.protectedPeople ?? 0,
      protectionProblems: this.#directories?.protectionProblems().length ?? 0,
      inForce: {
        'namesake.yaml': this.#inForce.holds('namesake.yaml'),
        'protection.yaml': this.#inForce.holds('protection.yaml'),
      },
      version: version(),
      started: this.#started,
      certificates: certificateEnds(this.#config),
      workers: this.#pool?.ready ?? 0,
      history: this.#history?.size ?? null,
      fleet: this.#fleet?.report() ?? null,
    }))
    const destination = 1
    const { level, format, redact } = log
    this.#events = openEvents({ level, format, redact: redactedFields(redact), destination }, this.#counters)
    this.#manager = openServiceManager({
      env: process.env,
      alive: () => (this.#pool?.listeners() ?? []).length > 0,
      onFailure: (error) => this.#events.emit('service-manager-failed', { error }),
    })
    this.#control = new LocalControl({
      config: () => this.#config,
      directories: () => this.#directories,
      pool: () => this.#pool,
      workers: () => workerCount(this.#config),
      furtherProblems: () => [
        ...(this.#fleet?.problems() ?? []),
        ...(this.#history?.problems() ?? []),
        ...this.#refused.map((fault) => `an edit was refused, the configuration before it is in force: ${fault}`),
        ...(this.#refused.length > 0 ? [] : this.#inForce.edited().map(notInForce)),
        ...this.#loaded.warnings.map(formatFault),
      ],
      reload: ({ what, force }) => this.#reloadAsked(what, force === true),
    })
    this.#certificates = new CertificateWatch(() => this.#config, (details) => this.#events.emit('certificate-expiring', details)) // prettier-ignore
    // A promise that failed and that nobody waited for is told, and no reason to stop the mail.
    process.on('unhandledRejection', (error) => this.#events.emit('internal', { error }))
  }

  get #config(): NamesakeConfig {
    return this.#loaded.config
  }

  /** Starts; the process then lives until it is ended. Signals count from the first moment on. */
  async run(): Promise<number> {
    this.#listenToSignals()
    const started = this.#start()
    // A reload that is asked for meanwhile waits; a start that fails ends it all anyway.
    this.#reloading = started.catch(() => {})
    try {
      await started
    } catch (error) {
      // What fails since it was ended meanwhile is no fault of the start.
      if (this.#stopping) return exitCode.done
      await this.#stop()
      throw error
    }
    return exitCode.done
  }

  async #start(): Promise<void> {
    this.#tellWarnings()
    await this.#joinFleet()
    this.#directories = await Directories.open(this.#loaded, this.#events, this.#fleet)
    await this.#directories.start()
    if (this.#stopping) return
    this.#maildir = await this.#openMaildir()
    await this.#startOps()
    await freeSocketPaths(listenersOf(this.#config))
    if (this.#stopping) return
    if (this.#config.history !== null) {
      this.#history = new HistoryKeeper(
        this.#config.history,
        this.#events,
        () => this.#directories?.protectedGroups() ?? null,
      )
      this.#history.start()
      this.#directories.onChanged(() => this.#history?.noteMembers())
    }
    this.#pool = new WorkerPool(workerCount(this.#config), this.#workerSettings(this.#maildir), this.#events)
    this.#pool.onHistory((lines, dropped) => this.#history?.add(lines, dropped))
    await this.#pool.start()
    if (this.#stopping) return
    this.#watchProtection()
    await this.#openControl()
    this.#events.emit('started', {
      version: version(),
      listeners: this.#allListeners(),
      workers: workerCount(this.#config),
      protected: this.#directories.protectedPeople,
      next: nextStep(this.#config, this.#directories),
    })
    this.#tellReady()
    this.#certificates.start()
    this.#startConsole()
  }

  /** Ends everything in order: no new mail, open messages finished, then the rest. */
  async #stop(): Promise<void> {
    this.#watcher?.stop()
    this.#certificates.stop()
    this.#control.close()
    // A synchronisation that waits for a source or a lock and a message that waits for its next hop wait side by side.
    await Promise.all([this.#console?.stop(), this.#socket?.close(), this.#pool?.drain(), this.#directories?.close()])
    // What was caught last goes to the fleet as well.
    await this.#history?.end()
    await this.#fleet?.close()
    await this.#history?.close()
    await Promise.all([this.#ops?.close(), this.#maildir?.close(), this.#manager.close()])
    await this.#events.flush()
  }

  /** Ends in order, and at the latest shortly after `drain`, whatever still waits for something. */
  #endBy(signal: NodeJS.Signals): void {
    if (this.#stopping) return
    this.#stopping = true
    this.#events.emit('stopping', { signal })
    this.#manager.stopping()
    const drain = drainOf(this.#config)
    setTimeout(() => this.#pool?.kill(), drain + killAfterMs)
    setTimeout(() => this.#endNow(), drain + endAfterMs)
    void this.#stop().then(async () => {
      this.#events.emit('stopped', {})
      await this.#events.flush()
      this.#endProcess()
    })
  }

  #endNow(): void {
    this.#pool?.kill()
    this.#events.emit('stop-forced', {})
    setTimeout(() => this.#endProcess(), maxLastWordsMs)
  }

  /**
   * A write that the system has not given back (a disk that hangs) keeps process.exit waiting for it; nothing else is
   * left to be done then.
   */
  #endProcess(): void {
    if (this.#events.stuck) process.kill(process.pid, 'SIGKILL')
    else process.exit(exitCode.done)
  }

  /** The embedded next hop that the configuration asks for: the one that runs if its folder is still the same. */
  async #openMaildir(): Promise<EmbeddedHop | null> {
    const { smtp } = this.#config
    const path = smtp?.relay.kind === 'maildir' ? smtp.relay.path : null
    if (path === null || path === this.#maildir?.path) return path === null ? null : this.#maildir
    const server = await startMaildir(path, {
      onDied: (details) => this.#events.emit('next-hop-embedded-died', { ...details }),
    })
    this.#events.emit('next-hop-embedded', { path, url: server.url })
    return { url: server.url, close: () => server.close(), path }
  }

  async #startOps(): Promise<void> {
    const { listen } = this.#config.ops
    if (listen === null) return
    this.#ops = await startOps(
      listen,
      {
        metrics: async () =>
          formatMetrics([await this.#counters.snapshot(), ...((await this.#pool?.snapshots()) ?? [])]),
        readiness: () => readReadiness(this.#config, this.#directories, this.#pool, this.#fleet?.report() ?? null),
      },
      (error) => this.#events.emit('internal', { error }),
    )
  }

  /** Behind all that carries mail, and not waited for: mail flows whether it comes up or not. */
  #startConsole(): void {
    if (this.#config.console === null) return
    this.#console = new ConsoleProcess(this.#configPath, {
      emit: (event, details) => this.#events.emit(event, details),
      invite: (url) => {
        // The log has it too; on a terminal it stands out, and where the log is silent it is all there is.
        if (process.stdout.isTTY || !this.#events.enabled('info')) {
          process.stdout.write(`Open this link to make the first administrator of the console: ${url}\n`)
        }
      },
    })
    this.#console.start()
  }

  #workerSettings(embedded: EmbeddedHop | null): WorkerSettings {
    const { log, store, history, smtp, milter, fleet } = this.#config
    return {
      log,
      store,
      history: history && { node: fleet?.node ?? hostname(), subject: history.subject, redact: log.redact },
      smtp: smtp === null ? null : smtpSettings(smtp, embedded?.url ?? null),
      milter,
      fromField: { smtp: smtp?.limits.fromField ?? 0, milter: milter?.limits.fromField ?? 0 },
      drain: drainOf(this.#config),
    }
  }

  /** What other nodes have decided holds from the first message on; with the database away the start does not wait for it. */
  async #joinFleet(): Promise<void> {
    const { fleet } = this.#config
    if (fleet === null) return
    const daemon = {
      rulesInForce: () => this.#inForce.holds('protection.yaml'),
      readRules: () => this.#readFleetRules(),
      history: () => {
        const own = this.#history?.history ?? null
        return own && { own, keep: this.#history?.keep ?? Infinity }
      },
      state: () => ({
        protectedPeople: this.#directories?.protectedPeople ?? 0,
        messages: this.#control.totals(),
        trouble: [...(this.#directories?.problems() ?? []), ...this.#refused],
      }),
    }
    // With PostgreSQL's driver: the primary of a daemon by itself does without.
    const { openFleet } = await import('./fleet-node.ts')
    this.#fleet = openFleet(fleet, this.#config, daemon, this.#events)
    await this.#fleet.start()
  }

  /** The protection file holds another node's edit. What it frees was looked at there. */
  async #readFleetRules(): Promise<void> {
    if (this.#directories === null) {
      const { protection } = this.#config
      const mark = contentsMark(protection)
      try {
        this.#loaded = { ...loadProtection(this.#config), config: this.#config }
        this.#inForce.took('protection.yaml', protection, mark)
      } catch (error) {
        this.#refuse(this.#config.protection, error)
      }
      return
    }
    await this.#reloadAsked('protection', true)
  }

  #watchProtection(): void {
    this.#watcher?.stop()
    this.#watcher = watchFile(
      this.#config.protection,
      () => void this.#reload(this.#config.protection, () => this.#reloadProtection()),
    )
  }

  #listenToSignals(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#endBy(signal))
    process.on('SIGHUP', () => {
      if (this.#terminalClosed()) this.#endBy('SIGHUP')
      else void this.#reload(this.#configPath, () => this.#reloadAll())
    })
  }

  /** A terminal that closes says SIGHUP too, and is no terminal any more. */
  #terminalClosed(): boolean {
    return this.#terminals.length > 0 && !this.#terminals.some((descriptor) => isatty(descriptor))
  }

  /** The socket of `namesake status` and the like. Mail does not wait for it: without it the daemon runs as before. */
  async #openControl(): Promise<void> {
    try {
      const handle: Handler = (request, tell) => answerControl(this.#control, request, tell)
      this.#socket = await openControlSocket(controlPath(this.#config.store), handle)
    } catch (error) {
      this.#events.emit('control-failed', { error })
    }
  }

  async #reloadAsked(what: 'protection' | 'all', force: boolean): Promise<ReloadReport> {
    const protection = what === 'protection'
    const file = protection ? this.#config.protection : this.#configPath
    const work = protection ? () => this.#reloadProtection(force) : () => this.#reloadAll(force)
    await this.#reload(file, async () => {
      await work()
      // What was just read is no news to the watcher.
      this.#watchProtection()
    })
    if (this.#refused.length > 0) return { outcome: 'refused', faults: this.#refused }
    return { outcome: 'done', protectedPeople: this.#directories?.protectedPeople ?? 0 }
  }

  /** Runs a reload; one with faults changes nothing, and is told and counted. */
  #reload(file: string, work: () => Promise<void>): Promise<void> {
    this.#reloading = this.#reloading.then(async () => {
      if (this.#stopping) return
      this.#manager.reloading()
      try {
        await work()
        this.#refused = []
        this.#tellWarnings()
        this.#events.emit('config-reloaded', { file, protected: this.#directories?.protectedPeople ?? 0 })
        void this.#fleet?.rulesChanged()
      } catch (error) {
        if (this.#stopping) return
        this.#refuse(file, error)
      }
      this.#tellReady()
    })
    return this.#reloading
  }

  #refuse(file: string, error: unknown): void {
    const faults = error instanceof NamesakeError ? error.message.split('\n') : [String(error)]
    this.#refused = faults
    this.#events.emit('config-refused', { file, faults })
  }

  async #reloadProtection(force = false): Promise<void> {
    const { protection: path } = this.#config
    const mark = contentsMark(path)
    const protection = loadProtection(this.#config)
    this.#directories?.checkShrink(protection, path, force)
    await this.#directories?.useRules(protection)
    this.#loaded = { ...protection, config: this.#config }
    this.#inForce.took('protection.yaml', path, mark)
  }

  /** Both files. The workers are exchanged: new ones listen before the old ones finish and leave. */
  async #reloadAll(force = false): Promise<void> {
    const before = this.#loaded
    const marks = { all: contentsMark(this.#configPath), protection: contentsMark(this.#config.protection) }
    const wanted = loadConfig(this.#configPath, directorySources)
    const loaded = this.#keepUntilRestart(wanted)
    this.#directories?.checkShrink(loaded, loaded.config.protection, force)
    this.#loaded = loaded
    const hop = this.#maildir
    let fresh = hop
    try {
      fresh = await this.#openMaildir()
      // Those that the old workers listen on are live; the new ones share them.
      const held = listenersOf(before.config).map(formatAddress)
      await freeSocketPaths(listenersOf(this.#config).filter((address) => !held.includes(formatAddress(address))))
      const old = await this.#pool?.exchange(workerCount(this.#config), this.#workerSettings(fresh))
      this.#maildir = fresh
      if (hop !== fresh) void old?.gone.then(() => hop?.close())
    } catch (error) {
      this.#loaded = before
      if (fresh !== hop) await fresh?.close()
      throw error
    }
    this.#events.use(this.#config.log)
    if (this.#config.history !== null) this.#history?.useConfig(this.#config.history)
    this.#fleet?.keepFeeds(this.#config.directories.map(({ name }) => name))
    await this.#directories?.useConfig(this.#loaded)
    const { protection } = loaded.config
    const samePath = protection === before.config.protection
    this.#inForce.took('protection.yaml', protection, samePath ? marks.protection : contentsMark(protection))
    const whole = isDeepStrictEqual(loaded.config, wanted.config)
    this.#inForce.took('namesake.yaml', this.#configPath, whole ? marks.all : null)
    if (!isDeepStrictEqual(before.config.console, this.#config.console)) {
      await this.#console?.stop()
      this.#console = null
      this.#startConsole()
    }
    this.#watchProtection()
  }

  /** Those that carry mail, and what else answers: the console says by itself when it does. */
  #allListeners(): string[] {
    const { listen } = this.#config.ops
    return [...(this.#pool?.listeners() ?? []), ...(listen === null ? [] : [`metrics ${formatAddress(listen)}`])]
  }

  #tellReady(): void {
    const guarded = this.#directories?.protectedPeople ?? 0
    this.#manager.ready(`${guarded} people protected; ${(this.#pool?.listeners() ?? []).join(', ')}`)
  }

  /** A new configuration, with the running one's values where only a start can bring in others; says so for each. */
  #keepUntilRestart(loaded: LoadedConfig): LoadedConfig {
    const { store, ops, fleet } = this.#config
    for (const key of ['store', 'ops', 'fleet'] as const) {
      if (isDeepStrictEqual(revealed(loaded.config)[key], revealed(this.#config)[key])) continue
      const warning = `${key}: the new value takes effect at the next start; until then the running one stays`
      this.#events.emit('config-warning', { file: loaded.config.file, warning })
    }
    const history = this.#historyUntilRestart(loaded.config)
    return { ...loaded, config: { ...loaded.config, store, ops, fleet, history } }
  }

  /** How long and how much is kept changes at once; whether and where, at the next start. */
  #historyUntilRestart(next: NamesakeConfig): NamesakeConfig['history'] {
    const { history } = this.#config
    if (history?.path === next.history?.path) return next.history
    const warning = 'history: the new value takes effect at the next start; until then the running one stays'
    this.#events.emit('config-warning', { file: next.file, warning })
    return history
  }

  #tellWarnings(): void {
    for (const { file, line, column, message } of this.#loaded.warnings) {
      this.#events.emit('config-warning', { file: `${file}:${line}:${column}`, warning: message })
    }
  }
}

function notInForce(path: string): string {
  return `${path} has been edited since it was taken over: "namesake reload" takes it over, some options need a restart`
}

/** What somebody who has just started the daemon does next: what keeps it from protecting anybody first. */
function nextStep({ smtp }: NamesakeConfig, directories: Directories): string {
  const unread = directories.states().find(({ lastSync }) => lastSync === null)
  if (unread !== undefined) {
    const error = unread.error === null ? '' : ` (${unread.error.split('\n')[0] ?? ''})`
    return `directory ${JSON.stringify(unread.name)} was not read yet${error}: namesake sync ${JSON.stringify(unread.name)}`
  }
  if (directories.protectedPeople === 0) return 'nobody is protected yet: namesake protect GROUP or PERSON'
  if (smtp?.relay.kind === 'maildir') {
    return `mail goes into ${smtp.relay.path} and no further: name your mail server as smtp.relay; namesake status says how it is`
  }
  return 'send it mail; namesake status says how it is'
}

/** With the database's URL as text, so that it can be compared. */
function revealed(config: NamesakeConfig): Pick<NamesakeConfig, 'store' | 'ops'> & { readonly fleet: unknown } {
  const { store, ops, fleet } = config
  return { store, ops, fleet: fleet && { node: fleet.node, url: fleet.postgres.reveal() } }
}

/** Where the workers listen. */
function listenersOf({ smtp, milter }: NamesakeConfig): SocketAddress[] {
  return [...(smtp?.listen ?? []), ...(milter?.listen ?? [])].map(({ address }) => address)
}

/** Milliseconds that open messages get to end in. */
function drainOf({ smtp }: NamesakeConfig): number {
  return smtp?.timeouts.drain ?? defaultTimeouts.drain
}

function workerCount(config: NamesakeConfig): number {
  return config.workers === 'auto' ? availableParallelism() : config.workers
}

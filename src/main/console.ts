/** The console's process, looked after. */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { getPriority, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ConsoleEvent } from '../console/ports.ts'
import type { EventDetails, OnEvent } from '../vocabulary.ts'

/** What the console's process tells. */
export type FromConsole =
  | { readonly kind: 'listening'; readonly url: string }
  /** It can't start, e.g. because its port is in use. It ends then. */
  | { readonly kind: 'failed'; readonly error: string }
  /** A link that makes the first administrator. */
  | { readonly kind: 'invitation'; readonly url: string; readonly until: string }
  | { readonly kind: 'event'; readonly event: ConsoleEvent; readonly details: EventDetails<ConsoleEvent> }
  | { readonly kind: 'alive' }

export type ToConsole = { readonly kind: 'ping' } | { readonly kind: 'stop' }

interface ConsoleHooks {
  readonly emit: OnEvent<
    ConsoleEvent | 'console-listening' | 'console-invitation' | 'console-failed' | 'console-died' | 'console-hung'
  >
  /** Shows the link to whoever looks at the terminal. */
  invite(url: string): void
}

/** A process that gives no sign of life for so long is killed; while it starts, which a busy machine makes long, after more. */
const patienceMs = 30_000
const startPatienceMs = 180_000
const pingMs = 5_000
const firstRestartMs = 500
const maxRestartMs = 30_000
/** A little behind the processes that carry mail, and not so far that it stands still on a busy machine. */
const niceness = 5
/** 200,000 people ready to be searched are some 60 MB; above this it is ended before the machine suffers. */
const maxHeapMegabytes = 512

/**
 * Runs the web console in a process of its own, and starts it again if it ends: whatever happens there, mail goes on. It
 * runs at a lower priority than the processes that carry mail.
 */
export class ConsoleProcess {
  readonly #configPath: string
  readonly #hooks: ConsoleHooks
  #child: ChildProcess | null = null
  #timer: NodeJS.Timeout | null = null
  #restartMs = firstRestartMs
  #stopped = false
  #told = ''

  constructor(configPath: string, hooks: ConsoleHooks) {
    this.#configPath = configPath
    this.#hooks = hooks
  }

  /** Starts it; does not wait, and never throws. */
  start(): void {
    if (this.#stopped) return
    const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const program = fileURLToPath(new URL(`./console-process.${suffix}`, import.meta.url))
    const child = fork(program, [this.#configPath], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, `--max-old-space-size=${maxHeapMegabytes}`],
    })
    this.#child = child
    try {
      if (child.pid !== undefined) setPriority(child.pid, Math.min(19, getPriority() + niceness))
    } catch {
      // A system without priorities runs it as any other.
    }
    let heardAt = Date.now()
    let patience = startPatienceMs
    const pings = setInterval(() => {
      if (Date.now() - heardAt > patience) {
        this.#hooks.emit('console-hung', {})
        child.kill('SIGKILL')
      } else send(child, { kind: 'ping' })
    }, pingMs)
    child.on('message', (message: FromConsole) => {
      heardAt = Date.now()
      patience = patienceMs
      this.#heard(message)
    })
    child.once('error', (error) => this.#hooks.emit('console-failed', { error: error.message }))
    child.once('exit', (code, signal) => {
      clearInterval(pings)
      if (this.#child === child) this.#child = null
      if (this.#stopped) return
      if (code !== failedCode) this.#hooks.emit('console-died', { code, signal, restartIn: this.#restartMs })
      this.#timer = setTimeout(() => this.start(), this.#restartMs)
      this.#restartMs = Math.min(this.#restartMs * 2, maxRestartMs)
    })
  }

  /** Starts it anew, as with other settings. */
  async restart(): Promise<void> {
    await this.#end()
    this.#restartMs = firstRestartMs
    this.#told = ''
    this.start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#end()
  }

  #heard(message: FromConsole): void {
    switch (message.kind) {
      case 'listening':
        this.#restartMs = firstRestartMs
        this.#told = ''
        this.#hooks.emit('console-listening', { url: message.url })
        return
      case 'failed':
        // Told once, not at each try.
        if (this.#told !== message.error) this.#hooks.emit('console-failed', { error: message.error })
        this.#told = message.error
        return
      case 'invitation':
        this.#hooks.emit('console-invitation', { url: message.url, until: message.until })
        this.#hooks.invite(message.url)
        return
      case 'event':
        this.#hooks.emit(message.event, message.details)
        return
      case 'alive':
        return
    }
  }

  async #end(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.removeAllListeners('exit')
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      send(child, { kind: 'stop' })
    })
  }
}

/** The exit code of a console that could not start and has said why. */
export const failedCode = 3

function send(child: ChildProcess, message: ToConsole): void {
  // A process that has just ended is told nothing any more; its exit says the rest.
  if (child.connected) child.send(message, () => undefined)
}

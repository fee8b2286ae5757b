/** What systemd is told: ready, reloading, alive. */

import { execFile } from 'node:child_process'

/**
 * Tells the service manager (systemd, Type=notify) how the daemon is: sd_notify(3) by the systemd-notify command, as
 * Node has no datagram sockets of the unix kind (docs/decisions.md). Does nothing where no manager asked for it.
 */
export interface ServiceManager {
  /** Listeners are up, mail is carried; also the end of a reload. */
  ready(status: string): void
  reloading(): void
  stopping(): void
  /** Ends the watchdog and waits until the manager was told everything. */
  close(): Promise<void>
}

interface ServiceManagerOptions {
  /**
   * The environment of the process. What concerns the manager is taken out of it, so that workers and their children
   * don't speak to the manager in the daemon's name (sd_notify's unset_environment).
   */
  readonly env: NodeJS.ProcessEnv
  /** Asked before each sign of life; while it says no, none is given and the manager's watchdog runs out. */
  readonly alive: () => boolean
  /** Told once when the manager can't be reached; the daemon goes on without it. */
  readonly onFailure: (error: Error) => void
}

/** Longest time that one message may take, the manager's own confirmation included. Milliseconds. */
const messageTime = 10_000

/** @param options see there; NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are read from `env` (sd_watchdog_enabled(3)). */
export function openServiceManager({ env, alive, onFailure }: ServiceManagerOptions): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = env
  delete env['NOTIFY_SOCKET']
  delete env['WATCHDOG_USEC']
  delete env['WATCHDOG_PID']
  if (socket === undefined || socket === '') return silent
  const forUs = pid === undefined || Number(pid) === process.pid
  const interval = forUs ? Math.floor(Number(microseconds ?? 0) / 1000 / 2) : 0
  return new Notifier(socket, { interval, alive, onFailure, path: env['PATH'] })
}

const silent: ServiceManager = {
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  close: async () => {},
}

interface NotifierOptions extends Pick<ServiceManagerOptions, 'alive' | 'onFailure'> {
  /** Milliseconds between two signs of life; 0 for none. */
  readonly interval: number
  readonly path: string | undefined
}

class Notifier implements ServiceManager {
  readonly #socket: string
  readonly #options: NotifierOptions
  #timer: NodeJS.Timeout | null = null
  /** Messages go out one after the other, in their order. */
  #told: Promise<void> = Promise.resolve()
  #pending = 0
  #failed = false

  constructor(socket: string, options: NotifierOptions) {
    this.#socket = socket
    this.#options = options
  }

  ready(status: string): void {
    this.#tell('READY=1', `STATUS=${status}`)
    const { interval } = this.#options
    if (interval > 0) this.#timer ??= setInterval(() => this.#signOfLife(), interval).unref()
  }

  reloading(): void {
    this.#tell('RELOADING=1')
  }

  stopping(): void {
    this.#tell('STOPPING=1')
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#told
  }

  #signOfLife(): void {
    // One that still waits says the same.
    if (this.#pending === 0 && this.#options.alive()) this.#tell('WATCHDOG=1')
  }

  #tell(...assignments: readonly string[]): void {
    this.#pending++
    this.#told = this.#told.then(async () => {
      const error = await notify(this.#socket, this.#options.path, assignments)
      this.#pending--
      if (error !== null && !this.#failed) {
        this.#failed = true
        this.#options.onFailure(error)
      }
    })
  }
}

/** Sends one message; gives what went wrong. */
function notify(socket: string, path: string | undefined, assignments: readonly string[]): Promise<Error | null> {
  const env = { NOTIFY_SOCKET: socket, ...(path === undefined ? {} : { PATH: path }) }
  return new Promise((resolve) => {
    execFile('systemd-notify', [...assignments], { env, timeout: messageTime }, (error, _out, said) => {
      resolve(error === null ? null : new Error(`systemd-notify: ${said.trim() || error.message}`))
    })
  })
}

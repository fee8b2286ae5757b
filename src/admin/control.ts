/** A running daemon, asked through its socket. */

import { join } from 'node:path'
import { NamesakeError } from '../errors.ts'
import { askControlSocket } from '../net/control-socket.ts'
import type { DaemonControl, DaemonStatus, ReloadReport, SyncReport, SyncStep } from '../ports.ts'

/** A request as it travels: one JSON object a line. */
type ControlRequest =
  | { readonly do: 'status' }
  | ({ readonly do: 'sync' } & Parameters<DaemonControl['sync']>[0])
  | ({ readonly do: 'reload' } & Parameters<DaemonControl['reload']>[0])

/** Where the daemon of a store listens: in the store's folder, for its owner alone. */
export function controlPath(store: string): string {
  return join(store, 'control.sock')
}

/** The daemon of another process. Every call throws NamesakeError daemon-unreachable where none answers. */
export class ControlClient implements DaemonControl {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  status(): Promise<DaemonStatus> {
    return this.#ask({ do: 'status' }) as Promise<DaemonStatus>
  }

  sync(request: Parameters<DaemonControl['sync']>[0], onStep: (step: SyncStep) => void): Promise<SyncReport> {
    return this.#ask({ do: 'sync', ...request }, (step) => onStep(step as SyncStep)) as Promise<SyncReport>
  }

  reload(request: Parameters<DaemonControl['reload']>[0]): Promise<ReloadReport> {
    return this.#ask({ do: 'reload', ...request }) as Promise<ReloadReport>
  }

  #ask(request: ControlRequest, onStep: (step: unknown) => void = () => undefined): Promise<unknown> {
    return askControlSocket(this.#path, request, onStep)
  }
}

/** Answers requests by a daemon of this process; what is none of them is a usage error. */
export function answerControl(
  control: DaemonControl,
  request: unknown,
  tell: (step: unknown) => void,
): Promise<unknown> {
  const asked = request as ControlRequest | null
  switch (asked?.do) {
    case 'status':
      return control.status()
    case 'sync':
      return control.sync(asked, tell)
    case 'reload':
      return control.reload(asked)
    default:
      return Promise.reject(new NamesakeError('usage', 'the daemon is asked for status, sync or reload'))
  }
}

import type { ReadRequest, ReadStep } from '../../src/directory/provider.ts'
import { Office365Provider } from '../../src/directory/sources/office365/provider.ts'
import type { ProviderOptions } from '../../src/directory/sources/office365/provider.ts'
import type { Runtime } from '../../src/directory/sources/office365/runtime.ts'
import type { Office365Settings } from '../../src/directory/sources/office365/settings.ts'
import { Emulator, keyFile } from './emulator/emulator.ts'

/** A clock that sleeping moves: hours of back-off pass at once, and each wait is on record. */
export class FastRuntime implements Runtime {
  time = Date.now()
  readonly sleeps: number[] = []
  /** Called in each sleep. */
  onSleep: (ms: number) => void = () => undefined

  now(): number {
    return this.time
  }

  random(): number {
    return 0.5
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms)
    this.onSleep(ms)
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
    this.time += ms
  }
}

/** Settings for the tenant of an emulator at an address. */
export function settingsAt(origin: string, clientId: string): Office365Settings {
  return {
    name: 'Office 365',
    tenant: 'contoso.example',
    clientId,
    credential: { kind: 'secret', secret: { reveal: () => 'right-secret-of-the-test-application' } },
    cloud: 'global',
    authority: origin,
    graph: origin,
    scope: null,
    include: { guests: false, disabled: true },
    trustOtherMails: false,
  }
}

/** Settings for the emulator's tenant; `changes` go on top. */
export function settingsFor(emulator: Emulator, changes: Partial<Office365Settings> = {}): Office365Settings {
  return { ...settingsAt(emulator.origin, emulator.entra.clientId), ...changes }
}

/** Options that trust the emulator's certificate and give up on a hanging request soon. */
export function optionsFor(runtime: Runtime, changes: Partial<ProviderOptions> = {}): ProviderOptions {
  return {
    runtime,
    transport: {
      ca: [keyFile('server.crt.pem')],
      headTimeout: 400,
      wholeTimeout: 900,
      proxy: { url: '', except: '' },
    },
    ...changes,
  }
}

/** An emulator, a provider for it, its clock, and all that it said. */
export interface Bench {
  readonly emulator: Emulator
  readonly runtime: FastRuntime
  readonly provider: Office365Provider
  readonly notices: string[]
  /** Another provider for the same tenant, as after a restart. */
  again(changes?: Partial<Office365Settings>): Office365Provider
  request(cursor?: string | null, signal?: AbortSignal): ReadRequest
}

export async function bench(
  t: { teardown: (done: () => Promise<void>) => void },
  changes: Partial<Office365Settings> = {},
): Promise<Bench> {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  const runtime = new FastRuntime()
  const notices: string[] = []
  const again = (more: Partial<Office365Settings> = {}): Office365Provider =>
    new Office365Provider(settingsFor(emulator, { ...changes, ...more }), optionsFor(runtime))
  return {
    emulator,
    runtime,
    notices,
    again,
    provider: again(),
    request: (cursor = null, signal = new AbortController().signal) => ({
      cursor,
      signal,
      notice: (text) => notices.push(text),
    }),
  }
}

/** All steps of a read. */
export async function steps(provider: Office365Provider, request: ReadRequest): Promise<ReadStep[]> {
  const all: ReadStep[] = []
  for await (const step of provider.read(request)) all.push(step)
  return all
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = import.meta.dirname

/** What one sync of a large tenant took. */
export interface Measured {
  readonly round: 'full' | 'delta'
  readonly people: number
  readonly groups: number
  /** Memory before it and the most it held, in MB. */
  readonly idle: number
  readonly peak: number
  /** Of the peak: memory of its own, and mapped files, which the system may take back at any time. 0 where it can't be told. */
  readonly anonymous: number
  readonly mapped: number
  readonly seconds: number
  /** Longest time that the event loop was blocked, in ms. */
  readonly blocked: number
}

/** Syncs a made-up tenant twice into a store at `path`, each time in a process of its own: a first round, then a hundred changes. */
export async function measure(path: string, users: number, groups: number): Promise<[Measured, Measured]> {
  const tenant = spawn(
    process.execPath,
    ['--import=tsx', join(folder, 'large-tenant.ts'), String(users), String(groups)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const [line] = (await once(createInterface(tenant.stdout), 'line')) as [string]
    const [origin = '', clientId = ''] = line.split(' ')
    const one = async (): Promise<Measured> => {
      const child = spawn(process.execPath, ['--import=tsx', join(folder, 'sync-child.ts'), path, origin, clientId], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [result] = (await once(createInterface(child.stdout), 'line')) as [string]
      await once(child, 'exit')
      return JSON.parse(result) as Measured
    }
    return [await one(), await one()]
  } finally {
    tenant.kill()
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, chmodSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What every peer set up by a test needs: a folder, ports, programs, and an end by process id. */

/** A folder of the test's own that other users' processes may enter; removed by `removeScratch`. */
export function makeScratch(name: string, parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, `namesake-${name}-`))
  chmodSync(folder, 0o755)
  return folder
}

export function removeScratch(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Where a program is, in PATH and the folders of system programs; null if it isn't installed. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  for (const folder of folders) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // another folder may hold one that we may run
    }
  }
  return null
}

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  /** Standard output and error together. */
  readonly output: string
}

/** Runs a program to its end. Killed after `limit` milliseconds. */
export function run(
  program: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: NodeJS.ProcessEnv; cwd?: string; limit?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      timeout: options.limit ?? 60_000,
      killSignal: 'SIGKILL',
    })
    const parts: Buffer[] = []
    const plain: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => {
      plain.push(part)
      parts.push(part)
    })
    child.stderr.on('data', (part: Buffer) => parts.push(part))
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(plain).toString(), output: Buffer.concat(parts).toString() })
    })
  })
}

/** Waits until `check` gives something other than null, undefined or false; throws after `limit` milliseconds. */
export async function until<T>(
  what: string,
  check: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  limit = 30_000,
): Promise<T> {
  const end = Date.now() + limit
  for (;;) {
    const found = await check()
    if (found !== null && found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain: ${what}`)
    await sleep(20)
  }
}

/** Whether a process still runs; one that has ended and whose parent has not asked for it yet does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** Ends a process that the test started: politely, then not. */
export async function endProcess(pid: number, patience = 5000): Promise<void> {
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGTERM')
  await until(`process ${pid} ends`, () => !isAlive(pid), patience).catch(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}

/**
 * For a test's options: skips it aloud where a peer is missing. With CI=true nothing is skipped, so that a missing
 * package fails the run instead of passing in silence.
 */
export function skipUnless(missing: string | null): { skip?: string } {
  if (missing === null) return {}
  if (process.env['CI'] === 'true') return {}
  return { skip: missing }
}

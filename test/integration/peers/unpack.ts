import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, chmodSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, removeScratch, run } from './scratch.ts'

/**
 * Debian packages unpacked into a folder, for peers that can't be installed beside others (Postfix and Sendmail exclude
 * each other). The folder outlives the test, so that a package is downloaded once.
 */
export interface Unpacked {
  readonly folder: string
  /** Absolute path of a file in it, by the end of its path; throws if there is none. */
  find(end: string): string
  /** The environment in which its programs find their libraries. */
  readonly env: NodeJS.ProcessEnv
}

const cache = join(tmpdir(), 'namesake-peers')

/** Downloads and unpacks packages; a string says why it can't be done. */
export async function unpackPackages(...names: readonly string[]): Promise<Unpacked | string> {
  if (findProgram('apt-get') === null || findProgram('dpkg') === null) return 'packages need apt-get and dpkg'
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  const folder = join(cache, names.join('+'))
  if (!existsSync(folder)) {
    const work = mkdtempSync(join(cache, 'work-'))
    chmodSync(work, 0o755)
    const got = await run('apt-get', ['-q', 'download', ...names], { cwd: work, limit: 120_000 })
    const packages = readdirSync(work).filter((name) => name.endsWith('.deb'))
    if (packages.length < names.length) {
      removeScratch(work)
      return `apt-get download ${names.join(' ')}: ${got.output.trim().split('\n').pop() ?? 'nothing'}`
    }
    for (const name of packages) await run('dpkg', ['-x', join(work, name), join(work, 'root')])
    // A set-group-id program ignores LD_LIBRARY_PATH, and these run without their group anyway.
    for (const path of filesUnder(join(work, 'root'))) if ((statSync(path).mode & 0o6000) !== 0) chmodSync(path, 0o755)
    // Another test file may have been faster.
    if (!existsSync(folder)) renameSync(join(work, 'root'), folder)
    removeScratch(work)
  }
  const files = [...filesUnder(folder)]
  const libraries = new Set(files.filter((f) => f.includes('.so')).map((f) => f.slice(0, f.lastIndexOf('/'))))
  return {
    folder,
    env: { ...process.env, LD_LIBRARY_PATH: [...libraries].join(':') },
    find: (end) => {
      const found = files.find((file) => file.endsWith(end))
      if (found === undefined) throw new Error(`${names.join(' ')}: no file ends with ${end}`)
      return found
    },
  }
}

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesUnder(path)
    else if (entry.isFile()) yield path
    else if (entry.isSymbolicLink() && entry.name.includes('.so')) yield path
  }
}

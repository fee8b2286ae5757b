/** Tells when a file has changed and come to rest. */

import { statSync, watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

interface WatchOptions {
  /** Milliseconds between looks at the file, for changes that no event tells of: symbolic links, network mounts. */
  readonly pollMs?: number
  /** Milliseconds that a file must stay as it is before it is read: an editor may write it in several steps. */
  readonly quietMs?: number
  /** Milliseconds that a file may be missing: editors take it away for a moment before they put the new one there. */
  readonly missingMs?: number
}

interface Watcher {
  stop(): void
}

/**
 * Calls back after the file at `path` has changed and been still for a second. The file may be written in
 * place, replaced by a rename, or reached through symbolic links that are switched, as Kubernetes does with a
 * ConfigMap. A file that stays away is a change too: whoever reads it then says so. Holds no process open.
 * @param onChange must not throw
 */
export function watchFile(
  path: string,
  onChange: () => void,
  { pollMs = 400, quietMs = 1000, missingMs = 1000 }: WatchOptions = {},
): Watcher {
  let reported = signatureOf(path)
  let seen = reported
  let resting: NodeJS.Timeout | null = null

  const rested = (): void => {
    resting = null
    const now = signatureOf(path)
    if (now !== seen) return look()
    if (now === reported) return
    reported = now
    onChange()
  }

  function look(): void {
    const now = signatureOf(path)
    if (now === seen && (resting !== null || now === reported)) return
    seen = now
    if (resting !== null) clearTimeout(resting)
    resting = setTimeout(rested, now === absent ? missingMs : quietMs).unref()
  }

  const events = watchFolder(path, look)
  const timer = setInterval(look, pollMs).unref()
  return {
    stop(): void {
      events?.close()
      clearInterval(timer)
      if (resting !== null) clearTimeout(resting)
    },
  }
}

const absent = 'absent'

/** What changes whenever the file does: times alone would miss a file that is replaced by an older one. */
function signatureOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch {
    return absent
  }
}

/**
 * Events of the folder, not of the file: a watch on the file stays with the old one when it is replaced.
 * Null where the system has none to give (no inotify handles left); looking in turns does without.
 */
function watchFolder(path: string, look: () => void): FSWatcher | null {
  try {
    const name = basename(path)
    const watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
      // Names with two dots are the links that Kubernetes switches.
      if (changed === null || changed === name || changed.startsWith('..')) look()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}

import { chownSync, lchownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Gives a folder and all in it to `uid:gid`, by number. */
export function chownTree(path: string, owner: string): void {
  const [uid = NaN, gid = NaN] = owner.split(':').map(Number)
  chownSync(path, uid, gid)
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) lchownSync(join(path, name), uid, gid)
}

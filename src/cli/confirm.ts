/** Asking before what can not be undone, and who is asking. */

import { hostname, userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import type { Cli } from './verb.ts'

/** Whether somebody at a terminal says yes. Without a terminal nobody does. */
export async function confirmed(question: string, cli: Cli): Promise<boolean> {
  if (!isAtTerminal()) return false
  const lines = createInterface({ input: process.stdin, output: cli.err })
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}

/** Whether both questions and answers go through a terminal. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY
}

/** Who runs this command and when, for the audit log: the user behind sudo, too. */
export function actor(): { time: string; who: string; via: 'cli' } {
  let user = 'unknown'
  try {
    user = userInfo().username
  } catch {
    // A user id without an entry in the password file.
    user = String(process.getuid?.() ?? 'unknown')
  }
  const behind = process.env['SUDO_USER']
  const who = behind === undefined || behind === '' || behind === user ? user : `${behind} as ${user}`
  return { time: new Date().toISOString(), who: `${who}@${hostname()}`, via: 'cli' }
}

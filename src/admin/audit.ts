/** Changes of the protection file in the audit log. */

import type { NamesakeConfig } from '../config/types.ts'
import { NamesakeError } from '../errors.ts'
import { History } from '../history/history.ts'
import type { DiffLine } from './diff.ts'
import type { ProtectionRequest } from './protection.ts'
import { errorText } from '../text.ts'

/** Who changes something, and by what. */
export interface Actor {
  /** User and host, or the account of the console. */
  readonly who: string
  readonly via: 'cli' | 'console' | 'api'
}

/**
 * Writes an edit into the audit log: what was asked for, and the lines that went and came. Where no history is kept, or it can't be
 * written, the edit stands all the same.
 * @returns why nothing was written; null if it was, or if none is kept
 */
export async function auditEdit(
  config: NamesakeConfig,
  requests: readonly ProtectionRequest[],
  diff: readonly DiffLine[],
  actor: Actor,
): Promise<string | null> {
  const lines = (sign: DiffLine['sign']): string[] => diff.filter((line) => line.sign === sign).map(({ text }) => text)
  try {
    const history = await openHistoryToWrite(config)
    if (history === null) return null
    try {
      history.writeAudit({
        ...actor,
        time: new Date().toISOString(),
        what: requests.map((request) => request.do).join(', '),
        target: requests.map(targetOf).join(', '),
        before: lines('-'),
        after: lines('+'),
      })
    } finally {
      await history.close()
    }
    return null
  } catch (error) {
    return errorText(error)
  }
}

/** What is said where a change was made and could not be written into the history. */
export function unrecordedText(why: string): string {
  return `the change is made, but the history can't be written, and its audit log does not have it: ${why}`
}

function targetOf(request: ProtectionRequest): string {
  if ('who' in request) {
    const who = request.who ?? 'everybody'
    return 'address' in request ? `${who} ${request.address}` : who
  }
  switch (request.do) {
    case 'trust':
    case 'untrust':
      return request.from
    case 'option':
      return `${request.option}: ${String(request.value)}`
    case 'preset':
      return `preset ${request.name} ${request.on ? 'on' : 'off'}`
    case 'text':
      return 'protection.yaml'
  }
}

/** The history to write; null where none is kept. @throws NamesakeError store-unusable */
export async function openHistoryToWrite({ history }: NamesakeConfig): Promise<History | null> {
  return history === null ? null : History.open({ path: history.path })
}

/** The history to read; null where none is kept or there is none yet. */
export async function openHistoryToRead({ history }: NamesakeConfig): Promise<History | null> {
  if (history === null) return null
  try {
    return await History.openToRead(history.path)
  } catch (error) {
    if (error instanceof NamesakeError && error.code === 'store-unusable') return null
    throw error
  }
}

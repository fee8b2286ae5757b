/** The log as people read it on a terminal: time, level, event, and what it says. */

import { createRequire } from 'node:module'
import type * as Pretty from 'pino-pretty'
import { printable } from '../text.ts'

/**
 * Gives what makes a line of the log, one JSON object, readable. Foreign text comes out harmless: a name in a message can't
 * write on the operator's terminal.
 */
export function readableLines({ colour }: { readonly colour: boolean }): (line: string) => string {
  // Loaded where it is wanted, at once: no process that writes JSON takes the time for it.
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof Pretty
  return prettyFactory({
    colorize: colour,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid',
    hideObject: true,
    // The event's name in the colour of messages, what it says in the terminal's own.
    messageFormat: (log, _key, _label, { colors }) =>
      `${String(log['event'])}${colour ? colors.reset(told(log)) : told(log)}`,
  })
}

const notTold = ['level', 'time', 'pid', 'event']

/** An event's fields: a message's in a sentence, those of other events one after the other. */
function told(log: Readonly<Record<string, unknown>>): string {
  const rest = Object.fromEntries(Object.entries(log).filter(([key]) => !notTold.includes(key)))
  const fields = log['event'] === 'message' ? ofMessage(rest) : rest
  const words = Object.entries(fields).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [key === '' ? text(value) : `${key}=${text(value)}`],
  )
  return words.length === 0 ? '' : `  ${words.join('  ')}`
}

/** A message's verdict first, then who it is from; the reason says the rest of a detection. */
function ofMessage(log: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { verdict, tier, kind, action, disposition, reason, fromName, fromAddress, client, id, reply, size } = log
  const judged = [verdict, tier, kind, action].filter((word) => typeof word === 'string').join(' ')
  const from = `${typeof fromName === 'string' ? `${fromName} ` : ''}<${text(fromAddress ?? '')}>`
  return { '': `${judged}, ${text(disposition)}: ${text(reason ?? from)}`, client, size, reply, id }
}

function text(value: unknown): string {
  if (typeof value === 'string') return value.split('\n').map(printable).join('\n    ')
  if (Array.isArray(value)) return value.map(text).join(', ')
  return printable(JSON.stringify(value) ?? '')
}

/** namesake.yaml as a whole. */

import { hostname } from 'node:os'
import { dirname } from 'node:path'
import * as z from 'zod'
import { parseListen } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { consoleSchema } from './console-schema.ts'
import { directorySchema } from './directories-schema.ts'
import { choice, duration, flag, list, optional, options, parsed, section, size } from '../options/fields.ts'
import type { Field } from '../options/fields.ts'
import { path, secret } from '../options/files.ts'
import type { OptionContext } from '../options/files.ts'
import type { SourceOptions } from '../options/source.ts'
import { milterSchema } from './milter-schema.ts'
import { smtpSchema } from './smtp-schema.ts'
import type { LogFormat, LogLevel, NamesakeConfig, Redaction } from './types.ts'

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
const formats: readonly LogFormat[] = ['auto', 'json', 'pretty']
const redactions: readonly Redaction[] = [
  'client',
  'helo',
  'reversePath',
  'messageId',
  'fromName',
  'fromAddress',
  'person',
]
const defaultStore = './data/store'
const workersAccepts = 'auto, or a number of processes from 1 to 256'
const opsAccepts = 'host:port, [v6]:port, unix:/path, or none'

/**
 * namesake.yaml as a whole.
 * @param store as it stands in the file; the history goes beside it where the file names no folder, as both need a place that can be written
 */
export function namesakeSchema(
  around: OptionContext,
  sources: readonly SourceOptions[],
  store?: unknown,
): Field<Omit<NamesakeConfig, 'file'>> {
  return options(
    {
      smtp: optional(smtpSchema(around)),
      milter: optional(milterSchema(around)),
      store: path(around, 'Folder of the store (LMDB) that every worker reads people from. Made if it is not there.')
        .prefault(defaultStore)
        .meta({
          description: 'Folder of the store (LMDB) that every worker reads people from. Made if it is not there.',
        }),
      protection: path(around, '').prefault('./protection.yaml').meta({
        description: 'The protection file: who is protected, and what is done. It reloads by itself when it changes.',
      }),
      directories: list(
        directorySchema(around, sources),
        'Where people come from.',
        'directories, each with name and type',
      ).min(1, {
        error: 'at least one directory: without people nothing can be judged',
      }),
      history: historySchema(
        around,
        `${dirname(typeof store === 'string' && store !== '' ? store : defaultStore)}/history`,
      ),
      console: optional(consoleSchema(around)),
      fleet: optional(fleetSchema(around)),
      ops: section({ listen: opsListen(around) }, 'Metrics and health.'),
      workers: z
        .union([z.literal('auto'), z.int(workersAccepts).min(1, workersAccepts).max(256, workersAccepts)], {
          error: workersAccepts,
        })
        .prefault('auto')
        .meta({ description: 'Worker processes; auto is one a core.', accepts: workersAccepts }),
      log: section(
        {
          level: choice('Least important lines that are written.', levels, 'info'),
          format: choice(
            'One JSON object a line, or lines that people read; auto is `pretty` on a terminal and `json` elsewhere.',
            formats,
            'auto',
          ),
          redact: list(
            z.enum(redactions, { error: redactions.join(', ') }),
            'Fields that are blanked in log lines, where the law asks for it.',
            redactions.join(', '),
          ).prefault([]),
        },
        'The log: one line an event, on standard output.',
      ),
    },
    "The daemon's configuration. Paths are relative to this file's folder.",
  )
}

const nodeAccepts = 'up to 63 letters, digits, dots, hyphens or underscores'

function fleetSchema(around: OptionContext): Field<NamesakeConfig['fleet']> {
  const name = (value: string): string | null => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value) ? value : null)
  return options(
    {
      postgres: secret(
        around,
        'URL of the database, such as postgres://namesake:password@db.corp.example/namesake; TLS is on and verified unless it says sslmode=disable, on the loopback only.',
        true,
      ),
      node: parsed(name, '', nodeAccepts)
        .prefault(() =>
          hostname()
            .replace(/[^A-Za-z0-9._-]/g, '-')
            .slice(0, 63),
        )
        .meta({ description: "This node's name, another one on each; default: the host's.", accepts: nodeAccepts }),
    },
    'Several nodes with the same people and rules, over PostgreSQL. Left out: one node by itself.',
  )
}

const historyProse =
  'What was caught: detections, messages that were not judged, what was decided about them, and who changed what. null keeps none.'

function historySchema(around: OptionContext, beside: string): Field<NamesakeConfig['history']> {
  const folder =
    'Folder of the history (LMDB), by default beside the store. Made if it is not there. It holds what can not be made again: back it up.'
  return options(
    {
      path: path(around, folder).prefault(beside).meta({ description: folder }),
      keep: duration('How long records are kept.', '90d', 'years'),
      maxSize: size('Disk space that records may take; above it the oldest go.', '1GiB', { min: '8MiB', max: '48GiB' }),
      subject: flag('Whether the subject of a message is kept too.', false),
    },
    historyProse,
  )
    .nullable()
    .prefault({} as never)
    .meta({ description: historyProse })
}

function opsListen(around: OptionContext): Field<NamesakeConfig['ops']['listen']> {
  const parse = (value: string): { readonly at: SocketAddress | null } | null => {
    if (value === 'none') return { at: null }
    const at = parseListen(value, around.folder)
    return at && { at }
  }
  return parsed(parse, '', opsAccepts)
    .transform(({ at }) => at)
    .prefault('127.0.0.1:9465')
    .meta({
      description: 'Where /metrics, /healthz and /readyz answer over HTTP; none turns them off.',
      accepts: opsAccepts,
    })
}

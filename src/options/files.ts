/** Paths, files and secrets that options name. */

import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { optional, parsed, refuse } from './fields.ts'
import { Secret } from './secret.ts'

/** What options that name files and environment variables are read against. */
export interface OptionContext {
  /** Folder of the file being read; relative paths start there. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** False: nobody will sign in or listen by what is read, so secrets, keys and certificates need not be there. */
  readonly credentials: boolean
}

/** A secret is a line or a key file; more is the wrong file. */
const maxSecretBytes = 64 * 1024

/** What a secret accepts. A fault with this text never quotes what stands there: it may be the secret itself. */
export const secretAccepts: string = '{ env: NAME } or { file: PATH }; a secret never stands in this file itself'

/** A path, made absolute. */
export function path(around: OptionContext, prose: string): z.ZodType<string, string> {
  const parse = (value: string): string | null =>
    value.trim() === '' || value.includes('\0') ? null : resolve(around.folder, value)
  return parsed(parse, prose, 'a path, relative to the folder of this file')
}

/** A path whose file must be there and readable now; what it holds is read by the part that uses it. */
function readablePath(around: OptionContext, prose: string): z.ZodType<string, string> {
  return path(around, prose).transform((file, ctx) => {
    if (!around.credentials) return file
    const read = readSmall(file)
    return 'problem' in read ? refuse(ctx, 'a file that can be read', read.problem) : file
  })
}

/** `{ file: PATH }` of a certificate, key or assertion that must be readable, as its path. */
export function fileOption(around: OptionContext, prose: string): z.ZodType<string, { file: string }> {
  const accepts = '{ file: PATH }'
  return z
    .strictObject(
      { file: readablePath(around, 'Path of the file.') },
      { error: (issue) => (issue.code === 'unrecognized_keys' ? 'file' : accepts) },
    )
    .transform((value) => value.file)
    .meta({ description: prose, accepts })
}

/**
 * A secret by `{ env: NAME }` or `{ file: PATH }`: read now, so that a missing one is a fault at its place.
 * @param always whether it is also read, if it can be, for those who can do without credentials
 */
export function secret(around: OptionContext, prose: string, always = false): z.ZodType<Secret, object> {
  const env = parsed(
    (v) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(v) ? v : null),
    'Name of an environment variable.',
    secretAccepts,
  )
  return z
    .strictObject(
      { env: optional(env), file: optional(path(around, 'Path of a file; line ends at its end are cut off.')) },
      { error: (issue) => (issue.code === 'unrecognized_keys' ? 'env, file' : secretAccepts) },
    )
    .transform((value, ctx) => {
      if (value.env !== null && value.file !== null)
        return refuse(ctx, secretAccepts, 'env and file stand here together')
      if (value.env === null && value.file === null)
        return refuse(ctx, secretAccepts, 'neither env nor file stands here')
      if (!around.credentials) return always ? readIfThere(value, around.env) : unread()
      if (value.file !== null) return secretOfFile(value.file) ?? refuse(ctx, secretAccepts, problemOf(value.file))
      const found = fromEnvironment(value.env ?? '', around.env)
      return typeof found === 'string' ? new Secret(found) : refuse(ctx, secretAccepts, found.problem)
    })
    .meta({ description: prose, accepts: '{ env: NAME } or { file: PATH }' })
}

function readIfThere(
  value: { readonly env: string | null; readonly file: string | null },
  env: OptionContext['env'],
): Secret {
  if (value.file !== null) return secretOfFile(value.file) ?? unread()
  const found = fromEnvironment(value.env ?? '', env)
  return typeof found === 'string' ? new Secret(found) : unread()
}

/** A secret that was not read, as nobody will ask for it. */
export function unread(): Secret {
  return new Secret('')
}

function fromEnvironment(name: string, env: OptionContext['env']): string | { problem: string } {
  const value = env[name]
  if (value === undefined) return { problem: `the environment variable ${name} is not set` }
  return value === '' ? { problem: `the environment variable ${name} is empty` } : value
}

/** A file's content that is read again at each use; null if it can't be read now. */
export function secretOfFile(file: string): Secret | null {
  const renew = (): string | null => {
    const found = fromFile(file)
    return typeof found === 'string' ? found : null
  }
  const now = renew()
  return now === null ? null : new Secret(now, renew)
}

function problemOf(file: string): string {
  const found = fromFile(file)
  return typeof found === 'string' ? `the file ${file} changed while it was read` : found.problem
}

function fromFile(file: string): string | { problem: string } {
  const read = readSmall(file)
  if ('problem' in read) return read
  const value = read.text.replace(/(?<![\r\n])[\r\n]+$/, '')
  return value === '' ? { problem: `the file ${file} is empty` } : value
}

/** Reads a file that should be small. Gives the operating system's words if it can't. */
function readSmall(file: string, largest: number = maxSecretBytes): { text: string } | { problem: string } {
  try {
    const { size } = statSync(file)
    if (size > largest) return { problem: `the file ${file} has ${size} octets; at most ${largest} are read` }
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    return { problem: `the file ${file} can't be read: ${reasonOf(error)}` }
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'its symbolic links run in a circle',
}

/** A file system error in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? (code === '' ? String(error) : code)
}

/** The closed set of error codes, and the exit code of each. */

/** The closed set of error codes. docs/errors.md has one entry for each; a test holds them equal. */
export type ErrorCode =
  | 'usage' // the command line is wrong
  | 'config-invalid' // a configuration file has faults, all of them listed
  | 'input-invalid' // a people file or a message source can't be read as what it should be
  | 'listen-failed' // a listener's address is in use or not ours
  | 'store-unusable' // the store's folder can't be written or opened
  | 'store-full' // the disk under the store is full
  | 'store-in-use' // another daemon has the store
  | 'store-damaged' // the store was damaged or of another version; moved aside
  | 'sync-shrink' // a sync would remove more people than the shrink brake lets through
  | 'rules-shrink' // an edit of the protection file would free more than half of the protected people
  | 'sync-busy' // the same directory is being synchronised already
  | 'provider-auth' // a directory source refuses our credentials
  | 'provider-throttled' // it wants to be left alone for longer than a run waits
  | 'provider-unavailable' // it can't be reached, or answers with faults
  | 'provider-malformed' // it answers with something that is not what it should be
  | 'next-hop-unavailable' // the embedded next hop does not come up
  | 'daemon-unreachable' // no daemon answers, or its socket may not be opened
  | 'fleet-unavailable' // the fleet's PostgreSQL can't be reached, or refuses
  | 'fleet-schema' // its schema is another version's, and can't be brought to ours
  | 'invariant' // our own fault

/** The one base of errors that Namesake throws: a code, and a text for the operator. */
export class NamesakeError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NamesakeError'
    this.code = code
  }
}

/** One fault of a configuration file: where, what stands there, what is accepted. Line and column from 1. */
export interface ConfigFault {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Path of keys, e.g. `smtp.listen[0]`. */
  readonly path: string
  /** What is wrong, what stands there, what is accepted. */
  readonly message: string
}

/** All the faults of the configuration, at once. */
export class ConfigError extends NamesakeError {
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super('config-invalid', faults.map(formatFault).join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** `file:line:column: path: message`, the form editors jump to. */
export function formatFault(fault: ConfigFault): string {
  return `${fault.file}:${fault.line}:${fault.column}: ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`
}

/** Exit codes of the command line (sysexits.h where it has one). */
export const exitCode = {
  done: 0,
  detected: 1,
  usage: 64,
  badInput: 65,
  unreachable: 69,
  configuration: 78,
} as const

/** Our own fault; sysexits.h calls it a software error. */
const ownFault = 70

const exitCodes: Readonly<Record<ErrorCode, number>> = {
  usage: exitCode.usage,
  'config-invalid': exitCode.configuration,
  'listen-failed': exitCode.configuration,
  'store-unusable': exitCode.configuration,
  'store-in-use': exitCode.configuration,
  'store-damaged': exitCode.configuration,
  'fleet-schema': exitCode.configuration,
  'input-invalid': exitCode.badInput,
  'provider-malformed': exitCode.badInput,
  'sync-shrink': exitCode.badInput,
  'rules-shrink': exitCode.badInput,
  'store-full': exitCode.unreachable,
  'sync-busy': exitCode.unreachable,
  'provider-auth': exitCode.unreachable,
  'provider-throttled': exitCode.unreachable,
  'provider-unavailable': exitCode.unreachable,
  'next-hop-unavailable': exitCode.unreachable,
  'daemon-unreachable': exitCode.unreachable,
  'fleet-unavailable': exitCode.unreachable,
  invariant: ownFault,
}

/** The exit code that an error calls for. */
export function exitCodeOf(error: unknown): number {
  return error instanceof NamesakeError ? exitCodes[error.code] : ownFault
}

/** Both files read, checked, and returned with all faults or none. */

import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type * as z from 'zod'
import { ConfigError } from '../errors.ts'
import type { ConfigFault } from '../errors.ts'
import { faultsOf, tidy, valueAt } from './faults.ts'
import type { OptionContext } from '../options/files.ts'
import type { SourceOptions } from '../options/source.ts'
import { checkNamesake } from './namesake-checks.ts'
import { namesakeSchema } from './namesake-schema.ts'
import { checkProtection } from './protection-checks.ts'
import { protectionSchema } from './protection-schema.ts'
import type { LoadedConfig, LoadedProtection, NamesakeConfig } from './types.ts'
import { checkTlsFiles } from './tls-checks.ts'
import { parseYaml, readYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

interface LoadOptions {
  /** Environment that `{ env: NAME }` is read from. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Today, for entries that expire. */
  readonly now?: Date
  /**
   * False for work that signs in nowhere: secrets, keys and certificates are not read then. They are often the
   * daemon's alone to read, and whoever looks at people or edits the protection file has no need of them.
   */
  readonly credentials?: boolean
  /** What namesake.yaml would hold; left out: what it holds. */
  readonly text?: string
  /** Whether the protection file may be missing or hold nothing, as before the edit that begins it. */
  readonly unbegun?: boolean
}

/**
 * Reads namesake.yaml and the protection file that it names, and validates them together.
 * @param path of namesake.yaml; the messages show it as it is given here
 * @param sources of people that `directories` may name
 * @throws ConfigError with every fault of both files
 */
export function loadConfig(
  path: string,
  sources: readonly SourceOptions[],
  { env = process.env, now = new Date(), credentials = true, text, unbegun = false }: LoadOptions = {},
): LoadedConfig {
  const around: OptionContext = { folder: dirname(resolve(path)), env, credentials }
  const source = text === undefined ? readYaml(path) : parseYaml(path, text)
  const parsed = validate(source, namesakeSchema(around, sources, valueAt(source.data, ['store'])))
  const faults = [...parsed.faults]
  const warnings: ConfigFault[] = []
  if (source.faults.length === 0) {
    const found = checkNamesake(source, parsed.data, sources)
    faults.push(...found.faults)
    warnings.push(...found.warnings)
  }
  if (credentials && parsed.value !== null) {
    const found = checkTlsFiles(source, parsed.value, now)
    faults.push(...found.faults)
    warnings.push(...found.warnings)
  }
  const named = valueAt(parsed.data, ['protection'])
  const protectionName = typeof named === 'string' && named !== '' ? named : 'protection.yaml'
  const protectionPath = isAbsolute(protectionName) ? protectionName : join(dirname(path), protectionName)
  // Where namesake.yaml can't be read, the other file's name is a guess.
  const guessed = source.faults.length > 0 && !existsSync(protectionPath)
  const protection = guessed
    ? nothing
    : validateProtection(unbegun ? readBegun(protectionPath).source : readYaml(protectionPath), parsed.data, now)
  faults.push(...protection.faults)
  if (faults.length > 0 || parsed.value === null || protection.rules === null) throw new ConfigError(tidy(faults))
  const config: NamesakeConfig = { ...parsed.value, file: resolve(path) }
  return {
    config,
    rules: protection.rules,
    warnings: tidy([...warnings, ...protection.warnings]),
    locate: protection.locate,
  }
}

/**
 * Reads the protection file alone, for a reload.
 * @throws ConfigError with every fault; the caller keeps the rules it has
 */
export function loadProtection(
  config: NamesakeConfig,
  { now = new Date(), unbegun = false }: LoadOptions = {},
): LoadedProtection {
  const source = unbegun ? readBegun(config.protection).source : readYaml(config.protection)
  const read = validateProtection(source, config, now)
  if (read.rules === null || read.faults.length > 0) throw new ConfigError(tidy(read.faults))
  return { rules: read.rules, warnings: tidy(read.warnings), locate: read.locate }
}

interface ProtectionRead {
  readonly rules: LoadedProtection['rules'] | null
  readonly faults: readonly ConfigFault[]
  readonly warnings: readonly ConfigFault[]
  readonly locate: LoadedProtection['locate']
}

/**
 * The protection file as an edit begins it where it is missing or all comments: an empty map below them. What can't be read
 * for another reason keeps its fault. `stands`: the text that stands there; null if the file does not.
 */
export function readBegun(path: string): { readonly source: YamlSource; readonly stands: string | null } {
  if (!existsSync(path)) return { source: parseYaml(path, '{}\n'), stands: null }
  const source = readYaml(path)
  const isEmpty = source.faults.length === 0 && (source.data === null || source.data === undefined)
  const begun = source.text.trim() === '' ? '{}\n' : source.text.replace(/\n?$/, '\n{}\n')
  return { source: isEmpty ? parseYaml(path, begun) : source, stands: source.text }
}

const nothing: ProtectionRead = {
  rules: null,
  faults: [],
  warnings: [],
  locate: () => ({ file: '', line: 1, column: 1 }),
}

/** Validates a protection file's text against the daemon's configuration (validated, or as it stands in its file). */
export function validateProtection(source: YamlSource, namesake: unknown, now: Date): ProtectionRead {
  const parsed = validate(source, protectionSchema(), beginning)
  const found =
    source.faults.length === 0 ? checkProtection(source, parsed.data, namesake, now) : { faults: [], warnings: [] }
  return {
    rules: parsed.value,
    faults: [...parsed.faults.map((fault) => (existsSync(source.file) ? fault : missing(fault))), ...found.faults],
    warnings: found.warnings,
    locate: (path) => source.placeOf(path),
  }
}

const beginning = '; fix: namesake protect WHO begins it'

function missing(fault: ConfigFault): ConfigFault {
  return { ...fault, message: `${fault.message}${beginning}` }
}

/** Validates one file. `data` is what stands there, for checks across options. */
function validate<T>(
  source: YamlSource,
  schema: z.ZodType<T>,
  fix = '',
): { value: T | null; data: unknown; faults: ConfigFault[] } {
  if (source.faults.length > 0) return { value: null, data: source.data, faults: [...source.faults] }
  if (source.data === null || source.data === undefined) {
    // An editor that is cut off leaves an empty file: it must not lift all protection.
    const message = `the file is empty; accepted: a map of options, {} for all defaults${fix}`
    return { value: null, data: null, faults: [{ file: source.file, line: 1, column: 1, path: '', message }] }
  }
  const first = schema.safeParse(source.data)
  if (first.success) return { value: first.data, data: source.data, faults: [] }
  // A key whose lines are all commented out has the value null. Where a list belongs it counts as not given,
  // where a map belongs as an empty one. Which belongs where, the schema itself says by its findings.
  const issues = first.error.issues
  const data = structuredClone(source.data)
  for (const { path, code, ...issue } of issues) {
    const key = path.at(-1)
    if (code !== 'invalid_type' || typeof key !== 'string' || valueAt(data, path) !== null) continue
    const parent = valueAt(data, path.slice(0, -1)) as Record<PropertyKey, unknown>
    const expected = 'expected' in issue ? issue.expected : ''
    if (expected === 'array') delete parent[key]
    else if (expected === 'object' || expected === 'record') parent[key] = {}
  }
  const result = schema.safeParse(data)
  if (result.success) return { value: result.data, data, faults: [] }
  return { value: null, data, faults: faultsOf(source, data, result.error.issues) }
}

/** Directories put into, changed in and taken out of namesake.yaml, proved before they are written. */

import { NamesakeError } from '../errors.ts'
import { quote } from '../text.ts'
import type { SourceOptions } from '../options/source.ts'
import { loadConfig } from './load.ts'
import { replaceFile } from './replace-file.ts'
import { setScalar } from './splice-scalar.ts'
import { addToList, removeFromList } from './splice.ts'
import type { LoadedConfig } from './types.ts'
import type { Value } from './yaml-words.ts'
import { readYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

/** One change of `directories`. */
export type DirectoryChange =
  | { readonly do: 'add'; readonly entry: { readonly [key: string]: Value } }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'sync'; readonly name: string; readonly sync: string }

export interface DirectoriesDraft {
  readonly file: string
  readonly before: string
  readonly after: string
  /** Both files as they would be. */
  readonly loaded: LoadedConfig
}

/**
 * Makes one change on the text of namesake.yaml and validates the result, secrets included. Comments, order and layout
 * stay. Nothing is written yet.
 * @throws ConfigError if the file has faults before or after; NamesakeError input-invalid if no directory has the name
 */
export function draftDirectories(
  path: string,
  change: DirectoryChange,
  sources: readonly SourceOptions[],
): DirectoriesDraft {
  const before = readYaml(path)
  const source = changed(before, change)
  return {
    file: path,
    before: before.text,
    after: source.text,
    loaded: loadConfig(path, sources, { text: source.text }),
  }
}

/** @throws NamesakeError input-invalid if the file can't be written, or somebody else edited it meanwhile */
export function writeDirectories({ file, before, after }: DirectoriesDraft): void {
  if (after !== before) replaceFile(file, before, after)
}

function changed(source: YamlSource, change: DirectoryChange): YamlSource {
  if (change.do === 'add') return addToList(source, ['directories'], change.entry)
  const name = change.name
  const { directories } = (source.data ?? {}) as { directories?: unknown }
  const at = Array.isArray(directories)
    ? directories.findIndex((entry) => (entry as { name?: unknown } | null)?.name === name)
    : -1
  if (at < 0) throw new NamesakeError('input-invalid', `namesake.yaml has no directory ${quote(name)}`)
  return change.do === 'remove'
    ? removeFromList(source, ['directories', at])
    : setScalar(source, ['directories', at, 'sync'], change.sync)
}

/** Options whose part is not built yet. */

import type { ConfigFault } from '../errors.ts'
import { formatPath } from './faults.ts'
import { quote } from '../text.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

/**
 * Options whose part is not built yet: refused, never silently ignored. A part that lands removes its line here, and
 * nothing else has to change. `value` narrows a line to values that it matches.
 */
const notYet: readonly { readonly option: string; readonly value?: RegExp }[] = []

/** Faults for each option in use that is not available yet. `data` is the file's plain values, valid or not. */
export function notYetFaults(source: YamlSource, data: unknown, list: typeof notYet = notYet): ConfigFault[] {
  return list.flatMap(({ option, value }) =>
    pathsOf(data, option.split('.'), [])
      .filter(
        ({ found }) => value === undefined || value.test(typeof found === 'string' ? found : JSON.stringify(found)),
      )
      .map(({ path, found }) => ({
        ...source.placeOfKey(path),
        path: formatPath(path),
        message: `not available yet${value ? `; here stands ${quote(found)}` : ''}; fix: leave it out until a later version has it`,
      })),
  )
}

/** Every place that an option path such as `smtp.listen[].tls` means in the data; `[]` is each item of a list or the value itself. */
function pathsOf(data: unknown, steps: readonly string[], path: KeyPath): { path: KeyPath; found: unknown }[] {
  const [step, ...rest] = steps
  if (step === undefined) return [{ path, found: data }]
  const key = step.replace(/\[\]$/, '')
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return []
  const value = (data as Record<string, unknown>)[key]
  if (!step.endsWith('[]') || !Array.isArray(value)) return pathsOf(value, rest, [...path, key])
  return value.flatMap((item, index) => pathsOf(item, rest, [...path, key, index]))
}

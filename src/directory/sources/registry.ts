/** The registry of sources: a new one is its folder and its line here. */

import type { DirectoryConfig } from '../../options/source.ts'
import type { ScheduledDirectory } from '../schedule.ts'
import type { DirectorySource } from '../source.ts'
import { fileSource } from './file/source.ts'
import { office365Source } from './office365/source.ts'

/** Every source, in the order in which documents and faults name them. */
export const directorySources: readonly DirectorySource[] = [office365Source, fileSource]

/** The source of a directory. @throws TypeError if none has its type, which the configuration refuses before */
export function sourceOf(
  { type }: { readonly type: string },
  sources: readonly DirectorySource[] = directorySources,
): DirectorySource {
  const found = sources.find((source) => source.type === type)
  if (found === undefined) throw new TypeError(`no source has the type ${JSON.stringify(type)}`)
  return found
}

/** A directory of the configuration with its schedule. */
export function scheduledOf(
  config: DirectoryConfig,
  sources: readonly DirectorySource[] = directorySources,
): ScheduledDirectory {
  const { sync, staleAfter, shrink, jitter, fullEvery } = config
  return {
    provider: sourceOf(config, sources).open(config),
    ...{ sync, staleAfter, shrink },
    ...(jitter === undefined ? {} : { jitter }),
    ...(fullEvery === undefined ? {} : { fullEvery }),
  }
}

/** A directory's type to its provider. */

import type { DirectoryConfig } from '../config/types.ts'
import { FileProvider } from '../directory/sources/file/provider.ts'
import { Office365Provider } from '../directory/sources/office365/provider.ts'
import type { Provider } from '../directory/provider.ts'
import type { ScheduledDirectory } from '../directory/schedule.ts'

/** The source that a directory of the configuration means. A new type of directory is one more line here. */
export function providerOf(config: DirectoryConfig): Provider {
  switch (config.type) {
    case 'file':
      return new FileProvider({ name: config.name, path: config.path })
    case 'office365':
      return new Office365Provider(config)
  }
}

/** A directory of the configuration with its schedule. */
export function scheduledOf(config: DirectoryConfig): ScheduledDirectory {
  const { sync, staleAfter, shrink } = config
  const scheduled = { provider: providerOf(config), sync, staleAfter, shrink }
  return config.type === 'office365' ? { ...scheduled, jitter: config.jitter, fullEvery: config.fullEvery } : scheduled
}

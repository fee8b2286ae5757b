import type { DirectoryConfig, Office365DirectoryConfig } from '../config/types.ts'
import { FileProvider } from '../directory/file.ts'
import { Office365Provider } from '../directory/office365/provider.ts'
import type { Office365Settings } from '../directory/office365/settings.ts'
import type { Provider } from '../directory/provider.ts'
import type { ScheduledDirectory } from '../directory/schedule.ts'

/** The source that a directory of the configuration means. A new type of directory is one more line here. */
export function providerOf(config: DirectoryConfig): Provider {
  switch (config.type) {
    case 'file':
      return new FileProvider({ name: config.name, path: config.path })
    case 'office365':
      return new Office365Provider(office365SettingsOf(config))
  }
}

/** The provider's slice of the configuration; only the certificate, which is no secret, is revealed. */
export function office365SettingsOf(config: Office365DirectoryConfig): Office365Settings {
  const { credential } = config
  if (credential.kind !== 'certificate') return { ...config, credential }
  return { ...config, credential: { ...credential, certificate: credential.certificate.reveal() } }
}

/** A directory of the configuration with its schedule. */
export function scheduledOf(config: DirectoryConfig): ScheduledDirectory {
  const { sync, staleAfter, shrink } = config
  const scheduled = { provider: providerOf(config), sync, staleAfter, shrink }
  return config.type === 'office365' ? { ...scheduled, jitter: config.jitter, fullEvery: config.fullEvery } : scheduled
}

/** People from Microsoft 365: an entry of `directories`, and how it is opened. */

import { defineSource } from '../../source.ts'
import type { TypedSource } from '../../source.ts'
import { office365Faults, office365Options, office365Settings } from './options.ts'
import type { Office365Options } from './options.ts'
import { Office365Provider } from './provider.ts'

export const office365Source: TypedSource<Office365Options> = defineSource({
  type: 'office365',
  typeProse: 'People from Microsoft 365 (Entra ID), read through Graph.',
  prose: 'A directory in Microsoft 365, read by an app registration with User.Read.All and GroupMember.Read.All.',
  usualSync: '*/30 * * * *',
  signsIn: true,
  options: office365Options,
  settings: office365Settings,
  faults: office365Faults,
  open: (entry) => new Office365Provider(entry),
  placeOf: (entry) => entry.tenant,
})

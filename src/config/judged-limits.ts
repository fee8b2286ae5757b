/** How many octets of a message's fields are read, as its entrance is configured. */

import { defaultLimits } from '../net/limits.ts'
import { defaultLimits as inspectLimits } from '../policy/inspect.ts'
import type { Entrance } from '../vocabulary.ts'
import type { NamesakeConfig } from './types.ts'

interface JudgedLimits {
  /** Octets of a header section. */
  readonly headerSection: number
  /** Octets of one originator field. */
  readonly fromField: number
}

/** The limits of an entrance; where it has no listener, or none is named, those of the other one, or else the defaults. */
export function judgedLimits({ smtp, milter }: NamesakeConfig, entrance: Entrance = 'smtp'): JudgedLimits {
  const [first, second] = entrance === 'milter' ? [milter, smtp] : [smtp, milter]
  return (
    first?.limits ??
    second?.limits ?? { headerSection: defaultLimits.headerSection, fromField: inspectLimits.fromOctets }
  )
}

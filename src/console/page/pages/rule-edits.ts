/** What the cards of the rules page share: the rules as they stand, and the changes that are being made. */

export const actionNames = ['monitor', 'tag', 'quarantine', 'reject'] as const

export type Action = (typeof actionNames)[number]

export const actionWords: Record<Action, string> = {
  monitor: 'Monitor',
  tag: 'Tag',
  quarantine: 'Quarantine',
  reject: 'Reject',
}

export type TierName = 'certain' | 'likely'

export const tiers: readonly TierName[] = ['certain', 'likely']

export interface Trusted {
  readonly from: string
  readonly names: readonly string[]
  readonly requireAuthentication: boolean
  readonly note: string
  readonly until: string | null
  readonly letThrough: number
}

export interface RulesNow {
  readonly actions: Readonly<Record<TierName, string>>
  readonly groups: readonly {
    readonly group: string
    readonly displayName: string
    readonly actions: Partial<Record<TierName, string>>
    readonly people: number | null
  }[]
  readonly trustedSenders: readonly Trusted[]
  readonly presets: readonly { readonly name: string; readonly about: string; readonly on: boolean }[]
  readonly options: Readonly<Record<string, string | boolean>>
  readonly authservIds: readonly string[]
}

/** One change as the API takes it, with what it says in words. */
export interface Change {
  readonly body: Readonly<Record<string, unknown>>
  readonly words: string
}

/** Changes by what they are about: the same thing changed twice is one. */
export type Changes = ReadonlyMap<string, Change>

export interface Editing {
  readonly rules: RulesNow
  readonly changes: Changes
  readonly locked: boolean
  /** A change; null takes it back. */
  readonly set: (key: string, change: Change | null) => void
}

/** What the console is handed and what it tells: its settings, the history, review, its log lines, and who asks. */

import type { Actor } from '../admin/audit.ts'
import type { Preview } from '../admin/effect.ts'
import type { MadeEdit, ProtectionRequest } from '../admin/protection.ts'
import type { Answer, ReviewPage, ReviewQuery, ReviewedPair } from '../admin/review.ts'
import type { ProtectionPage, RulesPreview } from '../admin/rules.ts'
import type { Suggestion } from '../admin/suggestions.ts'
import type { Role } from '../ports.ts'
import type { OnEvent } from '../vocabulary.ts'

/** Who asks. */
export interface Caller {
  readonly role: Role
  /** Name for the audit log. */
  readonly name: string
  /** How they came in. */
  readonly by: 'session' | 'token'
  /** Id of the account or token. */
  readonly id: string
}

/** What the console itself writes into the daemon's log. */
export type ConsoleEvent =
  | 'console-sign-in'
  | 'console-sign-in-refused'
  | 'console-account-made'
  | 'console-password-changed'
  | 'console-changed'
  | 'console-fault'

export type ConsoleLog = OnEvent<ConsoleEvent>

/** Sign-in by an OpenID provider. */
export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** App roles, by what they may do here. */
  readonly roles: Readonly<Record<Role, string>>
}

export interface ConsoleSettings {
  readonly listen: { readonly host: string; readonly port: number }
  /** Paths of PEM files. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  readonly publicUrl: string | null
  readonly trustedProxies: readonly string[]
  readonly password: boolean
  readonly oidc: OidcSettings | null
  readonly readOnly: boolean
  readonly version: string
  /** This node's name. */
  readonly node: string
  /** Folder of keys that are made here. */
  readonly keys: string
}

/** Review, as the command line has it: the same pairs, previews and answers. Each throws as `admin/review` does. */
export interface ReviewPort {
  pairs(query: ReviewQuery): Promise<ReviewPage>
  /** Null if nothing of it is kept. */
  pair(directory: string, person: string, address: string): Promise<ReviewedPair | null>
  preview(pair: ReviewedPair, answer: Answer): Promise<Preview>
  decide(pair: ReviewedPair, answer: Answer, actor: Actor): Promise<MadeEdit>
  undo(pair: ReviewedPair, actor: Actor): Promise<MadeEdit>
  /** Whom to protect as well. */
  suggestions(): Promise<Suggestion[]>
}

/** The protection file as a whole, and what changes of it would do. Each throws as `admin/rules` does. */
export interface RulesPort {
  page(since: number): Promise<ProtectionPage>
  preview(requests: readonly ProtectionRequest[], since: number): Promise<RulesPreview>
}

/** What the server's routes work with: all of it handed in by main/. */

import type { Actor } from '../admin/audit.ts'
import type { Preview } from '../admin/effect.ts'
import type { MadeEdit } from '../admin/protection.ts'
import type { Answer, ReviewedPair } from '../admin/review.ts'
import type { AuditEntry, HistoryOverview, HistoryQuery, HistoryRecord } from '../model.ts'
import type { AccountsPort } from '../ports.ts'
import type { OnEvent } from '../vocabulary.ts'
import type { Consents } from './consents.ts'
import type { Desk } from './desk.ts'
import type { Origins } from './hosts.ts'
import type { Live } from './live.ts'
import type { Caller } from './routes/route.ts'
import type { SignIn } from './sign-in.ts'

/** What the console itself writes into the daemon's log. */
export type ConsoleEvent =
  | 'console-sign-in'
  | 'console-sign-in-refused'
  | 'console-account-made'
  | 'console-password-changed'
  | 'console-changed'
  | 'console-fault'

export type ConsoleLog = OnEvent<ConsoleEvent>

export interface ConsoleSettings {
  readonly listen: { readonly host: string; readonly port: number }
  /** Paths of PEM files. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  readonly publicUrl: string | null
  readonly trustedProxies: readonly string[]
  readonly password: boolean
  readonly oidc: null
  readonly readOnly: boolean
  readonly version: string
  /** This node's name. */
  readonly node: string
  /** Folder of keys that are made here. */
  readonly keys: string
}

/** What the console needs of the history. */
export interface HistoryPort {
  records(query: HistoryQuery): Iterable<HistoryRecord>
  record(id: string): HistoryRecord | undefined
  count(): number
  overview(since: number, until: number): HistoryOverview
  writeAudit(entry: Omit<AuditEntry, 'id'>): void
  audit(): Iterable<AuditEntry>
}

/** Review, as the command line has it: the same pairs, previews and answers. Each throws as `admin/review` does. */
export interface ReviewPort {
  pairs(): Promise<ReviewedPair[]>
  preview(pair: ReviewedPair, answer: Answer): Promise<Preview>
  decide(pair: ReviewedPair, answer: Answer, actor: Actor): Promise<MadeEdit>
  undo(pair: ReviewedPair, actor: Actor): Promise<MadeEdit>
}

export interface Services {
  readonly settings: ConsoleSettings
  readonly accounts: AccountsPort
  readonly signIn: SignIn
  readonly log: ConsoleLog
  readonly desk: Desk
  readonly review: ReviewPort
  readonly live: Live
  readonly consents: Consents
  readonly origins: Origins
  /** Writes a change into the log and, where a history is kept, into the audit log. */
  readonly audit: (caller: Caller, what: string, target: string, before: unknown, after: unknown) => Promise<void>
}

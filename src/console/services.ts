/** What the server's routes work with: all of it handed in by main/. */

import type { JudgedField } from '../admin/explain.ts'
import type { ReplayRequest, ReplayRun } from '../admin/replay/run.ts'
import type { AccountsPort } from '../ports.ts'
import type { Consents } from './consents.ts'
import type { Desk } from './desk.ts'
import type { Origins } from './hosts.ts'
import type { Live } from './live.ts'
import type { Caller, ConsoleLog, ConsoleSettings, ReviewPort, RulesPort } from './ports.ts'
import type { Oidc } from './oidc.ts'
import type { SignIn } from './sign-in.ts'

export interface Services {
  readonly settings: ConsoleSettings
  readonly accounts: AccountsPort
  readonly signIn: SignIn
  /** Null where it is not set up. */
  readonly oidc: Oidc | null
  readonly log: ConsoleLog
  readonly desk: Desk
  readonly review: ReviewPort
  readonly rules: RulesPort
  /** Judges a header section by the people and rules in force; nothing is kept of it. @throws NamesakeError store-unusable */
  readonly judge: (octets: Buffer) => Promise<JudgedField>
  readonly startReplay: (request: ReplayRequest) => Promise<ReplayRun>
  /** Runs over old mail, by their ids. */
  readonly replays: Map<string, ReplayRun>
  readonly live: Live
  readonly consents: Consents
  readonly origins: Origins
  /** Writes a change into the log and, where a history is kept, into the audit log. */
  readonly audit: (caller: Caller, what: string, target: string, before: unknown, after: unknown) => Promise<void>
}

/** What the server's routes work with: all of it handed in by main/. */

import type { AccountsPort } from '../ports.ts'
import type { Consents } from './consents.ts'
import type { Desk } from './desk.ts'
import type { Origins } from './hosts.ts'
import type { Live } from './live.ts'
import type { Caller, ConsoleLog, ConsoleSettings, ReviewPort } from './ports.ts'
import type { SignIn } from './sign-in.ts'

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

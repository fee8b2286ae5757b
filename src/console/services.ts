/** What the server's routes work with: all of it handed in by main/. */

import type { AccountsPort } from '../ports.ts'
import type { OnEvent } from '../vocabulary.ts'
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
}

export interface Services {
  readonly settings: ConsoleSettings
  readonly accounts: AccountsPort
  readonly signIn: SignIn
  readonly log: ConsoleLog
}

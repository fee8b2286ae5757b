/** What parts of the house may ask of each other, as interfaces: whoever wires them decides who answers. */

/** How a running daemon stands, as `namesake status --json` prints it. Times are ISO 8601, durations in seconds. */
export interface DaemonStatus {
  readonly version: string
  readonly pid: number
  readonly since: string
  /** Absolute path of namesake.yaml. */
  readonly config: string
  /** `smtp 127.0.0.1:10025` and the like. */
  readonly listeners: readonly string[]
  readonly workers: number
  /** Where mail goes on to; empty for a milter alone. `reached`: null if it is not probed (MX, SRV, Maildir). */
  readonly nextHop: readonly {
    readonly url: string
    readonly reached: boolean | null
    readonly problem: string | null
  }[]
  readonly directories: readonly DirectoryReport[]
  readonly protectedPeople: number
  readonly messages: MessageCounts & {
    /** Of the last hour, or since the start if that is later. */
    readonly lastHour: MessageCounts
  }
  /** What an operator should look at, in words; empty if all is well. */
  readonly problems: readonly string[]
}

export interface MessageCounts {
  readonly total: number
  readonly detected: number
  readonly unchecked: number
}

/** One directory as `directory --json` and `status --json` print it. */
export interface DirectoryReport {
  readonly name: string
  readonly type: string
  /** `never` read, `ok`, `stale` (too old), `failed` (the last try; people known before stay). */
  readonly state: 'never' | 'ok' | 'stale' | 'failed'
  readonly lastSync: string | null
  /** Seconds since the last success. */
  readonly age: number | null
  readonly nextRun: string | null
  readonly people: number
  readonly groups: number
  readonly error: string | null
}

/** What a synchronisation changed. `duration` in milliseconds. */
export interface SyncReport {
  readonly directory: string
  readonly round: string
  readonly people: number
  readonly groups: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly duration: number
}

/** How far a synchronisation is: changes read, or people written. */
export interface SyncStep {
  readonly directory: string
  readonly phase: 'reading' | 'writing'
  readonly count: number
}

/** What a reload came to. */
export type ReloadReport =
  | { readonly outcome: 'done'; readonly protectedPeople: number }
  /** The rules before it stay. */
  | { readonly outcome: 'refused'; readonly faults: readonly string[] }

/** What a running daemon does for whoever may ask it: the command line by its socket, the console likewise. */
export interface DaemonControl {
  status(): Promise<DaemonStatus>
  /**
   * Synchronises one directory now.
   * @throws NamesakeError as `synchronise` does; usage if there is no such directory
   */
  sync(
    request: { readonly directory: string; readonly full?: boolean; readonly acceptShrink?: boolean },
    onStep: (step: SyncStep) => void,
  ): Promise<SyncReport>
  /** Reads the protection file again (`what: 'protection'`), or both files; `force` lets any number of people lose protection. */
  reload(request: { readonly what: 'protection' | 'all'; readonly force?: boolean }): Promise<ReloadReport>
}

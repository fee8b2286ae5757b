/** Every closed list of the project, each once, with what belongs to its entries: kinds, actions, fields, events, metrics. */

/* eslint-disable @typescript-eslint/no-unnecessary-type-assertion -- declarations are made file by file: the type of a list named in a table is written out */

/**
 * A list that grows here makes every switch over it fail to compile until it says what the new entry means there. The
 * order of a table's rows is its order: of kinds the rank, of actions the strictness. Data only; floor 0 imports nothing.
 */

/** How sure a match is, the surer first. `certain`: the name itself, however disguised. `likely`: a name that a reader takes for it. */
export const tiers = ['certain', 'likely'] as const
export type Tier = (typeof tiers)[number]

/**
 * What a match consists of, the nearest to the name itself first. `tier`: what the kind gives by itself; what rests on
 * two reductions at once is `likely` whatever its kind.
 */
export const kinds = {
  exact: { tier: 'certain', says: 'the name as the directory has it' },
  reordered: { tier: 'certain', says: 'its parts in another order: `Roe, Jane`' },
  decorated: {
    tier: 'certain',
    says: 'the name with titles, roles, suffixes, the company, middle names or a `via` tag',
  },
  disguised: {
    tier: 'certain',
    says: 'the name in look-alike, invisible, spaced-out or transliterated letters, or oddly encoded',
  },
  address: { tier: 'certain', says: "a protected person's address, shown as the name of another mailbox" },
  variant: { tier: 'likely', says: 'another spelling of a name, each of which people bear: `Eric` for `Erik`' },
  nickname: { tier: 'likely', says: 'a short form of the given name: `Bill` for `William`' },
  typo: { tier: 'likely', says: 'one slip of the pen away' },
  initial: { tier: 'likely', says: 'the given name as its initial: `J. Roe`' },
  'local-part': { tier: 'likely', says: 'the name in the local-part of the address' },
  'lookalike-domain': { tier: 'likely', says: "a domain that a reader takes for one of the organisation's own" },
  'reply-to': { tier: 'likely', says: 'the name in Reply-To or Sender, where the policy says so' },
} as const
export type Kind = keyof typeof kinds
export const kindNames = Object.keys(kinds) as readonly Kind[]

/** How far a kind is from the name itself: 0 is the name as it is. */
export function kindRank(kind: Kind): number {
  return kindNames.indexOf(kind)
}

export const entrances = ['smtp', 'milter'] as const
export type Entrance = (typeof entrances)[number]

/** What an entrance does with a message when the judgement is done. */
export type Performance = 'relay' | 'reject' | 'defer' | 'quarantine'

/** What the policy can ask to be done about a detection, the mildest first, and what each entrance makes of it. */
export const actions = {
  monitor: { perform: { smtp: 'relay', milter: 'relay' }, says: 'log and count only; the message says `monitored`' },
  tag: { perform: { smtp: 'relay', milter: 'relay' }, says: 'add fields' },
  quarantine: {
    perform: { smtp: 'relay', milter: 'quarantine' },
    says: "hold it in the mail server's quarantine; the SMTP entrance adds fields, for the next hop to act on",
  },
  reject: { perform: { smtp: 'reject', milter: 'reject' }, says: 'refuse it with 550 5.7.1' },
} as const
export type Action = keyof typeof actions
export const actionNames = Object.keys(actions) as readonly Action[]

/** The strictest of actions; the mildest there is if none is given. */
export function strictest(asked: readonly Action[]): Action {
  return actionNames[Math.max(0, ...asked.map((action) => actionNames.indexOf(action)))] ?? 'monitor'
}

/** What the policy can ask to be done about a message that could not be judged. */
export const uncheckedActions = {
  tag: { perform: 'relay', says: 'add fields' },
  tempfail: { perform: 'defer', says: 'put it off with 451 4.7.1' },
} as const
export type UncheckedAction = keyof typeof uncheckedActions
const uncheckedActionNames = Object.keys(uncheckedActions) as readonly UncheckedAction[]

/** Why a message could not be judged. */
export const uncheckedReasons = {
  'no-directory': 'no directory is loaded yet, or the store can not be read',
  'header-too-large': 'the header section is longer than `limits.headerSection`',
  'from-too-large': 'an originator field is longer than `limits.fromField`, or holds more than is read',
  'too-costly': 'judging it would have cost more than one message may',
  'judgement-failed': 'our own fault: the judgement threw',
} as const
export type UncheckedReason = keyof typeof uncheckedReasons

export const verdicts = ['clean', 'detected', 'unchecked'] as const

/** What was done with a message in the end (RFC 7489's sense of the word). */
export const dispositions = {
  relayed: 'the next hop took it, or the mail server was told to go on',
  rejected: 'refused for good, by us or by the next hop',
  deferred: 'put off, by us or by the next hop',
  monitored: 'relayed although detected, as the action is `monitor`',
  quarantined: "held in the mail server's quarantine",
} as const
export type Disposition = keyof typeof dispositions
export const dispositionNames = Object.keys(dispositions) as readonly Disposition[]

/** The fields that Namesake adds. */
export const ownFields = {
  verdict: { name: 'X-Namesake', says: 'the verdict' },
  reason: { name: 'X-Namesake-Reason', says: 'the sentence that tells a detection' },
  defect: {
    name: 'X-Namesake-Defect',
    says: 'that the header section began with a folded line (`leading-space`), which would otherwise become part of our field',
  },
} as const

/**
 * Whether a field's name is one that only Namesake may write: X-Namesake, or X-Namesake- and anything. Octets that are
 * no printable ASCII are passed over, as a reader that drops them would see our name.
 */
export function isOwnFieldName(name: string): boolean {
  return /^x-namesake(?:-|$)/i.test(name.replace(/[^!-~]+/g, ''))
}

/** Faults of mail syntax that are tolerated and noted. */
export const defects = {
  'leading-space': 'the header section begins with a folded line',
  'folded-name': 'a line end stands between a field name and its colon',
  'mbox-line': 'a `From ` line of an mbox stands above the header section',
  'no-colon': 'a line of the header section is no field',
  nul: 'a NUL',
  'bare-cr': 'a CR without LF',
  'no-from': 'there is no From field',
  'field-too-long': 'an originator field is longer than what is read of it',
  'fields-dropped': 'more fields of one name than are read',
  'too-costly': 'reading the originator fields would have cost more than one message may',
  'items-dropped': 'more entries in an address-list than are read',
  'readings-dropped': 'more readings than are judged',
  'variants-dropped': 'more ways to decode a field than are tried',
  'name-cut': 'a name is longer than what is judged of it',
  'unclosed-group': 'a group without its semicolon',
  'unclosed-quote': 'a quoted-string without its end',
  'unclosed-comment': 'a comment without its end',
  'unclosed-angle': 'an angle bracket without its partner',
  'stray-bracket': 'a closing bracket without an opening one',
  'raw-8bit': 'octets above ASCII that are not encoded',
  'charset-unsure': 'octets that could be in more than one charset',
  'several-from': 'more than one From field',
  'several-sender': 'more than one Sender field',
  'several-reply-to': 'more than one Reply-To field',
  'ew-syntax': 'something like an encoded-word that stands where none may',
  'ew-unclosed': 'an encoded-word without its end',
  'ew-space': 'white space inside an encoded-word',
  'ew-encoding': 'an encoded-word in another encoding than Q and B',
  'ew-nested': 'an encoded-word that decodes to another one',
  'ew-charset': 'an encoded-word that reads differently by charset',
  'ew-in-address': 'an encoded-word inside an address',
  'second-reader-failed': 'a second reader gave up on the field',
} as const
export type DefectCode = keyof typeof defects

/** Why a next hop could not be used. */
const nextHopErrorKinds = [
  'resolve',
  'connect',
  'timeout',
  'closed',
  'protocol',
  'greeting',
  'hello',
  'tls',
  'auth',
  'circuit-open',
  'early-reply',
] as const
export type NextHopErrorKind = (typeof nextHopErrorKinds)[number]

/** Why a client is turned away at connect. */
const refusalReasons = ['network', 'connections', 'network-connections', 'draining'] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** Where in the dialogue with the next hop it failed. */
const nextHopStages = ['connect', 'greeting', 'hello', 'tls', 'auth', 'command', 'data', 'end-of-data', 'idle'] as const
export type NextHopStage = (typeof nextHopStages)[number]

const syncOutcomes = ['ok', 'failed'] as const
const reloadOutcomes = ['ok', 'refused'] as const
const historyOutcomes = ['written', 'dropped'] as const
export const configFiles = ['namesake.yaml', 'protection.yaml'] as const
/** Processes of the daemon that count: the one that was started, and those that carry mail. */
const processes = ['primary', 'worker'] as const

/** What can stand in a label: one of a closed list, or what operators name. */
type LabelValues = readonly string[] | 'open'

export interface MetricSpec {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: Readonly<Record<string, LabelValues>>
  /** Who is asked for it at a scrape: every process for itself, or the primary alone. Left out: events count it. */
  readonly readFrom?: 'primary' | 'every process'
}

/** Every metric: its name, labels with their values, and help. docs/metrics.md is generated from this table. */
export const metrics = {
  messages: {
    name: 'namesake_messages_total',
    type: 'counter',
    help: 'Messages by entrance, verdict and what was done with them',
    labels: {
      entrance: entrances as typeof entrances,
      verdict: verdicts as typeof verdicts,
      disposition: dispositionNames as typeof dispositionNames,
    },
  },
  detections: {
    name: 'namesake_detections_total',
    type: 'counter',
    help: 'Detections by tier and kind',
    labels: { tier: tiers as typeof tiers, kind: kindNames as typeof kindNames },
  },
  judgeDuration: {
    name: 'namesake_judge_duration_seconds',
    type: 'histogram',
    help: 'Time that one judgement took',
    labels: {},
  },
  relayDuration: {
    name: 'namesake_relay_duration_seconds',
    type: 'histogram',
    help: 'Time from MAIL to the last reply',
    labels: {},
  },
  connections: {
    name: 'namesake_connections',
    type: 'gauge',
    help: 'Connections open now',
    labels: { entrance: entrances as typeof entrances },
  },
  connectionsRefused: {
    name: 'namesake_connections_refused_total',
    type: 'counter',
    help: 'Clients turned away at connect by reason',
    labels: { reason: refusalReasons },
  },
  nextHopErrors: {
    name: 'namesake_next_hop_errors_total',
    type: 'counter',
    help: 'Failures of the next hop by kind',
    labels: { kind: nextHopErrorKinds as typeof nextHopErrorKinds },
  },
  directorySync: {
    name: 'namesake_directory_sync_total',
    type: 'counter',
    help: 'Synchronisations by directory and outcome',
    labels: { directory: 'open', outcome: syncOutcomes as typeof syncOutcomes },
  },
  directoryAge: {
    name: 'namesake_directory_age_seconds',
    type: 'gauge',
    help: 'Seconds since the last sync that succeeded',
    labels: { directory: 'open' },
    readFrom: 'primary',
  },
  directoryPeople: {
    name: 'namesake_directory_people',
    type: 'gauge',
    help: 'People that a directory holds',
    labels: { directory: 'open' },
    readFrom: 'primary',
  },
  protectedPeople: {
    name: 'namesake_protected_people',
    type: 'gauge',
    help: 'People whose names are guarded',
    labels: {},
    readFrom: 'primary',
  },
  protectionProblems: {
    name: 'namesake_protection_problems',
    type: 'gauge',
    help: 'Entries of the protection file that mean nobody, or more than one',
    labels: {},
    readFrom: 'primary',
  },
  configInForce: {
    name: 'namesake_config_in_force',
    type: 'gauge',
    help: 'Whether what stands in the file is what the daemon goes by: 1 or 0',
    labels: { file: configFiles as typeof configFiles },
    readFrom: 'primary',
  },
  buildInfo: {
    name: 'namesake_build_info',
    type: 'gauge',
    help: 'Always 1; its labels say which version runs, on which Node',
    labels: { version: 'open', node: 'open' },
    readFrom: 'primary',
  },
  startTime: {
    name: 'namesake_start_time_seconds',
    type: 'gauge',
    help: 'When the daemon was started, in seconds since 1970',
    labels: {},
    readFrom: 'primary',
  },
  certificateExpiry: {
    name: 'namesake_certificate_expiry_seconds',
    type: 'gauge',
    help: 'Seconds until the first certificate of a listener ends; below zero when it has ended',
    labels: { listener: 'open' },
    readFrom: 'primary',
  },
  workers: {
    name: 'namesake_workers',
    type: 'gauge',
    help: 'Worker processes that carry mail',
    labels: {},
    readFrom: 'primary',
  },
  workerRestarts: {
    name: 'namesake_worker_restarts_total',
    type: 'counter',
    help: 'Worker processes that ended unasked and were replaced',
    labels: {},
  },
  processMemory: {
    name: 'namesake_process_resident_memory_bytes',
    type: 'gauge',
    help: 'Memory of the processes, shared pages of the store included, by what they are',
    labels: { process: processes as typeof processes },
    readFrom: 'every process',
  },
  processCpu: {
    name: 'namesake_process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the processes by what they are',
    labels: { process: processes as typeof processes },
    readFrom: 'every process',
  },
  processFiles: {
    name: 'namesake_process_open_files',
    type: 'gauge',
    help: 'Open files and connections of the processes by what they are; only on Linux',
    labels: { process: processes as typeof processes },
    readFrom: 'every process',
  },
  logLinesLost: {
    name: 'namesake_log_lines_lost_total',
    type: 'counter',
    help: 'Log lines dropped since whatever takes the log stood still or had no room',
    labels: {},
  },
  configReloads: {
    name: 'namesake_config_reloads_total',
    type: 'counter',
    help: 'Edits of the configuration by outcome',
    labels: { outcome: reloadOutcomes as typeof reloadOutcomes },
  },
  historyRecords: {
    name: 'namesake_history_records_total',
    type: 'counter',
    help: 'Records for the history by outcome',
    labels: { outcome: historyOutcomes as typeof historyOutcomes },
  },
  historyKept: {
    name: 'namesake_history_records',
    type: 'gauge',
    help: 'Records that the history holds',
    labels: {},
    readFrom: 'primary',
  },
  historyBytes: {
    name: 'namesake_history_bytes',
    type: 'gauge',
    help: 'Octets that the history takes up, of which history.maxSize is the limit',
    labels: {},
    readFrom: 'primary',
  },
  fleetReads: {
    name: 'namesake_fleet_reads_directory',
    type: 'gauge',
    help: 'Whether this node of a fleet is the one that reads a directory',
    labels: { directory: 'open' },
    readFrom: 'primary',
  },
  fleetAge: {
    name: 'namesake_fleet_age_seconds',
    type: 'gauge',
    help: 'Seconds since this node last saw all that other nodes did: people, rules, answers',
    labels: {},
    readFrom: 'primary',
  },
  fleetRules: {
    name: 'namesake_fleet_rules_revision',
    type: 'gauge',
    help: 'Revision of the protection rules that this node of a fleet has',
    labels: {},
    readFrom: 'primary',
  },
  fleetUnsent: {
    name: 'namesake_fleet_unsent_records',
    type: 'gauge',
    help: 'Records of the history that wait to be sent to the fleet',
    labels: {},
    readFrom: 'primary',
  },
  fleetErrors: {
    name: 'namesake_fleet_errors_total',
    type: 'counter',
    help: 'Looks at the database of the fleet that failed',
    labels: {},
    readFrom: 'primary',
  },
} as const
export type MetricName = keyof typeof metrics
/** Metrics that are read at a scrape, by who is asked for them. */
export type MetricReadFrom<Who extends NonNullable<MetricSpec['readFrom']>> = {
  [Name in MetricName]: (typeof metrics)[Name] extends { readonly readFrom: Who } ? Name : never
}[MetricName]

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** What an event's field holds: a type (`?`: or null), or one of a closed list. */
type FieldType = 'text' | 'text?' | 'number' | 'number?' | 'texts' | 'error' | readonly (string | null)[]

/** What an event does to a metric. A label is a fixed value, or taken from a field; with a null nothing is counted. */
export interface CountSpec {
  readonly metric: MetricName
  readonly labels: Readonly<Record<string, string | { readonly field: string }>>
  /** Default 1. */
  readonly by?: 1 | -1
  /** Takes the value of a field, times `scale`, in place of one: for histograms, and for what comes in numbers. */
  readonly observe?: { readonly field: string; readonly scale: number }
}

export interface EventSpec {
  readonly level: Level
  readonly means: string
  readonly fields: Readonly<Record<string, FieldType>>
  readonly counts?: readonly CountSpec[]
}

/**
 * Every event that the log can hold: its level, what it means, its fields beside `time`, `level`, `event` and `pid`, and
 * what it counts. docs/events.md is generated from this table; what is not here can't be logged.
 */
export const events = {
  message: {
    level: 'info',
    means: 'a message was judged and dealt with; one line for each',
    fields: {
      id: 'text',
      entrance: entrances as typeof entrances,
      client: 'text',
      helo: 'text',
      reversePath: 'text',
      recipients: 'number',
      messageId: 'text?',
      queueId: 'text?',
      fromName: 'text?',
      fromAddress: 'text?',
      verdict: verdicts as typeof verdicts,
      tier: [...tiers, null] as readonly (Tier | null)[],
      kind: [...kindNames, null] as readonly (Kind | null)[],
      person: 'text?',
      action: [...actionNames, ...uncheckedActionNames, null] as readonly (Action | UncheckedAction | null)[],
      reason: 'text?',
      disposition: dispositionNames as typeof dispositionNames,
      reply: 'text',
      directoryAge: 'number?',
      judgeTime: 'number',
      size: 'number',
      clientName: 'text?',
      tls: 'text?',
      user: 'text?',
      duration: 'number',
    },
    counts: [
      {
        metric: 'messages',
        labels: {
          entrance: { field: 'entrance' },
          verdict: { field: 'verdict' },
          disposition: { field: 'disposition' },
        },
      },
      { metric: 'detections', labels: { tier: { field: 'tier' }, kind: { field: 'kind' } } },
      { metric: 'judgeDuration', labels: {}, observe: { field: 'judgeTime', scale: 1e-6 } },
      { metric: 'relayDuration', labels: {}, observe: { field: 'duration', scale: 1e-3 } },
    ],
  },
  'judgement-failed': {
    level: 'error',
    means: 'our own fault: the judgement threw; the message counts as unchecked',
    fields: { id: 'text', error: 'error' },
  },
  explanation: {
    level: 'debug',
    means: 'how a message was judged, a line a step: readings, keys, people found, what excused them, what decided',
    fields: { id: 'text', steps: 'texts' },
  },
  started: {
    level: 'info',
    means: 'the daemon is up: which listeners are open, how many people are protected, what to do next',
    fields: { version: 'text', listeners: 'texts', workers: 'number', protected: 'number', next: 'text' },
  },
  stopping: {
    level: 'info',
    means: 'a signal asked the daemon to end; open messages are finished',
    fields: { signal: 'text' },
  },
  'stop-forced': {
    level: 'warn',
    means: 'something held the end up for longer than `drain` and a second and a half; what was left was killed',
    fields: {},
  },
  stopped: { level: 'info', means: 'the daemon ended in order', fields: {} },
  'worker-started': { level: 'info', means: 'a worker process is ready', fields: { worker: 'number' } },
  'worker-died': {
    level: 'error',
    means: 'a worker process ended unasked; another takes its place',
    fields: { worker: 'number', code: 'number?', signal: 'text?', restartIn: 'number' },
    counts: [{ metric: 'workerRestarts', labels: {} }],
  },
  'worker-hung': {
    level: 'error',
    means: 'a worker process gave no sign of life; it is killed, and another takes its place',
    fields: { worker: 'number' },
  },
  'store-not-writable': {
    level: 'error',
    means:
      'the store could not be written at the start; people and rules known before are judged against, and it is tried again',
    fields: { error: 'error' },
  },
  'service-manager-failed': {
    level: 'warn',
    means: 'the service manager (systemd) could not be told how the daemon is; told once, the daemon goes on',
    fields: { error: 'error' },
  },
  'next-hop-embedded': {
    level: 'info',
    means: 'the embedded next hop (maildir:) is up',
    fields: { path: 'text', url: 'text' },
  },
  'next-hop-embedded-died': {
    level: 'error',
    means: 'the embedded next hop ended unasked; it is started again',
    fields: { code: 'number?', signal: 'text?', restartIn: 'number' },
  },
  'control-failed': {
    level: 'warn',
    means: 'the socket that `namesake status` and the like ask can not be opened; mail is not touched',
    fields: { error: 'error' },
  },
  'config-reloaded': {
    level: 'info',
    means: 'an edit was taken over',
    fields: { file: 'text', protected: 'number' },
    counts: [{ metric: 'configReloads', labels: { outcome: 'ok' } }],
  },
  'config-refused': {
    level: 'error',
    means: 'an edit has faults; the rules before it stay',
    fields: { file: 'text', faults: 'texts' },
    counts: [{ metric: 'configReloads', labels: { outcome: 'refused' } }],
  },
  'config-warning': {
    level: 'warn',
    means: 'an entry has no effect or soon will not have one',
    fields: { file: 'text', warning: 'text' },
  },
  'protection-problem': {
    level: 'error',
    means: 'the protection file names a group or person that no directory has, or more than one has',
    fields: { at: 'text', problem: 'text' },
  },
  'keys-rebuilt': {
    level: 'info',
    means: 'the store holds the keys of the rules now in force',
    fields: { protected: 'number', duration: 'number' },
  },
  'directory-synchronised': {
    level: 'info',
    means: 'a directory was read; what changed',
    fields: {
      directory: 'text',
      round: 'text',
      people: 'number',
      groups: 'number',
      added: 'number',
      changed: 'number',
      removed: 'number',
      duration: 'number',
    },
    counts: [{ metric: 'directorySync', labels: { directory: { field: 'directory' }, outcome: 'ok' } }],
  },
  'directory-sync-failed': {
    level: 'warn',
    means: 'a directory could not be read; the people known before stay',
    fields: { directory: 'text', code: 'text', error: 'error', age: 'number?' },
    counts: [{ metric: 'directorySync', labels: { directory: { field: 'directory' }, outcome: 'failed' } }],
  },
  'directory-notice': {
    level: 'info',
    means: 'something about a directory that an operator may want to know, though the sync goes on',
    fields: { directory: 'text', text: 'text' },
  },
  'directory-stale': {
    level: 'warn',
    means: "a directory's last sync is longer ago than staleAfter",
    fields: { directory: 'text', age: 'number?' },
  },
  'fleet-unavailable': {
    level: 'warn',
    means:
      "the fleet's PostgreSQL does not answer, or refuses, as with a schema that is newer than this node; it judges by the people and rules " +
      'that it has',
    fields: { error: 'error' },
  },
  'fleet-available': { level: 'info', means: "the fleet's PostgreSQL answers again", fields: {} },
  'fleet-failed': {
    level: 'warn',
    means: 'a round that this node read could not be given to the others; it is read again',
    fields: { error: 'error' },
  },
  'fleet-rules': {
    level: 'info',
    means: 'the protection rules of this node went to the others (`pushed`), or those of another node came (`taken`)',
    fields: { outcome: 'text', revision: 'number', node: 'text' },
  },
  'fleet-conflict': {
    level: 'error',
    means:
      'an edit of the protection file lost against another one; it is kept beside the file of this node until `namesake fleet resolve`',
    fields: { revision: 'number', node: 'text', kept: 'text', diff: 'texts' },
  },
  'store-moved-aside': {
    level: 'error',
    means: 'the store was damaged; it is built anew',
    fields: { reason: 'text', movedTo: 'text' },
  },
  'store-outdated': {
    level: 'info',
    means: 'the store was of another version of Namesake, as after an upgrade; it was moved aside and is built anew',
    fields: { movedTo: 'text' },
  },
  'history-written': {
    level: 'debug',
    means: 'records were written into the history',
    fields: { records: 'number' },
    counts: [{ metric: 'historyRecords', labels: { outcome: 'written' }, observe: { field: 'records', scale: 1 } }],
  },
  'history-failed': {
    level: 'warn',
    means: 'the history can not be opened or written; records wait and then are dropped, mail goes on',
    fields: { path: 'text', error: 'error' },
  },
  'history-written-again': { level: 'info', means: 'the history is written again', fields: { path: 'text' } },
  'history-dropped': {
    level: 'warn',
    means: 'records of messages are lost to the history; mail and log have them',
    fields: { records: 'number', reason: 'text' },
    counts: [{ metric: 'historyRecords', labels: { outcome: 'dropped' }, observe: { field: 'records', scale: 1 } }],
  },
  'history-moved-aside': {
    level: 'error',
    means:
      'the history was damaged and a new one is begun; the old one can be looked into, or a backup put in its place',
    fields: { reason: 'text', movedTo: 'text' },
  },
  'smtp-listening': { level: 'info', means: 'an SMTP listener of a worker is up', fields: { address: 'text' } },
  'connection-opened': {
    level: 'debug',
    means: 'a client connected',
    fields: { client: 'text' },
    counts: [{ metric: 'connections', labels: { entrance: 'smtp' } }],
  },
  'connection-closed': {
    level: 'debug',
    means: 'a client is gone',
    fields: { client: 'text' },
    counts: [{ metric: 'connections', labels: { entrance: 'smtp' }, by: -1 }],
  },
  'connection-refused': {
    level: 'debug',
    means: 'a client was turned away at connect',
    fields: { client: 'text', reason: refusalReasons },
    counts: [{ metric: 'connectionsRefused', labels: { reason: { field: 'reason' } } }],
  },
  'client-refused': {
    level: 'warn',
    means:
      'clients of one network were turned away at connect; the first at once, then one line a minute with their number',
    fields: { client: 'text', reason: refusalReasons, count: 'number' },
  },
  'client-dropped': {
    level: 'info',
    means: 'a client was let go with 421 for what it did or did not do',
    fields: {
      client: 'text',
      reason: [
        'timeout',
        'commands',
        'unknown-commands',
        'junk-commands',
        'endless-line',
        'synchronization',
        'proxy-header',
        'drain',
      ],
      stage: 'text',
    },
  },
  'client-vanished': {
    level: 'info',
    means: 'a client went away inside a transaction; nothing was completed at the next hop',
    fields: { client: 'text', stage: 'text' },
  },
  'message-refused': {
    level: 'info',
    means: 'a message was refused before it could be judged: line ends, size, memory, or a next hop that is not there',
    fields: {
      client: 'text',
      reason: ['bare-newline', 'nul-dot', 'size', 'loop', 'memory', 'next-hop'],
      reply: 'text',
    },
  },
  'next-hop-error': {
    level: 'warn',
    means: 'the next hop could not be used; the client was told 451 and keeps the message',
    fields: {
      hop: 'text',
      kind: nextHopErrorKinds as typeof nextHopErrorKinds,
      stage: nextHopStages as typeof nextHopStages,
      error: 'text',
    },
    counts: [{ metric: 'nextHopErrors', labels: { kind: { field: 'kind' } } }],
  },
  'tls-failed': {
    level: 'warn',
    means: 'TLS with a client failed, or certificate files can not be used (the ones before stay in use)',
    fields: { client: 'text', error: 'text' },
  },
  'certificate-expiring': {
    level: 'warn',
    means: 'a certificate ends within three weeks, or has ended; told once a day',
    fields: { listener: 'text', file: 'text', until: 'text', error: 'text' },
  },
  'session-failed': {
    level: 'error',
    means: 'our own fault: that connection was closed with 421',
    fields: { client: 'text', error: 'error' },
  },
  'milter-listening': { level: 'info', means: 'a milter listener of a worker is up', fields: { address: 'text' } },
  'milter-opened': {
    level: 'debug',
    means: 'an MTA connected',
    fields: { peer: 'text', connections: 'number' },
    counts: [{ metric: 'connections', labels: { entrance: 'milter' } }],
  },
  'milter-closed': {
    level: 'debug',
    means: 'an MTA closed its connection',
    fields: { peer: 'text', connections: 'number' },
    counts: [{ metric: 'connections', labels: { entrance: 'milter' }, by: -1 }],
  },
  'milter-refused': {
    level: 'warn',
    means: 'a milter connection was not let in',
    fields: { peer: 'text', reason: 'text' },
  },
  'milter-negotiated': {
    level: 'debug',
    means: 'what was agreed with the MTA, as the bit masks of the protocol',
    fields: { peer: 'text', version: 'number', actions: 'number', protocol: 'number' },
  },
  'milter-action-missing': {
    level: 'warn',
    means: 'the MTA does not offer an action that the verdict needs; messages go on without it',
    fields: { peer: 'text', missing: 'text' },
  },
  'milter-protocol-error': {
    level: 'warn',
    means: 'the MTA broke the protocol; the connection was closed',
    fields: { peer: 'text', problem: 'text' },
  },
  'milter-timeout': {
    level: 'warn',
    means: 'the MTA was silent for too long; the connection was closed',
    fields: { peer: 'text', timeout: 'number' },
  },
  'milter-aborted': {
    level: 'info',
    means: 'a message ended before its end: client or MTA gave it up',
    fields: { peer: 'text', queueId: 'text?' },
  },
  'milter-exempt': {
    level: 'info',
    means: 'a message was not judged: its submitter is exempt (authenticated, network)',
    fields: { peer: 'text', queueId: 'text?', reason: ['authenticated', 'network'] },
  },
  'milter-slow': {
    level: 'warn',
    means: 'a judgement took longer than milter.timeout',
    fields: { peer: 'text', queueId: 'text?', took: 'number' },
  },
  'milter-failed': {
    level: 'error',
    means: 'our own fault: the message was deferred',
    fields: { peer: 'text', queueId: 'text?', error: 'error' },
  },
  'milter-socket-error': {
    level: 'info',
    means: 'the connection to an MTA broke',
    fields: { peer: 'text', error: 'text' },
  },
  'log-lost': {
    level: 'error',
    means: 'whatever takes the log stood still or had no room, so that lines had to be dropped; mail was not touched',
    fields: { lines: 'number' },
    counts: [{ metric: 'logLinesLost', labels: {}, observe: { field: 'lines', scale: 1 } }],
  },
  'console-listening': { level: 'info', means: 'the web console answers', fields: { url: 'text' } },
  'console-invitation': {
    level: 'info',
    means:
      'the web console has no account yet: whoever opens this link first makes the first administrator; it is good once',
    fields: { url: 'text', until: 'text' },
  },
  'console-failed': {
    level: 'error',
    means: 'the web console can not start; it is tried again, and mail goes on',
    fields: { error: 'text' },
  },
  'console-died': {
    level: 'error',
    means: 'the process of the web console ended unasked; it is started again, and mail goes on',
    fields: { code: 'number?', signal: 'text?', restartIn: 'number' },
  },
  'console-hung': {
    level: 'error',
    means: 'the process of the web console gave no sign of life; it is killed and started again',
    fields: {},
  },
  'console-sign-in': {
    level: 'info',
    means: 'somebody signed in at the web console',
    fields: { user: 'text', role: 'text', client: 'text', way: 'text' },
  },
  'console-sign-in-refused': {
    level: 'warn',
    means: 'a sign-in at the web console was refused: wrong password, used invitation, too many tries, no role',
    fields: { user: 'text', client: 'text', reason: 'text' },
  },
  'console-account-made': {
    level: 'info',
    means: 'an account of the web console was made',
    fields: { user: 'text', role: 'text', client: 'text' },
  },
  'console-password-changed': {
    level: 'info',
    means: 'somebody changed their password of the web console; their other sessions ended',
    fields: { user: 'text', client: 'text' },
  },
  'console-changed': {
    level: 'info',
    means: 'somebody changed something in the web console; the audit log has the difference',
    fields: { user: 'text', what: 'text' },
  },
  'console-fault': {
    level: 'error',
    means: 'our own fault in the web console: that request was answered with 500',
    fields: { error: 'error', id: 'text', route: 'text' },
  },
  internal: { level: 'error', means: 'our own fault, caught at the edge', fields: { error: 'error' } },
} as const
export type EventName = keyof typeof events

interface FieldTypes {
  text: string
  'text?': string | null
  number: number
  'number?': number | null
  texts: readonly string[]
  error: unknown
}

type FieldValue<T> = T extends keyof FieldTypes ? FieldTypes[T] : T extends readonly (infer V)[] ? V : never

/** An event's fields with their types. */
export type EventDetails<E extends EventName> = {
  readonly [F in keyof (typeof events)[E]['fields']]: FieldValue<(typeof events)[E]['fields'][F]>
}

/** Told of events, by name, with what each tells. */
export type OnEvent<Names extends EventName> = <E extends Names>(event: E, details: EventDetails<E>) => void

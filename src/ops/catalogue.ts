/** Every event, with level and meaning. */

/**
 * Every event that the log can hold, each once: its level, what it means, and its fields beside `time`, `level`,
 * `event` and `pid`. docs/events.md is generated from this table; a name that is not here can't be logged.
 */
export type Level = 'debug' | 'info' | 'warn' | 'error'

export interface EventSpec {
  readonly level: Level
  readonly means: string
  readonly fields: readonly string[]
}

export const eventCatalogue = {
  message: {
    level: 'info',
    means: 'a message was judged and dealt with; one line for each',
    fields: [
      'id',
      'entrance',
      'client',
      'helo',
      'reversePath',
      'recipients',
      'messageId',
      'queueId',
      'fromName',
      'fromAddress',
      'verdict',
      'tier',
      'kind',
      'person',
      'action',
      'reason',
      'disposition',
      'reply',
      'directoryAge',
      'judgeTime',
      'size',
      'clientName',
      'tls',
      'user',
      'duration',
    ],
  },
  'judgement-failed': {
    level: 'error',
    means: 'our own fault: the judgement threw; the message counts as unchecked',
    fields: ['id', 'error'],
  },
  explanation: {
    level: 'debug',
    means: 'how a message was judged, a line a step: readings, keys, people found, what excused them, what decided',
    fields: ['id', 'steps'],
  },
  started: {
    level: 'info',
    means: 'the daemon is up: listeners are open',
    fields: ['version', 'listeners', 'workers'],
  },
  stopping: {
    level: 'info',
    means: 'a signal asked the daemon to end; open messages are finished',
    fields: ['signal'],
  },
  stopped: { level: 'info', means: 'the daemon ended in order', fields: [] },
  'worker-started': { level: 'info', means: 'a worker process is ready', fields: ['worker'] },
  'worker-died': {
    level: 'error',
    means: 'a worker process ended unasked; another takes its place',
    fields: ['worker', 'code', 'signal', 'restartIn'],
  },
  'worker-hung': {
    level: 'error',
    means: 'a worker process gave no sign of life; it is killed, and another takes its place',
    fields: ['worker'],
  },
  'service-manager-failed': {
    level: 'warn',
    means: 'the service manager (systemd) could not be told how the daemon is; told once, the daemon goes on',
    fields: ['error'],
  },
  'next-hop-embedded': { level: 'info', means: 'the embedded next hop (maildir:) is up', fields: ['path', 'url'] },
  'next-hop-embedded-died': {
    level: 'error',
    means: 'the embedded next hop ended unasked; it is started again',
    fields: ['code', 'signal', 'restartIn'],
  },
  'config-reloaded': { level: 'info', means: 'an edit was taken over', fields: ['file', 'protected'] },
  'config-refused': {
    level: 'error',
    means: 'an edit has faults; the rules before it stay',
    fields: ['file', 'faults'],
  },
  'config-warning': {
    level: 'warn',
    means: 'an entry has no effect or soon will not have one',
    fields: ['file', 'warning'],
  },
  'protection-problem': {
    level: 'error',
    means: 'the protection file names a group or person that no directory has, or more than one has',
    fields: ['at', 'problem'],
  },
  'keys-rebuilt': {
    level: 'info',
    means: 'the store holds the keys of the rules now in force',
    fields: ['protected', 'duration'],
  },
  'directory-synchronised': {
    level: 'info',
    means: 'a directory was read; what changed',
    fields: ['directory', 'round', 'people', 'groups', 'added', 'changed', 'removed', 'duration'],
  },
  'directory-sync-failed': {
    level: 'warn',
    means: 'a directory could not be read; the people known before stay',
    fields: ['directory', 'code', 'error', 'age'],
  },
  'directory-notice': {
    level: 'info',
    means: 'something about a directory that an operator may want to know, though the sync goes on',
    fields: ['directory', 'text'],
  },
  'directory-stale': {
    level: 'warn',
    means: "a directory's last sync is longer ago than staleAfter",
    fields: ['directory', 'age'],
  },
  'store-moved-aside': {
    level: 'error',
    means: 'the store was damaged or of another version; it is built anew',
    fields: ['reason', 'movedTo'],
  },
  'smtp-listening': { level: 'info', means: 'an SMTP listener of a worker is up', fields: ['address'] },
  'connection-opened': { level: 'debug', means: 'a client connected', fields: ['client'] },
  'connection-closed': { level: 'debug', means: 'a client is gone', fields: ['client'] },
  'client-refused': {
    level: 'warn',
    means: 'a client was turned away at connect: network, connections, network-connections or draining',
    fields: ['client', 'reason'],
  },
  'client-dropped': {
    level: 'info',
    means: 'a client was let go with 421 for what it did or did not do',
    fields: ['client', 'reason', 'stage'],
  },
  'client-vanished': {
    level: 'info',
    means: 'a client went away inside a transaction; nothing was completed at the next hop',
    fields: ['client', 'stage'],
  },
  'message-refused': {
    level: 'info',
    means: 'a message was refused before it could be judged: line ends, size, or a next hop that is not there',
    fields: ['client', 'reason', 'reply'],
  },
  'next-hop-error': {
    level: 'warn',
    means: 'the next hop could not be used; the client was told 451 and keeps the message',
    fields: ['hop', 'kind', 'stage', 'error'],
  },
  'tls-failed': {
    level: 'warn',
    means: 'TLS with a client failed, or certificate files can not be used (the ones before stay in use)',
    fields: ['client', 'error'],
  },
  'session-failed': {
    level: 'error',
    means: 'our own fault: that connection was closed with 421',
    fields: ['client', 'error'],
  },
  'milter-listening': { level: 'info', means: 'a milter listener of a worker is up', fields: ['address'] },
  'milter-opened': { level: 'debug', means: 'an MTA connected', fields: ['peer', 'connections'] },
  'milter-closed': { level: 'debug', means: 'an MTA closed its connection', fields: ['peer', 'connections'] },
  'milter-refused': { level: 'warn', means: 'a milter connection was not let in', fields: ['peer', 'reason'] },
  'milter-negotiated': {
    level: 'debug',
    means: 'what was agreed with the MTA, as the bit masks of the protocol',
    fields: ['peer', 'version', 'actions', 'protocol'],
  },
  'milter-action-missing': {
    level: 'warn',
    means: 'the MTA does not offer an action that the verdict needs; messages go on without it',
    fields: ['peer', 'missing'],
  },
  'milter-protocol-error': {
    level: 'warn',
    means: 'the MTA broke the protocol; the connection was closed',
    fields: ['peer', 'problem'],
  },
  'milter-timeout': {
    level: 'warn',
    means: 'the MTA was silent for too long; the connection was closed',
    fields: ['peer', 'timeout'],
  },
  'milter-aborted': {
    level: 'info',
    means: 'a message ended before its end: client or MTA gave it up',
    fields: ['peer', 'queueId'],
  },
  'milter-exempt': {
    level: 'info',
    means: 'a message was not judged: its submitter is exempt (authenticated, network)',
    fields: ['peer', 'queueId', 'reason'],
  },
  'milter-slow': {
    level: 'warn',
    means: 'a judgement took longer than milter.timeout',
    fields: ['peer', 'queueId', 'took'],
  },
  'milter-failed': {
    level: 'error',
    means: 'our own fault: the message was deferred',
    fields: ['peer', 'queueId', 'error'],
  },
  'milter-socket-error': { level: 'info', means: 'the connection to an MTA broke', fields: ['peer', 'error'] },
  'log-lost': {
    level: 'error',
    means: 'whatever reads the log stood still for so long that lines had to be dropped; mail was not touched',
    fields: ['lines'],
  },
  'console-listening': { level: 'info', means: 'the web console answers', fields: ['url'] },
  'console-invitation': {
    level: 'info',
    means: 'there is no account of the console yet: whoever opens this link first makes the first administrator; good once',
    fields: ['url', 'until'],
  },
  'console-failed': {
    level: 'error',
    means: 'the web console can not start; it is tried again, and mail goes on',
    fields: ['error'],
  },
  'console-died': {
    level: 'error',
    means: 'the process of the web console ended unasked; it is started again, and mail goes on',
    fields: ['code', 'signal', 'restartIn'],
  },
  'console-hung': {
    level: 'error',
    means: 'the process of the web console gave no sign of life; it is killed and started again',
    fields: [],
  },
  'console-sign-in': {
    level: 'info',
    means: 'somebody signed in at the console',
    fields: ['user', 'role', 'client', 'way'],
  },
  'console-sign-in-refused': {
    level: 'warn',
    means: 'a sign-in at the console was refused: wrong password, used invitation, too many tries, no role',
    fields: ['user', 'client', 'reason'],
  },
  'console-account-made': {
    level: 'info',
    means: 'an account of the console was made',
    fields: ['user', 'role', 'client'],
  },
  'console-password-changed': {
    level: 'info',
    means: 'somebody changed their password of the console; their other sessions ended',
    fields: ['user', 'client'],
  },
  'console-changed': {
    level: 'info',
    means: 'somebody changed something in the console; the audit log has the difference',
    fields: ['user', 'what'],
  },
  'console-fault': {
    level: 'error',
    means: 'our own fault in the console: that request was answered with 500',
    fields: ['error', 'id', 'route'],
  },
  internal: { level: 'error', means: 'our own fault, caught at the edge', fields: ['error'] },
} as const

export type CatalogueEvent = keyof typeof eventCatalogue

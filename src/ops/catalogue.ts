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
      'duration',
    ],
  },
  'judgement-failed': {
    level: 'error',
    means: 'our own fault: the judgement threw; the message counts as unchecked',
    fields: ['id', 'error'],
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
  'next-hop-embedded': { level: 'info', means: 'the embedded next hop (maildir:) is up', fields: ['path', 'url'] },
  'next-hop-embedded-died': {
    level: 'error',
    means: 'the embedded next hop ended unasked; it is started again',
    fields: ['code', 'signal'],
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
    fields: ['directory', 'people', 'groups', 'added', 'changed', 'removed', 'full', 'duration'],
  },
  'directory-sync-failed': {
    level: 'warn',
    means: 'a directory could not be read; the people known before stay',
    fields: ['directory', 'code', 'error', 'age'],
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
  'listen-failed': { level: 'error', means: 'a listener could not be opened', fields: ['address', 'error'] },
  internal: { level: 'error', means: 'our own fault, caught at the edge', fields: ['error'] },
} as const satisfies Record<string, EventSpec>

export type CatalogueEvent = keyof typeof eventCatalogue

/** Entries of the audit log in words. */

const words: Record<string, string> = {
  rules: 'Rules',
  protect: 'Protected',
  unprotect: 'Stopped protecting',
  'review decide': 'Answered',
  'review undo': 'Took an answer back',
  'directory add': 'Added a directory',
  'directory remove': 'Removed a directory',
  'directory sync': 'Changed how often it is read',
  'sync accept-shrink': 'Let a synchronisation go through',
  'console invite': 'Made a link for',
  'console role': 'Changed the role of',
  'console remove': 'Removed the access of',
  'console token add': 'Made a token',
  'console token remove': 'Withdrew a token',
  replay: 'Judged old mail',
  'suggestion later': 'Put a suggestion off',
}

export function auditWord(what: string): string {
  return words[what] ?? what.slice(0, 1).toUpperCase() + what.slice(1)
}

/** How often a directory is read: usual cron expressions in words. */

export const frequencies: readonly (readonly [string, string])[] = [
  ['*/5 * * * *', 'Every 5 minutes'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['*/30 * * * *', 'Every 30 minutes'],
  ['0 * * * *', 'Every hour'],
  ['0 */6 * * *', 'Every 6 hours'],
  ['0 3 * * *', 'Every night'],
]

/** In the middle of a sentence. */
export function frequencyWords(cron: string): string {
  const found = frequencies.find(([one]) => one === cron)?.[1]
  return found === undefined ? `by the schedule ${cron}` : found.charAt(0).toLowerCase() + found.slice(1)
}

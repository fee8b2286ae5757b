/** Readers of the small notations that both files use. Each gives null for what is not its notation. */

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `300s`, `5m`, `24h`, `1h30m` to milliseconds. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|[smhdw]))+$/.test(text)) return null
  let total = 0
  for (const [, count, unit] of text.matchAll(/(?<![\d.])([\d.]+)(ms|[smhdw])/g))
    total += Number(count) * (durationUnits[unit ?? ''] ?? 0)
  return Math.round(total)
}

/** Milliseconds as `parseDuration` reads them, in the largest unit that divides them into ten or more. */
export function formatDuration(milliseconds: number): string {
  const fits = ([, one]: [string, number]): boolean => milliseconds % one === 0 && milliseconds / one >= 10
  const [unit, length] = Object.entries(durationUnits).findLast(fits) ?? ['ms', 1]
  return `${milliseconds / length}${unit}`
}

const sizeUnits: Record<string, number> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

/** `256KiB`, `50MB`, `512B` to octets. KB is 1000, KiB 1024. */
export function parseSize(text: string): number | null {
  const found = /^(\d{1,12}(?:\.\d{1,3})?) ?([kmg]i?b|b)$/i.exec(text)
  if (!found) return null
  return Math.round(Number(found[1]) * (sizeUnits[(found[2] ?? '').toLowerCase()] ?? 1))
}

/** Octets as `parseSize` reads them, in the largest binary unit that divides them. */
export function formatSize(octets: number): string {
  const units = [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const
  const [unit, length] = units.find(([, one]) => octets > 0 && octets % one === 0) ?? ['B', 1]
  return `${octets / length}${unit}`
}

/** Permission bits as an octal text, `0660` or `660`. */
export function parseMode(text: string): number | null {
  return /^0?o?[0-7]{3}$/.test(text) ? Number.parseInt(text.replace(/^0?o/, ''), 8) : null
}

/** A real day of the calendar written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** Suggestions for operators' typing mistakes: the known words nearest to what was written. */

/**
 * The `count` candidates nearest to `wanted` by edit distance, nearest first; those that differ in more than a third of
 * their letters (at least two edits) are left out. Case is ignored.
 */
export function nearest(wanted: string, candidates: Iterable<string>, count = 3): string[] {
  const target = wanted.toLowerCase().slice(0, maxLength)
  const allowed = Math.max(2, Math.floor(target.length / 3))
  const found: { text: string; distance: number }[] = []
  for (const text of new Set(candidates)) {
    const other = text.toLowerCase().slice(0, maxLength)
    const contained = target.length >= 3 && (other.includes(target) || (other.length >= 3 && target.includes(other)))
    const distance = contained ? 1 : editDistance(target, other, allowed)
    if (distance <= allowed) found.push({ text, distance })
  }
  found.sort((a, b) => a.distance - b.distance || (a.text < b.text ? -1 : 1))
  return found.slice(0, count).map((f) => f.text)
}

/** Longer words are compared by their beginning: a suggestion need not be exact. */
const maxLength = 64

/** Edits (insert, delete, substitute, swap of neighbours) between two strings; anything above `limit` is `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last: number[] = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return Math.min(last[b.length] ?? 0, limit + 1)
}

/** `; did you mean "A" or "B"?`, or nothing if no candidate is near. */
export function didYouMean(wanted: string, candidates: Iterable<string>): string {
  const near = nearest(wanted, candidates)
  if (near.length === 0) return ''
  return `; did you mean ${near.map((text) => JSON.stringify(text)).join(' or ')}?`
}

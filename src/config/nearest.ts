/**
 * The accepted words nearest to a wrong one, best first: what a fault message offers.
 * Likeness is the edit distance with swaps of neighbours (optimal string alignment), without regard to case.
 */
export function nearest(word: string, accepted: Iterable<string>, limit: number = 1): string[] {
  const wanted = word.trim().toLowerCase().slice(0, 80)
  const close: { word: string; distance: number }[] = []
  for (const candidate of accepted) {
    const known = candidate.toLowerCase()
    const bound = Math.max(1, Math.floor(Math.max(wanted.length, known.length) / 3))
    const contained = wanted.length >= 3 && known.includes(wanted)
    if (!contained && Math.abs(known.length - wanted.length) > bound) continue
    const distance = contained ? 1 : editDistance(wanted, known.slice(0, 100))
    if (distance <= bound) close.push({ word: candidate, distance })
  }
  return close
    .sort((a, b) => a.distance - b.distance || a.word.localeCompare(b.word))
    .slice(0, limit)
    .map((c) => c.word)
}

function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

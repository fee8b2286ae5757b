/** What an edit changes in a text file, line by line. */

/** A line that came, went, or stands beside one that did. `number`: in the new text, for a line that went in the old one. */
export interface DiffLine {
  readonly sign: ' ' | '+' | '-'
  readonly number: number
  readonly text: string
}

/** Unchanged lines shown on either side of a change. */
const contextLines = 2
/** Lines that are compared with each other; a larger middle is shown as replaced. */
const maxCompared = 2000

/** The lines in which two texts differ, with those beside them; empty if they are the same. */
export function diffOf(before: string, after: string): DiffLine[] {
  if (before === after) return []
  const a = linesOf(before)
  const b = linesOf(after)
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const lines: DiffLine[] = []
  for (let i = Math.max(0, head - contextLines); i < head; i++) lines.push(line(' ', i, b))
  lines.push(...middle(a, b, head, a.length - tail, b.length - tail))
  for (let i = b.length - tail; i < Math.min(b.length, b.length - tail + contextLines); i++) lines.push(line(' ', i, b))
  return withoutFar(lines)
}

/** The diff as text, `+` and `-` in front of lines, `@@` where lines are left out. */
export function diffText(lines: readonly DiffLine[]): string {
  let at: number | null = null
  return lines
    .map(({ sign, number, text }) => {
      const jumps = at !== null && sign === ' ' && number !== at
      if (sign !== '-') at = number + 1
      return `${jumps ? '@@\n' : ''}${sign}${text}`
    })
    .join('\n')
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function line(sign: DiffLine['sign'], at: number, lines: readonly string[]): DiffLine {
  return { sign, number: at + 1, text: lines[at] ?? '' }
}

/** The longest common subsequence of what lies between the same head and the same tail. */
function middle(a: readonly string[], b: readonly string[], from: number, endA: number, endB: number): DiffLine[] {
  const rows = endA - from
  const columns = endB - from
  const lines: DiffLine[] = []
  if (rows > maxCompared || columns > maxCompared) {
    for (let i = from; i < endA; i++) lines.push(line('-', i, a))
    for (let i = from; i < endB; i++) lines.push(line('+', i, b))
    return lines
  }
  const width = columns + 1
  const common = new Uint16Array((rows + 1) * width)
  const at = (i: number, j: number): number => common[i * width + j] ?? 0
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const same = a[from + i] === b[from + j]
      common[i * width + j] = same ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  let i = 0
  let j = 0
  while (i < rows || j < columns) {
    if (i < rows && j < columns && a[from + i] === b[from + j]) {
      lines.push(line(' ', from + j, b))
      i++
      j++
    } else if (i < rows && (j >= columns || at(i + 1, j) >= at(i, j + 1))) lines.push(line('-', from + i++, a))
    else lines.push(line('+', from + j++, b))
  }
  return lines
}

/** Without unchanged lines that are far from every change. */
function withoutFar(lines: readonly DiffLine[]): DiffLine[] {
  return lines.filter((one, at) => {
    if (one.sign !== ' ') return true
    return lines.slice(Math.max(0, at - contextLines), at + contextLines + 1).some(({ sign }) => sign !== ' ')
  })
}

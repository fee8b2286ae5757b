/** A whole file, with what an edit would change marked in it. */

import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { Diff } from './parts.tsx'
import type { DiffLine } from './parts.tsx'

/** All lines of a text with a difference put into it. The difference may leave unchanged lines out. */
export function wholeWith(text: string, diff: readonly DiffLine[]): DiffLine[] {
  const old = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const gone = new Set(diff.filter(({ sign }) => sign === '-').map((line) => line.number))
  const come = new Map(diff.filter(({ sign }) => sign === '+').map((line) => [line.number, line.text]))
  const lines: DiffLine[] = []
  let at = 1
  for (const [index, line] of old.entries()) {
    if (gone.has(index + 1)) {
      lines.push({ sign: '-', number: index + 1, text: line })
      continue
    }
    at = put(lines, come, at)
    lines.push({ sign: ' ', number: at++, text: line })
  }
  put(lines, come, at)
  return lines
}

function put(lines: DiffLine[], come: ReadonlyMap<number, string>, from: number): number {
  let at = from
  for (let text = come.get(at); text !== undefined; text = come.get(++at)) lines.push({ sign: '+', number: at, text })
  return at
}

/** Numbered lines; the first one that changes is brought into view. */
export function FileView({
  lines,
  label,
}: {
  readonly lines: readonly DiffLine[]
  readonly label: string
}): JSX.Element {
  const ref = useRef<HTMLDivElement>(null)
  const first = lines.findIndex(({ sign }) => sign !== ' ')
  useEffect(() => {
    const box = ref.current
    const line = first < 0 ? null : box?.querySelectorAll('li')[first]
    if (!box || !line) return
    const above = line.offsetTop - box.offsetTop - box.clientHeight / 3
    if (Math.abs(box.scrollTop - above) > box.clientHeight / 2) box.scrollTop = Math.max(0, above)
  }, [first])
  return <Diff lines={lines} label={label} box={ref} />
}

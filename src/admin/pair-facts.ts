/** What the messages of one pair come to: days, what was done, other names from the same address. */

import type { PairOf } from '../model.ts'
import { personKey } from '../policy/person-key.ts'
import type { HistoryReader } from '../ports.ts'

/** Messages that are looked at; of more, the latest. */
const maxMessages = 2_000
const days = 30
const maxOthers = 20

export interface PairFacts {
  /** Detections of each of 30 days, today last, from midnight where this runs. */
  readonly days: readonly number[]
  /** Detections of these days by what was done, most first. */
  readonly done: readonly (readonly [disposition: string, count: number])[]
  /** Other people whose names the same address showed in these days, most first. */
  readonly others: readonly { readonly name: string; readonly count: number }[]
}

/** @param now milliseconds since the epoch */
export async function pairFacts(
  history: Pick<HistoryReader, 'records'>,
  pair: PairOf,
  now: number,
): Promise<PairFacts> {
  const starts = Array.from({ length: days }, (_, at) => {
    const start = new Date(now)
    start.setHours(0, 0, 0, 0)
    // By the calendar: a day has 23 or 25 hours where clocks are changed.
    start.setDate(start.getDate() - (days - 1 - at))
    return start.getTime()
  })
  const since = starts[0] ?? now
  const counts = starts.map(() => 0)
  const done = new Map<string, number>()
  let left = maxMessages
  for await (const { time, disposition } of history.records({ pair, since, verdict: 'detected' })) {
    if (left-- === 0) break
    const at = Date.parse(time)
    const day = starts.findLastIndex((start) => start <= at)
    counts[day] = (counts[day] ?? 0) + 1
    done.set(disposition, (done.get(disposition) ?? 0) + 1)
  }
  const others = new Map<string, { name: string; count: number }>()
  left = maxMessages
  const beside = pair.address === '' ? [] : history.records({ text: pair.address, since, verdict: 'detected' })
  for await (const { directory, person, name, address } of beside) {
    if (left-- === 0) break
    if (address !== pair.address || directory === null || person === null) continue
    if (directory === pair.directory && person === pair.person) continue
    const key = personKey({ directory, id: person })
    others.set(key, { name: name ?? '', count: (others.get(key)?.count ?? 0) + 1 })
  }
  return {
    days: counts,
    done: [...done].sort((a, b) => b[1] - a[1]),
    others: [...others.values()].sort((a, b) => b.count - a.count).slice(0, maxOthers),
  }
}

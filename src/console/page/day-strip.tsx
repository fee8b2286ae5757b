/** Thirty days side by side: how much was caught on each, and a time to choose by dragging over them. */

import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { count, number } from './parts.tsx'

export interface Day {
  readonly day: string
  readonly certain: number
  readonly likely: number
}

const maxBarPx = 36
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** `YYYY-MM-DD` of a moment, as it is where the browser is. */
function dateOf(at: string): string {
  const date = new Date(at)
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** One day or several, in words. */
export function daysWords(from: string, to: string | null): string {
  const words = (day: string): string => {
    const at = Date.parse(`${day}T00:00:00`)
    return Number.isNaN(at) ? day : shortDay.format(at)
  }
  return to === null ? words(from) : `${words(from)} to ${words(to)}`
}

/**
 * Nothing until it is known. Days are buttons: a press chooses one, a drag several; arrows go from one to the next, with Shift
 * the choice goes along.
 */
export function DayStrip({
  stats,
  day,
  to,
  onPick,
}: {
  /** Of 30 days, today last. */
  readonly stats: readonly Day[]
  /** The first day chosen, and the last if there are several; null: none. */
  readonly day: string | null
  readonly to: string | null
  readonly onPick: (from: string, to: string) => void
}): JSX.Element | null {
  const [dragged, setDragged] = useState<readonly [from: number, to: number] | null>(null)
  const days = stats.map((one) => ({
    ...one,
    date: dateOf(one.day),
    sum: one.certain + one.likely,
  }))
  const most = Math.max(1, ...days.map(({ sum }) => sum))
  if (days.every(({ sum }) => sum === 0)) return null
  const heightOf = (detections: number): string => `${Math.max(2, Math.round((detections / most) * maxBarPx))}px`
  const last = to ?? day
  const chosen = (at: number): boolean => {
    if (dragged !== null) return at >= Math.min(...dragged) && at <= Math.max(...dragged)
    const { date = '' } = days[at] ?? {}
    return day !== null && last !== null && date >= day && date <= last
  }
  const pick = (from: number, until: number): void => {
    const [first, end] = [days[Math.min(from, until)]?.date, days[Math.max(from, until)]?.date]
    setDragged(null)
    if (first !== undefined && end !== undefined) onPick(first, end)
  }
  const start = Math.max(0, day === null ? days.length - 1 : days.findIndex(({ date }) => date === day))
  const sum = days.reduce((all, one) => all + one.sum, 0)
  return (
    <div class="day-strip">
      <p class="row soft">
        <span class="grow">
          <b>{number(sum)}</b> in 30 days
        </span>
        <span class="tier certain glyph">Certain</span>
        <span class="tier likely glyph">Likely</span>
      </p>
      <div
        class="days"
        role="group"
        aria-label="Detections a day. Drag over days to choose a time"
        onPointerLeave={() => setDragged(null)}
      >
        {days.map(({ date, certain, likely, sum }, at) => (
          <button
            key={date}
            type="button"
            tabIndex={at === start ? 0 : -1}
            aria-pressed={chosen(at)}
            aria-label={`${daysWords(date, null)}: ${count(sum, 'detection')}`}
            title={`${daysWords(date, null)}: ${count(sum, 'detection')}`}
            onPointerDown={() => setDragged([at, at])}
            onPointerEnter={() => {
              if (dragged !== null) setDragged([dragged[0], at])
            }}
            onPointerUp={() => pick(dragged?.[0] ?? at, at)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault()
                pick(at, at)
              }
              const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
              const next = at + step
              if (step === 0 || days[next] === undefined) return
              event.preventDefault()
              const around = event.currentTarget.parentElement?.children
              ;(around?.[next] as HTMLElement | undefined)?.focus()
              if (event.shiftKey) pick(day === null ? at : days.findIndex((one) => one.date === day), next)
            }}
          >
            {likely === 0 ? null : <span class="likely" style={{ height: heightOf(likely) }} />}
            {certain === 0 ? null : <span class="certain" style={{ height: heightOf(certain) }} />}
          </button>
        ))}
      </div>
      <p class="row muted">
        <span class="grow">{daysWords(days[0]?.date ?? '', null)}</span>
        <span>today</span>
      </p>
    </div>
  )
}

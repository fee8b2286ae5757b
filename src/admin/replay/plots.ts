/** Plots as inline SVG, drawn with attributes and classes alone: the report's policy for content lets no style in. */

import { escaped } from './escape.ts'
import type { DayCount } from './tally.ts'

const plotWidth = 900
const plotHeight = 180
const axisHeight = 22
const maxAxisDays = 60
/** Room that a date takes, in the plot's own units: one that would be cut off at the edge is left out. */
const labelWidth = 66
const narrowLabelWidth = 160

/** Counts as rows of a table, each with its bar. Labels are foreign text. */
export function barRows(counts: readonly (readonly [string, number])[]): string {
  const largest = Math.max(1, ...counts.map(([, count]) => count))
  return counts
    .map(([label, count]) => {
      const width = count === 0 ? 0 : Math.max(2, Math.round((300 * count) / largest))
      const rect = width === 0 ? '' : `<rect x="0" y="2" width="${width}" height="10" rx="2"/>`
      const bar = `<svg class="bar" viewBox="0 0 304 14" preserveAspectRatio="xMinYMid meet" aria-hidden="true">${rect}</svg>`
      return `<tr><td><bdi>${escaped(label)}</bdi></td><td class="number">${count}</td><td>${bar}</td></tr>`
    })
    .join('\n')
}

/** One column of the plot over time. */
interface PlotColumn {
  /** First day, as days since the epoch. */
  readonly day: number
  readonly certain: number
  readonly likely: number
  readonly messages: number
}

/** The columns of a plot over time. */
interface Timeline {
  readonly columns: readonly PlotColumn[]
  /** Days that a column stands for. */
  readonly step: number
  /** Messages that came before the first column or behind the last: wrong dates must not squeeze the rest. */
  readonly beyond: number
}

/**
 * Days as columns, at most 60. The range is the one in which all but the first and last half percent of the messages lie.
 */
export function timelineOf(days: ReadonlyMap<number, DayCount>): Timeline {
  const sorted = [...days].sort((a, b) => a[0] - b[0])
  const total = sorted.reduce((sum, [, { messages }]) => sum + messages, 0)
  const first = dayAt(sorted, total * 0.005)
  const last = dayAt(sorted, total * 0.995)
  if (first === undefined || last === undefined) return { columns: [], step: 1, beyond: 0 }
  const step = [1, 7, 30, 365].find((length) => (last - first + 1) / length <= maxAxisDays) ?? 3650
  const columns = Array.from({ length: Math.ceil((last - first + 1) / step) }, (_, i) => ({
    day: first + i * step,
    certain: 0,
    likely: 0,
    messages: 0,
  }))
  let beyond = 0
  for (const [day, count] of sorted) {
    const column = columns[Math.floor((day - first) / step)]
    if (day > last || column === undefined) {
      beyond += count.messages
      continue
    }
    column.certain += count.certain
    column.likely += count.likely
    column.messages += count.messages
  }
  return { columns, step, beyond }
}

function dayAt(sorted: readonly (readonly [number, DayCount])[], rank: number): number | undefined {
  let passed = 0
  for (const [day, { messages }] of sorted) {
    passed += messages
    if (passed > rank) return day
  }
  return sorted.at(-1)?.[0]
}

/** Detections over time: a column a step, certain ones below, likely ones on top. */
export function timelinePlot({ columns, step }: Timeline): string {
  const largest = Math.max(1, ...columns.map(({ certain, likely }) => certain + likely))
  const slot = plotWidth / Math.max(1, columns.length)
  const scale = (plotHeight - 16) / largest
  const parts: string[] = []
  for (const [i, { day, certain, likely, messages }] of columns.entries()) {
    const x = round(i * slot + 1)
    const width = round(Math.max(1, Math.min(40, slot - 2)))
    const low = certain * scale
    const high = likely * scale
    const title = `<title>${dateOf(day)}${step > 1 ? ` and ${step - 1} days more` : ''}: ${messages} messages, ${certain} certain, ${likely} likely</title>`
    const rect = (name: string, top: number, height: number): string =>
      height === 0
        ? ''
        : `<rect class="${name}" x="${x}" y="${round(top)}" width="${width}" height="${round(height)}"/>`
    const rects =
      rect('certain', plotHeight - low, low) +
      rect('likely', plotHeight - low - high, high) +
      rect('hover', 0, plotHeight)
    parts.push(`<g>${title}${rects}</g>`)
    const labelled = Math.ceil(columns.length / 8)
    if (i % labelled === 0 && plotWidth - x >= labelWidth) {
      // On a narrow screen, where letters are drawn larger, there is room for every third.
      const wide = (i / labelled) % 3 === 0 && plotWidth - x >= narrowLabelWidth ? '' : ' class="wide"'
      parts.push(`<text x="${x}" y="${plotHeight + 20}"${wide}>${dateOf(day)}</text>`)
    }
  }
  const head = `<svg class="timeline" viewBox="0 0 ${plotWidth} ${plotHeight + axisHeight}" role="img" aria-label="detections over time">`
  const axis = `<line x1="0" y1="${plotHeight}" x2="${plotWidth}" y2="${plotHeight}"/><text x="2" y="2" dominant-baseline="hanging">${largest}</text>`
  return `${head}${axis}${parts.join('')}</svg>`
}

function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The plot of the overview: detections a day by tier. */

import uPlot from 'uplot'

export interface Day {
  readonly day: string
  readonly certain: number
  readonly likely: number
}

const height = 168
/** Of the room of a day. */
const barShare = 0.66

/**
 * Draws days as bars: full ones certain, outlined ones on top of them likely, changes of the rules as dashed lines.
 * @param onPick told of the day (`YYYY-MM-DD`, local) on which somebody clicked
 * @returns what takes it away again
 */
export function drawPlot(
  box: HTMLElement,
  days: readonly Day[],
  changes: readonly string[],
  onPick: (day: string) => void,
): () => void {
  // A canvas knows no light-dark(): the browser says which of the two a token is now.
  const probe = document.createElement('span')
  box.append(probe)
  const colour = (name: string): string => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const starts = days.map(({ day }) => Date.parse(day) / 1000)
  const certain = days.map((day) => day.certain)
  const both = days.map((day) => day.certain + day.likely)
  const most = Math.max(4, ...both)
  const bars = (): uPlot.Series.PathBuilder =>
    uPlot.paths.bars?.({ size: [barShare, 40], radius: 0.12 }) as uPlot.Series.PathBuilder
  const ink = colour('--ink-3')
  const axis: uPlot.Axis = {
    stroke: ink,
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
  const plot = new uPlot(
    {
      width: box.clientWidth || 600,
      height,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: { time: true, range: [(starts[0] ?? 0) - 43_200, (starts.at(-1) ?? 0) + 43_200] },
        y: { range: [0, most] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 24,
          space: 90,
          values: (_, ticks) => ticks.map((at) => dayName.format(at * 1000)),
        },
        { ...axis, size: 34, space: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000] },
      ],
      series: [
        {},
        {
          stroke: colour('--certain'),
          fill: colour('--certain-soft'),
          width: 1,
          paths: bars(),
          points: { show: false },
        },
        { stroke: colour('--certain'), fill: colour('--certain'), width: 1, paths: bars(), points: { show: false } },
      ],
      hooks: {
        drawClear: [
          (drawn) => {
            const { ctx, bbox } = drawn
            ctx.save()
            ctx.strokeStyle = ink
            ctx.setLineDash([3, 4])
            for (const time of changes) {
              const x = Math.round(drawn.valToPos(Date.parse(time) / 1000 - 43_200, 'x', true)) + 0.5
              ctx.beginPath()
              ctx.moveTo(x, bbox.top)
              ctx.lineTo(x, bbox.top + bbox.height)
              ctx.stroke()
            }
            ctx.restore()
          },
        ],
      },
    },
    [starts, both, certain],
    box,
  )
  probe.remove()
  const picked = (event: MouseEvent): void => {
    const left = event.clientX - plot.over.getBoundingClientRect().left
    const found = days[plot.posToIdx(left)]
    if (found === undefined) return
    const date = new Date(found.day)
    const two = (value: number): string => String(value).padStart(2, '0')
    onPick(`${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`)
  }
  plot.over.addEventListener('click', picked)
  const sized = new ResizeObserver(() => {
    if (box.clientWidth > 0 && box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height })
  })
  sized.observe(box)
  return () => {
    sized.disconnect()
    plot.destroy()
  }
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { metrics } from '../../src/vocabulary.ts'
import { removeDaemon, startDaemon } from './peers/daemon.ts'
import { findProgram, makeScratch, removeScratch, run, skipUnless } from './peers/scratch.ts'
import { startSink } from './peers/sink.ts'
import { RawClient } from './peers/smtp-client.ts'

/** Alert rules and dashboard: by promtool, and by what a running daemon says under /metrics. */
const folder = resolve(import.meta.dirname, '../../deploy/prometheus')
const promtool = skipUnless(findProgram('promtool') === null ? 'promtool is not installed (Debian: prometheus)' : null)

interface Rule {
  readonly alert: string
  readonly expr: string
}
const { groups } = parse(readFileSync(join(folder, 'alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
const alerts = groups.flatMap(({ rules }) => rules)

interface Dashboard {
  readonly panels: {
    readonly id: number
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets: { readonly expr: string; readonly legendFormat: string }[]
  }[]
  readonly templating: { readonly list: { readonly name: string; readonly query: string | { query: string } }[] }
}
const dashboard = JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8')) as Dashboard
const drawn = dashboard.panels.flatMap(({ targets }) => targets)
const expressions = [...alerts.map(({ expr }) => expr), ...drawn.map(({ expr }) => expr)]

t.test('promtool takes the rules, and each alert fires when it should', promtool, async (t) => {
  const checked = await run('promtool', ['check', 'rules', '--lint-fatal', join(folder, 'alerts.yaml')])
  t.equal(checked.code, 0, checked.output)
  t.match(checked.output, `${alerts.length} rules found`)
  const tested = await run('promtool', ['test', 'rules', join(folder, 'alerts.test.yaml')], { cwd: folder })
  t.equal(tested.code, 0, tested.output)
  t.match(tested.output, 'SUCCESS')
  const cases = readFileSync(join(folder, 'alerts.test.yaml'), 'utf8')
  for (const { alert } of alerts) t.match(cases, new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n`), `${alert} fires`)
})

t.test("the dashboard's expressions are PromQL", promtool, async (t) => {
  const scratch = makeScratch('promql')
  t.teardown(() => removeScratch(scratch))
  const rules = drawn.map(({ expr }, i) => ({
    record: `panel:${i}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
  }))
  const path = join(scratch, 'panels.yaml')
  writeFileSync(path, stringify({ groups: [{ name: 'dashboard', rules }] }))
  const checked = await run('promtool', ['check', 'rules', path])
  t.equal(checked.code, 0, checked.output)
})

t.test('the dashboard is one that Grafana lays out', async (t) => {
  const variables = dashboard.templating.list.map(({ name }) => name)
  for (const name of JSON.stringify(dashboard.panels).matchAll(/\$\{?(\w+)/g)) {
    t.ok([...variables, '__rate_interval'].includes(name[1] ?? ''), String(name[1]))
  }
  t.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length, 'ids are not used twice')
  const taken = new Set<string>()
  for (const { title, gridPos } of dashboard.panels) {
    t.ok(gridPos.x + gridPos.w <= 24, `${title} is within the page`)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        if (taken.has(`${x},${y}`)) t.fail(`${title} lies over another panel`)
        taken.add(`${x},${y}`)
      }
  }
})

t.test('labels are those of the catalogue', async (t) => {
  const labels = new Map<string, readonly string[]>(
    Object.values(metrics).map((spec) => [spec.name, [...Object.keys(spec.labels), 'instance', 'job', 'le']]),
  )
  for (const expression of expressions) {
    const [name = ''] = /namesake_\w+?(?=_bucket|\b)/.exec(expression) ?? []
    if (name === '') continue
    const known = labels.get(name) ?? []
    const used = [...expression.matchAll(/\b(\w+)=~?"/g)].map((found) => found[1] ?? '')
    const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap((found) => (found[1] ?? '').split(/,\s*/))
    for (const label of [...used, ...grouped]) t.ok(known.includes(label), `${label} in ${expression}`)
  }
})

t.test('every name is one that a running daemon tells, and no metric goes unwatched', promtool, async (t) => {
  const sink = await startSink()
  t.teardown(() => sink.close())
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}` })
  t.teardown(() => removeDaemon(daemon))
  const client = await RawClient.hello(daemon.smtpPort)
  await client.transaction('From: Jane Roe <x@evil.example>\r\n\r\nhi\r\n', ['a@corp.example'])
  await client.quit()
  const text = await (await fetch(`http://127.0.0.1:${daemon.opsPort}/metrics`)).text()
  const linted = await run('promtool', ['check', 'metrics'], { input: text })
  t.equal(linted.code, 0, linted.output)

  const told = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((found) => [found[1] ?? '', found[2] ?? '']))
  t.same(
    [...told.keys()].sort(),
    Object.values(metrics)
      .map(({ name }) => name)
      .sort(),
  )
  const series = new Set(
    [...told].flatMap(([name, type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  )
  const variables = dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query))
  const named = new Set([...expressions, ...variables].flatMap((text) => text.match(/\bnamesake_\w+/g) ?? []))
  for (const name of named) t.ok(series.has(name), name)
  for (const name of told.keys())
    t.ok(
      [...named].some((used) => used.startsWith(name)),
      `${name} is drawn or watched`,
    )
})

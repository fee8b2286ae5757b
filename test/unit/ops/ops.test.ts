import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { MessageRecord } from '../../../src/model.ts'
import { formatAddress } from '../../../src/net/addresses.ts'
import { events as eventTable, metrics } from '../../../src/vocabulary.ts'
import { describe, messageDetails, openEvents } from '../../../src/ops/events.ts'
import { readableLines } from '../../../src/ops/readable-log.ts'
import { startOps } from '../../../src/ops/http.ts'
import type { Readiness } from '../../../src/ops/http.ts'
import { formatMetrics, openCounters, sumSnapshots } from '../../../src/ops/metrics.ts'

const record: MessageRecord = {
  entrance: 'smtp',
  client: '127.0.0.1',
  helo: 'mx.example',
  reversePath: '<a@b.example>',
  recipients: 2,
  queueId: null,
  disposition: 'relayed',
  reply: '250 2.0.0 ok',
  size: 1234,
  duration: 7,
  decision: {
    id: 'abc',
    perform: 'relay',
    add: [],
    remove: [],
    reply: null,
    fromName: 'Jane Roe',
    fromAddress: 'x@evil.example',
    messageId: '<1@x>',
    directoryAge: 12,
    judgeTime: 18,
    verdict: {
      state: 'detected',
      person: { directory: 'Staff', id: 'u1' },
      name: 'Jane Roe',
      address: 'x@evil.example',
      kind: 'exact',
      tier: 'certain',
      action: 'tag',
      reason: 'Protected Name Jane Roe should not appear as x@evil.example',
      reading: {
        field: 'from',
        fieldIndex: 0,
        reader: 'own',
        part: 'display-name',
        name: 'Jane Roe',
        address: 'x@evil.example',
      },
    },
  },
}

async function logged(
  redact: readonly string[],
  write: (events: ReturnType<typeof openEvents>) => void,
): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-log-'))
  try {
    const path = join(folder, 'log')
    const fd = openSync(path, 'a')
    const events = openEvents({ level: 'info', format: 'json', redact, destination: fd }, openCounters())
    write(events)
    await events.flush()
    closeSync(fd)
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

t.test('the message line has exactly the fields of the catalogue', async (t) => {
  t.same(Object.keys(messageDetails(record)).sort(), Object.keys(eventTable.message.fields).sort())
})

t.test('a clean verdict keeps the columns, empty', async (t) => {
  const line = messageDetails({ ...record, decision: { ...record.decision, verdict: { state: 'clean', note: null } } })
  t.match(line, { verdict: 'clean', tier: null, kind: null, person: null, action: null, reason: null })
})

t.test('lines are JSON with time, level, pid and event', async (t) => {
  const [line] = await logged([], (events) => events.message(record))
  t.match(line, { level: 'info', event: 'message', pid: process.pid, id: 'abc', person: 'u1', kind: 'exact' })
  t.match(line?.['time'], /^\d{4}-\d\d-\d\dT/)
})

t.test('for people: a message in a sentence, foreign text harmless, errors with their causes', async (t) => {
  const lines: string[] = []
  const read = readableLines({ colour: false })
  const line = (fields: object): string =>
    read(`${JSON.stringify({ level: 'info', time: '2026-11-26T09:30:00.000Z', pid: 7, ...fields })}\n`)
  lines.push(line({ event: 'message', ...messageDetails(record) }))
  lines.push(
    line({ event: 'started', version: '1', listeners: ['smtp 127.0.0.1:25', 'metrics x'], protected: 4, next: 'go' }),
  )
  lines.push(line({ event: 'message', ...messageDetails(record), reason: 'a \u001b[2J\u202e name', fromName: null }))
  lines.push(line({ event: 'internal', level: 'error', error: 'outer\n at x\u0007' }))
  lines.push(line({ event: 'stopped' }))
  const clock = '\\[\\d\\d:\\d\\d:\\d\\d\\]'
  const wanted = [
    `^${clock} INFO: message {2}detected certain exact tag, relayed: Protected Name Jane Roe should not appear as x@evil\\.example {2}client=`,
    `^${clock} INFO: started {2}version=1 {2}listeners=smtp 127\\.0\\.0\\.1:25, metrics x {2}protected=4 {2}next=go\n$`,
    `relayed: a <U\\+001B>\\[2J<U\\+202E> name`,
    `^${clock} ERROR: internal {2}error=outer\n {5}at x<U\\+0007>\n$`,
    `^${clock} INFO: stopped\n$`,
  ]
  for (const [i, want] of wanted.entries()) t.match(lines[i], new RegExp(want))
  t.match(readableLines({ colour: true })('{"level":"warn","event":"stop-forced"}'), '\u001b[33mWARN\u001b[39m')
})

t.test('auto is JSON where nobody looks, pretty is pretty', async (t) => {
  for (const [format, begins] of [
    ['auto', /^\{"level"/],
    ['json', /^\{"level"/],
    ['pretty', /^\[\d\d:/],
  ] as const) {
    const path = join(t.testdir(), 'log')
    const fd = openSync(path, 'a')
    const events = openEvents({ level: 'info', format, redact: ['client'], destination: fd }, openCounters())
    events.message(record)
    await events.flush()
    closeSync(fd)
    const text = readFileSync(path, 'utf8')
    t.match(text, begins, format)
    t.match(text, format === 'pretty' ? 'client=[redacted]' : '"client":"[redacted]"')
  }
})

t.test('redacted fields never reach the sink', async (t) => {
  const [line] = await logged(['fromAddress', 'reversePath'], (events) => events.message(record))
  t.match(line, { fromAddress: '[redacted]', reversePath: '[redacted]', fromName: 'Jane Roe' })
})

t.test('debug is not written at info; an error is told with its causes', async (t) => {
  const cause = Object.assign(new Error('disk full'), { code: 'ENOSPC' })
  const lines = await logged([], (events) => {
    t.notOk(events.enabled('debug'))
    events.emit('internal', { error: new Error('outer', { cause }) })
  })
  t.equal(lines.length, 1)
  t.match(lines[0], { event: 'internal', level: 'error', error: /outer[\s\S]*: disk full$/ })
  t.equal(describe(cause), 'disk full')
})

t.test('counters of several workers add up beside the primary', async (t) => {
  const one = openCounters()
  const two = openCounters()
  one.count('message', messageDetails(record))
  two.count('message', messageDetails(record))
  two.count('connection-opened', { client: '192.0.2.1' })
  two.count('connection-opened', { client: '192.0.2.1' })
  two.count('connection-closed', { client: '192.0.2.1' })
  two.count('next-hop-error', { hop: '127.0.0.1:25', kind: 'timeout', stage: 'data', error: 'silent' })
  const directories = [
    { name: 'Staff', type: 'file', lastSync: 90_000, people: 5, groups: 1, error: null },
    { name: 'New', type: 'file', lastSync: null, people: 0, groups: 0, error: null },
  ]
  const primary = openCounters(
    () => ({
      directories,
      protectedPeople: 3,
      protectionProblems: 2,
      inForce: { 'namesake.yaml': true, 'protection.yaml': false },
      version: '1.2.3',
      started: 50_000,
      workers: 2,
    }),
    () => 100_000,
  )
  const synchronised = { people: 5, groups: 1, added: 5, changed: 0, removed: 0, duration: 1 }
  primary.count('directory-synchronised', { directory: 'Staff', round: 'full', ...synchronised })
  primary.count('worker-died', { worker: 1, code: 1, signal: null, restartIn: 0 })
  primary.count('config-refused', { file: 'namesake.yaml', faults: [] })
  const retired = await sumSnapshots([await one.snapshot()])
  const text = await formatMetrics([await primary.snapshot(), await two.snapshot(), retired])
  for (const line of [
    'namesake_messages_total{entrance="smtp",verdict="detected",disposition="relayed"} 2',
    'namesake_detections_total{tier="certain",kind="exact"} 2',
    'namesake_judge_duration_seconds_count 2',
    'namesake_connections{entrance="smtp"} 1',
    'namesake_next_hop_errors_total{kind="timeout"} 1',
    'namesake_directory_sync_total{directory="Staff",outcome="ok"} 1',
    'namesake_directory_age_seconds{directory="Staff"} 10',
    'namesake_directory_people{directory="New"} 0',
    'namesake_protected_people 3',
    'namesake_protection_problems 2',
    'namesake_config_in_force{file="namesake.yaml"} 1',
    'namesake_config_in_force{file="protection.yaml"} 0',
    `namesake_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    'namesake_start_time_seconds 50',
    'namesake_workers 2',
    'namesake_worker_restarts_total 1',
    'namesake_config_reloads_total{outcome="refused"} 1',
  ]) {
    t.ok(text.split('\n').includes(line), line)
  }
  const uses = (name: string, process: string): number =>
    Number(new RegExp(`^namesake_process_${name}\\{process="${process}"\\} (.+)$`, 'm').exec(text)?.[1])
  for (const process of ['primary', 'worker']) {
    t.ok(uses('resident_memory_bytes', process) > 1e7, `memory: ${process}`)
    t.ok(uses('cpu_seconds_total', process) > 0, `processor time: ${process}`)
    t.ok(uses('open_files', process) > 2, `open files: ${process}`)
  }
  t.notMatch(text, /age_seconds\{directory="New"/, 'an age that does not exist is not made up')
  for (const spec of Object.values(metrics)) t.match(text, `# TYPE ${spec.name} ${spec.type}`, spec.name)
})

t.test('metrics and health over HTTP', async (t) => {
  let readiness: Readiness = { status: 'ready', problems: [] }
  const errors: unknown[] = []
  let scrape = async (): Promise<string> => 'namesake_up 1\n'
  const server = await startOps(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    { metrics: () => scrape(), readiness: async () => readiness },
    (error) => errors.push(error),
  )
  t.teardown(() => server.close())
  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const response = await fetch(`http://${formatAddress(server.address)}${path}`, { method })
    return [response.status, await response.text()]
  }
  t.same(await get('/healthz'), [200, 'alive\n'])
  t.same(await get('/metrics?x=1'), [200, 'namesake_up 1\n'])
  t.same(await get('/readyz'), [200, '{"status":"ready","problems":[]}\n'])
  readiness = { status: 'degraded', problems: ['old'] }
  t.equal((await get('/readyz'))[0], 200)
  readiness = { status: 'not ready', problems: ['no directory'] }
  t.equal((await get('/readyz'))[0], 503)
  t.equal((await get('/nothing'))[0], 404)
  t.equal((await get('/metrics', 'POST'))[0], 405)
  scrape = async () => {
    throw new Error('secret detail')
  }
  t.same(await get('/metrics'), [500, 'internal error\n'])
  t.equal(errors.length, 1)
  await t.rejects(
    startOps(server.address, { metrics: scrape, readiness: async () => readiness }, () => {}),
    { code: 'listen-failed', message: /^can't listen on 127\.0\.0\.1:\d+: .*in use.*ops\.listen/ },
  )
})

t.test('nobody keeps the health check out by being silent', async (t) => {
  let made = 0
  const metrics = async (): Promise<string> => {
    made++
    await sleep(200)
    return 'namesake_up 1\n'
  }
  const server = await startOps(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    { metrics, readiness: async () => ({ status: 'ready', problems: [] }) },
    (error) => t.error(error),
  )
  t.teardown(() => server.close())
  const port = server.address.kind === 'tcp' ? server.address.port : 0
  const ask = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status
  const strangers = Array.from({ length: 300 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}))
  t.teardown(() => strangers.forEach((socket) => socket.destroy()))
  await Promise.all(strangers.slice(0, 16).map((socket) => once(socket, 'connect')))
  t.same(await Promise.all(Array.from({ length: 8 }, () => ask('/healthz'))), Array(8).fill(200))
  const slow = Promise.all(Array.from({ length: 5 }, () => ask('/metrics')))
  t.equal(await ask('/healthz'), 200, 'health waits for no scrape')
  t.same(await slow, Array(5).fill(200))
  t.equal(made, 1, 'scrapes at one time are one')
  const closed = strangers.filter((socket) => socket.destroyed || socket.readableEnded).length
  t.ok(closed >= 300 - 16 - 14, `${closed} of 300 silent strangers made room`)
})

t.test('a request without an end is cut off within seconds', { timeout: 30_000 }, async (t) => {
  const server = await startOps(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    { metrics: async () => '', readiness: async () => ({ status: 'ready', problems: [] }) },
    () => {},
  )
  t.teardown(() => server.close())
  const socket = connect({ port: server.address.kind === 'tcp' ? server.address.port : 0, host: '127.0.0.1' })
  const start = Date.now()
  const drip = setInterval(() => socket.write('X: y\r\n'), 300)
  socket.on('error', () => {}).write('GET /healthz HTTP/1.1\r\n')
  await once(socket, 'data')
  clearInterval(drip)
  socket.destroy()
  t.ok(Date.now() - start < 15_000, 'a header section has 5 s, however it drips')
})

t.test('the metrics are those that operators were promised', async (t) => {
  const promised = {
    namesake_messages_total: ['entrance', 'verdict', 'disposition'],
    namesake_detections_total: ['tier', 'kind'],
    namesake_judge_duration_seconds: [],
    namesake_relay_duration_seconds: [],
    namesake_connections: ['entrance'],
    namesake_connections_refused_total: ['reason'],
    namesake_next_hop_errors_total: ['kind'],
    namesake_directory_sync_total: ['directory', 'outcome'],
    namesake_directory_age_seconds: ['directory'],
    namesake_directory_people: ['directory'],
    namesake_protected_people: [],
    namesake_protection_problems: [],
    namesake_config_in_force: ['file'],
    namesake_build_info: ['version', 'node'],
    namesake_start_time_seconds: [],
    namesake_certificate_expiry_seconds: ['listener'],
    namesake_workers: [],
    namesake_worker_restarts_total: [],
    namesake_process_resident_memory_bytes: ['process'],
    namesake_process_cpu_seconds_total: ['process'],
    namesake_process_open_files: ['process'],
    namesake_log_lines_lost_total: [],
    namesake_config_reloads_total: ['outcome'],
    namesake_history_records_total: ['outcome'],
    namesake_history_records: [],
    namesake_history_bytes: [],
    namesake_fleet_reads_directory: ['directory'],
    namesake_fleet_age_seconds: [],
    namesake_fleet_rules_revision: [],
    namesake_fleet_unsent_records: [],
    namesake_fleet_errors_total: [],
  }
  t.same(Object.fromEntries(Object.values(metrics).map((spec) => [spec.name, Object.keys(spec.labels)])), promised)
})

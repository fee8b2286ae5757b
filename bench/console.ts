/**
 * The console beside mail, and its own times.
 *
 * Beside mail: messages a second through one worker with the console idle, dead (killed whenever it comes back), hung (stopped), out of
 * memory (no page more than it has) and asked 200 times a second, over the same daemon without a console. All in one run, each
 * within its round. The processor time is that of the processes that carry mail.
 * Its own times: 200,000 people in 2,000 groups and 200,000 records; first paint, the overview, searches, a group.
 * Needs a build, Debian's chromium, postfix (smtp-sink) and util-linux (prlimit). Loopback only.
 *
 *   npm run bench:console [-- --messages 6000] [--rounds 5] [--people 200000] [--records 200000] [--rows mail,times]
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { getPriority, loadavg, setPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { History } from '../src/history/history.ts'
import { tokenOf } from '../test/console/api.ts'
import { firstAdministrator, stand } from '../test/console/harness.ts'
import { removeDaemon, startDaemon, waitUntil } from '../test/integration/peers/daemon.ts'
import type { Daemon } from '../test/integration/peers/daemon.ts'
import { SmtpClient } from '../test/integration/peers/mta-client.ts'
import { freePorts } from '../test/integration/peers/ports.ts'
import { makeScratch, run } from '../test/integration/peers/scratch.ts'
import { commonPeople } from './common-names.ts'
import type { Load, LoadResult } from './load.ts'
import { allProtected, childrenOf, processorTime, startSink } from './processes.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '5' },
    people: { type: 'string', default: '200000' },
    records: { type: 'string', default: '200000' },
    rows: { type: 'string', default: 'mail,times' },
  },
})
const messages = Number(values.messages)
const rounds = Number(values.rounds)
const asksPerSecond = 200
/** Of the rows beside mail: no round is begun that would end later. */
const maxMinutes = 4.5
/** Every record is read for it: one request of so many. */
const searchEvery = 100
/** Of the console's process, over the daemon's. */
const niceness = 5

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN
const nowLoad = (): string => loadavg()[0]?.toFixed(1) ?? ''

const people = commonPeople()
  .filter((_, at) => at % 10 === 0)
  .slice(0, 1000)

const isConsole = (pid: number): boolean => {
  try {
    // It bears its name once its modules are loaded; until then it is known by its file.
    return /^namesake console|console-process\.js/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  } catch {
    return false
  }
}

/** The console's process, if it runs. */
function consoleOf({ child }: Daemon): number | undefined {
  return childrenOf(child.pid ?? 0).find(isConsole)
}

/** Processor time in seconds of a process and its children, without the console. */
const mailTime = (pid: number): number => processorTime(pid, isConsole)

/* ---------- beside mail ---------- */

const states = ['idle', 'dead', 'hung', 'out of memory', 'asked'] as const
type State = (typeof states)[number]

/** Requests a second. */
interface Asked {
  readonly sent: number
  readonly answered: number
}

interface Measured {
  readonly rate: number
  readonly p99: number
  /** Microseconds of the processor a message. */
  readonly processor: number
}

async function besideMail(): Promise<void> {
  const [sinkPort = 0, consolePort = 0] = await freePorts(2)
  const sink = await startSink(sinkPort)
  const start = (console: string): Promise<Daemon> =>
    startDaemon({
      relay: `smtp://127.0.0.1:${sinkPort}`,
      ...allProtected(people),
      more: `history: { path: ./history }\nconsole: ${console}\n`,
    })
  const daemons = { without: await start('null'), beside: await start(`{ listen: "127.0.0.1:${consolePort}" }`) }
  try {
    await daemons.beside.waitFor(({ event }) => event === 'console-listening')
    const token = await tokenOf(daemons.beside, 'reader')
    const none = <T>(): Record<State, T[]> => ({ idle: [], dead: [], hung: [], 'out of memory': [], asked: [] })
    const [found, ratios, without] = [none<Measured>(), none<number>(), [] as Measured[]]
    const asked: Asked[] = []
    const bare = (round: number): Promise<Measured> => measure(daemons.without, round + 2)
    const began = Date.now()
    let done = 0
    for (let round = 0; round < rounds; round++) {
      // Without a console before, between and after; states in another order each round, so that what else the machine does hits all.
      const order = states.map((_, at) => states[(at + round) % states.length] ?? 'idle')
      const beside = [await bare(round)]
      for (const [at, state] of order.entries()) {
        await healthy(daemons.beside, consolePort)
        const undo = await put(state, daemons.beside, consolePort, token)
        const one = await measure(daemons.beside, round + 2)
        const answers = await undo()
        if (state === 'asked' && answers !== null) asked.push(answers)
        found[state].push(one)
        if (at === 2) beside.push(await bare(round))
      }
      beside.push(await bare(round))
      without.push(...beside)
      const rate = median(beside.map((one) => one.rate))
      for (const state of states) ratios[state].push((found[state].at(-1)?.rate ?? NaN) / rate)
      done = round + 1
      console.error(`round ${done} of ${rounds}, load ${nowLoad()}`)
      // A round that could not end in time is not begun.
      if (((Date.now() - began) / done) * (done + 1) > maxMinutes * 60_000) break
    }
    console.log('| Console | messages/s | over without | p99, ms | processor a message, µs |\n|---|---|---|---|---|')
    const row = (name: string, list: readonly Measured[], ratio: string): void => {
      const of = (part: keyof Measured, digits: number): string => median(list.map((one) => one[part])).toFixed(digits)
      console.log(`| ${[name, of('rate', 0), ratio, of('p99', 1), of('processor', 0)].join(' | ')} |`)
    }
    row('none', without, '1')
    const perSecond = (what: keyof Asked): string => median(asked.map((one) => one[what])).toFixed(0)
    for (const state of states) {
      const name =
        state === 'asked' ? `asked ${perSecond('sent')} times a second, ${perSecond('answered')} answered` : state
      row(name, found[state], median(ratios[state]).toFixed(2))
    }
    console.log(`Median of ${done} rounds of ${messages} messages; load ${nowLoad()}.`)
  } finally {
    for (const daemon of Object.values(daemons)) await removeDaemon(daemon)
    sink.kill()
  }
}

async function measure({ smtpPort, child }: Daemon, seed: number): Promise<Measured> {
  const load: Load = {
    ...{ port: smtpPort, messages, sessions: 10, kept: true, pipelined: false, oneSender: false, rate: 0, seed },
    ...{ different: Math.min(messages, 3000), names: people.map(({ displayName }) => displayName) },
  }
  const before = mailTime(child.pid ?? 0)
  const args = ['--import=tsx', join(import.meta.dirname, 'load.ts'), JSON.stringify(load)]
  const { code, output } = await run(process.execPath, args, { limit: 300_000 })
  if (code !== 0) throw new Error(output)
  const { rate, p99 } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoadResult
  return { rate, p99, processor: ((mailTime(child.pid ?? 0) - before) * 1e6) / messages }
}

/** Waits until the console answers: also after it was killed, as it comes back by itself. */
async function healthy(daemon: Daemon, port: number): Promise<void> {
  await waitUntil('the console', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/health`).catch(() => null)
    const pid = consoleOf(daemon)
    if (response?.ok !== true || pid === undefined) return undefined
    // As far behind the processes that carry mail as it always is, also where the whole run has a priority of its own.
    setPriority(pid, Math.min(19, getPriority() + niceness))
    return true
  })
}

/** Brings the console into a state and holds it there; what is answered ends it, and gives what was asked and answered, if it was asked. */
async function put(state: State, daemon: Daemon, port: number, token: string): Promise<() => Promise<Asked | null>> {
  const hold = (act: (pid: number) => void): (() => Promise<null>) => {
    const held = (): void => {
      const pid = consoleOf(daemon)
      if (pid !== undefined) act(pid)
    }
    held()
    const timer = setInterval(held, 100)
    return async () => {
      clearInterval(timer)
      await wait(0)
      return null
    }
  }
  if (state === 'dead') return hold((pid) => process.kill(pid, 'SIGKILL'))
  if (state === 'hung') {
    const undo = hold((pid) => process.kill(pid, 'SIGSTOP'))
    return async () => {
      await undo()
      const pid = consoleOf(daemon)
      if (pid !== undefined) process.kill(pid, 'SIGCONT')
      return null
    }
  }
  if (state === 'asked') return asking(port, token)
  if (state !== 'out of memory') return () => Promise.resolve(null)
  // No page more than it has: the next thing that it is asked for ends it, and what comes back is held to the same.
  const limited = new Set<number>()
  const undo = hold((pid) => {
    if (limited.has(pid)) return
    limited.add(pid)
    const size = /^VmSize:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
    spawn('prlimit', ['--pid', String(pid), `--as=${Number(size) * 1024}`], { stdio: 'ignore' })
  })
  const ask = await asking(port, token)
  return async () => {
    await ask()
    await undo()
    const pid = consoleOf(daemon)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    return null
  }
}

/** Asks at a steady rate what pages ask; what it gives stops that, and says how many a second were sent and answered. */
function asking(port: number, token: string): Promise<() => Promise<Asked>> {
  const paths = [
    '/overview',
    '/api/v1/detections?limit=50',
    '/api/v1/people?q=jane&limit=50',
    '/api/v1/stats?days=30',
    '/api/v1/pairs',
    '/api/v1/directories',
    '/api/v1/health',
    '/api/v1/groups?q=every',
  ]
  const search = '/api/v1/detections?q=nobody'
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const headers = { authorization: `Bearer ${token}` }
  let [sent, answered] = [0, 0]
  const began = Date.now()
  const timer = setInterval(() => {
    // As many as the clock has come to, whatever the timer missed; not more than a browserful at once.
    const due = Math.min(50, Math.floor(((Date.now() - began) / 1000) * asksPerSecond) - sent)
    for (let at = 0; at < due; at++) {
      sent++
      const request = get(
        {
          host: '127.0.0.1',
          port,
          path: sent % searchEvery === 0 ? search : paths[sent % paths.length],
          agent,
          headers,
        },
        (response) => {
          response.resume()
          response.once('end', () => {
            if (response.statusCode === 200) answered++
          })
        },
      )
      request.on('error', () => undefined)
    }
  }, 5)
  return Promise.resolve(async () => {
    clearInterval(timer)
    const seconds = (Date.now() - began) / 1000
    agent.destroy()
    await wait(0)
    return { sent: sent / seconds, answered: answered / seconds }
  })
}

/* ---------- its own times ---------- */

/** Pages, and what stands there once a page is whole. */
const pages = [
  ['/overview', 'main .det .row-link'],
  ['/detections', 'main table .row-link'],
  ['/review', 'main .pair'],
  ['/protection', 'main table tbody tr'],
  ['/directories', 'main table tbody tr'],
  ['/rules', 'main .yaml .code'],
  ['/try', 'main input'],
  ['/replay', 'main input'],
  ['/settings', 'main table tbody tr'],
] as const

async function times(): Promise<void> {
  const [many, records] = [Number(values.people), Number(values.records)]
  const groups = Math.max(1, Math.floor(many / 100))
  const names = commonPeople()
  const text = JSON.stringify({
    users: Array.from({ length: many }, (_, at) => {
      const { givenName, surname } = names[at % names.length] ?? { givenName: 'Jane', surname: 'Roe' }
      return {
        ...{ id: `p${at}`, displayName: `${givenName} ${surname}`, givenName, surname },
        ...{ mail: `p${at}@corp.example`, groups: [`g${at % groups}`, 'all'] },
      }
    }),
    groups: [
      { id: 'all', displayName: 'All of us' },
      ...Array.from({ length: groups }, (_, at) => ({ id: `g${at}`, displayName: `Department ${at}` })),
    ],
  })
  const folder = makeScratch('bench-console')
  writeFileSync(join(folder, 'everybody.json'), text)
  const at = await stand({
    folder,
    directories: '  - { name: Everybody, type: file, path: ./everybody.json, sync: "0 3 * * *" }',
    protection:
      'protect:\n  - { directory: Staff, groups: [Executives] }\n  - { directory: Everybody, groups: [Department 0, Department 1] }\n',
    more: 'history: { path: ./history }',
  })
  try {
    await fill(at.daemon, records)
    const first = await at.open()
    const context = first.context()
    const rows: [string, number[]][] = []
    const timed = async (what: string, once: () => Promise<number>, times = 7): Promise<void> => {
      await once()
      const list: number[] = []
      for (let n = 0; n < times; n++) list.push(await once())
      rows.push([what, list])
      console.error(`${what}: ${median(list).toFixed(0)} ms, load ${nowLoad()}`)
    }
    /**
     * Opens a page in a tab of its own: what another one still loads or is told is not in the way. The tab stands at the
     * origin already, as Chromium changes processes on the way from an empty tab to a page that is isolated by its
     * Cross-Origin-Opener-Policy; that takes time of its own and on a busy machine ends as net::ERR_ABORTED.
     */
    const opened = async (path: string, what: string, until: 'paint' | 'whole'): Promise<number> => {
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      try {
        await waitUntil('a tab', async () => {
          const response = await page.goto(`${at.origin}/api/v1/health`).catch(() => null)
          return response?.ok() === true ? true : undefined
        })
        const began = performance.now()
        await page.goto(`${at.origin}${path}`, { waitUntil: 'commit' })
        // Looked for at each frame: the locator's own waiting looks again after up to half a second.
        const there = `document.querySelector(${JSON.stringify(what)}) === null`
        await page.evaluate(
          `new Promise((done) => { const look = () => (${there} ? requestAnimationFrame(look) : done(null)); look() })`,
        )
        const whole = performance.now() - began
        if (until === 'whole') return whole
        // The entry may come after what it tells of.
        return await waitUntil('the first paint', () =>
          page.evaluate<number | undefined>(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime`),
        )
      } finally {
        await page.close()
      }
    }
    /** Milliseconds of each task that kept the page from drawing for more than 50 ms while a list is made long, scrolled and searched. */
    const busy = async (path: string, search: string, open: string | null): Promise<number[]> => {
      const page = await context.newPage()
      try {
        await page.goto(`${at.origin}${path}`)
        if (open !== null) await page.getByRole('button', { name: open }).click()
        await page.locator('main .row-link').first().waitFor()
        await page.evaluate(
          `window.tasks = []; new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })`,
        )
        for (let rows = 50; rows < 350; rows += 50) {
          await page.getByRole('button', { name: /^Load/ }).first().click()
          await waitUntil('more rows', async () =>
            (await page.locator('main .row-link').count()) > rows ? true : undefined,
          )
        }
        await page.mouse.move(600, 600)
        for (let step = 0; step < 60; step++) await page.mouse.wheel(0, step % 20 < 14 ? 700 : -700)
        await page.getByLabel(search).pressSequentially('address7 an', { delay: 60 })
        await wait(1_000)
        return await page.evaluate<number[]>('tasks')
      } finally {
        await page.close()
      }
    }
    await timed('first paint, sign-in', () => opened('/sign-in', 'h1', 'paint'))
    await firstAdministrator(first, at.link)
    const synced = Date.now()
    await waitUntil(
      'the people are read',
      async () => {
        const response = await context.request.get(`${at.origin}/api/v1/directories`)
        const { items } = (await response.json()) as { items: { name: string; state: string }[] }
        return items.some(({ name, state }) => name === 'Everybody' && state === 'ok') ? true : undefined
      },
      120_000,
    )
    console.error(`${many} people read ${Date.now() - synced} ms after the first account, load ${nowLoad()}`)
    for (const [path, what] of pages) {
      await timed(`${path.slice(1)}: first paint`, () => opened(path, what, 'paint'))
      await timed(`${path.slice(1)}: with all of its parts`, () => opened(path, what, 'whole'))
    }
    for (const [path, search, open] of [
      ['/detections', 'Name, address, message id', null],
      ['/protection?directory=Everybody', 'Name or address', 'Members of All of us'],
    ] as const) {
      rows.push([
        `${path.slice(1)}: tasks of more than 50 ms, 350 rows, scrolled and typed in`,
        await busy(path, search, open),
      ])
    }
    const cookies = await context.cookies()
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const asked = (path: string) => async (): Promise<number> => {
      const began = performance.now()
      const response = await fetch(`${at.origin}/api/v1${path}`, { headers: { cookie } })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`${path}: ${response.status}`)
      return performance.now() - began
    }
    const everybody = '/directories/Everybody/groups'
    const pairs = await fetch(`${at.origin}/api/v1/pairs?limit=1`, { headers: { cookie } })
    const pair = ((await pairs.json()) as { items: { id: string }[] }).items[0]?.id ?? ''
    for (const [what, path] of [
      ['records: newest 50', '/detections?limit=50'],
      ['records: a text that none holds', '/detections?q=held.by.nobody'],
      ['records: part of an address, newest 50', '/detections?q=address77'],
      ['records: a person', '/detections?person=p7'],
      ['records: the names of a group of all', '/detections?directory=Everybody&group=all&limit=50'],
      ['overview of 30 days', '/stats?days=30'],
      ['pairs, most messages first', '/pairs'],
      ['a pair', `/pairs/${encodeURIComponent(pair)}`],
      ['what speaks for an answer to it', `/pairs/${encodeURIComponent(pair)}/facts`],
      ['whom to protect as well', '/suggestions'],
      ['how many are protected', '/protected'],
      ['a person', '/directories/Everybody/people/p7'],
      ['what was changed about a person', '/audit?about=Jane%20Roe&limit=5'],
      ['people: part of a name', '/people?q=an&limit=50'],
      ['people: an address', '/people?q=p123456%40corp'],
      ['people: nobody fits', '/people?q=xyzzyx'],
      ['groups of the directory', `${everybody}?limit=50`],
      ['a group of all of them, its first 50', `${everybody}/all/members?limit=50`],
      ['protected people', '/people?protected=true&limit=50'],
      ['groups that fit a text', '/groups?q=department&limit=50'],
      ['directories', '/directories'],
    ] as const) {
      await timed(what, asked(path))
    }
    const smooth = rows.splice(
      rows.findIndex(([what]) => what.includes('tasks of more')),
      2,
    )
    for (const [what, list] of smooth) {
      console.log(`${what}: ${list.length}, the longest ${Math.max(0, ...list).toFixed(0)} ms`)
    }
    console.log(`\n| ${many} people, ${records} records | median, ms | least | most |\n|---|---|---|---|`)
    for (const [what, list] of rows) {
      const [least, most] = [Math.min(...list), Math.max(...list)].map((one) => one.toFixed(0))
      console.log(`| ${what} | ${median(list).toFixed(0)} | ${least} | ${most} |`)
    }
    console.log(`Load ${nowLoad()}.`)
  } finally {
    await at.close()
  }
}

/** Detections as a daemon keeps them: real ones, copied over 30 days with addresses and people of their own. */
async function fill(daemon: Daemon, records: number): Promise<void> {
  const client = await SmtpClient.connect(daemon.smtpPort)
  for (const part of ['MAIL FROM:<a@client.example>', 'RCPT TO:<b@hop.example>', 'DATA']) await client.say(part)
  await client.say('From: Jane Roe <jane@private.example>\r\nSubject: x\r\n\r\nhi\r\n.')
  await client.quit()
  const history = await History.open({ path: join(daemon.folder, 'history') })
  try {
    const line = await waitUntil('a record', () => [...history.lines({})][0])
    const record = JSON.parse(line) as Record<string, unknown>
    const step = (30 * 86_400_000) / records
    const start = Date.now() - 30 * 86_400_000
    for (let from = 0; from < records; from += 5000) {
      history.append(
        Array.from({ length: Math.min(5000, records - from) }, (_, n) => {
          const at = from + n
          const address = `address${at % 20_011}@mail${at % 97}.example`
          const time = new Date(start + at * step).toISOString()
          return JSON.stringify({
            ...record,
            ...{
              id: `b${at.toString(36).padStart(8, '0')}`,
              time,
              person: `p${at % 400}`,
              address,
              fromAddress: address,
            },
            ...{ directory: 'Everybody', tier: at % 3 === 0 ? 'likely' : 'certain' },
          })
        }),
      )
    }
  } finally {
    await history.close()
  }
}

const rowsWanted = values.rows.split(',')
if (rowsWanted.includes('mail')) await besideMail()
if (rowsWanted.includes('times')) await times()

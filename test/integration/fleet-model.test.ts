import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { replaceFile } from '../../src/config/replace-file.ts'
import type { Provider, ReadStep, SourceChange } from '../../src/directory/provider.ts'
import { NamesakeError } from '../../src/errors.ts'
import { Database } from '../../src/fleet/database.ts'
import type { FleetTransaction } from '../../src/fleet/database.ts'
import { SharedDocument } from '../../src/fleet/document.ts'
import { Feed, leaseOf } from '../../src/fleet/feed.ts'
import { Leases } from '../../src/fleet/lease.ts'
import { RoundLog } from '../../src/fleet/rounds.ts'
import { noPostgres, startPostgres } from './peers/postgres.ts'

/*
 * Lease, log of rounds and shared document, explored step by step over a real PostgreSQL: three nodes whose reads interleave
 * page by page, which are cut off before or after a commit, crash, lose their lease, edit at once, while time passes and the
 * database is put back from an older copy. After each step:
 *
 *   - the lease, its epoch and whether a round counts are what the model says: what an older epoch writes counts for nothing;
 *   - no round holds pages of two readers, all its pages are there, epochs only grow;
 *   - each node's people are what the source said at one moment;
 *   - every edit is in force somewhere, was replaced by somebody who had seen it, or was refused aloud and is kept.
 *
 * A failure prints seed, path and replayPath: NAMESAKE_REPLAY='{"of":"people","seed":…,"path":"…","replayPath":"…"}' runs it again, and
 * NAMESAKE_RUNS=… runs more.
 */

const names = ['a', 'b', 'c']
const tables = ['lease', 'round', 'page', 'document'] as const
const directory = 'Staff'

/** How a node reaches the database. `unheard`: what it commits is committed, and it never hears of it. */
type Line = 'well' | 'cut' | 'unheard'

class NodeDatabase extends Database {
  line: Line = 'well'

  override async transact<T>(work: (transaction: FleetTransaction) => Promise<T>): Promise<T> {
    if (this.line === 'cut') throw new NamesakeError('fleet-unavailable', 'cut off')
    const result = await super.transact(work)
    if (this.line === 'unheard') throw new NamesakeError('fleet-unavailable', 'the answer was lost')
    return result
  }
}

type People = ReadonlyMap<string, string>

/** What changes make of people. The pages' mark of who read them is no person. */
function grown(people: People, changes: readonly SourceChange[]): Map<string, string> {
  const all = new Map(people)
  for (const change of changes) {
    if (change.op === 'person-gone') all.delete(change.id)
    else if (change.op === 'person' && change.id !== 'reader') {
      all.set(change.id, String(change.attributes['displayName']))
    }
  }
  return all
}

const told = (people: People): string => JSON.stringify([...people].sort())

/** A source of people that changes; each page says who read it. */
class Source implements Provider {
  readonly name = directory
  readonly type = 'office365'
  readonly fingerprint = 'one'
  readonly deltas = true
  wasRead = false
  readonly #history: readonly SourceChange[]
  readonly #reader: string

  constructor(history: readonly SourceChange[], reader: string) {
    this.#history = history
    this.#reader = reader
  }

  async *read({ cursor }: { cursor: string | null }): AsyncGenerator<ReadStep> {
    this.wasRead = true
    const [from, to] = [cursor === null ? 0 : Number(cursor), this.#history.length]
    const mark: SourceChange = { op: 'person', id: 'reader', attributes: { displayName: this.#reader } }
    yield { step: 'begin', round: cursor === null ? 'full' : 'delta' }
    for (let i = from; i < to; i += 2) {
      yield { step: 'changes', changes: [...this.#history.slice(i, Math.min(i + 2, to)), mark] }
    }
    yield { step: 'end', cursor: String(to) }
  }

  personOf(): null {
    return null
  }
}

/** A log whose pages are written one by one, so that a step of the model may come between any two. */
class PagedLog extends RoundLog {
  override begin(): ReturnType<RoundLog['begin']> {
    const draft = super.begin()
    const add = draft.add.bind(draft)
    draft.add = async (changes) => {
      await add(changes)
      await draft.flush()
    }
    return draft
  }
}

/** A read that has begun. */
interface Reading {
  readonly steps: AsyncGenerator<ReadStep>
  /** Of the lease that it began under; 0: none. */
  readonly epoch: number
  people: People
  pages: number
  end: string | null
}

/** A round that was read and taken by its node's own store: it may become the one behind `base`. */
interface Unpublished {
  readonly id: string
  readonly base: number
  readonly epoch: number
  readonly pages: number
}

/** One node: its people and files outlive a crash, all else does not. */
class Node {
  readonly database: NodeDatabase
  readonly path: string
  people: People = new Map()
  cursor: string | null = null
  source!: Source
  feed!: Feed
  leases!: Leases
  document!: SharedDocument
  /** Which of its processes this is. */
  holder = ''
  reading: Reading | null = null
  unpublished: Unpublished | null = null
  #starts = 0
  readonly #name: string
  readonly #history: readonly SourceChange[]

  constructor(name: string, url: string, folder: string, history: readonly SourceChange[]) {
    this.#name = name
    this.#history = history
    this.database = new NodeDatabase(url)
    this.path = join(folder, `${name}.yaml`)
    this.start()
  }

  start(): void {
    this.holder = `${this.#name}${++this.#starts}`
    this.reading = this.unpublished = null
    this.leases = new Leases(this.database, this.holder)
    this.source = new Source(this.#history, this.holder)
    this.feed = new Feed(this.source, new PagedLog(this.database, directory), this.leases, this.#name)
    this.document = new SharedDocument(this.database, 'protection', this.#name, {
      ...{ path: this.path, statePath: `${this.path}.state`, replace: replaceFile },
    })
  }
}

/** The lease as it has to be, and the newest round's number. */
interface Model {
  lease: { readonly holder: string; readonly epoch: number; readonly isOver: boolean } | null
  head: number
}

interface RoundRow {
  readonly seq: string
  readonly id: string
  readonly epoch: string
  readonly pages: number
  /** Pages that are there. */
  readonly there: number
}

class World {
  /** What its steps are about. */
  readonly of: 'people' | 'rules'
  readonly nodes: Readonly<Record<string, Node>>
  readonly database: Database
  /** What the source has said so far. */
  readonly history: SourceChange[]
  /** Each text ever written, and those that its writer had before them. */
  readonly madeFrom = new Map<string, readonly string[]>()
  /** Texts that an operator threw away. */
  readonly thrownAway = new Set<string>()
  /** Ids of all rounds that ever counted. */
  readonly #logged = new Set<string>()
  /** The model as it was when the database was copied aside. */
  kept: Model = { lease: null, head: 0 }
  #edits = 0

  constructor(of: World['of'], database: Database, url: string, folder: string) {
    this.of = of
    this.database = database
    this.history = [0, 1, 2, 3].map((n) => ({ op: 'person', id: `p${n}`, attributes: { displayName: `First ${n}` } }))
    this.nodes = Object.fromEntries(names.map((name) => [name, new Node(name, url, folder, this.history)]))
  }

  node(name: string): Node {
    const node = this.nodes[name]
    if (node === undefined) throw new Error(`no node ${name}`)
    return node
  }

  sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.database.transact(({ query }) => query<Row>(text, values))
  }

  /** Copies all tables from one schema over those of another, as a backup and a restore do. */
  async copy(from: string, to: string): Promise<void> {
    await this.database.transact(async ({ query }) => {
      for (const table of tables) await query(`delete from ${to}.${table}`)
      for (const table of tables) await query(`insert into ${to}.${table} select * from ${from}.${table}`)
    })
  }

  edit(node: Node, over: readonly string[] = []): void {
    const before = existing(node.path)
    const text = `# edit ${this.#edits++}\n`
    this.madeFrom.set(text, [...over, ...(before === null ? [] : [before])])
    writeFileSync(node.path, text)
  }

  /** An edit that lost is put over what is in force, or thrown away, as `fleet resolve` does. */
  resolve(node: Node, which: 'ours' | 'theirs'): void {
    const [kept] = node.document.conflicts
    if (kept === undefined) return
    const text = readFileSync(kept, 'utf8')
    if (which === 'theirs') this.thrownAway.add(text)
    else this.edit(node, [text])
    rmSync(kept)
  }

  async reconcile(node: Node): Promise<void> {
    await orCutOff(node.document.reconcile(() => true))
  }

  async begin(node: Node, model: Model, full: boolean): Promise<void> {
    await node.reading?.steps.return(undefined)
    node.unpublished = null
    node.source.wasRead = false
    const { holder, database } = node
    const { lease } = model
    const isOurs = lease === null || lease.isOver || lease.holder === holder
    if (isOurs && database.line !== 'cut') {
      const isSame = lease?.holder === holder && !lease.isOver
      model.lease = { holder, epoch: (lease?.epoch ?? 0) + (isSame ? 0 : 1), isOver: false }
    }
    const request = { cursor: full ? null : node.cursor, signal: AbortSignal.timeout(10_000), notice: () => undefined }
    const epoch = isOurs ? (model.lease?.epoch ?? 0) : 0
    node.reading = { steps: node.feed.read(request), epoch, people: node.people, pages: 0, end: null }
    await this.step(node)
  }

  /** One step of a read. @returns false where it has ended or failed */
  async step(node: Node): Promise<boolean> {
    const { reading } = node
    if (reading === null || reading.end !== null) return false
    const next = await orCutOff(reading.steps.next())
    if (next === null || next.done === true) {
      node.reading = null
      return false
    }
    const step = next.value
    if (step.step === 'begin') reading.people = step.round === 'full' ? new Map() : node.people
    else if (step.step === 'changes') reading.people = grown(reading.people, step.changes)
    else reading.end = step.cursor
    if (step.step === 'changes') reading.pages++
    return step.step !== 'end'
  }

  /** The rest of a read; then the store takes it, or does not: the brake, a full disk. */
  async end(node: Node, takes: boolean): Promise<void> {
    while (await this.step(node));
    const { reading } = node
    node.reading = null
    if (reading === null) return
    await reading.steps.return(undefined)
    if (reading.end === null || !takes) return
    node.people = reading.people
    node.cursor = reading.end
    const { seq, id } = JSON.parse(reading.end) as { seq: number; id: string }
    // What was in no log before is what this node read itself.
    if (!node.source.wasRead || this.#logged.has(id)) return
    node.unpublished = { id, base: seq - 1, epoch: reading.epoch, pages: reading.pages }
  }

  /** The others are told; what the model says about it is checked with all else. */
  async publish(node: Node, model: Model): Promise<void> {
    const { unpublished, database } = node
    node.unpublished = null
    if (unpublished === null) return
    const { id, base, epoch, pages } = unpublished
    const [there] = await this.sql<{ n: string }>('select count(*) as n from namesake.page where round = $1', [id])
    const counts =
      model.lease?.holder === node.holder &&
      model.lease.epoch === epoch &&
      model.head === base &&
      Number(there?.n) === pages
    if (counts && database.line !== 'cut') model.head++
    await orCutOff(node.feed.synchronised())
  }

  /** What holds after every step. @throws where it does not */
  async check(model: Model): Promise<void> {
    if (this.of === 'rules') return this.#checkEdits()
    const { lease, rounds } = await this.#look()
    if (JSON.stringify(lease) !== JSON.stringify(model.lease)) {
      throw new Error(`the lease is ${JSON.stringify(lease)}, and has to be ${JSON.stringify(model.lease)}`)
    }
    await this.#checkRounds(model, rounds)
    for (const node of Object.values(this.nodes)) this.#checkPeople(node)
  }

  /** The lease and all rounds, in one go. */
  #look(): Promise<{ lease: Model['lease']; rounds: RoundRow[] }> {
    return this.database.transact(async ({ query }) => {
      const [row] = await query<{ holder: string; epoch: string; is_over: boolean }>(
        'select holder, epoch, until <= clock_timestamp() as is_over from namesake.lease',
      )
      // Whether it is over is a step of the model, however slow the machine is.
      if (row?.is_over === false) await query("update namesake.lease set until = clock_timestamp() + interval '1 hour'")
      const rounds = await query<RoundRow>(
        `select seq, id, epoch, pages, (select count(*)::int from namesake.page where round = r.id) as there
         from namesake.round r order by seq`,
      )
      const lease = row === undefined ? null : { holder: row.holder, epoch: Number(row.epoch), isOver: row.is_over }
      return { lease, rounds }
    })
  }

  async #checkRounds({ head }: Model, rounds: readonly RoundRow[]): Promise<void> {
    const newest = Number(rounds.at(-1)?.seq ?? 0)
    if (newest !== head) throw new Error(`the newest round is ${newest}, and has to be ${head}`)
    let before: RoundRow | null = null
    for (const round of rounds) {
      const { seq, epoch, pages, there } = round
      if (before !== null && Number(seq) !== Number(before.seq) + 1) throw new Error(`round ${seq} has none before it`)
      if (before !== null && BigInt(epoch) < BigInt(before.epoch)) throw new Error(`round ${seq} is of an older epoch`)
      before = round
      if (there !== pages) throw new Error(`round ${seq} has ${there} pages of ${pages}`)
      await this.#checkReaders(round)
      this.#logged.add(round.id)
    }
  }

  /** A round is of one reader. Its pages are written before it counts, and never changed: they are read once, and at the end again. */
  async #checkReaders({ seq, id, pages }: RoundRow, again = false): Promise<void> {
    if (this.#logged.has(id) && !again) return
    const log = new RoundLog(this.database, directory)
    const readers = new Set<string>()
    for await (const changes of log.changes({ id, pages } as Parameters<typeof log.changes>[0])) {
      for (const change of changes) {
        if (change.op === 'person' && change.id === 'reader') readers.add(String(change.attributes['displayName']))
      }
    }
    if (readers.size > 1) throw new Error(`round ${seq} is of several readers: ${[...readers].join()}`)
  }

  /** All rounds once more: a page that was written late would stand in one that was looked at before. */
  async checkAllRounds(): Promise<void> {
    const { rounds } = await this.#look()
    for (const round of rounds) await this.#checkReaders(round, true)
  }

  #checkPeople({ people, holder }: Node): void {
    let at: People = new Map()
    const wanted = told(people)
    if (wanted === '[]') return
    for (const change of this.history) {
      at = grown(at, [change])
      if (told(at) === wanted) return
    }
    throw new Error(`the people of ${holder} are of no moment of the source: ${wanted}`)
  }

  /** Every edit is in force or in the database's newest revision, was replaced by somebody who had seen it, or is kept aloud. */
  async #checkEdits(): Promise<void> {
    const [newest] = await this.sql<{ text: string }>(
      'select text from namesake.document order by revision desc limit 1',
    )
    const roots = [
      ...(newest === undefined ? [] : [newest.text]),
      ...this.thrownAway,
      ...Object.values(this.nodes).map(({ path }) => readFileSync(path, 'utf8')),
      // `status` and the console tell of whatever is kept, and `fleet resolve` shows it.
      ...Object.values(this.nodes).flatMap(({ document }) =>
        document.conflicts.map((path) => readFileSync(path, 'utf8')),
      ),
    ]
    const safe = new Set<string>()
    const follow = (text: string): void => {
      if (safe.has(text)) return
      safe.add(text)
      this.madeFrom.get(text)?.forEach(follow)
    }
    roots.forEach(follow)
    for (const text of this.madeFrom.keys()) if (!safe.has(text)) throw new Error(`lost in silence: ${text}`)
  }
}

function existing(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** What it comes to; null where the node is cut off, or the log has lost what it was about to read. */
async function orCutOff<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    const isExpected =
      error instanceof NamesakeError && ['fleet-unavailable', 'provider-unavailable'].includes(error.code)
    if (isExpected) return null
    throw error
  }
}

/** One step of the model. Its name is what a failure prints. */
class Step implements fc.AsyncCommand<Model, World> {
  readonly #name: string
  readonly #work: (world: World, model: Model) => unknown

  constructor(name: string, work: (world: World, model: Model) => unknown) {
    this.#name = name
    this.#work = work
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    await this.#work(world, model)
    await world.check(model)
  }

  toString(): string {
    return this.#name
  }
}

type Steps = readonly fc.Arbitrary<fc.AsyncCommand<Model, World>>[]

/** Mostly two nodes: what goes wrong between them needs no third. */
const node = fc.constantFrom('a', 'a', 'b', 'b', 'c')

/** A step comes more often than others. */
function often(times: number, step: Steps[number]): Steps {
  return Array.from({ length: times }, () => step)
}

/** Time goes by, and nobody has renewed the lease. */
async function expire(world: World, model: Model): Promise<void> {
  await world.sql("update namesake.lease set until = clock_timestamp() - interval '1 second'")
  if (model.lease !== null) model.lease = { ...model.lease, isOver: true }
}

/** What one node does. */
type Move = (node: Node, world: World, model: Model) => unknown

const peopleMoves = {
  begin: (one, world, model) => world.begin(one, model, false),
  'begin-full': (one, world, model) => world.begin(one, model, true),
  page: (one, world) => world.step(one),
  end: (one, world) => world.end(one, true),
  /** Its store did not take it. */
  'end-untaken': (one, world) => world.end(one, false),
  publish: (one, world, model) => world.publish(one, model),
  /** As it mostly goes. */
  sync: async (one, world, model) => {
    await world.begin(one, model, false)
    await world.end(one, true)
    await world.publish(one, model)
  },
  heartbeat: async ({ leases, holder, database }, _, model) => {
    const isRenewed = leases.has(leaseOf(directory)) && database.line !== 'cut'
    if (isRenewed && model.lease?.holder === holder) model.lease = { ...model.lease, isOver: false }
    await orCutOff(leases.renew())
  },
  crash: (one) => one.start(),
  restart: async (one, _, model) => {
    const { leases, holder, database } = one
    const isGiven = leases.has(leaseOf(directory)) && database.line !== 'cut'
    if (isGiven && model.lease?.holder === holder) model.lease = { ...model.lease, isOver: true }
    await leases.release()
    one.start()
  },
} satisfies Record<string, Move>

const rulesMoves = {
  edit: (one, world) => world.edit(one),
  look: (one, world) => world.reconcile(one),
  crash: (one) => one.start(),
  'resolve-ours': (one, world) => world.resolve(one, 'ours'),
  'resolve-theirs': (one, world) => world.resolve(one, 'theirs'),
} satisfies Record<string, Move>

/** What happens to the world. */
const events: Readonly<Record<string, (world: World, model: Model) => unknown>> = {
  backup: async (world, model) => {
    await world.copy('namesake', 'backup')
    world.kept = { ...model }
  },
  restore: async (world, model) => {
    await world.copy('backup', 'namesake')
    Object.assign(model, world.kept)
  },
  'lease-over': expire,
  'two-hours': async (world) => {
    for (const table of ['round', 'page']) {
      await world.sql(`update namesake.${table} set at = at - interval '2 hours'`)
    }
  },
  /** Somebody new in the source. */
  news: ({ history }) =>
    history.push({ op: 'person', id: `p${history.length}`, attributes: { displayName: `New ${history.length}` } }),
}

/** A step by what a failure prints: `begin(a)`, `lease-over()`, `line(b, cut)`. */
function stepOf(text: string): Step {
  const [, name = '', who = '', line] = /^([a-z-]+)\((\w*)(?:, (\w+))?\)$/.exec(text) ?? []
  if (line !== undefined) return new Step(text, (world) => void (world.node(who).database.line = line as Line))
  const moves: Readonly<Record<string, Move>> = { ...rulesMoves, ...peopleMoves }
  const [move, event] = [moves[name], events[name]]
  if (move !== undefined) return new Step(text, (world, model) => move(world.node(who), world, model))
  if (event !== undefined) return new Step(text, event)
  throw new Error(`no step ${text}`)
}

const times = (count: number, name: string): Steps => often(count, fc.constant(name).map((n) => stepOf(`${n}()`))) // prettier-ignore
const moves = (count: number, name: keyof typeof peopleMoves | keyof typeof rulesMoves): Steps =>
  often(count, node.map((n) => stepOf(`${name}(${n})`))) // prettier-ignore

/** What happens to the database, and to the way there. */
const databaseSteps: Steps = [
  fc
    .tuple(node, fc.constantFrom<Line>('well', 'well', 'cut', 'unheard'))
    .map(([n, line]) => stepOf(`line(${n}, ${line})`)),
  ...times(1, 'backup'),
  ...times(1, 'restore'),
]

const peopleSteps: Steps = [
  ...databaseSteps,
  ...often(
    2,
    fc
      .tuple(fc.nat(4), fc.option(fc.string({ maxLength: 3 })))
      .map(
        ([id, displayName]) =>
          new Step(`source(p${id}, ${JSON.stringify(displayName)})`, ({ history }) =>
            history.push(
              displayName === null
                ? { op: 'person-gone', id: `p${id}` }
                : { op: 'person', id: `p${id}`, attributes: { displayName } },
            ),
          ),
      ),
  ),
  ...moves(2, 'begin'),
  ...moves(1, 'begin-full'),
  ...moves(2, 'page'),
  ...moves(1, 'end-untaken'),
  ...moves(3, 'end'),
  ...moves(3, 'publish'),
  // So that much is in the log.
  ...moves(2, 'sync'),
  ...moves(1, 'heartbeat'),
  ...times(3, 'lease-over'),
  ...moves(1, 'crash'),
  ...moves(1, 'restart'),
  ...times(1, 'two-hours'),
]

const rulesSteps: Steps = [
  ...databaseSteps,
  ...moves(3, 'edit'),
  ...moves(4, 'look'),
  ...moves(1, 'crash'),
  ...moves(1, 'resolve-ours'),
  ...moves(1, 'resolve-theirs'),
]

/** Orders that chance comes upon seldom, each against one fence. The first sync of `a` has been. */
const directed: readonly (readonly [of: World['of'], what: string, steps: string])[] = [
  [
    'people',
    'a round that was read under an epoch that is over twice',
    'news() lease-over() begin(b) end(b) lease-over() sync(a) publish(b)',
  ],
  [
    'people',
    'the same lease again is another epoch',
    'news() begin(a) end(a) lease-over() begin(b) end(b) lease-over() heartbeat(a) publish(a) publish(b)',
  ],
  [
    'people',
    'a heartbeat that comes late takes nothing back',
    'news() begin(a) page(a) lease-over() begin(b) heartbeat(a) end(a) publish(a) end(b) publish(b)',
  ],
  [
    'people',
    'a heartbeat that comes in time keeps it',
    'news() begin(a) page(a) lease-over() heartbeat(a) begin(b) end(a) publish(a) end(b)',
  ],
  [
    'people',
    'both publish behind the same round',
    'sync(b) news() begin(a) end(a) lease-over() begin(b) end(b) publish(b) publish(a)',
  ],
  [
    'people',
    'a restore between reading and publishing',
    'backup() news() sync(a) news() begin(a) end(a) restore() publish(a) sync(a) sync(b)',
  ],
  ['people', 'pages that a restore took', 'backup() news() begin-full(a) page(a) restore() end(a) publish(a)'],
  [
    'people',
    'a round that counts and was never heard of',
    'news() begin(a) end(a) line(a, unheard) publish(a) line(a, well) news() sync(a) sync(b)',
  ],
  [
    'people',
    'cut off from the middle of a round until after the next',
    'news() begin(a) page(a) line(a, cut) lease-over() sync(b) news() sync(b) line(a, well) end(a) publish(a)',
  ],
  [
    'people',
    'a reader that starts again within its lease',
    'news() begin(a) page(a) crash(a) sync(b) lease-over() sync(b) sync(a)',
  ],
  [
    'people',
    'a follower in the middle of a round that is taken away',
    'news() sync(a) begin-full(c) page(c) two-hours() begin-full(a) end(a) publish(a) page(c) end(c)',
  ],
  ['rules', 'two edits at once', 'look(a) look(b) edit(a) edit(b) look(a) look(b) resolve-ours(b) look(b) look(a)'],
  [
    'rules',
    'a push that was never heard of, and another edit over it',
    'look(a) look(b) edit(a) line(a, unheard) look(a) look(b) edit(b) look(b) line(a, well) look(a)',
  ],
  [
    'rules',
    'a restore that two had an edit of',
    'look(a) look(b) look(c) backup() edit(a) look(a) look(b) restore() edit(c) look(c) look(a) look(b) resolve-ours(a) look(a) look(b)',
  ],
  [
    'rules',
    'edits around a crash',
    'look(a) look(b) edit(a) line(a, unheard) look(a) crash(a) edit(a) line(a, well) look(b) edit(b) look(b) look(a)',
  ],
]

/** All heals; then nodes have to come to the same. */
async function settle(world: World, model: Model): Promise<void> {
  for (const one of Object.values(world.nodes)) {
    one.database.line = 'well'
    one.start()
  }
  await expire(world, model)
  // The first brings its own store up to the log, then reads the source; the others follow.
  for (const name of ['a', 'a', 'b', 'c']) {
    await world.begin(world.node(name), model, false)
    await world.end(world.node(name), true)
    await world.publish(world.node(name), model)
    await world.check(model)
  }
  for (const name of [...names, ...names, ...names]) await world.reconcile(world.node(name))
  await world.check(model)
  await world.checkAllRounds()
  const real = told(grown(new Map(), world.history))
  const [newest] = await world.sql<{ text: string }>(
    'select text from namesake.document order by revision desc limit 1',
  )
  for (const [name, { people, path }] of Object.entries(world.nodes)) {
    if (told(people) !== real) throw new Error(`${name} has ${told(people)}, and the source says ${real}`)
    const text = readFileSync(path, 'utf8')
    if (text !== newest?.text) throw new Error(`${name} has the rules ${text}, and the fleet ${newest?.text}`)
  }
}

t.test('any order of steps', { skip: noPostgres }, async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  const database = new Database(postgres.url)
  t.teardown(() => database.close())
  await database.migrate()
  postgres.sql('create schema backup')
  for (const table of tables) postgres.sql(`create table backup.${table} (like namesake.${table} including defaults)`)

  const explore = async (of: World['of'], commands: Iterable<fc.AsyncCommand<Model, World>>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'namesake-model-'))
    for (const table of tables) await database.transact(({ query }) => query(`delete from namesake.${table}`))
    const world = new World(of, database, postgres.url, folder)
    try {
      const model: Model = { lease: null, head: 0 }
      for (const one of Object.values(world.nodes)) world.edit(one)
      await world.begin(world.node('a'), model, false)
      await world.end(world.node('a'), true)
      await world.publish(world.node('a'), model)
      await world.copy('namesake', 'backup')
      world.kept = { ...model }
      await fc.asyncModelRun(() => ({ model, real: world }), commands)
      await settle(world, model)
    } finally {
      for (const one of Object.values(world.nodes)) await one.database.close()
      rmSync(folder, { recursive: true })
    }
  }
  await t.test('orders that are seldom', async (t) => {
    for (const [of, what, steps] of directed) {
      await explore(of, (steps.match(/[a-z-]+\(.*?\)/g) ?? []).map(stepOf))
      t.pass(what)
    }
  })
  const { of: only, replayPath, ...place } = JSON.parse(process.env['NAMESAKE_REPLAY'] ?? '{}') as Replay
  for (const [of, steps, runs] of [
    ['people', peopleSteps, 25],
    ['rules', rulesSteps, 25],
  ] as const) {
    if (only !== undefined && only !== of) continue
    await t.test(of, async (t) => {
      const taken = new Map<string, number>()
      const commands = fc.commands([...steps], {
        ...{ maxCommands: 60, size: 'max' },
        ...(replayPath === undefined ? {} : { replayPath }),
      })
      const property = fc.asyncProperty(commands, async (all) => {
        await explore(of, all)
        for (const command of all) {
          const name = String(command).replace(/\(.*/, '')
          taken.set(name, (taken.get(name) ?? 0) + 1)
        }
      })
      await fc.assert(property, { numRuns: Number(process.env['NAMESAKE_RUNS'] ?? runs), ...place })
      t.comment([...taken].map(([name, count]) => `${name} ${count}`).join(', '))
      t.pass('nothing was mixed, nothing was lost')
    })
  }
})

/** What a failure prints, to run it again. */
interface Replay {
  readonly of?: 'people' | 'rules'
  readonly seed?: number
  readonly path?: string
  readonly replayPath?: string
}

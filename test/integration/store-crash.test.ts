import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openStore } from '../../src/directory/store/open.ts'
import { protectGroups, runRound, ScriptedProvider, temporaryFolder, entriesOf } from '../unit/directory/helpers.ts'
import { faultOf, headCount, pageOf } from './store-child.ts'

const script = fileURLToPath(new URL('./store-child.ts', import.meta.url))

interface Said {
  readonly mark?: number
  readonly reads?: number
  readonly fault?: string
  readonly damaged?: string
}

/** A child process that is killed at the test's end at the latest. */
class Child {
  readonly said: Said[] = []
  readonly #process: ChildProcess

  constructor(t: { teardown(done: () => void): void }, ...args: string[]) {
    this.#process = fork(script, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#process.on('message', (message) => this.said.push(message as Said))
    t.teardown(() => void this.#process.kill('SIGKILL'))
  }

  async until(holds: (said: Said) => boolean): Promise<void> {
    const start = Date.now()
    while (!this.said.some(holds) && this.#process.exitCode === null && Date.now() - start < 60_000) await sleep(5)
  }

  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode !== null || signalCode !== null) throw new Error(`the child had ended: ${exitCode ?? signalCode}`)
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exit
  }
}

t.test('kill -9 of a writer and of readers: one state, old or new, every time', async (t) => {
  const path = join(temporaryFolder(t), 'store')
  let last = 0
  for (let round = 0; round < 6; round++) {
    const writer = new Child(t, 'write', path, String(last))
    await writer.until(({ mark }) => mark !== undefined)
    const reader = new Child(t, 'read', path)
    await reader.until(({ reads }) => reads !== undefined)
    // Anywhere within a round: they take some tens of milliseconds.
    await sleep(37 * round)
    await (round % 2 === 0 ? reader.kill() : writer.kill())
    await sleep(20)
    await Promise.all(round % 2 === 0 ? [writer.kill()] : [reader.kill()])
    t.strictSame(
      [...reader.said, ...writer.said].filter(({ fault, damaged }) => fault ?? damaged),
      [],
      'no mixture seen',
    )
    last = Math.max(last, ...writer.said.map(({ mark }) => mark ?? 0))
    const store = await openStore({ path, onDamaged: (why) => t.fail(why) })
    t.equal(faultOf(store), null, 'one state afterwards')
    const [someone] = store.snapshot().people()
    t.ok(Number(/Mark(\d+)/.exec(someone?.displayName ?? '')?.[1]) >= last, 'what was said to be done is there')
    t.equal(store.cursor(new ScriptedProvider()), /Mark(\d+)/.exec(someone?.displayName ?? '')?.[1], 'with its cursor')
    await store.close()
  }
  const store = await openStore({ path })
  await runRound(
    store,
    new ScriptedProvider(),
    'full',
    [0, 1, 2, 3].map((page) => pageOf(99_999, page)),
    protectGroups('Board'),
  )
  t.equal(faultOf(store), null)
  t.equal(entriesOf(store, 'people'), headCount, 'nothing of the broken rounds is left behind')
  t.equal(entriesOf(store, 'keyLists'), headCount)
  await store.close()
})

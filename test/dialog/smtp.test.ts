/**
 * Dialogues on files, both sides of them. A line is one step:
 *
 *   set NAME VALUE    an option, before anything else (`limits.recipients 2`, `bareNewline normalize`, `hop lmtp`)
 *   C> text           the client sends the line        C< text   it receives exactly this line
 *   N> N<             the same for the next hop        N+        the next hop gets a new connection
 *   C! N!             that side closes                 C- N-     that side resets
 *   C. N.             that side sees the end, and nothing more came before it
 *   N0                the next hop stops listening  C+   a new client
 *      E NAME    an event was told
 *   R key=value …     the next record has these        @open @message   usual beginnings
 *
 * In texts \r \n \0 \t \xHH \\ are escapes, a `\` at the end means no line end is sent, and a `*` at the end of an
 * expected text stands for any rest.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { MessageRecord } from '../../src/model.ts'
import { answerGreeting, setStage } from './smtp-peers.ts'
import type { Peer, Stage, StageOptions } from './smtp-peers.ts'

const folder = import.meta.dirname
const macros: Record<string, readonly string[]> = {
  '@open': ['C< 220 proxy.example *', 'C> EHLO client.example', 'N+', '@answer', 'C< 250-*', 'C< 250-*', 'C< 250 *'],
  '@message': [
    ...['MAIL FROM:<a@client.example>', 'RCPT TO:<b@hop.example>'].flatMap((l) => [
      `C> ${l}`,
      `N< ${l}`,
      'N> 250 2.1.0 Ok',
      'C< 250 2.1.0 Ok',
    ]),
    'C> DATA',
    'N< DATA',
    'N> 354 Go on',
    'C< 354 Go on',
  ],
}

function unescape(text: string): string {
  return text.replace(/\\(r|n|0|t|\\|x[0-9a-fA-F]{2})/g, (_, e: string) => {
    const plain: Record<string, string> = { r: '\r', n: '\n', 0: '\0', t: '\t', '\\': '\\' }
    return plain[e] ?? String.fromCharCode(Number.parseInt(e.slice(1), 16))
  })
}

function sent(text: string): string {
  return text.endsWith('\\') && !text.endsWith('\\\\') ? unescape(text.slice(0, -1)) : `${unescape(text)}\r\n`
}

function optionsOf(lines: readonly string[]): StageOptions {
  const options: Record<string, unknown> = {}
  for (const line of lines) {
    const [, name = '', value = ''] = /^set (\S+) (.*)$/.exec(line) ?? []
    const plain = value === 'true' ? true : value === 'false' ? false : /^\d+$/.test(value) ? Number(value) : value
    const [group = '', key] = name.split('.')
    if (name === 'hop') options['hopProtocol'] = value
    else if (key === undefined) options[name] = plain
    else options[group] = { ...(options[group] as object | undefined), [key]: plain }
  }
  return options
}

class Play {
  #client: Peer | null = null
  #hop: Peer | null = null
  #records = 0
  readonly #stage: Stage
  readonly #t: Test

  constructor(stage: Stage, test: Test) {
    this.#stage = stage
    this.#t = test
  }

  async step(line: string): Promise<void> {
    const [, who = '', what = '', text = ''] = /^([CN])([<>!.+0-])(?: (.*))?$/.exec(line) ?? []
    if (line in macros) for (const step of macros[line] ?? []) await this.step(step)
    else if (line === '@answer') await answerGreeting(this.#hopPeer(), ['PIPELINING', '8BITMIME'])
    else if (line.startsWith('E ')) await this.#event(line.slice(2))
    else if (line.startsWith('R ')) await this.#record(line.slice(2))
    else if (line === 'C+') this.#client = null
    else if (line === 'N+') this.#hop = await this.#stage.hop.next()
    else if (line === 'N0') this.#stage.hop.server.close()
    else await this.#peerStep(await this.#peer(who), line, what, text)
  }

  async #peer(who: string): Promise<Peer> {
    if (who === 'N') return this.#hopPeer()
    this.#client ??= await this.#stage.client()
    return this.#client
  }

  #hopPeer(): Peer {
    if (this.#hop === null) throw new Error('the next hop has no connection yet')
    return this.#hop
  }

  async #peerStep(peer: Peer, line: string, what: string, text: string): Promise<void> {
    if (what === '>') peer.send(sent(text))
    else if (what === '<') this.#matches(await peer.line(), text, line)
    else if (what === '!') peer.socket.end()
    else if (what === '-') peer.socket.resetAndDestroy()
    else if (what === '.') this.#t.equal(await peer.closed(), '', line)
    else throw new Error(`no such step: ${line}`)
  }

  #matches(got: string, wanted: string, line: string): void {
    if (wanted.endsWith('*')) {
      const start = unescape(wanted.slice(0, -1))
      if (!got.startsWith(start)) throw new Error(`${line}: received ${JSON.stringify(got)}`)
    } else if (got !== unescape(wanted)) throw new Error(`${line}: received ${JSON.stringify(got)}`)
  }

  async #event(name: string): Promise<void> {
    await this.#eventually(`event ${name}`, () => this.#stage.events.some((e) => e.name === name))
  }

  async #record(wanted: string): Promise<void> {
    const at = this.#records++
    await this.#eventually(`record ${at}`, () => this.#stage.records.length > at)
    const record = this.#stage.records[at] as MessageRecord
    for (const pair of wanted.match(/\S+=("[^"]*"|\S*)/g) ?? []) {
      const [key = '', value = ''] = pair.split(/=(.*)/s)
      const got = record[key as keyof MessageRecord] as unknown
      this.#t.equal(String(got), value.replace(/^"|"$/g, ''), `record has ${pair}`)
    }
  }

  async #eventually(what: string, holds: () => boolean): Promise<void> {
    for (let waited = 0; !holds(); waited += 5) {
      if (waited > 5000) throw new Error(`hang: no ${what}; events ${JSON.stringify(this.#stage.events)}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

const files = readdirSync(folder).filter((name) => /^smtp-\d.*\.txt$/.test(name))

t.test('there are dialogues', async (t) => {
  t.ok(files.length > 10)
})

for (const name of files) {
  t.test(name, async (t) => {
    const lines = readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    const stage = await setStage(optionsOf(lines.filter((line) => line.startsWith('set '))))
    const play = new Play(stage, t)
    for (const line of lines.filter((l) => !l.startsWith('set '))) {
      try {
        await play.step(line)
      } catch (error) {
        t.fail(`${line}: ${(error as Error).message}`)
        break
      }
    }
    await stage.stop()
    t.pass('played to its end')
  })
}

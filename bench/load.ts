/**
 * A load of its own for bench/smtp.ts: sends messages over SMTP and prints one line of JSON. A process by itself, so that it
 * takes nothing from what is measured but its share of the machine.
 *
 *   npx tsx bench/load.ts '{"port":2525,"messages":10000,"sessions":10,"kept":true,"pipelined":false, …}'
 */

import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { makeMail } from './mail-maker.ts'

export interface Load {
  readonly port: number
  readonly messages: number
  readonly sessions: number
  /** One connection for all messages of a session; false: a new one for each message. */
  readonly kept: boolean
  /** MAIL, RCPT and DATA in one write, as a client does that was offered PIPELINING. */
  readonly pipelined: boolean
  readonly oneSender: boolean
  /** Messages of 4 KB with short header sections; left out: as mail really comes. */
  readonly short?: boolean
  /** Messages a second in all; 0: as fast as it goes. */
  readonly rate: number
  readonly seed: number
  readonly names: readonly string[]
  /** One message in this many shows a protected name beside a foreign address; left out: 50. */
  readonly detectionEvery?: number
  /** Different messages; they are sent again and again in turn. */
  readonly different: number
}

export interface LoadResult {
  /** Messages a second. */
  readonly rate: number
  /** Milliseconds from MAIL to the last reply. */
  readonly p50: number
  readonly p99: number
}

/** One connection: what is sent, and the replies to it, counted. */
class Client {
  readonly #socket: Socket
  #rest = ''
  #owed = 0
  #settle: ((text: string) => void) | null = null
  #fail: ((error: Error) => void) | null = null
  #last = ''

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', (error) => this.#fail?.(error))
    this.#socket.on('close', () => this.#fail?.(new Error('the connection was closed')))
  }

  #read(text: string): void {
    this.#rest += text
    for (;;) {
      const end = this.#rest.indexOf('\r\n')
      if (end < 0) return
      const line = this.#rest.slice(0, end)
      this.#rest = this.#rest.slice(end + 2)
      if (line[3] === '-') continue
      this.#last = line
      if (--this.#owed === 0) this.#settle?.(line)
    }
  }

  /** Writes, and waits for so many replies; gives the last. */
  ask(what: string | Buffer, replies: number): Promise<string> {
    this.#owed += replies
    return new Promise((resolve, reject) => {
      this.#settle = resolve
      this.#fail = reject
      if (what.length > 0) this.#socket.write(what)
    })
  }

  end(): void {
    this.#fail = null
    this.#socket.end('QUIT\r\n')
    this.#socket.resume()
  }

  get last(): string {
    return this.#last
  }
}

const mailFrom = 'MAIL FROM:<a@client.example>\r\n'
const rcptTo = 'RCPT TO:<b@hop.example>\r\n'

async function open(port: number): Promise<Client> {
  const client = new Client(port)
  await client.ask('', 1)
  await client.ask('EHLO client.example\r\n', 1)
  return client
}

async function send(client: Client, message: Buffer, pipelined: boolean): Promise<void> {
  if (pipelined) await client.ask(`${mailFrom}${rcptTo}DATA\r\n`, 3)
  else {
    await client.ask(mailFrom, 1)
    await client.ask(rcptTo, 1)
    await client.ask('DATA\r\n', 1)
  }
  if (!client.last.startsWith('354')) throw new Error(`DATA was answered with ${client.last}`)
  const reply = await client.ask(message, 1)
  if (!reply.startsWith('250')) throw new Error(`a message was answered with ${reply}`)
}

/** Sends the load. @throws Error at the first reply that is not as it should be */
export async function sendLoad(load: Load): Promise<LoadResult> {
  const mail = makeMail({
    seed: load.seed,
    count: load.different,
    detectionEvery: load.detectionEvery ?? 50,
    names: load.names,
    oneSender: load.oneSender,
    short: load.short ?? false,
  })
  const took: number[] = []
  let sent = 0
  const begun = performance.now()
  const session = async (first: number): Promise<void> => {
    let client: Client | null = load.kept ? await open(load.port) : null
    // Sessions of a paced load begin one after the other, so that their messages do not come in bursts.
    const gap = load.rate > 0 ? (load.sessions * 1000) / load.rate : 0
    if (gap > 0) await wait((gap / load.sessions) * first)
    for (let due = performance.now(); sent < load.messages; due += gap) {
      const message = mail[sent++ % mail.length] as Buffer
      if (gap > 0) {
        const early = due - performance.now()
        if (early > 0) await wait(early)
      }
      client ??= await open(load.port)
      const at = performance.now()
      await send(client, message, load.pipelined)
      took.push(performance.now() - at)
      if (!load.kept) {
        client.end()
        client = null
      }
    }
    client?.end()
  }
  await Promise.all(Array.from({ length: load.sessions }, (_, n) => session(n)))
  const seconds = (performance.now() - begun) / 1000
  took.sort((a, b) => a - b)
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? NaN
  return { rate: load.messages / seconds, p50: at(0.5), p99: at(0.99) }
}

if (process.argv[1] === import.meta.filename) {
  const load = JSON.parse(process.argv[2] ?? '{}') as Load
  console.log(JSON.stringify(await sendLoad(load)))
}

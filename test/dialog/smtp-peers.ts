/** The two peers of a proxied session, played over real sockets: a client and a next hop that say what a test says. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Decision, HeaderSection, MessageRecord } from '../../src/model.ts'
import { startSmtp } from '../../src/smtp/listener.ts'
import type { SmtpServer } from '../../src/smtp/listener.ts'
import type { NextHopAddress } from '../../src/net/addresses.ts'
import type { ListenerTls } from '../../src/net/tls-files.ts'
import type { SmtpEvent, SmtpOptions } from '../../src/smtp/options.ts'

/** Generous: only a hang reaches it. */
const hangLimit = 8000

/** One end of a connection: collects what comes and waits for it. */
export class Peer {
  received: Buffer = Buffer.alloc(0)
  ended = false
  readonly socket: Socket
  #wake: (() => void) | null = null

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk])
      this.#wake?.()
    })
    const over = (): void => {
      this.ended = true
      this.#wake?.()
    }
    socket.on('end', over)
    socket.on('close', over)
    socket.on('error', over)
  }

  send(octets: string | Buffer): void {
    if (typeof octets === 'string') this.socket.write(octets, 'latin1')
    else this.socket.write(octets)
  }

  /** Waits until `found` gives a value for what was received so far. */
  async until<T>(what: string, found: () => T | undefined): Promise<T> {
    const limit = Date.now() + hangLimit
    for (;;) {
      const value = found()
      if (value !== undefined) return value
      const left = limit - Date.now()
      if (left <= 0) throw new Error(`hang: waiting for ${what}, received so far ${JSON.stringify(this.text())}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  text(): string {
    return this.received.toString('latin1')
  }

  /** The next line, without its line end. */
  async line(): Promise<string> {
    return this.until('a line', () => {
      const end = this.received.indexOf('\n')
      if (end < 0) {
        if (this.ended) throw new Error(`closed, with ${JSON.stringify(this.text())} left`)
        return undefined
      }
      const line = this.received.toString('latin1', 0, end + 1)
      this.received = this.received.subarray(end + 1)
      return line.replace(/\r\n$/, '')
    })
  }

  /** A whole reply, with its line ends. */
  async reply(): Promise<string> {
    let reply = ''
    for (;;) {
      const line = await this.line()
      reply += `${line}\r\n`
      if (line[3] !== '-') return reply
    }
  }

  /** Sends a line and gives the reply. */
  async ask(line: string): Promise<string> {
    this.send(`${line}\r\n`)
    return this.reply()
  }

  /** Everything received up to and with `mark`. */
  async upTo(mark: string): Promise<Buffer> {
    return this.until(JSON.stringify(mark), () => {
      const at = this.received.indexOf(mark, 0, 'latin1')
      if (at < 0) {
        if (this.ended) throw new Error(`closed, with ${JSON.stringify(this.text())} left`)
        return undefined
      }
      const taken = this.received.subarray(0, at + mark.length)
      this.received = this.received.subarray(at + mark.length)
      return taken
    })
  }

  /** Waits for the other side to close, and gives what came before. */
  async closed(): Promise<string> {
    return this.until('the end', () => (this.ended ? this.text() : undefined))
  }
}

/** A next hop whose connections are handed out as they come. */
export class HopPeer {
  readonly server: Server
  readonly connections: Peer[] = []
  #taken = 0
  #wake: (() => void) | null = null

  constructor(server: Server) {
    this.server = server
    server.on('connection', (socket: Socket) => {
      socket.setNoDelay(true)
      this.connections.push(new Peer(socket))
      this.#wake?.()
    })
  }

  static async start(): Promise<HopPeer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new HopPeer(server)
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** The next connection that has not been handed out. */
  async next(): Promise<Peer> {
    const limit = Date.now() + hangLimit
    while (this.connections.length === this.#taken) {
      if (Date.now() > limit) throw new Error('hang: no connection to the next hop')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, hangLimit)
        // Who waits for a connection that never comes is not to hold up the end of the tests.
        timer.unref()
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.connections[this.#taken++] as Peer
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }
}

/** A judge with a rule of its own: refuses what has a field X-Test-Refuse, removes forged fields, marks the rest. */
export function testJudge(section: HeaderSection): Decision {
  const refuse = section.fields.some((f) => /^x-test-refuse$/i.test(f.name))
  const remove = section.fields.flatMap((f, i) => (/^x-namesake(-|$)/i.test(f.name) ? [i] : []))
  const state = section.truncated ? 'unchecked; reason=header-too-large' : 'clean'
  return {
    id: 't1',
    verdict: section.truncated
      ? { state: 'unchecked', reason: 'header-too-large', action: 'tag' }
      : { state: 'clean', note: null },
    perform: refuse ? 'reject' : 'relay',
    add: refuse ? [] : [{ name: 'X-Namesake', body: `${state}; id=t1` }],
    remove,
    reply: refuse ? { code: 550, status: '5.7.1', text: 'Refused (id t1)' } : null,
    fromName: null,
    fromAddress: null,
    messageId: null,
    directoryAge: 0,
    judgeTime: 1,
  }
}

/** The server under test between its two peers. */
export interface Stage {
  readonly smtp: SmtpServer
  readonly hop: HopPeer
  readonly records: MessageRecord[]
  readonly events: { readonly name: SmtpEvent; readonly details: Readonly<Record<string, unknown>> }[]
  client(): Promise<Peer>
  stop(): Promise<void>
}

export interface StageOptions extends Partial<Omit<SmtpOptions, 'relay' | 'listen'>> {
  readonly hopProtocol?: 'smtp' | 'lmtp'
  readonly protocol?: 'smtp' | 'lmtp'
  readonly tls?: ListenerTls
  readonly acceptsProxyHeader?: boolean
  readonly relay?: (port: number) => readonly NextHopAddress[]
}

/** Starts the entrance and a next hop on ports of the system's choice. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const hop = await HopPeer.start()
  const records: MessageRecord[] = []
  const events: { name: SmtpEvent; details: Readonly<Record<string, unknown>> }[] = []
  const { hopProtocol = 'smtp', protocol = 'smtp', relay, tls, acceptsProxyHeader, ...rest } = options
  const address = { kind: 'tcp', host: '127.0.0.1', port: hop.port } as const
  const smtp = await startSmtp({
    listen: [
      {
        address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
        protocol,
        tls: tls ?? null,
        proxyProtocol: acceptsProxyHeader ?? false,
      },
    ],
    clients: ['127.0.0.0/8'],
    hostname: 'proxy.example',
    judge: testJudge,
    onMessage: (record) => records.push(record),
    onEvent: (name, details) => events.push({ name, details: details }),
    ...rest,
    relay: relay?.(hop.port) ?? [{ protocol: hopProtocol, address }],
  })
  const [bound] = smtp.addresses
  const port = bound !== undefined && 'port' in bound ? bound.port : 0
  const clients: Peer[] = []
  return {
    smtp,
    hop,
    records,
    events,
    async client(): Promise<Peer> {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
      const peer = new Peer(socket)
      clients.push(peer)
      return peer
    },
    async stop(): Promise<void> {
      for (const { socket } of clients) socket.destroy()
      await hop.stop()
      await smtp.close({ drain: 0 })
    },
  }
}

/** EHLO through to the next hop; gives the next hop's end of the connection. */
export async function greet(stage: Stage, client: Peer, keywords: readonly string[] = ['PIPELINING']): Promise<Peer> {
  await client.reply()
  client.send('EHLO client.example\r\n')
  const hop = await stage.hop.next()
  await answerGreeting(hop, keywords)
  await client.reply()
  return hop
}

/** The next hop's side of opening a connection. */
export async function answerGreeting(hop: Peer, keywords: readonly string[] = ['PIPELINING']): Promise<string> {
  hop.send('220 hop.example ESMTP\r\n')
  const hello = await hop.line()
  const lines = ['hop.example', ...keywords]
  hop.send(lines.map((k, i) => `250${i === lines.length - 1 ? ' ' : '-'}${k}\r\n`).join(''))
  return hello
}

/** MAIL, RCPT and DATA up to 354 on both sides. */
export async function startMessage(client: Peer, hop: Peer, recipients = 1): Promise<void> {
  const lines = [
    'MAIL FROM:<a@client.example>',
    ...Array.from({ length: recipients }, (_, i) => `RCPT TO:<r${i}@hop.example>`),
  ]
  for (const line of lines) {
    client.send(`${line}\r\n`)
    await hop.line()
    hop.send('250 2.1.0 Ok\r\n')
    await client.reply()
  }
  client.send('DATA\r\n')
  await hop.line()
  hop.send('354 Go on\r\n')
  await client.reply()
}

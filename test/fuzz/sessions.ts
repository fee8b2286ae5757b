/** Whole dialogues as targets: an MTA's with the milter, a client's with the SMTP session, a next hop's with it. */
import { readFileSync, readdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { replyEnd } from '../../src/mail/reply.ts'
import { MilterSession } from '../../src/milter/session.ts'
import type { SessionOptions } from '../../src/milter/session.ts'
import { PacketReader, formatPacket } from '../../src/milter/wire.ts'
import type { Judge } from '../../src/model.ts'
import { NetworkList } from '../../src/net/networks.ts'
import { startSmtp } from '../../src/smtp/listener.ts'
import type { SmtpServer } from '../../src/smtp/listener.ts'
import { formatLine } from '../dialog/milter-text.ts'
import type { Target } from './fuzzer.ts'
import { buildJudge } from './people.ts'

/** Between packets, and between replies, of an input: lengths need not be hit by chance. */
const separator = 0x1e
/** The next hop sees this at the end of a message. */
const endOfData = '\r\n.\r\n'

function partsOf(octets: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at <= octets.length;) {
    const end = octets.indexOf(separator, at)
    parts.push(octets.subarray(at, end < 0 ? octets.length : end))
    at = end < 0 ? octets.length + 1 : end + 1
  }
  return parts
}

// --- Milter --------------------------------------------------------------------------------------------------------

/** A judge that tells what it failed with, made at the first use. */
function lazyJudge(): { judge: Judge; failure: () => string } {
  let made: Judge | null = null
  let failed = ''
  return {
    judge: (section, entrance) => {
      made ??= buildJudge((error) => (failed = `the judgement failed: ${String(error)}`))
      return made(section, entrance)
    },
    failure: () => {
      const told = failed
      failed = ''
      return told
    },
  }
}

const milterJudge = lazyJudge()
const milterOptions: SessionOptions = {
  judge: milterJudge.judge,
  onMessage: () => {},
  onEvent: () => {},
  skip: 'auto',
  exempt: { authenticated: false, networks: new NetworkList(['192.0.2.0/24']) },
  headerSection: 262_144,
  timeout: 10_000,
}

/** What the milter sends for a stream of octets that comes in chunks, and what is wrong with it. */
function milterAnswers(chunks: readonly Buffer[]): { sent: Buffer; fault: string } {
  const reader = new PacketReader(1024 * 1024)
  const session = new MilterSession(milterOptions, 'test', { tcp: true, mta: null }, () => {})
  const sent: Buffer[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    for (let packet = reader.next(); packet !== null; packet = reader.next()) {
      const answer = session.receive(packet)
      sent.push(...answer.send)
      const fault = faultOfAnswer(packet.command, answer.send)
      if (fault !== '') return { sent: Buffer.concat(sent), fault }
      if (answer.close) {
        session.end()
        return { sent: Buffer.concat(sent), fault: '' }
      }
    }
  }
  session.end()
  return { sent: Buffer.concat(sent), fault: '' }
}

/** Macros, ABORT and QUIT are never answered; messages are changed at their end only; everything is a packet. */
function faultOfAnswer(command: string, send: readonly Buffer[]): string {
  if ('DAKQ'.includes(command) && send.length > 0) return `${command} was answered`
  for (const packet of send) {
    if (packet.readUInt32BE(0) !== packet.length - 4) return 'no packet'
    const letter = String.fromCharCode(packet[4] ?? 0)
    if ('imqh+-b'.includes(letter) && command !== 'E') return `${letter} in answer to ${command}`
    if (letter === 'i' && /[\r\n](?![\t ])/.test(packet.subarray(9, -1).toString('latin1').replace(/\r?\n(?=[\t ])/g, ''))) return 'a line end inside a field' // prettier-ignore
  }
  return ''
}

/** An input's parts are packets, one behind `!` octets as they are; the negotiation stands before them. */
function milter(octets: Buffer, cut: number): string {
  const offer = formatPacket('O', Buffer.from('00000006000001ff001fffff', 'hex'))
  const packets = partsOf(octets).map((part) =>
    part[0] === 0x21 ? part.subarray(1) : formatPacket(String.fromCharCode(part[0] ?? 0x44), part.subarray(1)),
  )
  const stream = Buffer.concat([offer, ...packets])
  const at = Math.floor(cut * stream.length)
  const whole = milterAnswers([stream])
  const parts = milterAnswers([stream.subarray(0, at), stream.subarray(at)])
  const failure = milterJudge.failure()
  if (whole.fault !== '' || failure !== '') return whole.fault + failure
  return whole.sent.equals(parts.sent) ? '' : 'a cut matters'
}

/** The MTA's side of the dialogue files. */
function milterSeeds(): Buffer[] {
  const folder = join(import.meta.dirname, '../dialog')
  const files = readdirSync(folder).filter((name) => /^milter-.*\.txt$/.test(name))
  return files.sort().map((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    const packets = lines.filter((line) => line.startsWith('> ') && !line.startsWith('> raw'))
    const parts = packets.filter((line) => !line.startsWith('> OPTNEG')).map((line) => formatLine(line.slice(2)))
    return Buffer.concat(parts.flatMap((packet, i) => (i === 0 ? [packet.subarray(4)] : [Buffer.from([separator]), packet.subarray(4)]))) // prettier-ignore
  })
}

// --- SMTP ----------------------------------------------------------------------------------------------------------

/** Milliseconds: only a hang reaches it; shorter than what the session gives anybody. */
const hangMs = 8000

/** A next hop in this process: answers with `replies` in their order, then with what is usual. */
class FuzzHop {
  readonly server: Server
  /** What it was told and took, since the last `reset`. */
  lines: string[] = []
  messages: string[] = []
  /** The replies to messages taken. */
  answers: string[] = []
  fault = ''
  replies: readonly Buffer[] = []
  readonly sockets = new Set<Socket>()

  constructor() {
    this.server = createServer({ noDelay: true }, (socket) => this.#serve(socket))
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  reset(replies: readonly Buffer[]): void {
    this.lines = []
    this.messages = []
    this.answers = []
    this.fault = ''
    this.replies = replies
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => {})
    let text = ''
    let inData = false
    let count = 0
    const answer = (usual: string): string => {
      const given = this.replies[count++]
      if (given === undefined) {
        socket.write(usual)
        return usual
      }
      socket.write(given)
      // What is no whole reply would be waited for: the connection ends instead.
      if (replyEnd(given, 0) <= 0) socket.end()
      return given.toString('latin1')
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      for (;;) {
        const mark = inData ? endOfData : '\r\n'
        const end = text.startsWith('.\r\n') && inData ? -2 : text.indexOf(mark)
        if (end === -1) return
        const part = text.slice(0, Math.max(0, end))
        text = text.slice(end + mark.length)
        if (inData) {
          inData = false
          this.messages.push(part)
          this.answers.push(answer('250 2.0.0 Taken\r\n'))
          continue
        }
        this.lines.push(part)
        if (/[\0\r\n]/.test(part)) this.fault = `the next hop was sent ${JSON.stringify(part)}`
        const verb = part.slice(0, 4).toUpperCase()
        if (verb === 'DATA') inData = /^354/.test(answer('354 Go on\r\n'))
        else if (verb === 'EHLO') answer('250-hop.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n')
        else if (verb === 'QUIT') socket.end(`221 Bye\r\n`)
        else answer('250 2.0.0 Ok\r\n')
      }
    })
    answer('220 hop.example ESMTP\r\n')
  }
}

/** The server under test, one for a run. */
class SmtpStage {
  readonly hop = new FuzzHop()
  readonly #judge = lazyJudge()
  #smtp: SmtpServer | null = null
  #failed = ''

  async port(): Promise<number> {
    if (this.#smtp === null) {
      await new Promise<void>((resolve) => this.hop.server.listen(0, '127.0.0.1', resolve))
      this.#smtp = await startSmtp({
        listen: [{ address: { kind: 'tcp', host: '127.0.0.1', port: 0 } }],
        clients: ['127.0.0.0/8'],
        hostname: 'proxy.example',
        relay: [{ protocol: 'smtp', address: { kind: 'tcp', host: '127.0.0.1', port: this.hop.port } }],
        judge: this.#judge.judge,
        timeouts: { nextHop: 20_000, command: 20_000, data: 20_000 },
        onMessage: () => {},
        onEvent: (name, details) => {
          if (name === 'session-failed') this.#failed = `the session failed: ${JSON.stringify(details, errorsAsText)}`
        },
      })
    }
    const [bound] = this.#smtp.addresses
    return bound !== undefined && 'port' in bound ? bound.port : 0
  }

  /** What failed since it was asked last. */
  failure(): string {
    const told = this.#failed + this.#judge.failure() + this.hop.fault
    this.#failed = ''
    return told
  }

  async close(): Promise<void> {
    for (const socket of this.hop.sockets) socket.destroy()
    this.hop.server.close()
    await this.#smtp?.close({ drain: 0 })
    this.#smtp = null
  }
}

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value
}

/** Sends pieces on a new connection, each when `due` says so, and gives all that came back when it is closed. */
async function converse(port: number, pieces: readonly Buffer[], inTurn: boolean): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received = ''
  let sent = 0
  const send = (): void => {
    const piece = pieces[sent++]
    if (piece !== undefined) socket.write(piece)
    if (sent >= pieces.length) socket.end()
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy()
      resolve(`${received}hang`)
    }, hangMs)
    let asked = 0
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      if (!inTurn) return
      // One piece for each whole reply.
      const replies = received.match(/^\d{3}(?: |\r?$)/gm)?.length ?? 0
      for (; asked < replies; asked++) send()
    })
    socket.on('connect', () => {
      if (!inTurn) while (sent < pieces.length) send()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(received)
    })
  })
}

/** Whether each line is one of a reply, the last of them whole. */
function repliesFault(received: string): string {
  if (received.endsWith('hang')) return `it hangs behind ${JSON.stringify(received.slice(-200))}`
  const odd = received.split('\r\n').find((line, i, all) => (i === all.length - 1 ? line !== '' : !/^[2-5]\d\d[ -]/.test(line))) // prettier-ignore
  return odd === undefined ? '' : `the client was sent ${JSON.stringify(odd.slice(0, 200))}`
}

/** A client that says anything: it is answered in replies, and what it was told to be taken is at the next hop. */
function smtp(stage: SmtpStage): Target {
  return async (octets, cut) => {
    stage.hop.reset([])
    const at = Math.floor(cut * octets.length)
    const received = await converse(await stage.port(), [octets.subarray(0, at), octets.subarray(at)], false)
    const taken = received.match(/^250 2\.0\.0 Taken\r$/gm)?.length ?? 0
    if (taken > stage.hop.messages.length) return `${taken} acknowledged, ${stage.hop.messages.length} arrived`
    const forged = stage.hop.messages.find((message) => (message.match(/^X-Namesake:/gim)?.length ?? 0) > 1)
    if (forged !== undefined && headerOf(forged)) return `two results in ${JSON.stringify(forged.slice(0, 500))}`
    return stage.failure() || repliesFault(received)
  }
}

/** Whether the results stand in the header section. */
function headerOf(message: string): boolean {
  const [header = ''] = message.split('\r\n\r\n', 1)
  return (header.match(/^X-Namesake:/gim)?.length ?? 0) > 1
}

const plainClient = [
  'EHLO c.example\r\n',
  'MAIL FROM:<a@c.example>\r\n',
  'RCPT TO:<b@corp.example>\r\n',
  'DATA\r\n',
  'From: James Smith <x@rogue.example>\r\nSubject: s\r\n\r\nbody\r\n.\r\n',
  'QUIT\r\n',
].map((text) => Buffer.from(text))

/** A next hop that answers anything: the client is told of a success only where the next hop told of one. */
function hop(stage: SmtpStage): Target {
  return async (octets) => {
    stage.hop.reset(partsOf(octets))
    const received = await converse(await stage.port(), plainClient, true)
    // Behind 354 the next reply is the message's.
    const final = /^354[^\r]*\r\n((?:\d{3}-[^\r]*\r\n)*)(\d{3})/m.exec(received)?.[2] ?? ''
    const told = stage.hop.answers.map((reply) => reply.slice(0, 1))
    if (final.startsWith('2') && !told.includes('2')) return `${final}, where the next hop said ${JSON.stringify(stage.hop.answers)}` // prettier-ignore
    return stage.failure() || repliesFault(received)
  }
}

/** The targets that need a server, their seeds, and its end. */
export function sessionTargets(): {
  readonly targets: Readonly<Record<string, Target>>
  readonly seeds: Readonly<Record<string, readonly Buffer[]>>
  readonly messagesIn: Readonly<Record<string, (octets: Buffer) => number>>
  close(): Promise<void>
} {
  const stages = [new SmtpStage(), new SmtpStage()] as const
  return {
    targets: { milter, smtp: smtp(stages[0]), hop: hop(stages[1]) },
    seeds: { milter: milterSeeds() },
    messagesIn: {
      milter: (octets) => 2 * partsOf(octets).filter(([command]) => command === 0x45).length + 1,
      smtp: (octets) => octets.toString('latin1').split(/^DATA/im).length,
    },
    close: async () => {
      for (const stage of stages) await stage.close()
    },
  }
}

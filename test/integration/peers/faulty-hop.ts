import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** What the next hop does where it would answer: once for each attempt, at one stage. */
export type HopFault =
  | 'none'
  | 'close'
  | 'reset'
  | 'silence'
  | 'half a reply'
  | 'garbage'
  | '421'
  | '451'
  | 'early 452'
  | 'early close'
  | 'takes it and closes'
  | 'takes it and resets'
  | 'takes it and is silent'

export interface HopPlan {
  readonly stage: 'mail' | 'rcpt' | 'data' | 'inside' | 'end'
  readonly fault: HopFault
}

/** A message that the next hop took: it is its own from then on. */
export interface Taken {
  readonly attempt: string
  readonly digest: string
  /** Whether the 250 was written on a connection that stayed open. */
  readonly answered: boolean
}

export interface FaultyHop {
  readonly port: number
  readonly taken: readonly Taken[]
  close(): Promise<void>
}

export function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}

/** A next hop that follows a plan for each attempt, which it knows by the reverse-path `<attempt@…>`. */
export async function startFaultyHop(planOf: (attempt: string) => HopPlan): Promise<FaultyHop> {
  const taken: Taken[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    new Dialogue(socket, planOf, (message) => taken.push(message))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

class Dialogue {
  readonly #socket: Socket
  readonly #planOf: (attempt: string) => HopPlan
  readonly #take: (message: Taken) => void
  #pending = ''
  #attempt = ''
  #data: string[] | null = null
  #silent = false

  constructor(socket: Socket, planOf: (attempt: string) => HopPlan, take: (message: Taken) => void) {
    this.#socket = socket
    this.#planOf = planOf
    this.#take = take
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('data', (chunk: Buffer) => this.#received(chunk.toString('latin1')))
    socket.write('220 hop.example\r\n')
  }

  #received(text: string): void {
    this.#pending += text
    for (;;) {
      const end = this.#pending.indexOf('\r\n')
      if (end < 0 || this.#silent) return
      const line = this.#pending.slice(0, end)
      this.#pending = this.#pending.slice(end + 2)
      if (this.#data === null) this.#command(line)
      else this.#dataLine(this.#data, line)
    }
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'MAIL') this.#attempt = /<([^@]*)@/.exec(line)?.[1] ?? ''
    if (verb === 'EHLO') this.#socket.write('250-hop.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n')
    else if (verb === 'QUIT') this.#socket.end('221 bye\r\n')
    else if (verb === 'MAIL' && this.#strikes('mail')) return
    else if (verb === 'RCPT' && this.#strikes('rcpt')) return
    else if (verb === 'DATA') {
      if (this.#strikes('data')) return
      this.#data = []
      this.#socket.write('354 go on\r\n')
    } else this.#socket.write('250 ok\r\n')
  }

  #dataLine(lines: string[], line: string): void {
    if (line !== '.') {
      lines.push(line.startsWith('.') ? line.slice(1) : line)
      if (lines.length === 5) this.#strikes('inside')
      return
    }
    this.#data = null
    const plan = this.#planOf(this.#attempt)
    const takes = plan.stage !== 'end' || plan.fault === 'none' || plan.fault.startsWith('takes it')
    const struck = plan.stage === 'end' && plan.fault !== 'none'
    if (takes) {
      const text = lines.map((l) => `${l}\r\n`).join('')
      const sent = text.replace(/^(X-Namesake.*\r\n(?:[ \t].*\r\n)*)+/, '')
      this.#take({ attempt: this.#attempt, digest: digest(sent), answered: !struck && this.#socket.writable })
    }
    if (!this.#strikes('end')) this.#socket.write('250 2.0.0 taken\r\n')
  }

  /** Does what the plan has for this stage; returns whether that was anything. */
  #strikes(stage: HopPlan['stage']): boolean {
    const plan = this.#planOf(this.#attempt)
    if (plan.stage !== stage || plan.fault === 'none') return false
    switch (plan.fault) {
      case 'close':
      case 'early close':
      case 'takes it and closes':
        this.#socket.end()
        break
      case 'reset':
      case 'takes it and resets':
        this.#socket.resetAndDestroy()
        break
      case 'half a reply':
        this.#socket.end('25')
        break
      case 'garbage':
        this.#socket.write('\0\xffnonsense\r\n', 'latin1')
        break
      case '421':
        this.#socket.end('421 4.3.2 going down\r\n')
        break
      case '451':
        this.#socket.write('451 4.3.0 try later\r\n')
        return true
      case 'early 452':
        this.#socket.write('452 4.3.1 no room\r\n')
        break
      default:
        break
    }
    this.#silent = true
    return true
  }
}

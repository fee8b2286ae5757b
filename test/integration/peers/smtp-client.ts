import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** An SMTP client that sends octets as the test writes them and gives replies as they came. */
export class RawClient {
  readonly socket: Socket
  #received = ''
  #taken = 0
  #waiting: (() => void) | null = null
  #closed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1')
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new RawClient(socket)
  }

  /** Connects, takes the greeting and says EHLO. */
  static async hello(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const client = await RawClient.connect(port, host)
    await client.reply()
    await client.say('EHLO client.example')
    return client
  }

  #wake(): void {
    this.#waiting?.()
    this.#waiting = null
  }

  send(octets: string | Buffer): void {
    this.socket.write(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets)
  }

  /** The next whole reply as it came, with its line ends; what there is, if the connection ends before. */
  async reply(within = 20_000): Promise<string> {
    const end = Date.now() + within
    for (;;) {
      const rest = this.#received.slice(this.#taken)
      const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(rest)
      if (whole) {
        this.#taken += whole[0].length
        return whole[0]
      }
      if (this.#closed) {
        this.#taken = this.#received.length
        return rest
      }
      const left = end - Date.now()
      if (left <= 0) throw new Error(`no reply within ${within} ms; so far: ${JSON.stringify(rest)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  async say(line: string): Promise<string> {
    this.send(`${line}\r\n`)
    return this.reply()
  }

  /** One whole transaction. Gives every reply: MAIL, each RCPT, DATA, end of data. */
  async transaction(
    message: string | Buffer,
    to: readonly string[],
    from = 'sender@client.example',
  ): Promise<string[]> {
    const replies = [await this.say(`MAIL FROM:<${from}>`)]
    for (const recipient of to) replies.push(await this.say(`RCPT TO:<${recipient}>`))
    const data = await this.say('DATA')
    replies.push(data)
    if (!data.startsWith('354')) return replies
    const text = typeof message === 'string' ? message : message.toString('latin1')
    this.send(`${text.replace(/^\./gm, '..')}.\r\n`)
    replies.push(await this.reply())
    return replies
  }

  get closed(): boolean {
    return this.#closed
  }

  async quit(): Promise<void> {
    if (!this.#closed) {
      this.send('QUIT\r\n')
      await this.reply().catch(() => '')
    }
    this.socket.destroy()
  }
}

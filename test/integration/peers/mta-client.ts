import { connect, type Socket } from 'node:net'

/** Nothing here takes that long; a reply that takes longer is a hang. */
const hang = 60_000

/** A plain SMTP client that says exactly what it is told, so that tests decide about every octet. */
export class SmtpClient {
  readonly #socket: Socket
  #text = ''
  #ended = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (part) => {
      this.#text += part.toString('latin1')
      this.#wake()
    })
    const end = (): void => {
      this.#ended = true
      this.#wake()
    }
    socket.on('end', end).on('close', end).on('error', end)
  }

  /** Connects and reads the greeting. */
  static async connect(port: number, hello = 'EHLO client.example'): Promise<SmtpClient> {
    const client = new SmtpClient(connect({ host: '127.0.0.1', port }))
    await client.reply()
    if (hello !== '') await client.say(hello)
    return client
  }

  /** The next reply, all its lines; empty once the server closed. */
  async reply(): Promise<string> {
    const deadline = Date.now() + hang
    for (;;) {
      const found = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(this.#text)
      if (found) {
        this.#text = this.#text.slice(found[0].length)
        return found[0].trimEnd()
      }
      if (this.#ended) return ''
      if (Date.now() > deadline) throw new Error(`no reply within ${hang} ms; so far ${JSON.stringify(this.#text)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, hang)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Sends a line and gives its reply. */
  async say(line: string): Promise<string> {
    this.send(`${line}\r\n`)
    return this.reply()
  }

  send(text: string | Buffer): void {
    this.#socket.write(text)
  }

  /**
   * One message; gives the last reply, or the first one that is no success. `text` has LF or CRLF line ends and is
   * dot-stuffed here.
   */
  async message(from: string, to: readonly string[], text: string, parameters = ''): Promise<string> {
    let reply = await this.say(`MAIL FROM:<${from}>${parameters}`)
    if (!reply.startsWith('2')) return reply
    for (const address of to) {
      reply = await this.say(`RCPT TO:<${address}>`)
      if (!reply.startsWith('2')) return reply
    }
    reply = await this.say('DATA')
    if (!reply.startsWith('3')) return reply
    const lines = text.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')
    this.send(`${lines}${lines.endsWith('\r\n') ? '' : '\r\n'}.\r\n`)
    return this.reply()
  }

  async quit(): Promise<void> {
    await this.say('QUIT')
    this.#socket.destroy()
  }

  /** Vanishes without a word. */
  vanish(): void {
    this.#socket.destroy()
  }
}

import { waitUntil } from './daemon.ts'
import { RawClient } from './smtp-client.ts'

/** Mail that never stops, over two connections, and what became of each message. */
export class Flow {
  /** Names (in Message-ID) of messages that were acknowledged, refused for now, and of those whose reply never came. */
  readonly acknowledged = new Set<string>()
  readonly unsure = new Set<string>()
  readonly putOff: string[] = []
  readonly forGood: string[] = []
  #count = 0
  #anew = 0
  #ended = false
  readonly #running: Promise<unknown>
  readonly #port: number
  readonly #prefix: string
  readonly #pauseMs: number
  readonly #host: string

  /** @param prefix what the names of its messages begin with. @param pauseMs between two messages of a connection */
  constructor(port: number, prefix = 'flow', pauseMs = 20, host = '127.0.0.1') {
    this.#port = port
    this.#host = host
    this.#prefix = prefix
    this.#pauseMs = pauseMs
    this.#running = Promise.all([this.#run(), this.#run()])
  }

  /** Replies other than 250. */
  get odd(): string[] {
    return [...this.putOff, ...this.forGood]
  }

  /** Has all further messages sent over connections of their own. */
  reconnect(): void {
    this.#anew++
  }

  /** Waits until further messages were acknowledged. */
  async goesOn(): Promise<void> {
    const wanted = this.acknowledged.size + 10
    await waitUntil('mail to flow', () => (this.acknowledged.size >= wanted ? true : undefined))
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#running
  }

  async #run(): Promise<void> {
    let client: RawClient | null = null
    let opened = 0
    while (!this.#ended) {
      const name = `${this.#prefix}${this.#count++}`
      try {
        if (client !== null && opened !== this.#anew) {
          client.socket.destroy()
          client = null
        }
        opened = this.#anew
        client ??= await RawClient.hello(this.#port, this.#host)
        await this.#send(client, name)
        if (client.closed) client = null
      } catch {
        // The connection was refused or lost: an MTA tries again.
        client?.socket.destroy()
        client = null
      }
      await new Promise((resolve) => setTimeout(resolve, this.#pauseMs))
    }
    await client?.quit()
  }

  async #send(client: RawClient, name: string): Promise<void> {
    const message = `From: Jane Roe <${name}@evil.example>\r\nMessage-ID: <${name}@x>\r\n\r\nhi\r\n`
    this.unsure.add(name)
    const replies = await client.transaction(message, ['max@corp.example'])
    // As an MTA takes it: what the first refusal says; 503 to what comes behind a refused MAIL says nothing more.
    const reply = replies.find((one) => /^[45]/.test(one)) ?? replies.at(-1) ?? ''
    if (/^250 /m.test(reply)) this.acknowledged.add(name)
    else if (reply.startsWith('4')) this.putOff.push(reply)
    else if (reply.startsWith('5')) this.forGood.push(reply)
    // What was not answered may have arrived.
    if (/^[245]/.test(reply) && !reply.startsWith('451 4.4.')) this.unsure.delete(name)
  }
}

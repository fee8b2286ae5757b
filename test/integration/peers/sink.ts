import { SMTPServer } from 'smtp-server'

/** A next hop that keeps what it gets: an independent SMTP server (smtp-server) on the loopback. */
export interface Sink {
  readonly port: number
  readonly received: readonly SinkMessage[]
  close(): Promise<void>
}

export interface SinkMessage {
  readonly from: string
  readonly to: readonly string[]
  readonly content: Buffer
}

export async function startSink(host = '127.0.0.1'): Promise<Sink> {
  const received: SinkMessage[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((to) => to.address),
          content: Buffer.concat(parts),
        })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return {
    port: (server.server.address() as { port: number }).port,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/**
 * The embedded next hop's process. It is an SMTP server (the smtp-server package) on a unix socket that writes each
 * message into a Maildir. Started by `maildir.ts` with the socket, the folder and the id of the process that it follows (0 for none)
 * as arguments; ends with its parent.
 */

import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server'

const maxMessageBytes = 1_073_741_824

/** What lies in tmp for this long (ms) is nobody's any more: https://cr.yp.to/proto/maildir.html. */
const abandonedMs = 36 * 3_600_000

const [socketPath = '', folder = '', follows = '0'] = process.argv.slice(2)
/** The host in file names, which may hold neither the folder's sign nor the one before a message's flags. */
const host = hostname().replace(/\//g, '\\057').replace(/:/g, '\\072')

/** A reply that smtp-server sends as it is. */
function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code })
}

/** What a delivery that failed is answered with: all of it can be tried again. */
function refusalOf(error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return smtpError(452, '4.3.1 The disk is full, try again later')
  return smtpError(451, `4.3.0 The message could not be stored (${code === '' ? 'fault' : code}), try again later`)
}

/**
 * The message with LF line ends, as programs that read Maildirs expect them. Throws if the stream ends before the
 * message does; the file is then removed.
 */
async function* unixLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    // A CR at the end waits for what follows.
    const whole = octets[octets.length - 1] === 0x0d ? octets.length - 1 : octets.length
    rest = octets.subarray(whole)
    yield Buffer.from(octets.toString('latin1', 0, whole).replaceAll('\r\n', '\n'), 'latin1')
  }
  yield rest
}

/**
 * One delivery for all recipients: tmp, fsync, rename into new, fsync of the folder. Returns the file's name. If it throws,
 * the message is in neither folder: the client sends it again, and it must not arrive twice.
 * @param delivery its number in this process, which makes the name unique
 */
async function deliver(stream: SMTPServerDataStream, session: SMTPServerSession, delivery: number): Promise<string> {
  const now = Date.now()
  const unique = `M${(now % 1000) * 1000}P${process.pid}Q${delivery}R${randomBytes(6).toString('hex')}`
  const name = `${Math.floor(now / 1000)}.${unique}.${host}`
  let path = join(folder, 'tmp', name)
  const { mailFrom, rcptTo } = session.envelope
  const head = [
    `Return-Path: <${mailFrom === false ? '' : mailFrom.address}>`,
    ...rcptTo.map((to) => `Delivered-To: ${to.address}`),
  ]
  const file = await open(path, 'wx', 0o600)
  try {
    await file.write(`${head.join('\n')}\n`)
    for await (const octets of unixLines(stream)) await file.write(octets)
    if (stream.sizeExceeded) throw smtpError(552, '5.3.4 Message size exceeds the limit')
    await file.sync()
    await file.close()
    await rename(path, join(folder, 'new', name))
    path = join(folder, 'new', name)
    const directory = await open(join(folder, 'new'), 'r')
    await directory.sync().finally(() => directory.close())
  } catch (error) {
    await file.close().catch(() => {})
    await unlink(path).catch(() => {})
    throw error
  }
  return name
}

/** Removes from tmp what a process that was killed has left half written. What another program is writing there stays. */
async function clearAway(): Promise<void> {
  for (const name of await readdir(join(folder, 'tmp'))) {
    const path = join(folder, 'tmp', name)
    const predecessors = name.includes(`P${follows}Q`) && name.endsWith(`.${host}`)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    if (predecessors || Date.now() - mtimeMs > abandonedMs) await unlink(path).catch(() => {})
  }
}

for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, part), { recursive: true, mode: 0o700 })
await clearAway()

/** 1, 2, 3 … */
function* numbers(): Generator<number, never> {
  for (let number = 1; ; number++) yield number
}

const deliveries = numbers()
const server = new SMTPServer({
  name: hostname(),
  banner: 'Namesake Maildir',
  // The peer is a socket without a name; the client's is known to who connects.
  heloResponse: '%s',
  size: maxMessageBytes,
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  hidePIPELINING: false,
  logger: false,
  onData(stream, session, callback) {
    deliver(stream, session, deliveries.next().value).then(
      (name) => callback(null, `2.0.0 Ok: queued as ${name.split('.')[1] ?? name}`),
      (error: unknown) => {
        // What was not read would stand between this message and the next command.
        stream.resume()
        callback(
          typeof (error as { responseCode?: number }).responseCode === 'number' ? (error as Error) : refusalOf(error),
        )
      },
    )
  },
})
server.on('error', () => {})
server.listen(socketPath, () => process.send?.('listening'))

// The parent's end ends this process, however the parent went; what is being stored is finished first.
process.on('disconnect', () => server.close(() => process.exit(0)))
// A terminal and a service manager signal all processes at once. Messages that workers still finish need this one.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})

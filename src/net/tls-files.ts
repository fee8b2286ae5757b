/** Certificates on files: read at start, read again when they change, so that a renewed one needs no restart. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { Socket } from 'node:net'
import { NamesakeError } from '../errors.ts'

/** TLS of a listener. Paths, not contents: the files are read again when they change. */
export interface ListenerTls {
  readonly mode: 'starttls' | 'implicit'
  readonly certificate: string
  readonly key: string
  /** Further ones, by the server name that a client asks for: in lower case and ASCII, `*` for one first label. */
  readonly certificates: readonly {
    readonly names: readonly string[]
    readonly certificate: string
    readonly key: string
  }[]
  /** Authorities whose client certificates let a client relay; null asks for none. */
  readonly clientCa: string | null
}

/** Paths of PEM files; null for none. */
export interface TlsPaths {
  readonly certificate: string | null
  readonly key: string | null
  readonly ca: string | null
}

/** How often the files are looked at (ms). */
const lookEvery = 2000

/** Milliseconds after a change at which the files are read once more: what writes them may not be done at once. */
const againMs = 60_000

/** What is wrong with one of the files, in words with the fix. */
interface TlsProblem {
  readonly file: keyof TlsPaths
  readonly message: string
}

/** Reads the files as they will be used; null if they can be. */
export function findTlsProblem(paths: TlsPaths): TlsProblem | null {
  let certificate: X509Certificate | null = null
  for (const file of ['certificate', 'ca'] as const) {
    const path = paths[file]
    if (path === null) continue
    const text = readText(path)
    if (typeof text !== 'string') return { file, message: text.problem }
    try {
      const read = new X509Certificate(text)
      if (file === 'certificate') certificate = read
    } catch {
      return {
        file,
        message: `${path} holds no certificate in PEM form; fix: name the file with the certificate and its chain`,
      }
    }
  }
  if (paths.key === null) return null
  const text = readText(paths.key)
  if (typeof text !== 'string') return { file: 'key', message: text.problem }
  if (text.includes('ENCRYPTED')) {
    const fix = `fix: store it without a passphrase (openssl pkey -in ${paths.key}), readable by the daemon alone`
    return {
      file: 'key',
      message: `the private key ${paths.key} is encrypted, and nobody is there to type a passphrase; ${fix}`,
    }
  }
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    return {
      file: 'key',
      message: `${paths.key} holds no private key in PEM form; fix: name the file with the key of the certificate`,
    }
  }
  if (certificate !== null && !certificate.checkPrivateKey(key)) {
    const message = `the private key ${paths.key} does not belong to the certificate ${paths.certificate ?? ''}; fix: name files of one pair`
    return { file: 'key', message }
  }
  return null
}

function readText(path: string): string | { readonly problem: string } {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return {
      problem: `${path} can't be read (${(error as Error).message}); fix: make it readable for the daemon's user`,
    }
  }
}

/** When a certificate ends, in milliseconds since the epoch; null if it can't be read. */
export function certificateEnd(path: string): number | null {
  try {
    const end = Date.parse(new X509Certificate(readFileSync(path)).validTo)
    return Number.isNaN(end) ? null : end
  } catch {
    return null
  }
}

/** A secure context that follows its files. */
export class TlsFiles {
  context: SecureContext
  readonly #paths: TlsPaths
  readonly #onFault: (error: string) => void
  readonly #sessions: string | null
  #seen: string
  /** When the files are read again although nothing about them has changed; `performance.now()`. */
  #againAt = Infinity
  #told = ''
  readonly #timer: NodeJS.Timeout

  /**
   * Reads the files. `onFault` is told of files that can't be used later, once for each fault; those before stay in use.
   * `sessions` names what TLS sessions are resumed in (at most 32 octets): a listener takes none of another's. Without a
   * name a server that asks for certificates fails at each resumption.
   *
   * @throws NamesakeError `listen-failed` if they can't be used now
   */
  constructor(paths: TlsPaths, onFault: (error: string) => void, sessions: string | null = null) {
    this.#paths = paths
    this.#onFault = onFault
    this.#sessions = sessions
    this.#seen = stateOf(paths)
    try {
      this.context = contextOf(paths, sessions)
    } catch (error) {
      throw new NamesakeError('listen-failed', `reading TLS files: ${(error as Error).message}`, { cause: error })
    }
    this.#timer = setInterval(() => this.#look(), lookEvery)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const state = stateOf(this.#paths)
    const now = performance.now()
    if (state === this.#seen && now < this.#againAt) return
    this.#againAt = state === this.#seen ? Infinity : now + againMs
    this.#seen = state
    try {
      this.context = contextOf(this.#paths, this.#sessions)
      this.#told = ''
    } catch (error) {
      this.#againAt = now + againMs
      const { message } = error as Error
      if (message !== this.#told) this.#onFault(message)
      this.#told = message
    }
  }
}

function pathsOf(paths: TlsPaths): string[] {
  return [paths.certificate, paths.key, paths.ca].filter((path) => path !== null)
}

/** What changes when a file is replaced, written, given to another user or made readable. */
function stateOf(paths: TlsPaths): string {
  return pathsOf(paths)
    .map((path) => {
      const status = statSync(path, { throwIfNoEntry: false })
      if (status === undefined) return `${path} is not there`
      const { mtimeMs, ctimeMs, size, ino, mode, uid } = status
      return `${path} ${mtimeMs} ${ctimeMs} ${size} ${ino} ${mode} ${uid}`
    })
    .join('\n')
}

function contextOf(paths: TlsPaths, sessions: string | null): SecureContext {
  const problem = findTlsProblem(paths)
  if (problem !== null) throw new Error(problem.message)
  const { certificate, key, ca } = paths
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(sessions === null ? {} : { sessionIdContext: sessions }),
    ...(certificate === null ? {} : { cert: readFileSync(certificate) }),
    ...(key === null ? {} : { key: readFileSync(key) }),
    ...(ca === null ? {} : { ca: readFileSync(ca) }),
  })
}

/** Which certificate a client gets by the server name that it asks for (SNI, RFC 6066 section 3). */
export class ServerNames {
  readonly #files = new Map<string, TlsFiles>()

  add(names: readonly string[], files: TlsFiles): void {
    for (const name of names) this.#files.set(name, files)
  }

  /** What stands for this name: itself, or `*` in place of its first label (RFC 9525 section 6.3). */
  find(asked: string): SecureContext | undefined {
    const name = asked.toLowerCase().replace(/\.$/, '')
    const files = this.#files.get(name) ?? this.#files.get(`*${name.slice(name.indexOf('.'))}`)
    return files?.context
  }
}

/** What a listener's clients are secured with. */
export interface ServerTls {
  readonly files: TlsFiles
  /** Other certificates, by server name; null if there are none. */
  readonly names: ServerNames | null
  readonly mode: 'starttls' | 'implicit'
  /** Whether a client certificate is asked for. */
  readonly asksCertificate: boolean
}

/**
 * Puts TLS on a client's connection. Calls `done` once: with the secured socket and whether the client showed a
 * certificate that one of our authorities signed, or with the error, the connection being destroyed then.
 */
export function secureClient(
  socket: Socket,
  { files, names, asksCertificate }: ServerTls,
  done: (result: { socket: TLSSocket; certified: boolean } | { error: string }) => void,
): TLSSocket {
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: files.context,
    requestCert: asksCertificate,
    // Without a context the one above stays.
    ...(names !== null && { SNICallback: (name, answer) => answer(null, names.find(name)) }),
    // Who has none may still talk; what it may do is decided by `certified`.
    rejectUnauthorized: false,
  })
  let over = false
  const fail = (error: string): void => {
    if (over) return
    over = true
    secured.destroy()
    done({ error })
  }
  secured.once('secure', () => {
    if (over) return
    over = true
    done({ socket: secured, certified: asksCertificate && isCertified(secured) })
  })
  secured.on('error', (error: Error) => fail(error.message))
  // An end is only noticed by who reads; nothing but the handshake can come before 'secure'.
  secured.once('end', () => fail('the client closed the connection during the handshake'))
  secured.resume()
  secured.once('close', () => fail('the client closed the connection during the handshake'))
  return secured
}

/** Whether the peer's certificate chain holds. A socket outside a tls.Server keeps the outcome on its handle only. */
function isCertified(secured: TLSSocket): boolean {
  const { verifyError } = (secured as unknown as { ssl: { verifyError?: () => Error | null } | null }).ssl ?? {}
  const shown = secured.getPeerX509Certificate()
  if (shown === undefined || verifyError === undefined) return false
  return verifyError.call((secured as unknown as { ssl: unknown }).ssl) === null
}

import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { certificateEnd, findTlsProblem, TlsFiles } from '../../../src/net/tls-files.ts'

const given = resolve(import.meta.dirname, '../smtp/tls')
const folder = mkdtempSync(join(tmpdir(), 'namesake-tls-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

t.test('what is wrong with a file is said with the file and the fix', async (t) => {
  const certificate = join(given, 'server.pem')
  const key = join(given, 'server.key')
  writeFileSync(at('garbage'), 'not PEM')
  execFileSync('openssl', ['pkey', '-in', key, '-out', at('locked.key'), '-aes256', '-passout', 'pass:x'])
  t.equal(findTlsProblem({ certificate, key, ca: join(given, 'ca.pem') }), null)
  for (const [paths, file, message] of [
    [{ certificate: at('none'), key, ca: null }, 'certificate', /can't be read .*fix: /],
    [{ certificate: at('garbage'), key, ca: null }, 'certificate', /holds no certificate in PEM form; fix: /],
    [{ certificate, key, ca: at('garbage') }, 'ca', /holds no certificate/],
    [{ certificate, key: at('garbage'), ca: null }, 'key', /holds no private key in PEM form; fix: /],
    [{ certificate, key: at('locked.key'), ca: null }, 'key', /is encrypted.*fix: .*openssl pkey/],
    [{ certificate, key: join(given, 'stranger.key'), ca: null }, 'key', /does not belong to the certificate .*fix: /],
  ] as const) {
    t.match(findTlsProblem(paths), { file, message })
  }
  t.match(new Date(certificateEnd(certificate) ?? 0).getUTCFullYear(), 2126)
  t.equal(certificateEnd(at('garbage')), null)
})

t.test('a renewed pair is taken, in whatever steps it comes', { timeout: 240_000 }, async (t) => {
  const paths = { certificate: at('live.pem'), key: at('live.key'), ca: null }
  const put = (name: string): void => {
    copyFileSync(join(given, `${name}.pem`), paths.certificate)
    copyFileSync(join(given, `${name}.key`), paths.key)
  }
  put('server')
  const told: string[] = []
  const files = new TlsFiles(paths, (error) => told.push(error))
  t.teardown(() => files.stop())
  const first = files.context
  const changed = async (from: unknown): Promise<boolean> => {
    for (let i = 0; i < 200 && files.context === from; i++) await new Promise((done) => setTimeout(done, 50))
    return files.context !== from
  }
  // Half of it: the pair does not fit, and the one before stays.
  copyFileSync(join(given, 'stranger.pem'), paths.certificate)
  for (let i = 0; i < 200 && told.length === 0; i++) await new Promise((done) => setTimeout(done, 50))
  t.match(told, [/does not belong to the certificate/])
  t.equal(files.context, first)
  copyFileSync(join(given, 'stranger.key'), paths.key)
  t.ok(await changed(first), 'the whole pair is taken')
  const second = files.context
  // The same octets with the same time, made readable later: only mode and ctime change.
  const { atime, mtime } = { atime: new Date(1e12), mtime: new Date(1e12) }
  utimesSync(paths.key, atime, mtime)
  t.ok(await changed(second))
  const third = files.context
  chmodSync(paths.key, 0o600)
  t.ok(await changed(third), 'a change of the mode alone is seen')
  t.equal(told.length, 1)
  t.ok(readFileSync(paths.key).length > 0)
})

import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { Office365Provider } from '../../src/directory/sources/office365/provider.ts'
import { bench, optionsFor, settingsFor, steps } from './harness.ts'
import type { Bench } from './harness.ts'
import { failure } from './synced.ts'

/** A proxy as companies have them: CONNECT with a password (RFC 9110 section 9.3.6). */
async function proxy(t: { teardown: (done: () => void) => void }): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on('connect', (request, socket: Socket) => {
    sockets.add(socket)
    seen.push(`${request.url} ${request.headers['proxy-authorization'] ?? 'nobody'}`)
    const allowed = request.headers['proxy-authorization'] === `Basic ${Buffer.from('us er:p@ss').toString('base64')}`
    if (!allowed) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, seen }
}

function through(b: Bench, url: string, except = ''): Office365Provider {
  const { transport } = optionsFor(b.runtime)
  return new Office365Provider(
    settingsFor(b.emulator),
    optionsFor(b.runtime, { transport: { ...transport, proxy: { url, except } } }),
  )
}

t.test('Entra and Graph are reached through a proxy', async (t) => {
  const b = await bench(t)
  b.emulator.tenant.putUser('u', { displayName: 'Jane Roe' })
  const { port, seen } = await proxy(t)
  const all = await steps(through(b, `http://us%20er:p%40ss@127.0.0.1:${port}`), b.request())
  t.equal(all.at(-1)?.step, 'end')
  t.ok(seen.length >= 1 && seen.every((line) => line.startsWith(`localhost:${b.emulator.port} Basic `)))
  const direct = seen.length
  await steps(through(b, `http://127.0.0.1:${port}`, 'localhost'), b.request())
  t.equal(seen.length, direct, 'NO_PROXY goes past it')
})

t.test('a proxy that refuses, is away, or is none', async (t) => {
  const b = await bench(t)
  const { port } = await proxy(t)
  const refused = await failure(steps(through(b, `http://who:wrong@127.0.0.1:${port}`), b.request()))
  t.equal(refused.code, 'provider-unavailable')
  t.match(refused.message, /the proxy answered 407 to CONNECT localhost:\d+$/)
  t.match(
    (await failure(steps(through(b, 'socks5://127.0.0.1:1'), b.request()))).message,
    /HTTPS_PROXY is not of the form http:\/\/host:port/,
  )
  t.same(b.runtime.sleeps, [], 'asking again would not mend either')
  const away = await failure(steps(through(b, 'http://127.0.0.1:1'), b.request()))
  t.match(away.message, /the proxy can not be reached, 8 times in a row$/)
})

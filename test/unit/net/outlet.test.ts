/** What goes out: in order, in one write a turn, and in few pieces however slowly the peer takes it. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { Outlet, Turns } from '../../../src/net/outlet.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Both ends of a connection; the far one does not read until it is resumed. */
async function pair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ pauseOnConnect: true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const arrived = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  const far = await arrived
  t.teardown(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far }
}

/** Counts the writes that reach the socket. */
function countWrites(socket: Socket): { count: number } {
  const writes = { count: 0 }
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
  socket.write = (...given: unknown[]) => {
    writes.count++
    return write(...given)
  }
  return writes
}

t.test('the pieces of a turn are one write, in order', async (t) => {
  const { near, far } = await pair(t)
  const writes = countWrites(near)
  const outlet = new Outlet(near, new Turns())
  let wanted = ''
  for (let i = 0; i < 500; i++) {
    const piece = `${i}\xe9;`
    outlet.write(i % 2 === 0 ? piece : Buffer.from(piece, 'latin1'))
    wanted += piece
  }
  t.equal(outlet.waiting, wanted.length)
  await turn()
  t.equal(writes.count, 1)
  let got = ''
  far.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')))
  far.resume()
  while (got.length < wanted.length) await turn()
  t.equal(got, wanted)
  t.equal(outlet.waiting, 0)
})

t.test('large pieces are not copied', async (t) => {
  const { near } = await pair(t)
  const seen: unknown[] = []
  const write = near.write.bind(near) as (...given: unknown[]) => boolean
  near.write = (...given: unknown[]) => {
    seen.push(given[0])
    return write(...given)
  }
  const outlet = new Outlet(near, new Turns())
  const large = [Buffer.alloc(50_000, 'a'), Buffer.alloc(5000, 'b')]
  outlet.write('small')
  for (const piece of large) outlet.write(piece)
  await turn()
  t.equal(seen[1], large[0])
  t.equal(seen[2], large[1])
})

t.test('a peer that reads nothing, and one octet a turn for it: few pieces wait, and all arrive', async (t) => {
  const { near, far } = await pair(t)
  const outlet = new Outlet(near, new Turns())
  // Fills what the system takes, until writes wait.
  const block = Buffer.alloc(1_048_576, 'x')
  let sent = 0
  while (near.writableLength === 0) {
    outlet.write(block)
    sent += block.length
    await turn()
  }
  const writes = countWrites(near)
  const octet = Buffer.from('y')
  for (let i = 0; i < 20_000; i++) {
    outlet.write(octet)
    if (i % 4 === 0) await turn()
  }
  t.equal(writes.count, 0, 'nothing is handed to a socket that is full')
  t.ok(outlet.waiting >= 20_000, 'what waits counts')
  let got = 0
  let last = ''
  far.on('data', (chunk: Buffer) => {
    got += chunk.length
    last = chunk.toString('latin1', chunk.length - 1)
  })
  far.resume()
  while (got < sent + 20_000) await turn()
  t.equal(last, 'y')
  t.ok(writes.count <= 10, `in ${writes.count} writes`)
})

t.test('what is flushed before the end arrives, even while an earlier write waits', async (t) => {
  const { near, far } = await pair(t)
  const outlet = new Outlet(near, new Turns())
  while (near.writableLength === 0) {
    outlet.write(Buffer.alloc(1_048_576, 'x'))
    await turn()
  }
  outlet.write('the end')
  outlet.flush()
  near.end()
  let tail = ''
  far.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString('latin1')).slice(-7)))
  const ended = new Promise((resolve) => far.once('end', resolve))
  far.resume()
  await ended
  t.equal(tail, 'the end')
})

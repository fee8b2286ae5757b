import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Transport } from '../../../src/directory/sources/office365/transport.ts'

t.test('a request that is given up before it began, or just after, ends nothing but itself', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const transport = new Transport({ proxy: { url: '', except: '' } })
  t.teardown(() => transport.close())
  for (const scheme of ['http', 'https']) {
    for (const when of ['before', 'behind']) {
      const stop = new AbortController()
      if (when === 'before') stop.abort(new Error('given up'))
      const sent = transport.send({ method: 'GET', url: `${scheme}://127.0.0.1:${port}/`, signal: stop.signal })
      if (when === 'behind') stop.abort(new Error('given up'))
      await t.rejects(sent, { message: 'given up' }, `${scheme}, ${when}`)
    }
  }
  // An error that nobody listens for comes a turn later, and would end the process.
  await sleep(50)
  t.pass('goes on')
})

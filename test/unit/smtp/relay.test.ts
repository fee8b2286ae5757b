/** Several next hops, their health, kept connections, and next hops of odd kinds. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { NextHopAddress } from '../../../src/net/addresses.ts'
import { answerGreeting, greet, setStage, startMessage } from '../../dialog/smtp-peers.ts'
import type { Peer } from '../../dialog/smtp-peers.ts'

const at = (port: number, host = '127.0.0.1'): NextHopAddress => ({
  protocol: 'smtp',
  address: { kind: 'tcp', host, port },
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

t.test('the next one is tried when one fails, and the failed one is passed over for a while', async (t) => {
  const down = await closedPort()
  const stage = await setStage({ relay: (port) => [at(down), at(port)] })
  for (let i = 0; i < 3; i++) await greet(stage, await stage.client())
  const failures = stage.events.filter((e) => e.name === 'next-hop-error')
  t.equal(failures.length, 1)
  t.match(failures[0]?.details, { kind: 'connect', stage: 'connect', hop: `127.0.0.1:${down}` })
  await stage.stop()
})

t.test('a host name is resolved; one that is not there is told', async (t) => {
  const stage = await setStage({ relay: (port) => [at(1, 'does-not-exist.invalid'), at(port, 'localhost')] })
  await greet(stage, await stage.client())
  t.match(stage.events.find((e) => e.name === 'next-hop-error')?.details, { kind: 'resolve' })
  await stage.stop()
})

t.test('with all of them down, the next client is told at once, and soon tried again', async (t) => {
  const down = await closedPort()
  const stage = await setStage({ relay: () => [at(down)] })
  const client = await stage.client()
  await client.reply()
  t.match(await client.ask('EHLO a'), /^451 4\.4\.1/)
  t.match(await client.ask('EHLO a'), /^451 4\.4\.1/)
  t.equal(stage.events.filter((e) => e.name === 'next-hop-error').length, 1, 'the second was not tried')
  await new Promise((resolve) => setTimeout(resolve, 300))
  t.match(await client.ask('EHLO a'), /^451 4\.4\.1/)
  t.equal(stage.events.filter((e) => e.name === 'next-hop-error').length, 2)
  await stage.stop()
})

t.test('a next hop that greets with 4xx or 5xx is passed over', async (t) => {
  const stage = await setStage({ relay: (port) => [at(port, '127.0.0.1'), at(port, 'localhost')] })
  const client = await stage.client()
  await client.reply()
  client.send('EHLO a\r\n')
  ;(await stage.hop.next()).send('554 go away\r\n')
  await answerGreeting(await stage.hop.next())
  t.match(await client.reply(), /^250/)
  t.match(stage.events.find((e) => e.name === 'next-hop-error')?.details, { kind: 'greeting' })
  await stage.stop()
})

/** One whole message. */
async function message(client: Peer, hop: Peer): Promise<void> {
  await startMessage(client, hop)
  client.send('S: x\r\n\r\n.\r\n')
  await hop.upTo('\r\n.\r\n')
  hop.send('250 ok\r\n')
  await client.reply()
}

t.test('a kept connection that has died costs the next client nothing', async (t) => {
  for (const death of ['closed while kept', 'closes at EHLO', 'refuses EHLO', 'is silent at EHLO'] as const) {
    const stage = await setStage({ nextHop: { reuse: true }, timeouts: { nextHop: 2000 } })
    const client = await stage.client()
    const hop = await greet(stage, client)
    await message(client, hop)
    await client.ask('QUIT')
    const second = await stage.client()
    await second.reply()
    if (death === 'closed while kept') hop.socket.destroy()
    second.send('EHLO second\r\n')
    if (death !== 'closed while kept') await hop.line()
    if (death === 'closes at EHLO') hop.socket.destroy()
    if (death === 'refuses EHLO') hop.send('503 once is enough\r\n')
    const fresh = await stage.hop.next()
    t.equal(await answerGreeting(fresh), 'EHLO second', death)
    t.match(await second.reply(), /^250/, death)
    await message(second, fresh)
    t.equal(stage.records.length, 2)
    await stage.stop()
  }
})

t.test('a connection is not kept out of a transaction that did not end', async (t) => {
  const stage = await setStage({ nextHop: { reuse: true } })
  const client = await stage.client()
  const hop = await greet(stage, client)
  await message(client, hop)
  client.send('MAIL FROM:<a@b>\r\n')
  await hop.line()
  hop.send('250 ok\r\n')
  await client.reply()
  client.socket.destroy()
  t.equal(await hop.closed(), 'QUIT\r\n')
  await stage.stop()
})

t.test('a connection is not kept while it owes an answer', async (t) => {
  const stage = await setStage({ nextHop: { reuse: true }, limits: { unknownCommands: 1 } })
  const client = await stage.client()
  const hop = await greet(stage, client)
  await message(client, hop)
  client.send('VRFY someone\r\n')
  t.equal(await hop.line(), 'VRFY someone')
  client.send('FOO\r\nFOO\r\n')
  t.match(await client.closed(), /^451 .*\r\n500 .*\r\n421 /)
  // The next client would take the answer to VRFY for the one to its greeting.
  t.equal(await hop.closed(), '')
  await stage.stop()
})

/**
 * Clients that mean no good cost bounded memory and are let go: those that are slow, those that never read, those that
 * flood. Memory is that of this process, which holds the clients as well, so the bounds are generous.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { Test } from 'tap'
import { answerGreeting, greet, setStage, startMessage } from '../../dialog/smtp-peers.ts'
import type { Peer, Stage } from '../../dialog/smtp-peers.ts'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const mebibyte = 1_048_576

/** Memory in use that a leak or a queue would show in, in MiB. */
function inUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / mebibyte
}

const collect = (setFlagsFromString('--expose-gc'), runInNewContext('gc') as () => void)

/** What is held, without what only waits to be collected. */
function held(): number {
  collect()
  return inUse()
}

async function eventually(stage: Stage, name: string, times = 1): Promise<boolean> {
  for (let i = 0; i < 1500; i++) {
    if (stage.events.filter((e) => e.name === name).length >= times) return true
    await wait(10)
  }
  return false
}

t.test('slow-loris: an octet now and then sets no deadline back, at any stage', async (t) => {
  const stage = await setStage({ timeouts: { command: 300, data: 300, nextHop: 5000 } })
  const drips: [string, (client: Peer) => Promise<void>][] = [
    ['before EHLO', async (client) => void (await client.reply())],
    ['inside a transaction', async (client) => void (await greet(stage, client))],
    ['inside the data', async (client) => startMessage(client, await greet(stage, client))],
  ]
  for (const [where, begin] of drips) {
    const client = await stage.client()
    await begin(client)
    const begun = Date.now()
    const dripping = setInterval(() => client.socket.writable && client.send('x'), 20)
    t.match(await client.reply(), /^421 4\.4\.2 /, where)
    t.ok(Date.now() - begun < 5000, 'not after the last octet, but after the first')
    await client.closed()
    clearInterval(dripping)
  }
  t.equal(stage.events.filter((e) => e.name === 'client-dropped').length, drips.length)
  await stage.stop()
})

t.test('a client that sends commands and never reads', async (t) => {
  const stage = await setStage({
    timeouts: { command: 1000 },
    limits: { commands: 1_000_000, junkCommands: 1_000_000 },
  })
  const before = inUse()
  const clients = await Promise.all(Array.from({ length: 20 }, () => stage.client()))
  for (const client of clients) {
    await client.reply()
    client.socket.pause()
    // HELP has the longest reply for the shortest command.
    client.send('HELP\r\n'.repeat(200_000))
  }
  t.ok(await eventually(stage, 'client-dropped', clients.length), 'each is let go')
  t.ok(stage.events.every((e) => e.name !== 'session-failed'))
  // What the clients themselves queue to send is theirs: 1.2 MB each.
  t.ok(inUse() - before < 20 * 1.2 + 40, `MiB more: ${Math.round(inUse() - before)}`)
  await stage.stop()
})

t.test('a client that sends data faster than the next hop takes it', async (t) => {
  const stage = await setStage({ timeouts: { nextHop: 1000 } })
  const before = inUse()
  const block = Buffer.alloc(65_536, 'x'.repeat(62) + '\r\n')
  const clients = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const client = await stage.client()
      const hop = await greetNext(stage, client)
      await startMessage(client, hop)
      hop.socket.pause()
      return client
    }),
  )
  let most = 0
  for (let i = 0; i < 100; i++) {
    for (const client of clients) {
      if (i === 0) client.send('S: x\r\n\r\n')
      // A client that heeds back-pressure, so that the queue seen is not its own.
      if (client.socket.writableLength === 0) client.send(block)
    }
    await wait(2)
    most = Math.max(most, inUse() - before)
  }
  t.ok(most < 64, `MiB more, at most: ${Math.round(most)}`)
  t.ok(await eventually(stage, 'next-hop-error', clients.length), 'a next hop that takes nothing is given up')
  for (const client of clients) {
    client.send('\r\n.\r\n')
    t.match(await client.reply(), /^451 4\.4\.2 /)
  }
  await stage.stop()
})

/** Greets one client after another, so that each gets the connection that is its own. */
let turn: Promise<unknown> = Promise.resolve()
function greetNext(stage: Stage, client: Peer): Promise<Peer> {
  const mine = turn.then(() => greet(stage, client))
  turn = mine
  return mine
}

t.test('line ends to be repaired, faster than the next hop takes them', async (t) => {
  const stage = await setStage({ bareNewline: 'normalize', timeouts: { nextHop: 20_000 } })
  const clients = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const client = await stage.client()
      const hop = await greetNext(stage, client)
      await startMessage(client, hop)
      hop.socket.pause()
      client.send('S: x\r\n\r\n')
      return client
    }),
  )
  const before = inUse()
  const block = Buffer.alloc(65_536, '\n')
  let most = 0
  for (let i = 0; i < 300; i++) {
    for (const client of clients) if (client.socket.writableLength === 0) client.send(block)
    await wait(2)
    most = Math.max(most, inUse() - before)
  }
  t.ok(most < 64, `MiB more, at most: ${Math.round(most)}`)
  await stage.stop()
})

async function floods(t: Test, what: string, octets: string, wanted: RegExp): Promise<void> {
  const stage = await setStage({ timeouts: { command: 2000, data: 2000 } })
  const client = await stage.client()
  await client.reply()
  const before = inUse()
  client.send(octets)
  t.match(wanted.source.includes('421') ? await client.closed() : await client.reply(), wanted, what)
  t.ok(inUse() - before < 64, `${what}: MiB more: ${Math.round(inUse() - before)}`)
  t.notOk(stage.events.some((e) => e.name === 'session-failed'))
  await stage.stop()
}

t.test('floods of commands', async (t) => {
  await floods(t, 'a line of 8 MB without an end', 'x'.repeat(8_000_000), /^500 5\.5\.6 [^]*421 4\.7\.0 /)
  await floods(t, 'a line of 8 MB with an end', `${'x'.repeat(8_000_000)}\r\n`, /^500 5\.5\.6 /)
  await floods(t, 'NULs', '\0'.repeat(1_000_000), /^500 5\.5\.6 [^]*421 4\.7\.0 /)
  await floods(t, 'unknown commands', 'FOO\r\n'.repeat(21), /^500 5\.5\.1 /)
  await floods(t, 'TLS to a plain listener', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n', /^500 /)
  await floods(t, 'HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /^500 /)
  const stage = await setStage({ limits: { unknownCommands: 5, junkCommands: 12, commands: 30 } })
  for (const [line, wanted, last] of [
    ['FOO', /^500 /, /^421 4\.7\.0 Too many errors/],
    ['EHLO', /^501 /, /^421 4\.7\.0 Too many commands\r/],
    ['NOOP', /^250 /, /^421 4\.7\.0 Too many commands without a message/],
    ['HELP\r\nRSET', /^214 /, /^421 4\.7\.0 Too many commands without a message/],
    ['VRFY a\r\nEXPN b', /^503 /, /^421 4\.7\.0 Too many commands without a message/],
  ] as const) {
    const client = await stage.client()
    await client.reply()
    client.send(`${line}\r\n`.repeat(40))
    let reply = await client.reply()
    t.match(reply, wanted)
    while (!reply.startsWith('421')) reply = await client.reply()
    t.match(reply, last)
    t.equal(await client.closed(), '', 'and nothing after it')
  }
  await stage.stop()
})

t.test('commands that do nothing are counted anew behind each message', async (t) => {
  const stage = await setStage({ limits: { junkCommands: 12 } })
  const client = await stage.client()
  const hop = await greet(stage, client)
  for (let messages = 0; messages < 3; messages++) {
    for (let i = 0; i < 12; i++) t.match(await client.ask('NOOP'), /^250 /)
    await startMessage(client, hop)
    client.send('S: x\r\n\r\n.\r\n')
    await hop.upTo('\r\n.\r\n')
    hop.send('250 ok\r\n')
    await client.reply()
  }
  for (let i = 0; i < 12; i++) t.match(await client.ask('NOOP'), /^250 /)
  t.match(await client.ask('NOOP'), /^421 /)
  t.match(
    stage.events.find((e) => e.name === 'client-dropped'),
    { details: { reason: 'junk-commands' } },
  )
  await stage.stop()
})

t.test('header sections that many clients leave unfinished: what is held has a bound', async (t) => {
  const stage = await setStage({ limits: { headerSection: 262_144, heldSections: 1_048_576 } })
  const before = held()
  const section = Buffer.from('X-Field: of a section that does not end\r\n'.repeat(5000))
  const clients: Peer[] = []
  for (let i = 0; i < 40; i++) {
    const client = await stage.client()
    await startMessage(client, await greet(stage, client))
    client.send(section)
    clients.push(client)
  }
  await wait(200)
  const more = held() - before
  t.ok(more < 8, `MiB more: ${Math.round(more)}`)
  let refused = 0
  for (const client of clients.slice(10)) {
    client.send('\r\n.\r\n')
    if ((await client.reply()).startsWith('451 4.3.1 ')) refused++
  }
  t.equal(refused, 30, 'those for which there was no room are put off')
  t.match(
    stage.events.find((e) => e.name === 'message-refused'),
    { details: { reason: 'memory' } },
  )
  for (const client of clients) client.socket.destroy()
  await wait(100)
  // What was held is free again.
  const client = await stage.client()
  const hop = await greet(stage, client)
  await startMessage(client, hop)
  client.send(section)
  await wait(50)
  client.send('\r\n.\r\n')
  await hop.upTo('\r\n.\r\n')
  hop.send('250 ok\r\n')
  t.equal(await client.reply(), '250 ok\r\n')
  await stage.stop()
})

t.test('a header section without an end is judged by its first part, in constant memory', async (t) => {
  const stage = await setStage({ limits: { messageSize: 0, headerSection: 65_536 } })
  const client = await stage.client()
  const hop = await greet(stage, client)
  await startMessage(client, hop)
  // This next hop only looks for the end; kept octets would count as ours.
  let tail = ''
  hop.socket.removeAllListeners('data')
  hop.socket.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 5))).slice(-5)
    if (tail === '\r\n.\r\n') hop.send('250 ok\r\n')
  })
  const before = inUse()
  const fields = Buffer.from('X-Field: of a long section\r\n'.repeat(2400))
  let most = 0
  for (let sent = 0; sent < 24 * mebibyte; sent += fields.length) {
    if (!client.socket.write(fields)) await new Promise((resolve) => client.socket.once('drain', resolve))
    most = Math.max(most, inUse() - before)
  }
  t.ok(most < 64, `24 MiB of fields, MiB more at most: ${Math.round(most)}`)
  client.send('\r\n.\r\n')
  t.equal(await client.reply(), '250 ok\r\n')
  t.match(stage.records[0]?.decision.verdict, { state: 'unchecked', reason: 'header-too-large' })
  await stage.stop()
})

t.test('a next hop that floods with replies', async (t) => {
  const stage = await setStage({ timeouts: { nextHop: 2000 } })
  const client = await stage.client()
  await client.reply()
  client.send('EHLO c\r\n')
  const hop = await stage.hop.next()
  await answerGreeting(hop)
  await client.reply()
  const before = inUse()
  client.send('MAIL FROM:<a@b>\r\n')
  await hop.line()
  hop.send(`250-${'x'.repeat(60)}\r\n`.repeat(100_000))
  t.match(await client.reply(), /^451 4\.5\.0 /)
  t.ok(inUse() - before < 64)
  await stage.stop()
})

/**
 * Nothing lost: whatever the next hop does instead of answering, at each stage, the client gets no success, gets it in
 * time, and its next attempt goes through. Whatever the client does inside a message, the next hop sees no end of it.
 */
import t from 'tap'
import type { Test } from 'tap'
import { answerGreeting, setStage } from '../../dialog/smtp-peers.ts'
import type { Peer, Stage } from '../../dialog/smtp-peers.ts'

const stages = ['greeting', 'hello', 'mail', 'rcpt', 'data', 'inside the data', 'end of data'] as const
type At = (typeof stages)[number]

/** What the next hop does where its reply is due. */
const faults: Record<string, (hop: Peer) => void> = {
  closes: (hop) => hop.socket.end(),
  resets: (hop) => hop.socket.resetAndDestroy(),
  'says half a reply and closes': (hop) => hop.socket.end('250 2.0.0 O'),
  'says one line of two and closes': (hop) => hop.socket.end('250-2.0.0 Ok\r\n'),
  'says half a reply and no more': (hop) => hop.send('25'),
  'says garbage': (hop) => hop.send('\0\xff what?\r\n'),
  'says a code that is none': (hop) => hop.send('999 ok\r\n'),
  'says lines that contradict': (hop) => hop.send('250-ok\r\n550 no\r\n'),
  'never ends its line': (hop) => hop.send(`250-${'x'.repeat(40_000)}`),
  'says 421 and closes': (hop) => hop.socket.end('421 4.3.2 going down\r\n'),
  'says 421 and stays': (hop) => hop.send('421 4.3.2 going down\r\n'),
  'is silent': () => {},
  'says 354 too early': (hop) => hop.send('354 go on\r\n'),
}

/** The next hop's part up to a stage, where `play` takes its place. */
async function playHop(hop: Peer, at: At, play: (hop: Peer) => void): Promise<void> {
  if (at === 'greeting') return play(hop)
  hop.send('220 hop.example ESMTP\r\n')
  await hop.line()
  if (at === 'hello') return play(hop)
  hop.send('250 hop.example\r\n')
  for (const stage of ['mail', 'rcpt', 'data'] as const) {
    await hop.line()
    if (at === stage) return play(hop)
    hop.send(stage === 'data' ? '354 go on\r\n' : '250 ok\r\n')
  }
  await hop.upTo(at === 'inside the data' ? 'first line\r\n' : '\r\n.\r\n')
  play(hop)
}

const lines = ['EHLO client.example', 'MAIL FROM:<a@client.example>', 'RCPT TO:<b@hop.example>', 'DATA'] as const

/** The client's part; gives the reply that is not the usual one, or the final one. */
async function sendMessage(client: Peer, stage: Stage, at: At): Promise<string> {
  for (const line of lines) {
    const reply = await client.ask(line)
    if (!/^(2|354)/.test(reply)) return reply
  }
  client.send(`Subject: x\r\n\r\nfirst line\r\n${'and more of it\r\n'.repeat(500)}`)
  // The end comes once what the next hop does inside the data has been noticed.
  for (let i = 0; at === 'inside the data' && i < 1000; i++) {
    if (stage.events.some((e) => e.name === 'next-hop-error')) break
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  client.send('.\r\n')
  return client.reply()
}

/** A whole message through a next hop that is well again; gives the final reply. */
async function sendAgain(stage: Stage): Promise<string> {
  for (let i = 0; i < 200; i++) {
    const client = await stage.client()
    await client.reply()
    client.send('EHLO client.example\r\n')
    const answered = client.reply()
    const hop = await Promise.race([stage.hop.next(), answered.then(() => null)])
    if (hop !== null) {
      await answerGreeting(hop)
      await answered
      for (const line of lines.slice(1)) {
        client.send(`${line}\r\n`)
        await hop.line()
        hop.send(line === 'DATA' ? '354 go on\r\n' : '250 ok\r\n')
        await client.reply()
      }
      client.send('Subject: again\r\n\r\n.\r\n')
      await hop.upTo('\r\n.\r\n')
      hop.send('250 taken\r\n')
      return client.reply()
    }
    // The next hop is passed over for a moment after its failure.
    client.socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return 'never'
}

const ending = (peer: Peer): string => peer.text().slice(-8)
const relayed = (stage: Stage): boolean => stage.records.some((r) => r.disposition === 'relayed')

async function faultAt(t: Test, at: At, fault: string, play: (hop: Peer) => void): Promise<void> {
  const stage = await setStage({ timeouts: { nextHop: 250, command: 10_000 } })
  const client = await stage.client()
  await client.reply()
  const hopSide = stage.hop.next().then(async (hop) => {
    await playHop(hop, at, play)
    return hop
  })
  const reply = await sendMessage(client, stage, at)
  const hop = await hopSide
  const name = `${fault} at ${at}`
  t.match(reply, /^(451|421) /, name)
  if (at !== 'end of data') t.notMatch(ending(hop), /\r\n\.\r\n$/, `${name}: no end of data went out`)
  t.notOk(relayed(stage), `${name}: not recorded as relayed`)
  t.equal(await sendAgain(stage), '250 taken\r\n', `${name}: the next message goes through`)
  await stage.stop()
}

for (const at of stages) {
  t.test(`the next hop, where its reply to ${at} is due`, async (t) => {
    const cases = Object.entries(faults).filter(([fault]) => {
      if (at === 'data') return fault !== 'says 354 too early'
      // Silence while data comes is no fault: nothing is due.
      return at !== 'inside the data' || !/silent|half a reply and no more/.test(fault)
    })
    await Promise.all(cases.map(([fault, play]) => faultAt(t, at, fault, play)))
  })
}

t.test('a final reply in the middle of the data', async (t) => {
  for (const [early, wanted] of [
    ['552 5.3.4 too big\r\n', '552 5.3.4 too big\r\n'],
    ['421 4.3.2 going down\r\n', '421 4.3.2 going down\r\n'],
    ['452-4.3.1 no room\r\n452 4.3.1 try later\r\n', '452-4.3.1 no room\r\n452 4.3.1 try later\r\n'],
    ['250 taken\r\n', /^451 /],
    ['354 more\r\n', /^451 /],
  ] as const) {
    for (const closes of [true, false]) {
      const stage = await setStage({ timeouts: { nextHop: 2000, command: 10_000 } })
      const client = await stage.client()
      await client.reply()
      const hopSide = stage.hop.next().then(async (hop) => {
        await playHop(hop, 'inside the data', () => (closes ? hop.socket.end(early) : hop.send(early)))
        return hop
      })
      t.match(
        await sendMessage(client, stage, 'inside the data'),
        wanted,
        `${JSON.stringify(early)}${closes ? ' and close' : ''}`,
      )
      const hop = await hopSide
      await hop.closed()
      t.notMatch(ending(hop), /\r\n\.\r\n$/)
      t.notOk(relayed(stage))
      await stage.stop()
    }
  }
})

async function vanishAt(t: Test, place: string, octets: string, how: 'end' | 'destroy' | 'resetAndDestroy') {
  const stage = await setStage()
  const client = await stage.client()
  await client.reply()
  const hopSide = stage.hop.next().then(async (hop) => {
    await answerGreeting(hop)
    for (const reply of ['250 ok\r\n', '250 ok\r\n', '354 go on\r\n']) {
      await hop.line()
      hop.send(reply)
    }
    return hop
  })
  for (const line of lines) await client.ask(line)
  const hop = await hopSide
  client.send(octets)
  if (octets !== '') await new Promise((resolve) => setTimeout(resolve, 5))
  client.socket[how]()
  await hop.closed()
  t.notMatch(`\r\n${ending(hop)}`, /\r\n\.\r?\n?$/, `${place}, ${how}`)
  t.same(stage.records, [], `${place}, ${how}: nothing recorded as answered`)
  await stage.stop()
}

t.test('the client vanishes inside the message', async (t) => {
  const places: Record<string, string> = {
    'right after 354': '',
    'inside the header section': 'Subject: x\r\nFrom: so',
    'at the end of a field': 'Subject: x\r\n',
    'at the blank line': 'Subject: x\r\n\r\n',
    'inside the body': 'Subject: x\r\n\r\nbody\r\nmore',
    'after CR': 'Subject: x\r\n\r\nbody\r',
    'after CR LF': 'Subject: x\r\n\r\nbody\r\n',
    'after CR LF dot': 'Subject: x\r\n\r\nbody\r\n.',
    'after CR LF dot CR': 'Subject: x\r\n\r\nbody\r\n.\r',
    'after a dot that starts the data': '.',
    'after dot CR at the start of the data': '.\r',
  }
  for (const [place, octets] of Object.entries(places)) {
    await Promise.all((['end', 'destroy', 'resetAndDestroy'] as const).map((how) => vanishAt(t, place, octets, how)))
  }
})

t.test('a fault of ours while a reply of the next hop is dealt with ends that session only', async (t) => {
  const stage = await setStage({
    onMessage: () => {
      throw new Error('no room for the record')
    },
  })
  const client = await stage.client()
  await client.reply()
  const hopSide = stage.hop.next().then(async (hop) => {
    await playHop(hop, 'end of data', () => hop.send('250 taken\r\n'))
    return hop
  })
  t.equal(await sendMessage(client, stage, 'end of data'), '250 taken\r\n')
  t.match(await client.reply(), /^421 4\.3\.0 /)
  await (await hopSide).closed()
  t.ok(stage.events.some((e) => e.name === 'session-failed'))
  t.match(await (await stage.client()).reply(), /^220 /, 'and the next client is served')
  await stage.stop()
})

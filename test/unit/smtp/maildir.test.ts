/** The embedded next hop: real files from a real process. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startMaildir } from '../../../src/smtp/maildir.ts'
import { Peer } from '../../dialog/smtp-peers.ts'

const folder = mkdtempSync(join(tmpdir(), 'namesake-maildir-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

async function talk(url: string): Promise<Peer> {
  const peer = new Peer(connect({ path: url.replace('smtp+unix://', '') }))
  await peer.reply()
  await peer.ask('EHLO client.example')
  return peer
}

async function begin(peer: Peer, ...recipients: string[]): Promise<void> {
  await peer.ask('MAIL FROM:<a@client.example> BODY=8BITMIME SMTPUTF8')
  for (const to of recipients) await peer.ask(`RCPT TO:<${to}>`)
  await peer.ask('DATA')
}

t.test('a message becomes a file, whole or not at all', async (t) => {
  const path = join(folder, 'mail')
  const maildir = await startMaildir(path)
  const peer = await talk(maildir.url)
  t.match(await peer.ask('EHLO x'), /SMTPUTF8/)
  await begin(peer, 'b@hop.example', 'c@hop.example')
  peer.send(`Subject: \xc3\xa9\r\n\r\n..dot\r\n${'line\r\n'.repeat(30_000)}`)
  t.match(await peer.ask('.'), /^250 2\.0\.0 Ok: queued as/)
  const [name = ''] = readdirSync(join(path, 'new'))
  const text = readFileSync(join(path, 'new', name), 'latin1')
  t.ok(
    text.startsWith(
      'Return-Path: <a@client.example>\nDelivered-To: b@hop.example\nDelivered-To: c@hop.example\nSubject: \xc3\xa9\n\n.dot\nline\n',
    ),
  )
  t.notMatch(text, /\r/)
  t.equal(text.split('line\n').length, 30_001)
  await begin(peer, 'b@hop.example')
  peer.send('Subject: half\r\n\r\nhalf of it\r\n')
  peer.socket.destroy()
  for (let i = 0; i < 100 && readdirSync(join(path, 'tmp')).length > 0; i++) await new Promise((r) => setTimeout(r, 20))
  t.same([readdirSync(join(path, 'new')).length, readdirSync(join(path, 'tmp')).length], [1, 0])
  await maildir.close()
})

t.test('many at once get names of their own', async (t) => {
  const path = join(folder, 'many')
  const maildir = await startMaildir(path)
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const peer = await talk(maildir.url)
      for (let i = 0; i < 5; i++) {
        await begin(peer, 'b@hop.example')
        await peer.ask('Subject: x\r\n\r\n.')
      }
      peer.socket.destroy()
    }),
  )
  t.equal(readdirSync(join(path, 'new')).length, 50)
  await maildir.close()
})

t.test('a folder that can not be written: 451, then it can again', async (t) => {
  const path = join(folder, 'gone')
  const maildir = await startMaildir(path)
  rmSync(join(path, 'tmp'), { recursive: true })
  const peer = await talk(maildir.url)
  await begin(peer, 'b@hop.example')
  t.match(await peer.ask('Subject: x\r\n\r\n.'), /^451 4\.3\.0 /)
  mkdirSync(join(path, 'tmp'))
  await begin(peer, 'b@hop.example')
  t.match(await peer.ask('Subject: x\r\n\r\n.'), /^250 /)
  peer.socket.destroy()
  await maildir.close()
})

t.test('signals are for the daemon to answer', async (t) => {
  const children = (): string[] =>
    readdirSync('/proc/self/task').flatMap((task) =>
      readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' '),
    )
  const before = children()
  const path = join(folder, 'signals')
  const maildir = await startMaildir(path, {
    onDied: () => t.fail('it goes on'),
  })
  const [pid] = children().filter((child) => !before.includes(child))
  const peer = await talk(maildir.url)
  await begin(peer, 'b@hop.example')
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(Number(pid), signal)
  peer.send('Subject: half\r\n\r\n')
  t.match(await peer.ask('.'), /^250 /)
  t.equal(readdirSync(join(path, 'new')).length, 1)
  await peer.ask('QUIT')
  await maildir.close()
  t.notOk(children().includes(pid ?? ''), "its end is the daemon's to ask for")
})

t.test('a folder that can not be made is told at start', async (t) => {
  const path = join(folder, 'file')
  writeFileSync(path, '')
  await t.rejects(startMaildir(path), { code: 'next-hop-unavailable', message: /file.*(EEXIST|ENOTDIR)/ })
})

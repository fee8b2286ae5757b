import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { findProgram, run, skipUnless } from './peers/scratch.ts'
import { startSink } from './peers/sink.ts'
import { RawClient } from './peers/smtp-client.ts'

/** The log as an operator keeps it: without what the law wants hidden, with each connection, and rotated. */
const message = (id: string): string =>
  `From: "Jane Roe" <jane.roe77@secret.example>\r\nMessage-ID: <${id}@x>\r\n\r\nhello\r\n`

t.test('what log.redact names stands nowhere in the log', async (t) => {
  const sink = await startSink()
  t.teardown(() => sink.close())
  const more = 'log: { level: debug, redact: [client, helo, reversePath, messageId, fromName, fromAddress, person] }'
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}`, more })
  t.teardown(() => removeDaemon(daemon))
  const client = await RawClient.connect(daemon.smtpPort)
  await client.reply()
  await client.say('EHLO hidden-greeting.example')
  const replies = await client.transaction(message('hidden-id'), ['a@corp.example'], 'hidden-path@secret.example')
  t.match(replies.at(-1), /^250/)
  await client.quit()
  const line = await daemon.waitFor((line) => line['event'] === 'message')
  t.match(
    line,
    { verdict: 'detected', tier: 'certain', kind: 'exact', disposition: 'relayed' },
    'what happened is told',
  )
  await daemon.stop()
  const log = readFileSync(join(daemon.folder, 'log'), 'utf8')
  for (const word of [
    'hidden-greeting',
    'hidden-path',
    'secret.example',
    'hidden-id',
    'Jane Roe',
    'jane.roe77',
    '"u1"',
  ]) {
    t.notMatch(log, word, word)
  }
  t.notMatch(log.replace(/"(listeners|address|hop)":(\[[^\]]*\]|"[^"]*")/g, ''), '127.0.0.1', 'the client')
  t.match(sink.received[0]?.content.toString(), /^X-Namesake-Reason: .*Jane Roe/m, 'the message itself says it all')
})

t.test('at debug there is a line for each connection, opened and closed; at info there is none', async (t) => {
  const sink = await startSink()
  t.teardown(() => sink.close())
  for (const level of ['debug', 'info']) {
    const milter = await freePort()
    const more = `log: { level: ${level} }\nmilter: { listen: ["inet:127.0.0.1:${milter}"] }`
    const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}`, more })
    t.teardown(() => removeDaemon(daemon))
    for (let i = 0; i < 3; i++) await (await RawClient.hello(daemon.smtpPort)).quit()
    const mta = await RawClient.connect(milter)
    mta.socket.destroy()
    const count = (event: string): number => daemon.lines().filter((line) => line['event'] === event).length
    const wanted = level === 'debug' ? { smtp: 3, milter: 1 } : { smtp: 0, milter: 0 }
    if (level === 'debug') {
      await waitUntil('the last line', () =>
        count('connection-closed') + count('milter-closed') >= 4 ? true : undefined,
      )
    } else await daemon.stop()
    t.equal(count('connection-opened'), wanted.smtp, level)
    t.equal(count('connection-closed'), wanted.smtp, level)
    t.equal(count('milter-opened'), wanted.milter, level)
  }
})

const logrotate = findProgram('logrotate') === null ? 'logrotate is not installed (Debian: logrotate)' : null

t.test('a log file is rotated by copytruncate while mail flows', skipUnless(logrotate), async (t) => {
  const sink = await startSink()
  t.teardown(() => sink.close())
  // The daemon's output goes to a file that was opened for appending, as a shell's `>>` or systemd's `append:` does.
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}` })
  t.teardown(() => removeDaemon(daemon))
  const log = join(daemon.folder, 'log')
  const client = await RawClient.hello(daemon.smtpPort)
  await client.transaction(message('before'), ['a@corp.example'])
  await daemon.waitFor((line) => line['messageId'] === '<before@x>')
  const settings = join(daemon.folder, 'logrotate.conf')
  const text = readFileSync(join(import.meta.dirname, '../../deploy/systemd/logrotate.conf'), 'utf8')
  writeFileSync(settings, `su root root\n${text.replace(/^\/var\/log\/\S+/m, log)}`, { mode: 0o644 })
  const rotated = await run('logrotate', ['--force', '--state', join(daemon.folder, 'state'), settings])
  t.equal(rotated.code, 0, rotated.output)
  t.ok(existsSync(`${log}.1`))
  await client.transaction(message('after'), ['a@corp.example'])
  await daemon.waitFor((line) => line['messageId'] === '<after@x>')
  await client.quit()
  const old = readFileSync(`${log}.1`, 'utf8')
  t.match(old, '<before@x>')
  t.notMatch(readFileSync(log), /^\0/, 'it goes on at the beginning of the file')
  t.notMatch(readFileSync(log, 'utf8'), '<before@x>')
})

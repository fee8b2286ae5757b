import { join } from 'node:path'
import t from 'tap'
import { removeDaemon, startDaemon, type Daemon, type DaemonOptions } from './peers/daemon.ts'
import { SmtpClient } from './peers/mta-client.ts'
import { postfixMissing, startPostfix } from './peers/postfix.ts'
import { makeScratch, removeScratch, skipUnless, until } from './peers/scratch.ts'
import { freePorts } from './peers/ports.ts'

/** The shipped daemon behind Postfix: log line, metrics, drain, and what a killed daemon leaves behind. */
const jane = 'From: Jane Roe <jane@mail.example>\nTo: b@corp.example\n\nText\n'
const from = 'a@mail.example'
const to = ['b@corp.example']

t.test('the daemon behind Postfix', skipUnless(postfixMissing()), async (t) => {
  const folder = makeScratch('milter-daemon')
  t.teardown(() => removeScratch(folder))
  const socket = join(folder, 'milter.sock')
  const [port = 0] = await freePorts(1)
  const options: DaemonOptions = {
    relay: 'smtp://127.0.0.1:9',
    workers: 2,
    more: `milter:\n  listen: ["inet:127.0.0.1:${port}", { address: "unix:${socket}", mode: "0666" }]\n`,
  }
  const inet = `inet:127.0.0.1:${port}`
  const quick = { milter_connect_timeout: '5s', milter_command_timeout: '10s', milter_content_timeout: '20s' }
  const postfix = await startPostfix({
    main: quick,
    listeners: {
      tempfail: { smtpd_milters: inet, milter_default_action: 'tempfail' },
      accept: { smtpd_milters: inet, milter_default_action: 'accept' },
      unix: { smtpd_milters: `unix:${socket}`, milter_default_action: 'tempfail' },
    },
  })
  t.teardown(() => postfix.stop())
  let daemon: Daemon = await startDaemon(options)
  let starts = 1
  const restart = async (): Promise<void> => {
    daemon = await startDaemon({ ...options, folder: daemon.folder, smtpPort: daemon.smtpPort, wait: false })
    starts += 1
    await until(
      'the new daemon is up',
      () => daemon.lines().filter((line) => line['event'] === 'started').length === starts,
    )
  }
  t.teardown(() => removeDaemon(daemon))

  await t.test('a line in the log and a count', async (t) => {
    const client = await SmtpClient.connect(postfix.ports['unix'] ?? 0)
    t.match(await client.message(from, to, jane), /^250/)
    const line = await daemon.waitFor((entry) => entry['event'] === 'message')
    t.match(line, {
      entrance: 'milter',
      client: '127.0.0.1',
      helo: 'client.example',
      reversePath: from,
      recipients: 1,
      verdict: 'detected',
      kind: 'exact',
      disposition: 'relayed',
      queueId: /^\w{6,}$/,
    })
    await until('the count is up', async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${daemon.opsPort}/metrics`)).text()
      return /namesake_messages_total\{[^}]*entrance="milter"[^}]*\} 1/.test(metrics)
    })
    await client.quit()
  })

  await t.test('SIGTERM: a message under way is finished, then the daemon ends', async (t) => {
    const client = await SmtpClient.connect(postfix.ports['tempfail'] ?? 0)
    await client.say(`MAIL FROM:<${from}>`)
    t.match(await client.say('RCPT TO:<b@corp.example>'), /^250/)
    const ended = daemon.stop('SIGTERM')
    await daemon.waitFor((entry) => entry['event'] === 'stopping')
    t.match(await client.say('DATA'), /^354/)
    client.send(`${jane.replaceAll('\n', '\r\n')}.\r\n`)
    t.match(await client.reply(), /^250/)
    t.equal(await ended, 0)
    t.match(await client.message(from, to, jane), /^4/, 'and the next one waits for a new daemon')
    client.vanish()
  })

  await t.test('kill -9 under load: what was promised is kept, and nothing hangs', async (t) => {
    await restart()
    postfix.clear()
    const replies: { listener: string; reply: string }[] = []
    let running = true
    const load = async (listener: string): Promise<void> => {
      while (running) {
        const client = await SmtpClient.connect(postfix.ports[listener] ?? 0)
        for (let i = 0; i < 5 && running; i++) {
          const reply = await client.message(from, to, jane)
          replies.push({ listener, reply })
          if (!reply.startsWith('250')) break
        }
        await client.quit()
      }
    }
    const clients = ['tempfail', 'accept', 'unix', 'tempfail', 'accept', 'unix'].map(load)
    await until('mail flows', () => replies.filter(({ reply }) => reply.startsWith('250')).length > 30)
    await daemon.stop('SIGKILL')
    const before = replies.length
    await until('each listener answered after the end', () =>
      ['tempfail', 'accept', 'unix'].every((name) =>
        replies.slice(before + 12).some(({ listener }) => listener === name),
      ),
    )
    running = false
    await Promise.all(clients)
    const of = (names: string[], pattern: RegExp): number =>
      replies.filter(({ listener, reply }) => names.includes(listener) && pattern.test(reply)).length
    t.equal(of(['accept'], /^250/), of(['accept'], /^/), 'accept: every message is taken')
    t.equal(
      of(['tempfail', 'unix'], /^(250|451)/),
      of(['tempfail', 'unix'], /^/),
      'tempfail: taken or put off, nothing else',
    )
    t.ok(of(['tempfail', 'unix'], /^451/) > 0)
    const promised = replies.filter(({ reply }) => reply.startsWith('250')).length
    const delivered = await postfix.waitForMessages(promised)
    t.equal(delivered.length, promised, 'as many delivered as were promised')
  })

  await t.test('a new daemon takes over the socket that the killed one left', async (t) => {
    await restart()
    postfix.clear()
    const client = await SmtpClient.connect(postfix.ports['unix'] ?? 0)
    t.match(await client.message(from, to, jane), /^250/)
    await client.quit()
    t.match((await postfix.waitForMessages(1))[0]?.toString(), /^X-Namesake: detected/m)
  })
})

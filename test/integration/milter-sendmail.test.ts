import t from 'tap'
import { playCases } from './milter-cases.ts'
import { startMilterStand } from './milter-stand.ts'
import { makeScratch, removeScratch, skipUnless, until } from './peers/scratch.ts'
import { sendmailMissing, startSendmail } from './peers/sendmail.ts'
import { startSink } from './peers/sink.ts'

t.test('Sendmail', skipUnless(await sendmailMissing()), async (t) => {
  // Sendmail refuses a socket that lies below a folder which everybody may write to, as the temporary one is.
  const folder = makeScratch('milter', '/run')
  t.teardown(() => removeScratch(folder))
  const stand = await startMilterStand(folder)
  t.teardown(() => stand.server.close({ drain: 0 }))
  const sink = await startSink()
  t.teardown(() => sink.close())
  for (const [transport, milter] of [
    ['tcp', `inet:${stand.port}@127.0.0.1`],
    ['unix', `local:${stand.socket}`],
  ] as const) {
    await t.test(`over ${transport}`, async (t) => {
      const sendmail = await startSendmail({ milter, sinkPort: sink.port })
      t.teardown(() => sendmail.stop())
      let seen = sink.received.length
      await playCases(
        t,
        {
          port: sendmail.port,
          next: async () => {
            const message = await until('a message arrives', () => sink.received[seen])
            seen = sink.received.length
            return message.content.toString().replaceAll('\r\n', '\n')
          },
          held: () => sendmail.queued().filter((name) => name.startsWith('hf')).length,
          smtputf8: false,
        },
        stand,
      )
    })
  }
})

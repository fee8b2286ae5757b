import t from 'tap'
import { SmtpClient } from './peers/mta-client.ts'
import { playCases } from './milter-cases.ts'
import { startMilterStand } from './milter-stand.ts'
import { postfixMissing, startPostfix } from './peers/postfix.ts'
import { makeScratch, removeScratch, skipUnless, until } from './peers/scratch.ts'

t.test('Postfix', skipUnless(postfixMissing()), async (t) => {
  const folder = makeScratch('milter')
  t.teardown(() => removeScratch(folder))
  const stand = await startMilterStand(folder)
  t.teardown(() => stand.server.close({ drain: 0 }))
  const inet = `inet:127.0.0.1:${stand.port}`
  const postfix = await startPostfix({
    main: { milter_default_action: 'tempfail', non_smtpd_milters: inet },
    listeners: {
      tcp: { smtpd_milters: inet },
      unix: { smtpd_milters: `unix:${stand.socket}` },
      // Two milters in a row: what the first one adds comes to the second one as a field of the message.
      twice: { smtpd_milters: `${inet}, unix:${stand.socket}` },
      old: { smtpd_milters: inet, milter_protocol: '2' },
    },
  })
  t.teardown(() => postfix.stop())
  const seen = new Set<string | undefined>()
  // A message for two recipients comes as two copies, which share the queue id of the first Received field.
  const queueId = (text: string): string | undefined => /\bid (\w+)/.exec(text.slice(text.indexOf('Received:')))?.[1]
  const next = async (): Promise<string> => {
    const message = await until('a message arrives', () =>
      postfix
        .messages()
        .map(String)
        .find((text) => !seen.has(queueId(text))),
    )
    seen.add(queueId(message))
    return message
  }
  for (const transport of ['tcp', 'unix']) {
    await t.test(`over ${transport}`, async (t) =>
      playCases(
        t,
        {
          port: postfix.ports[transport] ?? 0,
          next,
          held: () => postfix.queued('hold').length,
          smtputf8: true,
        },
        stand,
      ),
    )
  }

  await t.test('two in a row', async (t) => {
    const client = await SmtpClient.connect(postfix.ports['twice'] ?? 0)
    const text = 'From: Jane Roe <jane@mail.example>\nX-Namesake: forged\n\nText\n'
    t.match(await client.message('a@mail.example', ['b@corp.example'], text), /^250/)
    await client.quit()
    const found = (await next()).split('\n').filter((line) => line.startsWith('X-Namesake'))
    t.equal(found.length, 2, 'the second one takes out what the first one put in')
    t.match(found[0], /^X-Namesake: detected/)
  })

  await t.test('protocol version 2', async (t) => {
    const client = await SmtpClient.connect(postfix.ports['old'] ?? 0)
    const text = 'From: Jane Roe\n <jane@mail.example>\nX-Namesake: forged\n\nText\n'
    t.match(await client.message('a@mail.example', ['b@corp.example'], text), /^250/)
    await client.quit()
    const message = await next()
    t.match(message, /^X-Namesake: detected; tier=certain; kind=exact; action=tag; id=e\d+$/m)
    t.notMatch(message, /forged/)
  })

  await t.test('submitted by the sendmail command', async (t) => {
    await postfix.submit('a@mail.example', 'b@corp.example', 'From: Jane Roe <jane@mail.example>\n\nText\n')
    t.match(await next(), /^X-Namesake: detected/m)
    t.match(stand.records.at(-1), { client: '127.0.0.1', disposition: 'relayed' })
  })

  await t.test('held mail keeps its fields', async (t) => {
    const [id = ''] = postfix.queued('hold')
    const { output } = await postfix.command('postcat', '-qh', id)
    t.match(output, /^X-Namesake: detected; tier=certain; kind=exact; action=quarantine/m)
    t.match(output, /^X-Namesake-Reason: Protected Name Quinn Quay should not appear as/m)
  })
  t.notMatch(postfix.log(), /warning: milter/, 'Postfix found nothing to complain about')
})

/**
 * Ends of data that some servers believe in (SMTP smuggling), sent through Namesake to a real Postfix that takes bare
 * line ends in each of its ways: never two messages from one, and nothing arrives that was refused.
 */
import { spawnSync } from 'node:child_process'
import t from 'tap'
import { vectors } from '../dialog/smuggling-vectors.ts'
import { removeDaemon, startDaemon } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { postfixMissing, startPostfix } from './peers/postfix.ts'
import type { Postfix } from './peers/postfix.ts'
import { findProgram, until } from './peers/scratch.ts'
import { RawClient } from './peers/smtp-client.ts'

const missing = postfixMissing() ?? bareNewlineUnknown()
const skip = missing === null ? {} : { skip: missing }

const places = { 'body text': 'Subject: x\r\n\r\nbody', 'a header field': 'Subject: x', '354': '' }

/** What Postfix does about a bare LF (smtpd_forbid_bare_newline; all three since 3.7.10, 3.8.5 and 3.9). */
const handlings = ['no', 'normalize', 'reject'] as const
const modes = ['reject', 'normalize'] as const

/** What keeps this Postfix from the test, or null. */
function bareNewlineUnknown(): string | null {
  const asked = spawnSync(findProgram('postconf') ?? 'postconf', ['-d', 'smtpd_forbid_bare_newline_reject_code'], {
    encoding: 'utf8',
  })
  return asked.stdout.includes('=') ? null : 'this Postfix knows no smtpd_forbid_bare_newline = normalize'
}

/** The second message, whose recipient nobody else writes to. */
const smuggled = [
  'MAIL FROM:<evil@client.example>',
  'RCPT TO:<victim@corp.example>',
  'DATA',
  'Message-ID: <smuggled@client.example>',
  '',
  '',
].join('\r\n')

/** One message with a vector in it and a transaction behind it; gives the final reply, and what comes after it. */
async function smuggle(client: RawClient, id: string, before: string, vector: string): Promise<[string, string]> {
  await client.say('MAIL FROM:<sender@client.example>')
  await client.say(`RCPT TO:<${id}@corp.example>`)
  await client.say('DATA')
  client.send(`${before}${vector}${smuggled}\r\n.\r\n`)
  const reply = await client.reply()
  return [reply, await client.say('NOOP')]
}

/** Waits until Postfix has nothing under way, and gives the recipients of what was delivered. */
async function delivered(postfix: Postfix, count: number): Promise<string[]> {
  await postfix.waitForMessages(count)
  await until('the queue is empty', () =>
    ['incoming', 'active', 'deferred'].every((q) => postfix.queued(q).length === 0),
  )
  return postfix.messages().map((m) => /^Delivered-To: (.*)@corp\.example$/m.exec(m.toString('latin1'))?.[1] ?? '?')
}

t.test('smuggling through Namesake to Postfix', skip, async (t) => {
  const listeners = Object.fromEntries(handlings.map((value) => [value, { smtpd_forbid_bare_newline: value }]))
  const main = {
    smtpd_forbid_bare_newline_exclusions: '',
    smtpd_soft_error_limit: '1000',
    smtpd_hard_error_limit: '2000',
  }
  const postfix = await startPostfix({ listeners, main })
  t.teardown(() => postfix.stop())
  const port = (handling: string): number => postfix.ports[handling] as number

  await t.test('without Namesake the vectors are real, and Postfix does as it is told', async (t) => {
    const direct = async (handling: string): Promise<string> => {
      const client = await RawClient.hello(port(handling))
      const [reply] = await smuggle(client, handling, 'Subject: x\r\n\r\nbody', '\n.\n')
      await client.quit()
      return reply
    }
    t.match(await direct('reject'), /^550 5\.5\.2 /)
    t.match(await direct('normalize'), /^250 2\.0\.0 Ok: queued/)
    t.match(await direct('no'), /^250 2\.0\.0 Ok: queued/)
    t.same((await delivered(postfix, 3)).sort(), ['no', 'normalize', 'victim'], 'two messages from one')
  })

  const pairs = handlings.flatMap((handling) => modes.map((bareNewline) => ({ handling, bareNewline })))
  // Together, as most of the time goes into their start.
  const daemons = await Promise.all(
    pairs.map(({ handling, bareNewline }) =>
      startDaemon({ relay: `smtp://127.0.0.1:${port(handling)}`, smtp: `  bareNewline: ${bareNewline}` }),
    ),
  )
  t.teardown(() => Promise.all(daemons.map(removeDaemon)))

  for (const [index, { handling, bareNewline }] of pairs.entries()) {
    await t.test(`Postfix: ${handling}, Namesake: ${bareNewline}`, async (t) => {
      postfix.clear()
      const { smtpPort } = daemons[index] as Daemon
      const client = await RawClient.hello(smtpPort)
      const accepted: string[] = []
      for (const [number, vector] of vectors.entries()) {
        for (const [place, before] of Object.entries(places)) {
          const id = `v${number}-${place.length}`
          const [reply, next] = await smuggle(client, id, before, vector)
          const name = `${JSON.stringify(vector)} after ${place}`
          const passes = bareNewline === 'normalize' && !vector.includes('\0')
          if (reply.startsWith('250')) accepted.push(id)
          if (!reply.startsWith(passes ? '250 ' : '550 5.6.11 ')) t.fail(name, { reply })
          if (!next.startsWith('250 2.0.0 Ok')) t.fail(`${name}: the session is out of step`, { next })
        }
      }
      await client.quit()
      // A last message, so that all before it has come through, or never will.
      const last = await RawClient.hello(smtpPort)
      await last.transaction('Subject: last\r\n\r\nbody\r\n', ['last@corp.example'])
      await last.quit()
      const wanted = [...accepted, 'last'].sort()
      t.same((await delivered(postfix, wanted.length)).sort(), wanted, 'one message for each that was accepted')
      t.equal(
        accepted.length,
        bareNewline === 'reject' ? 0 : vectors.filter((vector) => !vector.includes('\0')).length * 3,
      )
    })
  }
})

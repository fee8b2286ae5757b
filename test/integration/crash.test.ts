import { createHash, randomBytes } from 'node:crypto'
import { SMTPServer } from 'smtp-server'
import t from 'tap'
import { removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { RawClient } from './peers/smtp-client.ts'

/**
 * kill -9 under load: whatever a client saw acknowledged is at the next hop, whole. Nine of ten kills hit a worker,
 * the tenth the whole daemon, which is started again. NAMESAKE_KILLS sets how many.
 */
const kills = Number(process.env['NAMESAKE_KILLS'] ?? 20)
const senders = 8

/** The next hop: an independent server that keeps the digest of each message by its id. */
async function startNextHop(): Promise<{ port: number; arrived: Map<string, string[]>; close: () => Promise<void> }> {
  const arrived = new Map<string, string[]>()
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    hideENHANCEDSTATUSCODES: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('latin1')
        const id = /^Message-ID: <(.*)>\r$/m.exec(text)?.[1] ?? 'none'
        const original = text.replace(/^(X-Namesake.*\r\n(?:[ \t].*\r\n)*)+/, '')
        arrived.set(id, [...(arrived.get(id) ?? []), digest(original)])
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    arrived,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}

function makeMessage(id: string): string {
  const body = randomBytes(1 + Math.floor(Math.random() * 60_000))
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n')
  return `From: Olivia Outsider <o@partner.example>\r\nMessage-ID: <${id}>\r\nSubject: load\r\n\r\n${body}\r\n`
}

t.test(`nothing acknowledged is lost over ${kills} kills`, { timeout: 60_000 + kills * 5_000 }, async (t) => {
  const nextHop = await startNextHop()
  t.teardown(() => nextHop.close())
  let running = true
  const smtpPort = await freePort()
  const options = { relay: `smtp://127.0.0.1:${nextHop.port}`, workers: 2, smtpPort }
  let daemon: Daemon = await startDaemon(options)
  t.teardown(() => {
    running = false
    return removeDaemon(daemon)
  })

  const acknowledged = new Map<string, string>()
  let sent = 0
  let refused = 0
  let broken = 0

  async function send(): Promise<void> {
    let client: RawClient | null = null
    while (running) {
      try {
        client ??= await RawClient.hello(smtpPort)
        const id = `${sent++}@load.example`
        const message = makeMessage(id)
        const reply = (await client.transaction(message, ['max@corp.example'])).at(-1) ?? ''
        if (/^250[ -]/.test(reply) && reply.endsWith('\n')) acknowledged.set(id, digest(message))
        else if (/^[45]/.test(reply)) refused++
        else broken++
        if (client.closed) client = null
      } catch {
        client = null
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    await client?.quit()
  }

  /** Lines of the log when this daemon started: what stands before was of an earlier one, whose workers are gone. */
  let earlier = 0

  function livingWorkers(): number[] {
    const alive = new Set<number>()
    for (const line of daemon.lines().slice(earlier)) {
      if (line['event'] === 'worker-started') alive.add(line['worker'] as number)
      if (line['event'] === 'worker-died') alive.delete(line['worker'] as number)
    }
    return [...alive]
  }

  const load = Array.from({ length: senders }, () => send())
  let workerKills = 0
  let daemonKills = 0
  while (workerKills + daemonKills < kills) {
    // Only a kill under load counts: mail has got through since the last one, and more is on its way.
    const before = acknowledged.size
    await waitUntil(
      'mail to get through after a kill',
      () => (acknowledged.size >= before + 4 ? true : undefined),
      60_000,
    )
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
    if ((workerKills + daemonKills) % 10 === 9) {
      // The whole daemon: the primary, and each worker with it.
      const workers = livingWorkers()
      daemon.child.kill('SIGKILL')
      for (const pid of workers) killQuietly(pid)
      await daemon.stop('SIGKILL')
      daemonKills++
      earlier = daemon.lines().length
      daemon = await startDaemon({ ...options, folder: daemon.folder })
    } else {
      const workers = livingWorkers()
      const victim = workers[Math.floor(Math.random() * workers.length)]
      if (victim !== undefined && killQuietly(victim)) workerKills++
    }
  }
  running = false
  await Promise.all(load)

  const lost = [...acknowledged].filter(([id, wanted]) => !(nextHop.arrived.get(id) ?? []).includes(wanted))
  const damaged = [...nextHop.arrived].filter(([id, all]) => {
    const wanted = acknowledged.get(id)
    return wanted !== undefined && all.some((one) => one !== wanted)
  })
  const doubled = [...nextHop.arrived.values()].filter((all) => all.length > 1).length
  t.comment(
    `kills: ${workerKills} of workers, ${daemonKills} of the daemon; messages: ${sent} begun, ${acknowledged.size} acknowledged, ` +
      `${refused} refused, ${broken} broken off, ${nextHop.arrived.size} arrived, ${doubled} doubled`,
  )
  t.same(lost, [], 'every acknowledged message arrived, whole')
  t.same(damaged, [], 'nothing arrived in another shape')
  t.ok(acknowledged.size > kills, 'the load was real: more messages got through than processes were killed')
  t.ok(workerKills > 0 && daemonKills > 0, 'both sorts of kill happened')
})

function killQuietly(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}

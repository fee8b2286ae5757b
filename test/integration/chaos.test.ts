/**
 * Nothing lost, under everything at once: faults of clients and of the next hop, workers killed, protection.yaml edited
 * well and badly, people synchronised, SIGHUP. What each attempt meets follows from the seed and the attempt's name.
 *
 *   NAMESAKE_CHAOS=1800      seconds (default 20)
 *   NAMESAKE_CHAOS_SEED=N    the plans of an earlier run again
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { randomFrom } from '../fuzz/mutate.ts'
import { peopleYaml, protectionYaml, removeDaemon, startDaemon } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { digest, startFaultyHop } from './peers/faulty-hop.ts'
import type { HopFault, HopPlan } from './peers/faulty-hop.ts'
import { RawClient } from './peers/smtp-client.ts'

const seconds = Number(process.env['NAMESAKE_CHAOS'] ?? 20)
const seed = Number(process.env['NAMESAKE_CHAOS_SEED'] ?? Date.now() % 1_000_000)
const senders = 12
const attemptsEach = 12

/** The n-th random number of an attempt, whatever else happens at the time. */
function randomOf(name: string): () => number {
  let hash = seed
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return randomFrom(hash)
}

const anywhere: readonly HopFault[] = ['close', 'reset', 'silence', 'half a reply', 'garbage', '421', '451']
const faults: Record<HopPlan['stage'], readonly HopFault[]> = {
  mail: anywhere,
  rcpt: anywhere,
  data: anywhere,
  inside: ['early 452', 'early close', 'reset', 'silence', 'garbage'],
  end: [...anywhere, 'takes it and closes', 'takes it and resets', 'takes it and is silent'],
}

function hopPlan(attempt: string): HopPlan {
  const random = randomOf(`hop ${attempt}`)
  if (random() < 0.6) return { stage: 'end', fault: 'none' }
  const stages = Object.keys(faults) as HopPlan['stage'][]
  const stage = stages[Math.floor(random() * stages.length)] ?? 'end'
  const fault = faults[stage][Math.floor(random() * faults[stage].length)] ?? 'none'
  return { stage, fault }
}

interface Attempt {
  readonly name: string
  readonly digest: string
  /** The final reply; empty if none came. */
  reply: string
  vanished: boolean
}

function messageOf(name: string): string {
  const random = randomOf(`message ${name}`)
  const lines = Array.from({ length: 3 + Math.floor(random() * 400) }, (_, i) =>
    random() < 0.05 ? '.' : `line ${i} ${'x'.repeat(Math.floor(random() * 80))}`,
  )
  return `From: Olivia Outsider <o@partner.example>\r\nSubject: ${name}\r\n\r\n${lines.join('\r\n')}\r\n`
}

/** Sends one attempt on a client's connection; gives whether the connection can be used again. */
async function send(client: RawClient, attempt: Attempt, message: string): Promise<boolean> {
  const random = randomOf(`client ${attempt.name}`)
  const octets = `${message.replace(/^\./gm, '..')}.\r\n`
  const vanishesAt = random() < 0.15 ? Math.floor(random() * octets.length) : -1
  for (const line of [`MAIL FROM:<${attempt.name}@client.example>`, 'RCPT TO:<r@hop.example>', 'DATA']) {
    const reply = await client.say(line)
    if (/^(250|354)/.test(reply)) continue
    attempt.reply = reply
    if (reply.startsWith('4') && !reply.startsWith('421')) return /^2/.test(await client.say('RSET'))
    return false
  }
  if (vanishesAt >= 0) {
    attempt.vanished = true
    client.send(octets.slice(0, vanishesAt))
    if (random() < 0.5) client.socket.destroy()
    else client.socket.resetAndDestroy()
    return false
  }
  for (let at = 0; at < octets.length;) {
    const size = 1 + Math.floor(random() ** 3 * 8000)
    client.send(octets.slice(at, at + size))
    at += size
    if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 10))
  }
  attempt.reply = await client.reply()
  return /^[245](?!21)/.test(attempt.reply)
}

/** One MTA: sends messages, and each again until it is taken. */
async function sender(port: () => number, index: number, running: () => boolean, all: Attempt[]): Promise<void> {
  let client: RawClient | null = null
  for (let i = 0; running(); i++) {
    for (let n = 0; n < attemptsEach; n++) {
      const name = `s${index}-m${i}-a${n}`
      const message = messageOf(name)
      const attempt: Attempt = { name, digest: digest(message), reply: '', vanished: false }
      all.push(attempt)
      try {
        client ??= await RawClient.hello(port())
        if (!(await send(client, attempt, message))) {
          client.socket.destroy()
          client = null
        }
      } catch {
        // A refused connection or a worker that died under us: an MTA tries again.
        client?.socket.destroy()
        client = null
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      if (attempt.reply.startsWith('2')) break
      if (!running()) break
    }
  }
  client?.socket.destroy()
}

/** Kills, edits, signals, one after another; gives how many of each. */
async function disturb(daemon: Daemon, running: () => boolean): Promise<Record<string, number>> {
  const done: Record<string, number> = { kills: 0, edits: 0, 'bad edits': 0, people: 0, hangups: 0 }
  const random = randomOf('disturbances')
  const protection = join(daemon.folder, 'protection.yaml')
  for (let i = 0; running(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 200 + random() * 600))
    const kind = Object.keys(done)[Math.floor(random() * 5)] ?? 'edits'
    if (kind === 'kills') {
      const workers = livingWorkers(daemon)
      const victim = workers[Math.floor(random() * workers.length)]
      if (victim === undefined) continue
      process.kill(victim, 'SIGKILL')
    } else if (kind === 'edits') writeFileSync(protection, `${protectionYaml}# ${i}\nactions: { certain: reject }\n`)
    else if (kind === 'bad edits') writeFileSync(protection, 'protect: [ this is: not\n\tyaml')
    else if (kind === 'people') {
      const more = `  - { id: n${i}, displayName: New Person${i}, mail: n${i}@corp.example }`
      writeFileSync(join(daemon.folder, 'people.yaml'), peopleYaml.replace(/^groups:/m, `${more}\ngroups:`))
    } else daemon.child.kill('SIGHUP')
    done[kind] = (done[kind] ?? 0) + 1
  }
  return done
}

/** Pids of workers that have started and have not gone, as the log has them. */
function livingWorkers(daemon: Daemon): number[] {
  const pids = new Set<number>()
  for (const line of daemon.lines()) {
    if (line['event'] === 'worker-started') pids.add(Number(line['worker']))
    if (line['event'] === 'worker-died') pids.delete(Number(line['worker']))
  }
  return [...pids].filter((pid) => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  })
}

t.test(`chaos for ${seconds} s, seed ${seed}`, { timeout: (seconds + 90) * 1000 }, async (t) => {
  const hop = await startFaultyHop(hopPlan)
  t.teardown(() => hop.close())
  const daemon = await startDaemon({
    relay: `smtp://127.0.0.1:${hop.port}`,
    workers: 2,
    smtp: '  timeouts: { command: 5s, data: 10s, nextHop: 2s }\n',
  })
  t.teardown(() => removeDaemon(daemon))
  let running = true
  const goesOn = (): boolean => running
  const attempts: Attempt[] = []
  const load = Array.from({ length: senders }, (_, i) => sender(() => daemon.smtpPort, i, goesOn, attempts))
  const disturbances = disturb(daemon, goesOn)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  running = false
  await Promise.all(load)
  const disturbed = await disturbances

  const taken = new Map<string, { digests: string[]; answered: boolean }>()
  for (const { attempt, digest: got, answered } of hop.taken) {
    const known = taken.get(attempt) ?? { digests: [], answered: false }
    taken.set(attempt, { digests: [...known.digests, got], answered: known.answered || answered })
  }
  const acknowledged = attempts.filter((a) => a.reply.startsWith('2'))
  const lost = acknowledged.filter((a) => taken.get(a.name)?.digests[0] !== a.digest)
  const twice = attempts.filter((a) => (taken.get(a.name)?.digests.length ?? 0) > 1)
  const damaged = attempts.filter((a) => taken.get(a.name)?.digests.some((d) => d !== a.digest))
  const incomplete = attempts.filter((a) => a.vanished && taken.has(a.name))
  // A reply that comes when its time is over is a lost one: this machine may be that busy.
  const told = (a: Attempt): boolean => /^[45]/.test(a.reply) && !a.reply.startsWith('451 4.4.2 ')
  const lied = attempts.filter((a) => told(a) && taken.get(a.name)?.answered === true)
  const forGood = attempts.filter((a) => a.reply.startsWith('5'))
  const resent = attempts.filter((a) => !a.reply.startsWith('2') && taken.has(a.name))
  t.comment(
    `seed ${seed}: ${attempts.length} sent, ${acknowledged.length} acknowledged, ${taken.size} arrived, ` +
      `${resent.length} arrived whose reply was lost, ${attempts.filter((a) => a.vanished).length} vanished; ${JSON.stringify(disturbed)}`,
  )
  const names = (list: readonly Attempt[]): string[] => list.map((a) => `${a.name} ${a.reply}`)
  t.same(names(lost), [], 'every acknowledged message is at the next hop, whole')
  t.same(names(twice), [], 'no attempt arrives twice')
  t.same(names(damaged), [], 'nothing arrives in another shape')
  t.same(names(incomplete), [], 'what a client broke off never arrives')
  t.same(names(lied), [], 'a failure is told only where the next hop told none of a success')
  t.same(names(forGood), [], 'a fault never refuses mail for good')
  t.ok(acknowledged.length > seconds, 'mail got through meanwhile')
  t.ok((disturbed['kills'] ?? 0) > 0 || seconds < 10, 'workers were killed')
})

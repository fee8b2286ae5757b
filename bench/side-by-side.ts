/**
 * Namesake beside what people use today: SpamAssassin's FromNameSpoof and rspamd's SPOOF_DISPLAY_NAME, over the detection
 * sample's cases made into messages, a table of what each finds. Needs the sample beside the repository, and the Debian
 * packages `spamassassin` and `rspamd` (each is left out aloud where it is missing). Everything runs in a temporary folder
 * and on the loopback; nothing of the machine's own filters is read or touched.
 *
 * Run: npx tsx bench/side-by-side.ts
 *
 * Both are set up at their best for this task. FromNameSpoof: the strictest check (0, the address in the name differs from
 * the sender's), any amount of text around the address, `.example` made known as a top-level domain. rspamd: the message is
 * addressed to every domain of the organisation, which SPOOF_DISPLAY_NAME asks for, and its weaker sibling
 * FROM_NEQ_DISPLAY_NAME counts too.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseHeaderSection } from '../src/mail/section.ts'
import { inspect } from '../src/policy/inspect.ts'
import { loadSample, readCases, readDomains, sampleExists } from '../test/corpus/detection-sample.ts'
import type { SampleCase } from '../test/corpus/detection-sample.ts'
import { freePort } from '../test/integration/peers/ports.ts'
import { judgementContext } from '../src/policy/context.ts'

/** A case as a message. */
interface Message {
  readonly id: string
  readonly octets: Buffer
}

/** Ids of the messages that a filter takes for a spoofed name; null if the filter is not here. */
type Found = ReadonlySet<string> | null

function messageOf(sample: SampleCase, domains: readonly string[]): Message {
  const to = domains.map((domain) => `someone@${domain}`).join(', ')
  const rest = `To: ${to}\r\nSubject: a question\r\nDate: Mon, 2 Nov 2026 09:00:00 +0000\r\nMessage-ID: <${sample.id}@rogue.example>\r\n\r\nAre you at your desk?\r\n`
  const head = Buffer.from(`X-Case: ${sample.id}\r\n`)
  return {
    id: sample.id,
    octets: Buffer.concat([head, Buffer.from(sample.from_raw_base64, 'base64'), Buffer.from(rest)]),
  }
}

function byNamesake(messages: readonly Message[]): Found {
  const { policy, lookup } = loadSample()
  const found = messages.filter(({ octets }) => {
    const { verdict } = inspect(parseHeaderSection(octets), judgementContext(policy, lookup), Date.parse('2026-11-02'))
    return verdict.state === 'detected'
  })
  return new Set(found.map(({ id }) => id))
}

const spamAssassinRules = `
util_rb_tld example test
header NAME_SPOOFED eval:check_fromname_spoof()
score NAME_SPOOFED 1
fns_check 0
fns_extrachars 10000
add_header all Status _YESNO_, tests=_TESTS_
`

/** All messages as one mbox through `spamassassin`, with that plugin and no other rule. */
function bySpamAssassin(messages: readonly Message[], folder: string): Found {
  const rules = join(folder, 'rules')
  const site = join(folder, 'site')
  mkdirSync(rules)
  mkdirSync(site)
  writeFileSync(join(rules, 'rules.cf'), spamAssassinRules)
  writeFileSync(
    join(site, 'plugins.pre'),
    'loadplugin Mail::SpamAssassin::Plugin::Check\nloadplugin Mail::SpamAssassin::Plugin::FromNameSpoof\n',
  )
  const preferences = join(folder, 'preferences')
  writeFileSync(preferences, '')
  const mbox = join(folder, 'mbox')
  writeFileSync(
    mbox,
    Buffer.concat(
      messages.flatMap(({ octets }) => [
        Buffer.from('From MAILER-DAEMON Mon Nov  2 09:00:00 2026\n'),
        Buffer.from(octets.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
        Buffer.from('\n'),
      ]),
    ),
  )
  try {
    const options = [
      '--local',
      '--mbox',
      `--configpath=${rules}`,
      `--siteconfigpath=${site}`,
      `--prefspath=${preferences}`,
    ]
    const out = execFileSync('spamassassin', [...options, mbox], {
      env: { ...process.env, HOME: folder },
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 300_000,
    }).toString('latin1')
    const found = new Set<string>()
    for (const part of out.split(/^(?=From MAILER-DAEMON)/m)) {
      const id = /^X-Case: (\S+)/m.exec(part)?.[1]
      const tests = /^X-Spam-Status:.*tests=.*NAME_SPOOFED/m.test(part)
      if (id !== undefined && tests) found.add(id)
    }
    return found
  } catch (error) {
    return missing('spamassassin', error)
  }
}

/** rspamd with its own rules and no modules, in the foreground, asked over HTTP. */
async function byRspamd(messages: readonly Message[], folder: string): Promise<Found> {
  const port = await freePort()
  const config = join(folder, 'rspamd.conf')
  writeFileSync(
    config,
    `options { pidfile = "${folder}/rspamd.pid"; filters = ""; hs_cache_dir = "${folder}"; tempdir = "${folder}"; disable_hyperscan = true; url_tld = "/usr/share/rspamd/effective_tld_names.dat"; dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 0; } }
logging { type = "file"; filename = "${folder}/rspamd.log"; level = "warning"; }
lua = "/usr/share/rspamd/rules/rspamd.lua";
actions { reject = 1000; }
metric "default" { actions { reject = 1000; } }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
`,
  )
  const daemon = spawn('rspamd', ['--no-fork', '--config', config, '--insecure'], {
    env: { ...process.env, DBDIR: folder, RUNDIR: folder, LOGDIR: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<unknown>((resolve) => {
    daemon.once('error', resolve)
    daemon.once('exit', (code) => resolve(new Error(`it ended with ${code ?? 'a signal'}`)))
  })
  try {
    const found = new Set<string>()
    await Promise.race([listening(port), ended.then((error) => Promise.reject(error as Error))])
    for (const { id, octets } of messages) {
      const response = await fetch(`http://127.0.0.1:${port}/checkv2`, { method: 'POST', body: new Uint8Array(octets) })
      const { symbols } = (await response.json()) as { symbols?: Record<string, unknown> }
      if (symbols?.SPOOF_DISPLAY_NAME !== undefined || symbols?.FROM_NEQ_DISPLAY_NAME !== undefined) found.add(id)
    }
    return found
  } catch (error) {
    return missing('rspamd', error)
  } finally {
    daemon.kill()
    await ended
  }
}

function missing(program: string, error: unknown): null {
  process.stderr.write(`${program} is left out: ${error instanceof Error ? error.message : String(error)}\n`)
  return null
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/ping`)
      return
    } catch {
      await sleep(100)
    }
  }
  throw new Error('it does not answer')
}

/** Right answers a category: found among those to detect, false alarms among the clean. */
function table(cases: readonly SampleCase[], columns: readonly (readonly [title: string, found: Found])[]): string {
  const lines: string[] = []
  for (const expect of ['detect', 'clean'] as const) {
    const titles = columns.map(([title]) => title).join(' | ')
    lines.push(`| ${expect === 'detect' ? 'to be found' : 'to be left alone'} | cases | ${titles} |`)
    lines.push(`|---|---|${columns.map(() => '---|').join('')}`)
    const these = cases.filter((one) => one.expect === expect)
    const row = (title: string, some: readonly SampleCase[]): void => {
      const counts = columns.map(([, found]) => (found === null ? '–' : some.filter(({ id }) => found.has(id)).length))
      lines.push(`| ${title} | ${some.length} | ${counts.join(' | ')} |`)
    }
    for (const category of [...new Set(these.map((one) => one.category))].sort()) {
      row(category, these.filter((one) => one.category === category)) // prettier-ignore
    }
    row(expect === 'detect' ? '**all found**' : '**all false alarms**', these)
    lines.push('')
  }
  return lines.join('\n')
}

if (!sampleExists) {
  process.stderr.write('the detection sample does not stand beside the repository: there is nothing to compare on\n')
  process.exitCode = 65
} else {
  const cases = readCases().filter((one) => one.level !== 'debatable')
  const domains = readDomains()
  const messages = cases.map((one) => messageOf(one, domains))
  const folder = mkdtempSync(join(tmpdir(), 'namesake-side-'))
  try {
    const columns = [
      ['Namesake', byNamesake(messages)],
      ['FromNameSpoof', bySpamAssassin(messages, folder)],
      ['SPOOF_DISPLAY_NAME', await byRspamd(messages, folder)],
    ] as const
    process.stdout.write(`${table(cases, columns)}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

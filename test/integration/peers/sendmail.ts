import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { endChild, findProgram, makeScratch, removeScratch, run, until } from './scratch.ts'
import { freePorts } from './ports.ts'
import { unpackPackages, type Unpacked } from './unpack.ts'

/** A Sendmail of the test's own, out of unpacked packages: configuration made by m4, queue and ports its own. */
export interface SendmailOptions {
  /** The milter as Sendmail writes it, e.g. `inet:10027@127.0.0.1` or `local:/path`. */
  readonly milter: string
  /** F= of the filter: `T` answers 4xx while the milter is away, `R` 5xx, empty lets mail through. */
  readonly failure?: 'T' | 'R' | ''
  /** Next hop for everything. */
  readonly sinkPort: number
  /** Further lines of the m4 configuration. */
  readonly mc?: readonly string[]
}

export interface Sendmail {
  readonly folder: string
  readonly port: number
  /** Queue files: `qf…` of messages waiting, `hf…` of those in quarantine. */
  queued(): string[]
  log(): string
  stop(): Promise<void>
}

const packages = ['sendmail-bin', 'sendmail-base', 'sendmail-cf', 'libwrap0'] as const

/** The unpacked packages and m4, or what is missing. */
async function tools(): Promise<{ unpacked: Unpacked; m4: string } | string> {
  if (process.getuid?.() !== 0) return 'Sendmail is run by root only'
  if (findProgram('unshare') === null) return 'unshare (util-linux) is not installed'
  const unpacked = await unpackPackages(...packages)
  if (typeof unpacked === 'string') return unpacked
  const installed = findProgram('m4')
  if (installed !== null) return { unpacked, m4: installed }
  const m4 = await unpackPackages('m4')
  return typeof m4 === 'string' ? m4 : { unpacked, m4: m4.find('/bin/m4') }
}

/** What keeps a test from running Sendmail, or null if nothing does. */
export async function sendmailMissing(): Promise<string | null> {
  const found = await tools()
  return typeof found === 'string' ? found : null
}

/** Starts a Sendmail and waits until it listens. */
export async function startSendmail(options: SendmailOptions): Promise<Sendmail> {
  const found = await tools()
  if (typeof found === 'string') throw new Error(found)
  const { unpacked, m4 } = found
  const folder = makeScratch('sendmail')
  const [port = 0] = await freePorts(1)
  mkdirSync(join(folder, 'queue'), { mode: 0o700 })
  writeFileSync(join(folder, 'service.switch'), 'hosts files\naliases files\n')
  const cfFolder = unpacked.find('/cf/m4/cf.m4').slice(0, -'m4/cf.m4'.length)
  const source = configuration(folder, port, cfFolder, options)
  const made = await run(m4, [`-D_CF_DIR_=${cfFolder}`, '-'], { input: source })
  if (made.code !== 0) throw new Error(`m4: ${made.output.slice(-500)}`)
  writeFileSync(join(folder, 'sendmail.cf'), made.stdout)
  const log = join(folder, 'log')
  writeFileSync(log, '')
  const program = unpacked.find('/sendmail/sendmail')
  // Without a full host name Sendmail sleeps for a minute at its start, so it gets a name of its own.
  const args = ['--uts', 'sh', '-c', 'hostname mx.corp.example && exec "$@"', 'sh', program]
  args.push(`-C${join(folder, 'sendmail.cf')}`, '-bD', '-q1h')
  const child = spawn('unshare', args, { env: unpacked.env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => appendFileSync(log, part))
  }
  const readLog = (): string => readFileSync(log, 'utf8')
  const stop = async (): Promise<void> => {
    await endChild(child)
    removeScratch(folder)
  }
  try {
    await until(`Sendmail listens; it says ${readLog()}`, () => {
      if (child.exitCode !== null) throw new Error(`sendmail ended: ${readLog()}`)
      return answers(port)
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { folder, port, stop, log: readLog, queued: () => readdirSync(join(folder, 'queue')) }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function configuration(folder: string, port: number, cfFolder: string, options: SendmailOptions): string {
  const failure = options.failure === undefined ? 'T' : options.failure
  return [
    `include(\`${cfFolder}m4/cf.m4')`,
    "OSTYPE(`linux')",
    "undefine(`ALIAS_FILE')",
    `define(\`QUEUE_DIR', \`${folder}/queue')`,
    `define(\`STATUS_FILE', \`${folder}/status')`,
    `define(\`confPID_FILE', \`${folder}/pid')`,
    `define(\`confSERVICE_SWITCH_FILE', \`${folder}/service.switch')`,
    `define(\`HELP_FILE', \`${folder}/help')`,
    "define(`confDOMAIN_NAME', `mx.corp.example')",
    "define(`confTO_IDENT', `0')",
    "define(`confDONT_PROBE_INTERFACES', `true')",
    "define(`confDELIVERY_MODE', `background')",
    "define(`confMAX_DAEMON_CHILDREN', `0')",
    "define(`confBAD_RCPT_THROTTLE', `0')",
    "define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe')",
    "define(`confQUEUE_LA', `1000')",
    "define(`confREFUSE_LA', `1000')",
    "define(`confDELAY_LA', `1000')",
    "FEATURE(`no_default_msa')",
    "FEATURE(`accept_unresolvable_domains')",
    "FEATURE(`accept_unqualified_senders')",
    "FEATURE(`promiscuous_relay')",
    "FEATURE(`nocanonify')",
    `DAEMON_OPTIONS(\`Port=${port}, Addr=127.0.0.1, Name=MTA')`,
    "define(`SMART_HOST', `relay:[127.0.0.1]')",
    `define(\`RELAY_MAILER_ARGS', \`TCP $h ${options.sinkPort}')`,
    `INPUT_MAIL_FILTER(\`namesake', \`S=${options.milter}${failure === '' ? '' : `, F=${failure}`}, T=C:5s;S:10s;R:10s;E:20s')`,
    ...(options.mc ?? []),
    "MAILER(`smtp')",
    '',
  ].join('\n')
}

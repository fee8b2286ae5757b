import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endProcess, findProgram, isAlive, makeScratch, removeScratch, run, until, type Outcome } from './scratch.ts'
import { freePorts } from './ports.ts'

/**
 * A Postfix of the test's own: configuration, queue, data and log in a temporary folder, ports above 1024 on the
 * loopback. The system's own Postfix, if there is one, isn't touched.
 */
export interface PostfixOptions {
  /** Settings of main.cf that are put in above the ones here. */
  readonly main?: Readonly<Record<string, string>>
  /** SMTP servers by name, each with the settings (`-o`) of its own. Default: one named `smtp`. */
  readonly listeners?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Further lines of master.cf. */
  readonly services?: readonly string[]
  /** Where mail goes: a Maildir of its own (all recipients share it), or the next hop by SMTP. */
  readonly deliver?: 'maildir' | { readonly host: string; readonly port: number }
  /**
   * Whether to be a Postfix as Debian installs it: its services, chrooted to a queue folder that its own script has
   * filled. A service of `services` says by itself, in its fifth column, whether it is.
   */
  readonly chroot?: boolean
}

export interface Postfix {
  readonly folder: string
  /** Ports of the listeners, by name. */
  readonly ports: Readonly<Record<string, number>>
  /** Messages delivered to the Maildir so far, oldest first. */
  messages(): Buffer[]
  /** Waits until the Maildir holds so many messages, and returns them. */
  waitForMessages(count: number): Promise<Buffer[]>
  /** Forgets (removes) what was delivered. */
  clear(): void
  /** Runs one of Postfix's administrator commands (postqueue, postsuper, postcat, postfix …) on this instance. */
  command(program: string, ...args: string[]): Promise<Outcome>
  /** Submits a message as the sendmail command would: by pickup, not by SMTP. */
  submit(from: string, to: string, message: string): Promise<void>
  /** Queue ids in one of the queues: hold, deferred, active, incoming. */
  queued(queue: string): string[]
  /** The whole log so far. */
  log(): string
  stop(): Promise<void>
}

/** What keeps a test from running Postfix, or null if nothing does. */
export function postfixMissing(): string | null {
  if (findProgram('postfix') === null) return 'Postfix is not installed (Debian: apt-get install postfix)'
  if (process.getuid?.() !== 0) return 'Postfix can be started by root only'
  return null
}

/** What prepares the queue folder of a Debian Postfix before each start: libraries, name service, certificates. */
const debianScript = '/usr/lib/postfix/configure-instance.sh'
const debianMasterCf = '/usr/share/postfix/master.cf.dist'

/** What keeps a test from running Postfix as Debian does, chrooted; or null. */
export function chrootedPostfixMissing(): string | null {
  const missing = postfixMissing()
  if (missing !== null || (existsSync(debianScript) && existsSync(debianMasterCf))) return missing
  return "Debian's Postfix is not installed (Debian: apt-get install postfix)"
}

const nobody = 65534

/** Starts a Postfix and waits until its SMTP servers listen. */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  const missing = postfixMissing()
  if (missing !== null) throw new Error(missing)
  const folder = makeScratch('postfix')
  const listeners = Object.entries(options.listeners ?? { smtp: {} })
  const numbers = await freePorts(listeners.length)
  const ports = Object.fromEntries(listeners.map(([name], i) => [name, numbers[i] as number]))
  const conf = join(folder, 'conf')
  for (const name of ['conf', 'queue', 'data', 'mail']) mkdirSync(join(folder, name), { mode: 0o755 })
  chownSync(join(folder, 'data'), idOf('-u', 'postfix'), idOf('-g', 'postfix'))
  chownSync(join(folder, 'mail'), nobody, nobody)
  writeFileSync(join(conf, 'main.cf'), mainCf(folder, options))
  writeFileSync(join(conf, 'master.cf'), masterCf(listeners, ports, options))
  const postfix = new Instance(folder, ports)
  try {
    if (options.chroot === true) {
      const prepared = await run('sh', [debianScript, '-'], { env: { ...process.env, MAIL_CONFIG: conf } })
      if (prepared.code !== 0) throw new Error(`${debianScript}: ${prepared.output}`)
    }
    const started = await postfix.command('postfix', 'start')
    if (started.code !== 0) throw new Error(`postfix start: ${started.output}\n${postfix.log()}`)
    await until('Postfix is running', async () => (await postfix.command('postfix', 'status')).code === 0)
  } catch (error) {
    await postfix.stop()
    throw error
  }
  return postfix
}

class Instance implements Postfix {
  readonly folder: string
  readonly ports: Readonly<Record<string, number>>

  constructor(folder: string, ports: Readonly<Record<string, number>>) {
    this.folder = folder
    this.ports = ports
  }

  messages(): Buffer[] {
    const inbox = join(this.folder, 'mail/inbox/new')
    if (!existsSync(inbox)) return []
    // Names begin with the time of delivery, to the microsecond.
    const names = readdirSync(inbox).sort((a, b) => timeOf(a) - timeOf(b))
    return names.map((name) => readFileSync(join(inbox, name)))
  }

  async waitForMessages(count: number): Promise<Buffer[]> {
    return until(`${count} messages delivered; the log ends\n${this.log().slice(-2000)}`, () => {
      const found = this.messages()
      return found.length >= count ? found : null
    })
  }

  clear(): void {
    removeScratch(join(this.folder, 'mail/inbox'))
  }

  command(program: string, ...args: string[]): Promise<Outcome> {
    return run(findProgram(program) ?? program, ['-c', join(this.folder, 'conf'), ...args])
  }

  async submit(from: string, to: string, message: string): Promise<void> {
    const sendmail = findProgram('sendmail') ?? '/usr/sbin/sendmail'
    const sent = await run(sendmail, ['-C', join(this.folder, 'conf'), '-i', '-f', from, to], { input: message })
    if (sent.code !== 0) throw new Error(`sendmail: ${sent.output}`)
  }

  queued(queue: string): string[] {
    const found = execFileSync('find', [join(this.folder, 'queue', queue), '-type', 'f'], { encoding: 'utf8' })
    return found.split('\n').flatMap((path) => (path === '' ? [] : [path.slice(path.lastIndexOf('/') + 1)]))
  }

  log(): string {
    const file = join(this.folder, 'log')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  async stop(): Promise<void> {
    const pidFile = join(this.folder, 'queue/pid/master.pid')
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').trim()) : 0
    await this.command('postfix', 'stop').catch(() => undefined)
    // The log daemon lives a moment longer than master and would write into the folder.
    if (pid > 0 && isAlive(pid)) await endProcess(pid)
    removeScratch(this.folder)
  }
}

function timeOf(name: string): number {
  const found = /^(\d+)\..*?M(\d+)/.exec(name)
  return found ? Number(found[1]) * 1e6 + Number(found[2]) : 0
}

function idOf(flag: string, user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
}

function mainCf(folder: string, options: PostfixOptions): string {
  const deliver = options.deliver ?? 'maildir'
  const settings: Record<string, string> = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'log'),
    maillog_file_prefixes: folder,
    mail_owner: 'postfix',
    setgid_group: 'postdrop',
    myhostname: 'mx.corp.example',
    mydestination: '',
    mynetworks: '127.0.0.0/8 [::1]/128',
    inet_protocols: 'ipv4',
    inet_interfaces: 'loopback-only',
    smtpd_relay_restrictions: 'permit_mynetworks, reject',
    alias_maps: '',
    alias_database: '',
    local_recipient_maps: '',
    smtpd_peername_lookup: 'no',
    disable_dns_lookups: 'yes',
    smtp_dns_support_level: 'disabled',
    smtpd_client_connection_count_limit: '0',
    smtpd_client_connection_rate_limit: '0',
    in_flow_delay: '0',
    append_dot_mydomain: 'no',
    smtputf8_enable: 'yes',
    default_process_limit: '20',
    ...(deliver === 'maildir'
      ? {
          default_transport: 'virtual',
          local_transport: 'virtual',
          virtual_mailbox_base: join(folder, 'mail'),
          virtual_mailbox_maps: 'static:inbox/',
          virtual_uid_maps: `static:${nobody}`,
          virtual_gid_maps: `static:${nobody}`,
          virtual_minimum_uid: '1',
        }
      : { default_transport: `smtp:[${deliver.host}]:${deliver.port}`, local_transport: 'error:none' }),
    ...options.main,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

function masterCf(
  listeners: readonly (readonly [string, Readonly<Record<string, string>>])[],
  ports: Readonly<Record<string, number>>,
  { chroot = false, services = [] }: PostfixOptions,
): string {
  const servers = listeners.map(([name, settings]) => {
    const own = Object.entries(settings).map(([key, value]) => `    -o { ${key} = ${value} }\n`)
    return `127.0.0.1:${ports[name]} inet n - ${chroot ? 'y' : 'n'} - - smtpd\n${own.join('')}`
  })
  const standard = chroot ? debianServices() : standardServices
  return `${servers.join('')}${standard}${services.map((line) => `${line}\n`).join('')}`
}

/** What Debian installs as master.cf, without its SMTP server. */
function debianServices(): string {
  return readFileSync(debianMasterCf, 'utf8').replace(/^(#.*|smtp\s+inet.*)\n/gm, '')
}

/** The services that every Postfix needs, without a chroot. */
const standardServices = `pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

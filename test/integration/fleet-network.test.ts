import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Database } from '../../src/fleet/database.ts'
import { namesake } from './peers/command.ts'
import type { Said } from './peers/command.ts'
import { cliPath, peopleYaml, protectionYaml, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { Flow } from './peers/flow.ts'
import { noPostgres, startPostgres } from './peers/postgres.ts'
import type { Postgres } from './peers/postgres.ts'
import { startSink } from './peers/sink.ts'

/*
 * Three nodes as on three machines: each in a network namespace of its own, with one link for mail and one to the database,
 * which is reached over TLS. The link of the node that reads the directory is taken down while mail flows, and put up again.
 *
 * All of it happens within a network and a mount namespace for this test, so that nothing of it is seen outside and
 * nothing is left when its processes have ended.
 */
t.setTimeout(240_000)

const inside = 'NAMESAKE_IN_NAMESPACE'
/** Where the database listens, and what its certificate names. */
const databaseHost = '198.18.0.1'

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Why there can be no network namespaces here; false if there can. */
function noNamespaces(): string | false {
  try {
    execFileSync('unshare', ['--net', '--mount', 'sh', '-c', `${ownNamespaces} && ip netns add one`], { stdio: 'pipe' })
    return false
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string }
    return `needs "ip netns", which this user may not or which is not there: ${stderr?.toString().trim() ?? message}`
  }
}

/** Names of namespaces lie in a folder: here in one of our own. */
const ownNamespaces = 'mkdir -p /run/netns && mount -t tmpfs none /run/netns'

/** One machine: its namespace, and where it is reached by mail. */
interface Machine {
  readonly name: string
  readonly host: string
  readonly databaseLink: string
}

function makeMachine(name: string, n: number): Machine {
  ip('netns', 'add', name)
  ip('-n', name, 'link', 'set', 'lo', 'up')
  for (const [link, network] of [
    [`mail${n}`, `198.18.1${n}`],
    [`data${n}`, `198.18.2${n}`],
  ] as const) {
    // prettier-ignore
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', link, 'netns', name)
    ip('addr', 'add', `${network}.1/30`, 'dev', link)
    ip('link', 'set', link, 'up')
    ip('-n', name, 'addr', 'add', `${network}.2/30`, 'dev', link)
    ip('-n', name, 'link', 'set', link, 'up')
  }
  ip('-n', name, 'route', 'add', databaseHost, 'via', `198.18.2${n}.1`)
  return { name, host: `198.18.1${n}.2`, databaseLink: `data${n}` }
}

/** Gives the server a certificate for the address that nodes know it by. @returns the file that vouches for it */
function giveCertificate(postgres: Postgres): string {
  const [key, certificate] = [join(postgres.folder, 'key'), join(postgres.folder, 'certificate')]
  const subject = ['-subj', '/CN=database', '-addext', `subjectAltName=IP:${databaseHost}`]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject], { stdio: 'pipe' })
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
  for (const file of [key, certificate]) chownSync(file, id('-u'), id('-g'))
  appendFileSync(join(postgres.folder, 'data/pg_hba.conf'), 'hostssl all all 198.18.0.0/15 trust\n')
  const ssl = `ssl = on\nssl_key_file = '${key}'\nssl_cert_file = '${certificate}'\n`
  appendFileSync(join(postgres.folder, 'data/postgresql.conf'), ssl)
  postgres.sql('select pg_reload_conf()')
  return certificate
}

interface Node extends Daemon {
  readonly machine: Machine
  run(...command: string[]): Promise<string>
}

async function scenario(): Promise<void> {
  ip('link', 'set', 'lo', 'up')
  ip('addr', 'add', `${databaseHost}/32`, 'dev', 'lo')
  const postgres = await startPostgres({ listen_addresses: `127.0.0.1,${databaseHost}` })
  t.teardown(() => postgres.remove())
  const authority = giveCertificate(postgres)
  const maker = new Database(postgres.url)
  await maker.migrate()
  await maker.close()
  const sink = await startSink('0.0.0.0')
  t.teardown(() => sink.close())
  const env = {
    NAMESAKE_POSTGRES: `postgres://owner@${databaseHost}:${postgres.port}/postgres?sslrootcert=${authority}`,
  }
  // Verbs run in this process, if not said otherwise.
  Object.assign(process.env, env)
  const start = async (name: string, n: number): Promise<Node> => {
    const machine = makeMachine(name, n)
    const within = ['ip', 'netns', 'exec', name]
    const daemon = await startDaemon({
      ...{ relay: `smtp://198.18.1${n}.1:${sink.port}`, env, by: within },
      listenYaml: (port) => `["${machine.host}:${port}"]`,
      clients: '["198.18.0.0/15"]',
      // Read often, so that what ages is the way to the database alone.
      staff: 'sync: "*/2 * * * * *", staleAfter: 6s',
      more: `fleet: { postgres: { env: NAMESAKE_POSTGRES }, node: ${name} }`,
    })
    t.teardown(() => removeDaemon(daemon))
    /** A program on that machine. */
    const run = (...command: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        const [program = '', ...args] = [...within, ...command]
        execFile(program, args, { env: { ...process.env, ...env }, maxBuffer: 2 ** 28 }, (error, out) =>
          error === null ? resolve(out) : reject(new Error(`${command.join(' ')}: ${error.message}`)),
        )
      })
    return { ...daemon, machine, run }
  }
  const a = await start('mx1', 1)
  const [b, c] = await Promise.all([start('mx2', 2), start('mx3', 3)])
  const nodes = [a, b, c]
  const flows = nodes.map(({ smtpPort, machine: { name, host } }) => new Flow(smtpPort, name, 200, host))
  t.teardown(() => Promise.all(flows.map((flow) => flow.end())))
  const goesOn = (): Promise<unknown> => Promise.all(flows.map((flow) => flow.goesOn()))
  const edit = (node: Node, address: string): Promise<Said> =>
    namesake(node, 'secondary', 'add', 'jane.roe@corp.example', address)
  const hasRule = (node: Node, address: string): boolean =>
    readFileSync(join(node.folder, 'protection.yaml'), 'utf8').includes(address)
  const alike = (of: readonly Node[], address: string): Promise<unknown> =>
    waitUntil(`${address} on all`, () => of.every((node) => hasRule(node, address)) || undefined)
  const readiness = async (node: Node): Promise<string> =>
    node.run('curl', '-s', `http://127.0.0.1:${node.opsPort}/readyz`)
  const until = (node: Node, words: string): Promise<unknown> =>
    waitUntil(words, async () => (await readiness(node)).includes(words) || undefined)
  const holder = (): string =>
    postgres.sql("select split_part(holder, ' ', 1) from namesake.lease where name = 'directory Staff'")
  const has = async (node: Node, address: string): Promise<true | undefined> =>
    (await namesake(node, 'directory', '--people', '--json')).out.includes(address) || undefined
  const ageMetric = async (node: Node): Promise<number> => {
    const text = await node.run('curl', '-s', `http://127.0.0.1:${node.opsPort}/metrics`)
    return Number(/^namesake_fleet_age_seconds ([\d.]+)/m.exec(text)?.[1])
  }

  await t.test('three machines: one reads, an edit on one is in force on all', async (t) => {
    t.equal(holder(), 'mx1')
    await goesOn()
    const at = performance.now()
    await edit(b, 'first@home.example')
    const given = performance.now()
    await alike(nodes, 'first@home.example')
    const [all, since] = [performance.now() - at, performance.now() - given]
    t.comment(`on all after ${all.toFixed(0)} ms, ${since.toFixed(0)} ms after the command had ended`)
    t.equal(postgres.sql('select count(distinct node) from namesake.round'), '1')
    await Promise.all(nodes.map((node) => until(node, '"status":"ready"')))
  })

  await t.test('the node that reads is cut off from the database, not from mail', async (t) => {
    ip('link', 'set', a.machine.databaseLink, 'down')
    const cut = a.waitFor(({ event }) => event === 'fleet-unavailable')
    postgres.sql("update namesake.lease set until = now() - interval '1 second' where name = 'directory Staff'")
    await goesOn()
    await Promise.all([edit(a, 'alone@home.example'), edit(b, 'others@home.example')])
    t.ok(hasRule(a, 'alone@home.example'), 'an edit is in force where it is made')
    await alike([b, c], 'others@home.example')
    await waitUntil('another reader', () => ['mx2', 'mx3'].includes(holder()) || undefined)
    const heir = holder() === 'mx2' ? b : c
    const person = (name: string): string =>
      `  - { id: ${name}, displayName: Late ${name}, mail: ${name}@corp.example }\n`
    const withOne = (name: string): string => peopleYaml.replace('\ngroups:', `\n${person(name)}groups:`)
    writeFileSync(join(a.folder, 'people.yaml'), withOne('unheard'))
    writeFileSync(join(heir.folder, 'people.yaml'), withOne('heir'))
    await (heir === b ? c : b).waitFor(({ event, added }) => event === 'directory-synchronised' && added === 1)
    await cut
    await until(a, '"status":"degraded"')
    t.match(await readiness(a), /fleet: what other nodes changed was last seen \d+ s ago/)
    t.ok((await ageMetric(a)) > 6)
    // Of a transaction that the link was taken down in, the locks are held for some seconds.
    await until(b, '"status":"ready"')
    t.notOk(await has(a, 'heir@corp.example'), 'it goes on with what it had')
    await goesOn()
  })

  await t.test('the link is there again', async (t) => {
    ip('link', 'set', a.machine.databaseLink, 'up')
    const at = performance.now()
    await a.waitFor(({ event }) => event === 'fleet-available')
    t.comment(`the database is found again after ${((performance.now() - at) / 1000).toFixed(1)} s`)
    t.match(
      await a.waitFor(({ event }) => event === 'fleet-conflict'),
      { node: 'mx2' },
      'of two edits the first counts',
    )
    await a.waitFor(({ event, added }) => event === 'directory-synchronised' && added === 1)
    const exports = await Promise.all(
      nodes.map(async (node) => (await namesake(node, 'directory', '--people', '--json', '--ids')).out),
    )
    t.equal(new Set(exports).size, 1, 'all stores say the same')
    t.notMatch(exports[0], /unheard/, 'what it read while cut off counts for nothing')
    await until(a, '"status":"ready"')
    const epochs = postgres.sql('select epoch from namesake.round order by seq').split('\n').map(Number)
    t.same(
      epochs,
      [...epochs].sort((x, y) => x - y),
    )
    t.not(readFileSync(join(a.folder, 'protection.yaml'), 'utf8'), protectionYaml)
    t.match(await namesake(a, 'fleet', 'resolve', '--ours'), { code: 0, out: /in force here/ })
    await alike(nodes, 'alone@home.example')
  })

  await t.test('at the end', async (t) => {
    await Promise.all(flows.map((flow) => flow.end()))
    const names = sink.received.map(
      ({ content }) => /^Message-ID: <(.*)@x>/m.exec(content.toString('latin1'))?.[1] ?? '',
    )
    t.equal(new Set(names).size, names.length, 'no message was doubled')
    const taken = new Set(names)
    for (const { acknowledged, odd } of flows) {
      t.same([...acknowledged].filter((name) => !taken.has(name)), [], 'no message was lost') // prettier-ignore
      t.same(odd, [], 'none was refused or put off')
    }
    const messages = nodes.flatMap((node) => node.lines().filter(({ event }) => event === 'message'))
    t.same([...new Set(messages.map(({ verdict }) => verdict))], ['detected'], 'no verdict changed')
    const wanted = messages.map(({ id }) => String(id)).sort()
    await waitUntil('all records', () =>
      Number(postgres.sql('select count(*) from namesake.record')) === wanted.length ? true : undefined,
    )
    // As each machine sees it.
    const historyOf = (node: Node): Promise<string> =>
      node.run(process.execPath, cliPath, 'history', '--json', '--config', join(node.folder, 'namesake.yaml'))
    for (const history of await Promise.all(nodes.map(historyOf))) {
      const found = history.match(/"id":"[^"]*"/g)?.map((id) => id.slice(6, -1))
      t.same(found?.sort(), wanted, 'every record, once')
    }
  })
}

if (process.env[inside] !== undefined) {
  await scenario()
} else {
  const skip = noPostgres || noNamespaces()
  const program = [process.execPath, '--import=tsx', import.meta.filename]
  const shell = ['sh', '-c', `${ownNamespaces} && exec "$@"`, 'sh']
  await t.spawn('unshare', ['--net', '--mount', ...shell, ...program], {
    ...{ name: 'in network namespaces', skip, timeout: 230_000, env: { ...process.env, [inside]: '1' } },
  })
}

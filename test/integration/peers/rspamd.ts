import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { endChild, makeScratch, removeScratch, until } from './scratch.ts'
import { freePorts } from './ports.ts'
import { unpackPackages } from './unpack.ts'

/** rspamd as a milter with one cheap rule (it reads From and finds nothing), to be measured against. */
export interface Rspamd {
  readonly port: number
  stop(): Promise<void>
}

/** Starts rspamd out of unpacked packages; a string says what is missing. */
export async function startRspamd(): Promise<Rspamd | string> {
  const unpacked = await unpackPackages('rspamd', 'libluajit2-5.1-2', 'libluajit-5.1-2', 'libhyperscan5')
  if (typeof unpacked === 'string') return unpacked
  const folder = makeScratch('rspamd')
  const [port = 0] = await freePorts(1)
  const share = unpacked.find('/effective_tld_names.dat').replace('/effective_tld_names.dat', '')
  writeFileSync(
    join(folder, 'rule.lua'),
    `rspamd_config.FROM_READ = {
  callback = function(task) return task:get_from('mime') == nil end,
  score = 1.0,
}
`,
  )
  writeFileSync(join(folder, 'rspamd.conf'), configuration(folder, share, port))
  const own = ['DBDIR', 'RUNDIR', 'LOGDIR', 'CONFDIR', 'LOCAL_CONFDIR'].map((name) => `--var=${name}=${folder}`)
  const given = [
    `LUALIBDIR=${share}/lualib`,
    `PLUGINSDIR=${share}/plugins`,
    `RULESDIR=${share}/rules`,
    `SHAREDIR=${share}`,
  ]
  const args = ['-c', join(folder, 'rspamd.conf'), '-f', '-i', ...given.map((value) => `--var=${value}`), ...own]
  const child = spawn(unpacked.find('/bin/rspamd'), args, { env: unpacked.env, stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    await endChild(child)
    removeScratch(folder)
  }
  try {
    // It compiles its list of top-level domains first.
    await until('rspamd listens', () => child.exitCode === null && answers(port), 90_000)
  } catch (error) {
    await stop()
    return `rspamd did not start: ${String(error)}`
  }
  return { port, stop }
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

function configuration(folder: string, share: string, port: number): string {
  return `options {
  pidfile = "${folder}/pid"; filters = ""; dns { nameserver = ["127.0.0.1:9"]; }
  tempdir = "${folder}"; cache_file = "${folder}/cache"; hs_cache_dir = "${folder}"; stats_file = "${folder}/stats";
  url_tld = "${share}/effective_tld_names.dat"; rrd = ""; history_file = ""; control_socket = "${folder}/control mode=0600";
}
logging { type = "file"; filename = "${folder}/log"; level = "error"; }
lua = "${folder}/rule.lua";
actions { reject = 1000; add_header = 500; }
worker "rspamd_proxy" {
  bind_socket = "127.0.0.1:${port}"; milter = yes; timeout = 60s; count = 1; max_retries = 1;
  upstream "local" { default = yes; self_scan = yes; }
}
`
}

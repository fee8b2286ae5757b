import { execFile, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ChildProcess } from 'node:child_process'

/** Haraka as people use it for this job: one process, `queue/smtp_forward`, one look at the From field. */

const run = promisify(execFile)
/** The version measured in docs/performance.md. */
const version = '3.3.4'

/**
 * Installs Haraka from npm into `folder` (it is no dependency of ours) and starts it.
 *
 * @returns the process, or why there is none (no network, no such version)
 */
export async function startHaraka(folder: string, port: number, nextHop: number): Promise<ChildProcess | string> {
  const home = join(folder, 'haraka')
  mkdirSync(join(home, 'config'), { recursive: true })
  mkdirSync(join(home, 'plugins'), { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  try {
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `Haraka@${version}`], {
      cwd: home,
      timeout: 300_000,
    })
  } catch (error) {
    return `Haraka could not be installed: ${String(error).slice(0, 200)}`
  }
  const config: Record<string, string> = {
    'smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
    'log.ini': '[main]\nlevel=ERROR\n',
    plugins: 'rcpt_to.in_host_list\nlook_at_from\nqueue/smtp_forward\n',
    host_list: 'hop.example\n',
    'smtp_forward.ini': `host=127.0.0.1\nport=${nextHop}\n`,
    me: 'bench.example\n',
  }
  // Haraka 3.3.4 ends at the first connection where this file of its own set-up is missing.
  copyFileSync(join(home, 'node_modules/Haraka/config/connection.ini'), join(home, 'config/connection.ini'))
  for (const [name, text] of Object.entries(config)) writeFileSync(join(home, 'config', name), text)
  writeFileSync(
    join(home, 'plugins/look_at_from.js'),
    `exports.hook_data_post = function (next, connection) {
  const from = connection.transaction.header.get_decoded('from')
  connection.transaction.add_leading_header('X-Looked', String(from.length))
  next()
}
`,
  )
  return spawn(process.execPath, [join(home, 'node_modules/Haraka/bin/haraka'), '-c', home], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

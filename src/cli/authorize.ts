/** The verb authorize: consent of an administrator, and the proof that reading works. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { authorize } from '../directory/sources/office365/authorize.ts'
import type { Authorizer } from '../directory/sources/office365/authorize.ts'
import type { ProviderOptions } from '../directory/sources/office365/provider.ts'
import type { Office365Settings } from '../directory/sources/office365/settings.ts'
import { office365Source } from '../directory/sources/office365/source.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { NamesakeError } from '../errors.ts'
import { configPath, examples } from './verb.ts'

/** Where the verb shows what it does; `provider` is for tests. */
interface AuthorizeDeps {
  /** Messages and progress. */
  readonly err: NodeJS.WritableStream
  /** What the operator types, e.g. standard input; absent if nobody can type. */
  readonly input?: NodeJS.ReadableStream
  readonly provider?: ProviderOptions
  /** Opens an address in a browser. */
  readonly openUrl?: (url: string) => void
}

interface Options {
  readonly open: boolean
  readonly port: string
  readonly consent: boolean
}

/** The port of the redirect address that docs/office365.md has registered. */
const usualPort = 8400

/**
 * Adds `authorize DIRECTORY`: an administrator consents in a browser, then a read proves that it works. Errors are
 * thrown as NamesakeError: provider-auth and provider-unavailable (exit code 69), usage, config-invalid.
 */
export function addAuthorizeVerb(program: Command, deps: AuthorizeDeps): void {
  program
    .command('authorize <directory>')
    .description('Microsoft 365: have an administrator consent, then prove that users and groups can be read')
    .option('--open', 'open the consent page in the default browser, too', false)
    .option('--port <number>', 'loopback port that the browser comes back to; 0: any', String(usualPort))
    .option('--no-consent', 'only prove that reading works')
    .addHelpText('after', examples('authorize "Office 365" --open', 'authorize "Office 365" --no-consent'))
    .action(async (directory: string, options: Options, command: Command) => {
      await run(directory, options, configPath(command), deps)
    })
}

async function run(directory: string, options: Options, config: string, deps: AuthorizeDeps): Promise<void> {
  const port = portOf(options.port)
  const settings = settingsOf(directory, config)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort(new NamesakeError('usage', 'interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const typed = deps.input && options.consent ? createInterface({ input: deps.input, terminal: false }) : null
  const say = (text: string): void => void deps.err.write(`${text}\n`)
  const authorizer: Authorizer = {
    say,
    show(url) {
      say(`An administrator of the tenant has to open this page and accept:\n\n  ${url}\n`)
      if (typed !== null) say('If that browser is on another machine, paste here the address that it ends at.')
      if (options.open) (deps.openUrl ?? openInBrowser)(url)
    },
    ...(typed === null ? {} : { typed }),
    signal: stop.signal,
  }
  try {
    await authorize(settings, { ...deps.provider, port, consent: options.consent }, authorizer)
    say(`"${directory}" is authorised. Next: namesake sync "${directory}"`)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    typed?.close()
  }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN
  if (port <= 65_535) return port
  throw new NamesakeError('usage', `--port "${text}" is not a number from 0 to 65535`)
}

function settingsOf(directory: string, config: string): Office365Settings {
  const { directories } = loadConfig(config, directorySources).config
  const found = directories.find(({ name }) => name === directory)
  const settings = found === undefined ? null : office365Source.settingsOf(found)
  if (settings !== null) return settings
  const names = directories.filter(({ type }) => type === office365Source.type).map(({ name }) => `"${name}"`)
  const there = names.length === 0 ? 'there is none of type office365' : `there is ${names.join(', ')}`
  if (found)
    throw new NamesakeError('usage', `"${directory}" is of type ${found.type}, which needs no consent; ${there}`)
  throw new NamesakeError('usage', `no directory "${directory}" in ${config}; ${there}`)
}

/** Starts the desktop's browser; never through a shell, as the address comes from configuration. */
function openInBrowser(url: string): void {
  const [command = 'xdg-open', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  // Without a desktop the address is on the screen all the same.
  child.once('error', () => undefined)
  child.unref()
}

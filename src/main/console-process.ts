/** The console's process: its parts picked and wired. */

import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { judgedLimits } from '../config/judged-limits.ts'
import { loadConfig } from '../config/load.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { sharedHistory } from '../admin/fleet.ts'
import { judgeOctets } from '../admin/explain.ts'
import { Installation } from '../admin/installation.ts'
import { judgeBy, maxRekeyed, policyBy } from '../admin/replay/people.ts'
import type { JudgedBy } from '../admin/replay/people.ts'
import { ReplayRun } from '../admin/replay/run.ts'
import { decide, previewAnswer, reviewPage, reviewPair, undo } from '../admin/review.ts'
import { previewRules, protectionPage } from '../admin/rules.ts'
import { suggestions } from '../admin/suggestions.ts'
import { Consents } from '../console/consents.ts'
import { Desk } from '../console/desk.ts'
import { Origins } from '../console/hosts.ts'
import { Live } from '../console/live.ts'
import { Oidc } from '../console/oidc.ts'
import { startServer } from '../console/server.ts'
import type { ConsoleServer } from '../console/server.ts'
import type { ConsoleLog, ConsoleSettings, ReviewPort, RulesPort } from '../console/ports.ts'
import type { Services } from '../console/services.ts'
import { SignIn } from '../console/sign-in.ts'
import { directorySources } from '../directory/sources/registry.ts'
import type { Store } from '../directory/store/store.ts'
import { Accounts } from '../history/accounts.ts'
import { History } from '../history/history.ts'
import { Hasher } from '../history/passwords.ts'
import { failedCode } from './console.ts'
import type { FromConsole, ToConsole } from './console.ts'
import type { Policy } from '../policy/compile.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import type { KeptHistory } from '../ports.ts'
import { version } from './version.ts'
import { errorText } from '../text.ts'

process.title = 'namesake console'

const [configPath = ''] = process.argv.slice(2)
const tell = (message: FromConsole): void => void process.send?.(message)
const log: ConsoleLog = (event, details) => {
  // An error does not survive the way to the daemon's process; its text does.
  const plain = Object.entries(details).map(([key, value]: [string, unknown]) => [
    key,
    value instanceof Error ? (value.stack ?? value.message) : value,
  ])
  tell({ kind: 'event', event, details: Object.fromEntries(plain) as typeof details })
}

/** Where accounts lie. */
function accountsPath(config: NamesakeConfig): string {
  return config.console?.path ?? join(dirname(config.store), 'console')
}

/** The history that the daemon keeps, of all nodes in a fleet; null: none. Several processes may have it open. */
async function openHistory(config: NamesakeConfig): Promise<KeptHistory | null> {
  const { history } = config
  // That PostgreSQL is away is among the daemon's problems, which every page shows.
  return history === null ? null : sharedHistory(config, await History.open({ path: history.path }), () => undefined)
}

/** Review over this installation's history, people and rules. */
function reviewOf(desk: Desk<KeptHistory>): ReviewPort {
  let kept: { readonly rules: ProtectionRules; readonly people: string; readonly policy: Policy } | null = null
  const opened = async () => {
    const installation = desk.refresh()
    const [history, store, context] = await Promise.all([
      desk.historyOrProblem(),
      installation.store(),
      installation.editContext(),
    ])
    return { history, store, context }
  }
  /** By the file as it stands. Made ready again when it or the people change: that is most of what a list of pairs costs. */
  const policyNow = (store: Store): Policy => {
    const { rules } = desk.installation.protection()
    const people = store.snapshot().contents
    if (kept?.rules !== rules || kept.people !== people) kept = { rules, people, policy: policyBy(store, rules).policy }
    return kept.policy
  }
  return {
    pairs: async (query) => {
      const { history, store } = await opened()
      return reviewPage(history, store, policyNow(store), Date.now(), query)
    },
    pair: async (directory, person, address) => {
      const { history, store } = await opened()
      return reviewPair(history, store, policyNow(store), Date.now(), { directory, person, address })
    },
    preview: async (pair, answer) => {
      const { history, store, context } = await opened()
      return previewAnswer(history, store, context, pair, answer, maxRekeyed)
    },
    decide: async (pair, answer, actor) => {
      const { history, context } = await opened()
      return decide(history, context, pair, answer, actor)
    },
    undo: async (pair, actor) => {
      const { history, context } = await opened()
      return undo(history, context, pair, actor)
    },
    suggestions: async () => {
      const { history, store } = await opened()
      const policy = policyNow(store)
      const { rules } = desk.installation.protection()
      return suggestions(history, store.snapshot(), rules, (person) => policy.protects(person), Date.now())
    },
  }
}

function rulesOf(desk: Desk<KeptHistory>): RulesPort {
  return {
    page: async (since) => protectionPage(desk.refresh(), await desk.history().catch(() => null), since),
    preview: async (requests, since) =>
      previewRules(desk.refresh(), await desk.history().catch(() => null), requests, since),
  }
}

/** Judges as the daemon does; what the rules were made ready to is kept while neither they nor the people change. */
function judgeOf(desk: Desk<KeptHistory>): Services['judge'] {
  let kept: { readonly rules: unknown; readonly people: string; readonly by: Promise<JudgedBy> } | null = null
  return async (octets) => {
    const installation = desk.refresh()
    const store = await installation.store()
    const { rules } = installation.protection()
    const people = store.snapshot().contents
    if (kept?.rules !== rules || kept.people !== people) {
      const by = judgeBy(store, rules, maxRekeyed)
      kept = { rules, people, by }
      // Tried again with the next message.
      by.catch(() => (kept = null))
    }
    return judgeOctets(octets, await kept.by, judgedLimits(installation.config).fromField, Date.now())
  }
}

/** The secret is taken out of its wrapping here, for the part that signs in. */
function oidcOf(oidc: NonNullable<NamesakeConfig['console']>['signIn']['oidc']): ConsoleSettings['oidc'] {
  return oidc && { ...oidc, clientSecret: oidc.clientSecret.reveal().trim() }
}

function settingsOf(config: NamesakeConfig): ConsoleSettings {
  const { console } = config
  if (console === null) throw new Error('there is no console section')
  return {
    listen: console.listen,
    tls: console.tls,
    publicUrl: console.publicUrl,
    trustedProxies: console.trustedProxies,
    password: console.signIn.password,
    oidc: oidcOf(console.signIn.oidc),
    readOnly: console.readOnly,
    version: version(),
    node: config.fleet?.node ?? hostname(),
    keys: join(accountsPath(config), 'keys'),
  }
}

async function start(): Promise<ConsoleServer> {
  const { config } = loadConfig(configPath, directorySources)
  const settings = settingsOf(config)
  const accounts = Accounts.open(accountsPath(config))
  const signIn = new SignIn(accounts, new Hasher(), log, settings.password)
  const desk = new Desk(configPath, new Installation(configPath), () => openHistory(config))
  const live = new Live(desk, accounts)
  const services: Services = {
    settings,
    accounts,
    signIn,
    oidc: settings.oidc === null ? null : new Oidc(settings.oidc, accounts, log),
    log,
    desk,
    review: reviewOf(desk),
    rules: rulesOf(desk),
    judge: judgeOf(desk),
    startReplay: async (request) => {
      const installation = desk.refresh()
      return new ReplayRun(request, installation.config, await installation.store(), installation.protection().rules)
    },
    replays: new Map(),
    live,
    consents: new Consents(configPath, () => live.nudge()),
    origins: new Origins(settings),
    audit: async (caller, what, target, before, after) => {
      log('console-changed', { user: caller.name, what: `${what}: ${target}`.slice(0, 500) })
      const via = caller.by === 'token' ? 'api' : 'console'
      const history = await desk.history()
      history?.writeAudit({ time: new Date().toISOString(), who: caller.name, via, what, target, before, after })
    },
  }
  const server = await startServer(services)
  tell({ kind: 'listening', url: server.url })
  if (accounts.accounts().length === 0) {
    const { secret, until } = accounts.invite('admin', 'the first start')
    const url = `${settings.publicUrl ?? server.url}/first-run#${secret}`
    tell({ kind: 'invitation', url, until: new Date(until).toISOString() })
  }
  return server
}

/** Serves until the daemon says to end, or is gone. */
async function run(): Promise<void> {
  let server: ConsoleServer | null = null
  process.on('message', (message: ToConsole) => {
    if (message.kind === 'ping') return tell({ kind: 'alive' })
    setTimeout(() => process.exit(0), 1_000).unref()
    void server?.close().then(() => process.exit(0))
  })
  // The daemon's end ends this process, however the daemon went; its signals are the daemon's to answer.
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  process.on('SIGHUP', () => {})
  try {
    server = await start()
  } catch (error) {
    tell({ kind: 'failed', error: errorText(error) })
    process.exitCode = failedCode
    process.disconnect()
  }
}

await run()

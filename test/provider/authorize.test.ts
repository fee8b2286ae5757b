import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { get as httpsGet } from 'node:https'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { addAuthorizeVerb } from '../../src/cli/authorize.ts'
import { rootCommand } from '../../src/cli/verb.ts'
import { authorize } from '../../src/directory/sources/office365/authorize.ts'
import type { AuthorizeOptions, Authorizer } from '../../src/directory/sources/office365/authorize.ts'
import { ConsentListener } from '../../src/directory/sources/office365/consent.ts'
import { keyFile } from './emulator/emulator.ts'
import { bench, optionsFor, settingsFor } from './harness.ts'
import type { Bench } from './harness.ts'
import { failure } from './synced.ts'
import type { Office365Settings } from '../../src/directory/sources/office365/settings.ts'

/** Where the emulated consent page sends the browser back to. */
function consentPage(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpsGet(url, { ca: keyFile('server.crt.pem') }, (answer) => {
      answer.resume()
      resolve(answer.headers.location ?? `status ${answer.statusCode}`)
    }).on('error', reject)
  })
}

/** What a browser gets from the listener. */
function visit(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      url.replace('localhost', '127.0.0.1'),
      { method, headers: { host: 'localhost', ...headers } },
      (answer) => {
        let body = ''
        answer.on('data', (part) => (body += String(part)))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      },
    )
    call.on('error', reject)
    call.end()
  })
}

/** An administrator who opens the page and goes where it leads. */
function administrator(b: Bench, said: string[], change: (back: string) => string = (back) => back): Authorizer {
  return {
    say: (text) => said.push(text),
    show: (url) => void consentPage(url).then((back) => visit(change(back))),
    signal: new AbortController().signal,
  }
}

function optionsOf(b: Bench, more: Partial<AuthorizeOptions> = {}): AuthorizeOptions {
  return { ...optionsFor(b.runtime), port: 0, consent: true, ...more }
}

t.test('consent is asked for, then a fresh token reads a user and a group', async (t) => {
  const b = await bench(t)
  const { emulator } = b
  emulator.entra.roles.clear()
  emulator.tenant.putUser('u', { displayName: 'Jane Roe' })
  const said: string[] = []
  await authorize(settingsFor(emulator), optionsOf(b), administrator(b, said))
  t.match(said.join('\n'), /Waiting on http:\/\/localhost:\d+\//)
  t.match(said, /The administrator has consented/)
  t.match(said.slice(-2), ['Reading users: works.', 'Reading groups: works, there are none yet.'])
  const page = emulator.seen.find(({ url }) => url.includes('adminconsent'))?.url ?? ''
  const query = new URL(page, emulator.origin).searchParams
  t.match(page, /^\/contoso\.example\/v2\.0\/adminconsent\?/)
  t.equal(query.get('scope'), `${emulator.origin}/.default`)
  t.equal(query.get('client_id'), emulator.entra.clientId)
  t.ok((query.get('state') ?? '').length >= 32)
  t.same(emulator.graphUrls(), ['/v1.0/users?$select=id&$top=1', '/v1.0/groups?$select=id&$top=1'])
})

t.test('consent that takes a while to spread is waited for, with a fresh token each time', async (t) => {
  const b = await bench(t)
  b.emulator.entra.roles.clear()
  b.emulator.entra.consent = 'grant-later'
  b.runtime.onSleep = () => {
    if (b.runtime.sleeps.length === 3) b.emulator.entra.grant()
  }
  const said: string[] = []
  await authorize(settingsFor(b.emulator), optionsOf(b), administrator(b, said))
  t.same(b.runtime.sleeps, [2_000, 5_000, 10_000])
  t.match(said.at(-1), /Reading groups: works/)
})

t.test('what can go wrong, in plain words', async (t) => {
  const cases: { name: string; prepare: (b: Bench) => Partial<Office365Settings>; says: RegExp; asks: boolean }[] = [
    {
      name: 'consent denied',
      prepare: (b) => {
        b.emulator.entra.consent = 'deny'
        return {}
      },
      says: /consent was refused; an administrator has to accept it \(AADSTS65004\)/,
      asks: true,
    },
    {
      name: 'a permission that the registration lacks',
      prepare: (b) => {
        b.emulator.entra.roles.clear()
        b.emulator.entra.requested.splice(1)
        return {}
      },
      says: /read groups \(403 Authorization_RequestDenied\).*lacks the application permission GroupMember\.Read\.All/,
      asks: true,
    },
    {
      name: 'a wrong secret',
      prepare: () => ({ credential: { kind: 'secret', secret: { reveal: () => 'wrong' } } }),
      says: /client secret is wrong/,
      asks: false,
    },
    {
      name: 'an expired secret',
      prepare: (b) => {
        b.emulator.entra.secretExpired = true
        return {}
      },
      says: /client secret has expired/,
      asks: false,
    },
    {
      name: 'an unknown tenant',
      prepare: () => ({ tenant: 'nosuch.example' }),
      says: /there is no such tenant/,
      asks: false,
    },
  ]
  for (const { name, prepare, says, asks } of cases) {
    const b = await bench(t)
    const settings = { ...settingsFor(b.emulator), ...prepare(b) }
    const said: string[] = []
    const error = await failure(authorize(settings, optionsOf(b), administrator(b, said)))
    t.equal(error.code, 'provider-auth', name)
    t.match(error.message, says, name)
    const asked = b.emulator.seen.some(({ url }) => url.includes('adminconsent'))
    t.equal(asked, asks, `${name}: the administrator is ${asks ? '' : 'not '}asked first`)
  }
})

t.test('a refusal is called one on the page that the browser ends at', async (t) => {
  const b = await bench(t)
  let came: (body: string) => void = () => undefined
  const body = new Promise<string>((resolve) => (came = resolve))
  const authorizer: Authorizer = {
    ...administrator(b, []),
    show: (url) =>
      void (async () => {
        const back = new URL(await consentPage(url))
        for (const name of ['admin_consent', 'tenant']) back.searchParams.delete(name)
        back.searchParams.set('error', 'access_denied')
        back.searchParams.set('error_description', 'AADSTS65004: declined <b>loudly</b>')
        came((await visit(back.href)).body)
      })(),
  }
  const error = await failure(authorize(settingsFor(b.emulator), optionsOf(b), authorizer))
  t.match(error.message, /consent was refused/)
  t.match(await body, /<h1>Consent was not given<\/h1>[^]*nothing was granted/)
  t.notMatch(await body, /thank|loudly/i)
})

t.test('state is checked, the tenant is not believed, nothing else is served', async (t) => {
  const b = await bench(t)
  const said: string[] = []
  const answers: { status: number; body: string }[] = []
  const guid = '11111111-aaaa-bbbb-cccc-222222222222'
  const authorizer: Authorizer = {
    ...administrator(b, said),
    show: (url) =>
      void (async () => {
        const back = await consentPage(url)
        const other = new URL(back)
        other.searchParams.set('state', 'x'.repeat((other.searchParams.get('state') ?? '').length))
        answers.push(await visit(other.href))
        answers.push(await visit(`${back}&state=again`))
        answers.push(await visit(back.replace(/\?.*/, '')))
        answers.push(await visit(back, { host: 'evil.example' }))
        answers.push(await visit(back, {}, 'POST'))
        answers.push(await visit(back.replace('/?', '/other?')))
        const elsewhere = new URL(back)
        elsewhere.searchParams.set('tenant', '99999999-aaaa-bbbb-cccc-222222222222')
        answers.push(await visit(elsewhere.href))
      })(),
  }
  await authorize(settingsFor(b.emulator, { tenant: guid }), optionsOf(b), authorizer)
  t.same(
    answers.map(({ status }) => status),
    [400, 400, 400, 404, 404, 404, 200],
  )
  t.notMatch(answers.map(({ body }) => body).join(), /evil|state=|99999999/, 'nothing is reflected')
  t.match(answers.at(-1)?.body, /<h1>Consent was given<\/h1>[^]*You can close this page/)
  t.match(said.join('\n'), /Warning: the browser speaks of tenant 99999999.*but 11111111.* is configured/)
  t.ok(
    b.emulator.seen.filter(({ url }) => url.includes('token')).every(({ url }) => url.startsWith(`/${guid}/`)),
    'only the configured tenant is asked',
  )
})

t.test('a browser on another machine: its last address is typed in', async (t) => {
  const b = await bench(t)
  const said: string[] = []
  const typed = new PassThrough({ objectMode: true })
  const authorizer: Authorizer = {
    ...administrator(b, said),
    show: (url) =>
      void consentPage(url).then((back) => {
        typed.write('http://localhost/?state=guessed&admin_consent=True')
        typed.write(back)
      }),
    typed: typed as AsyncIterable<string>,
  }
  await authorize(settingsFor(b.emulator), optionsOf(b), authorizer)
  t.match(said, /not the address that the browser was sent back to/)
  t.match(said.at(-1), /Reading groups: works/)
})

t.test('nobody comes; the operator gives up; the port is taken', async (t) => {
  const b = await bench(t)
  const still: Authorizer = { say: () => undefined, show: () => undefined, signal: new AbortController().signal }
  const late = await failure(authorize(settingsFor(b.emulator), optionsOf(b, { patience: 60 }), still))
  t.match(late.message, /nobody has consented within/)
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Error('interrupted')), 50)
  await t.rejects(authorize(settingsFor(b.emulator), optionsOf(b), { ...still, signal: stop.signal }), {
    message: 'interrupted',
  })
  const listener = await ConsentListener.open('x', 0)
  t.teardown(() => listener.close())
  const taken = await failure(authorize(settingsFor(b.emulator), optionsOf(b, { port: listener.port }), still))
  t.match(taken.message, /can't be listened on \(EADDRINUSE\); choose another by --port/)
})

t.test('an application that may do more than it needs is told so', async (t) => {
  const b = await bench(t)
  b.emulator.entra.roles.add('Directory.ReadWrite.All')
  const said: string[] = []
  await authorize(settingsFor(b.emulator), optionsOf(b, { consent: false }), administrator(b, said))
  t.match(said.at(-1), /also holds Directory\.ReadWrite\.All/)
})

t.test('the verb: authorize DIRECTORY', async (t) => {
  const b = await bench(t)
  b.emulator.entra.roles.clear()
  const folder = t.testdir({
    'secret.txt': 'right-secret-of-the-test-application\n',
    'protection.yaml': 'protect: []\n',
  })
  const config = join(folder, 'namesake.yaml')
  writeFileSync(
    config,
    `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:10026" }
store: ./store
protection: ./protection.yaml
directories:
  - name: Office 365
    type: office365
    tenant: contoso.example
    clientId: ${b.emulator.entra.clientId}
    clientSecret: { file: ./secret.txt }
    authority: ${b.emulator.origin}
    graph: ${b.emulator.origin}
    sync: "*/30 * * * *"
`,
  )
  const shown = new PassThrough()
  let text = ''
  shown.on('data', (part) => (text += String(part)))
  const verb = (...args: string[]): Promise<unknown> => {
    const program = rootCommand()
    addAuthorizeVerb(program, {
      err: shown,
      provider: optionsFor(b.runtime),
      openUrl: (url) => void consentPage(url).then((back) => visit(back)),
    })
    return program.parseAsync(['authorize', ...args, '--config', config], { from: 'user' })
  }
  await verb('Office 365', '--open', '--port', '0')
  t.match(
    text,
    /has to open this page and accept:\n\n {2}https:\/\/localhost:\d+\/contoso\.example\/v2\.0\/adminconsent\?/,
  )
  t.match(text, /"Office 365" is authorised\. Next: namesake sync "Office 365"\n$/)
  t.notMatch(text, /right-secret/)
  await t.rejects(verb('Nowhere'), { code: 'usage', message: /no directory "Nowhere".*there is "Office 365"/ })
  await t.rejects(verb('Office 365', '--port', '70000'), { code: 'usage', message: /--port "70000"/ })
})

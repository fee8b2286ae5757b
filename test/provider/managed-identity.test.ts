import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { bench, steps } from './harness.ts'
import { failure } from './synced.ts'

/** Managed identity: tokens from the platform's own service, here App Service's, by plain HTTP on this machine. */
t.test('a managed identity', async (t) => {
  const b = await bench(t)
  const seen: string[] = []
  let answer: { status: number; body: unknown } = { status: 200, body: {} }
  const platform = createServer((request, response) => {
    seen.push(`${request.url} ${String(request.headers['x-identity-header'])}`)
    if (seen.length === 1) {
      response.writeHead(500).end('{}')
      return
    }
    const token = {
      access_token: b.emulator.entra.issue(),
      token_type: 'Bearer',
      expires_on: String(Math.floor(Date.now() / 1000) + 3600),
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer.status === 200 ? token : answer.body))
  })
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve))
  const { port } = platform.address() as AddressInfo
  const environment = { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: 'the-header' }
  Object.assign(process.env, environment)
  t.teardown(() => {
    for (const name of Object.keys(environment)) delete process.env[name]
    platform.closeAllConnections()
    platform.close()
  })

  b.emulator.tenant.putUser('u', { displayName: 'Jane Roe' })
  const credential = { kind: 'managed-identity', clientId: '77777777-1111-2222-3333-444444444444' } as const
  const all = await steps(b.again({ credential }), b.request())
  t.equal(all.at(-1)?.step, 'end')
  t.match(seen[1], /^\/msi\/token\?.*resource=https.*client_id=77777777.* the-header$/)
  t.same(b.runtime.sleeps, [1_250], 'a 500 of the platform is asked again')

  answer = { status: 400, body: { statusCode: 400, message: 'No managed identity found' } }
  const error = await failure(steps(b.again({ credential: { kind: 'managed-identity', clientId: null } }), b.request()))
  t.equal(error.code, 'provider-auth', error.message)
  t.match(error.message, /^Office 365: the platform gives no token for the managed identity; assign/)
})

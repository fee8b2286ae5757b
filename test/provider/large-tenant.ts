import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { keyFile } from './emulator/emulator.ts'
import { Entra } from './emulator/entra.ts'
import { nameOf } from './large-names.ts'

/**
 * A tenant of any size in a process of its own, its pages made up when asked for: `large-tenant.ts USERS GROUPS`.
 * Prints its address and the client id. Group 0 holds everybody, the others a hundred each, one in ten a group too.
 * A second round shows a hundred changed users.
 */
const users = Number(process.argv[2])
const groups = Number(process.argv[3])
const pageSize = 200
const chunk = 1000
const changed = 100

const id = (kind: number, n: number): string => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
function userRow(n: number, round: number): object {
  const [given, sur] = nameOf(n)
  return {
    id: id(1, n),
    displayName: `${given} ${sur}${round === 0 ? '' : ` ${round}`}`,
    givenName: given,
    surname: sur,
    mail: `person.${n}@contoso.example`,
    userPrincipalName: `p${n}@contoso.onmicrosoft.example`,
    proxyAddresses: [
      `SMTP:person.${n}@contoso.example`,
      `smtp:p.${n}@contoso.example`,
      `smtp:${n}@subsidiary.example`,
      `X500:/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=${id(7, n)}`,
    ],
    userType: n % 50 === 0 ? 'Guest' : 'Member',
    accountEnabled: n % 20 !== 0,
  }
}

const user = (n: number): object => ({ '@odata.type': '#microsoft.graph.user', id: id(1, n % users) })

function groupRow(n: number, from: number): object {
  const row = { id: id(2, n), displayName: `Group ${n}` }
  if (n === 0) {
    const count = Math.max(0, Math.min(chunk, users - from))
    return { ...row, 'members@delta': Array.from({ length: count }, (_, i) => user(from + i)) }
  }
  const members = Array.from({ length: 100 }, (_, i) => user(n * 97 + i * 13))
  if (n % 10 === 0) members.push({ '@odata.type': '#microsoft.graph.group', id: id(2, n - 1) })
  return { ...row, 'members@delta': members }
}

let rounds = 0

function page(collection: string, query: URLSearchParams, base: string): object {
  const [kind = 'full', at = '0'] = (
    query.get('$skiptoken') ?? (query.has('$deltatoken') ? 'delta-0' : 'full-0')
  ).split('-')
  const start = Number(at)
  const deltaLink = { '@odata.deltaLink': `${base}?$deltatoken=d${(rounds += 1)}` }
  if (kind === 'delta') {
    const value =
      collection === 'users' ? Array.from({ length: changed }, (_, i) => userRow((i * 7) % users, rounds)) : []
    return { value, ...deltaLink }
  }
  const value: object[] = []
  let next = start
  if (collection === 'users') {
    for (; next < Math.min(users, start + pageSize); next += 1) value.push(userRow(next, 0))
    return { value, ...(next < users ? { '@odata.nextLink': `${base}?$skiptoken=full-${next}` } : deltaLink) }
  }
  // Group 0's chunks first, then the others, twenty a page.
  const chunks = Math.max(1, Math.ceil(users / chunk))
  if (start < chunks) {
    value.push(groupRow(0, start * chunk))
    next += 1
  } else for (; next < Math.min(chunks + groups - 1, start + 20); next += 1) value.push(groupRow(next - chunks + 1, 0))
  return {
    value,
    ...(next < chunks + groups - 1 ? { '@odata.nextLink': `${base}?$skiptoken=full-${next}` } : deltaLink),
  }
}

const entra = new Entra(['contoso.example'], '99999999-0000-1111-2222-333333333333')
const server = createServer(
  { key: keyFile('server.key.pem'), cert: keyFile('server.crt.pem') },
  (request, response) => {
    void (async () => {
      let form = ''
      for await (const part of request) form += String(part)
      const origin = `https://localhost:${(server.address() as AddressInfo).port}`
      const url = new URL(request.url ?? '/', origin)
      const answer = url.pathname.startsWith('/v1.0/')
        ? { status: 200, body: page(url.pathname.split('/')[2] ?? '', url.searchParams, `${origin}${url.pathname}`) }
        : url.pathname.endsWith('openid-configuration')
          ? entra.discovery(origin, 'contoso.example')
          : entra.token(origin, 'contoso.example', new URLSearchParams(form))
      const body = gzipSync(JSON.stringify(answer.body), { level: 1 })
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'content-length': body.length,
      })
      response.end(body)
    })()
  },
)
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`https://localhost:${(server.address() as AddressInfo).port} ${entra.clientId}\n`)
})

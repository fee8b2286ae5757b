import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { CertificateWatch, certificateEnds } from '../../../src/main/certificate-watch.ts'
import type { NamesakeConfig } from '../../../src/config/types.ts'
import { selfSigned } from '../../../src/net/self-signed.ts'
import type { EventDetails } from '../../../src/vocabulary.ts'

const day = 86_400_000
const start = Date.UTC(2026, 0, 1)
const folder = mkdtempSync(join(tmpdir(), 'namesake-certificates-'))
t.teardown(() => rmSync(folder, { recursive: true }))

/** Writes a certificate that ends so many days behind the start. */
function write(name: string, days: number): string {
  const file = join(folder, name)
  writeFileSync(file, selfSigned('x', new Date(start - 90 * day), new Date(start + days * day)).certificate)
  return file
}

function configOf(
  listener: string,
  named: string,
  hop: string | null,
  console: string | null,
): Pick<NamesakeConfig, 'smtp' | 'console'> {
  return {
    smtp: {
      listen: [
        {
          address: { kind: 'tcp', host: '127.0.0.1', port: 25 },
          tls: {
            certificate: listener,
            key: 'k',
            clientCa: null,
            certificates: [{ names: ['b.example'], certificate: named, key: 'k' }],
          },
        },
        { address: { kind: 'tcp', host: '127.0.0.1', port: 26 }, tls: null },
      ],
      nextHop: { certificate: hop, key: null, ca: null },
    },
    console:
      console === null
        ? null
        : { listen: { kind: 'tcp', host: '127.0.0.1', port: 9466 }, tls: { certificate: console, key: 'k' } },
  } as unknown as NamesakeConfig
}

t.test('a certificate is told of once a day from three weeks before its end, until the file is another', async (t) => {
  const first = write('first.pem', 30)
  const config = configOf(first, write('named.pem', 300), write('hop.pem', 300), write('console.pem', 25))
  const told: EventDetails<'certificate-expiring'>[] = []
  let now = start
  const watch = new CertificateWatch(
    () => config,
    (details) => told.push(details),
    () => now,
  )
  const days: Record<number, string[]> = {}
  for (let hour = 0; hour < 32 * 24; hour++) {
    now = start + (hour * day) / 24
    if (hour === 28 * 24) write('console.pem', 400)
    watch.look()
    for (const { listener } of told.splice(0)) (days[Math.floor(hour / 24)] ??= []).push(listener)
  }
  const both = ['smtp 127.0.0.1:25', 'console 127.0.0.1:9466']
  t.same(days[3], undefined, 'nothing earlier')
  t.same(days[4], ['console 127.0.0.1:9466'])
  t.same(days[9]?.toSorted(), both.toSorted())
  t.same(days[20]?.toSorted(), both.toSorted(), 'each day once')
  t.same(days[27]?.toSorted(), both.toSorted(), 'one that has ended as well')
  t.same(days[29], ['smtp 127.0.0.1:25'], 'no more of the renewed one')
  t.equal(days[31]?.length, 1, 'and still of the other')
})

t.test('what is told names file, day and fix', async (t) => {
  const file = write('soon.pem', 10)
  const told: EventDetails<'certificate-expiring'>[] = []
  const config = configOf(file, file, null, null)
  new CertificateWatch(
    () => config,
    (details) => told.push(details),
    () => start,
  ).look()
  t.match(told, [{ listener: 'smtp 127.0.0.1:25', file, until: '2026-01-11T00:00:00.000Z', error: /ends on 2026-01-11; fix: renew it/ }]) // prettier-ignore
  t.equal(told.length, 1, 'a file that is named twice is told once')
  told.length = 0
  new CertificateWatch(
    () => config,
    (details) => told.push(details),
    () => start + 11 * day,
  ).look()
  t.match(told[0]?.error, /ended on 2026-01-11: clients that verify it refuse to talk/)
})

t.test('the metric has the first end of each listener', async (t) => {
  const config = configOf(write('a.pem', 50), write('b.pem', 40), null, join(folder, 'none.pem'))
  t.same([...certificateEnds(config)], [['smtp 127.0.0.1:25', start + 40 * day]])
})

import t from 'tap'
import { connectionOf } from '../../../src/fleet/database.ts'

t.test('the URL', async (t) => {
  t.match(connectionOf('postgres://u:p%20w@db.corp.example/n'), {
    ...{
      host: 'db.corp.example',
      port: 5432,
      user: 'u',
      password: 'p w',
      database: 'n',
      ssl: { rejectUnauthorized: true },
    },
  })
  t.match(connectionOf('postgresql://u@[::1]:6432/n?sslmode=disable'), { host: '::1', port: 6432, ssl: false })
  t.match(connectionOf('postgres://u@localhost/n?host=/run/postgresql'), { host: '/run/postgresql', ssl: false })
  for (const [url, message] of [
    ['mysql://x/y', /not a URL.*postgres:/],
    ['nonsense', /not a URL/],
    ['postgres://u:secret@db.corp.example/n?sslmode=disable', /loopback only; found the host db/],
    ['postgres://u@db.corp.example/n?sslmode=require', /leaves open who answers/],
    ['postgres://u@db.corp.example/n?pool=4', /"pool" is not known/],
    ['postgres://u@db.corp.example/n?sslrootcert=/nowhere', /sslrootcert: ENOENT/],
  ] as const) {
    t.throws(() => connectionOf(url), { code: 'input-invalid', message })
    try {
      connectionOf(url)
    } catch (error) {
      t.notMatch((error as Error).message, /secret/)
    }
  }
})

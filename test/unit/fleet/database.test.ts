import t from 'tap'
import { connectionsOf } from '../../../src/fleet/database.ts'

t.test('the URL', async (t) => {
  t.match(connectionsOf('postgres://u:p%20w@db.corp.example/n'), [
    {
      host: 'db.corp.example',
      port: 5432,
      user: 'u',
      password: 'p w',
      database: 'n',
      ssl: { rejectUnauthorized: true },
    },
  ])
  t.match(connectionsOf('postgresql://u@[::1]:6432/n?sslmode=disable'), [{ host: '::1', port: 6432, ssl: false }])
  t.match(connectionsOf('postgres://u@localhost/n?host=/run/postgresql'), [{ host: '/run/postgresql', ssl: false }])
  t.match(
    connectionsOf('postgres://u:a,b@db1,db2.corp.example:5433,[::1]:5434/n?target_session_attrs=read-write'),
    [
      { host: 'db1', port: 5432, password: 'a,b', database: 'n' },
      { host: 'db2.corp.example', port: 5433, user: 'u', ssl: { rejectUnauthorized: true } },
      { host: '::1', port: 5434 },
    ],
    'a primary and its standbys',
  )
  for (const [url, message] of [
    ['mysql://x/y', /not a URL.*postgres:/],
    ['nonsense', /not a URL/],
    ['postgres://u:secret@db.corp.example/n?sslmode=disable', /loopback only; found the host db/],
    ['postgres://u@db.corp.example/n?sslmode=require', /leaves open who answers/],
    ['postgres://u@db.corp.example/n?pool=4', /"pool" is not known/],
    ['postgres://u:secret@db.corp.example,db:port/n', /not a URL/],
    ['postgres://u:secret@127.0.0.1,db2/n?sslmode=disable', /loopback only; found the host db2/],
    ['postgres://u@db1,db2/n?target_session_attrs=any', /target_session_attrs=any: a node writes/],
    ['postgres://u@db.corp.example/n?sslrootcert=/nowhere', /sslrootcert: ENOENT/],
  ] as const) {
    t.throws(() => connectionsOf(url), { code: 'input-invalid', message })
    try {
      connectionsOf(url)
    } catch (error) {
      t.notMatch((error as Error).message, /secret/)
    }
  }
})

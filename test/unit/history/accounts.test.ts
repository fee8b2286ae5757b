import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { Accounts, invitationMs, sessionIdleMs, sessionMaxMs } from '../../../src/history/accounts.ts'
import { Hasher } from '../../../src/history/passwords.ts'

function opened(t: Test): { accounts: Accounts; clock: { now: number }; path: string } {
  const path = mkdtempSync(join(tmpdir(), 'namesake-accounts-'))
  const clock = { now: 1_800_000_000_000 }
  const accounts = Accounts.open(path, () => clock.now)
  t.teardown(() => accounts.close())
  return { accounts, clock, path }
}

const mira = { userName: 'mira.dahl', name: 'Mira Dahl', hash: 'scrypt$x' } as const
const admin = { ...mira, role: 'admin', way: 'password', subject: null } as const

t.test('an invitation makes one account, once, within its time', async (t) => {
  const { accounts, clock } = opened(t)
  const first = accounts.invite('admin', 'the command line')
  t.equal(accounts.invitation(first.secret)?.role, 'admin')
  t.equal(accounts.accept(first.secret, mira).role, 'admin')
  t.equal(accounts.invitation(first.secret), null, 'used')
  t.throws(() => accounts.accept(first.secret, { ...mira, userName: 'other' }), { message: /used already/ })
  const late = accounts.invite('reader', 'mira.dahl')
  clock.now += invitationMs
  t.equal(accounts.invitation(late.secret), null, 'over')
  t.throws(() => accounts.accept(late.secret, { ...mira, userName: 'other' }), { message: /run out/ })
})

t.test('a refused account leaves its invitation', async (t) => {
  const { accounts } = opened(t)
  accounts.add(admin)
  const { secret } = accounts.invite('reader', 'mira.dahl')
  for (const userName of ['mira.dahl', 'MIRA.DAHL', ' mira.dahl ', 'ｍira.dahl']) {
    t.throws(() => accounts.accept(secret, { ...mira, userName }), { message: /is taken/ }, userName)
  }
  t.ok(accounts.invitation(secret), 'it can still be used')
})

t.test('sessions end: idle, too old, signed out, other password, account removed', async (t) => {
  const { accounts, clock } = opened(t)
  const account = accounts.add(admin)
  const cases: [string, (session: ReturnType<Accounts['beginSession']>['session']) => void][] = [
    ['idle', () => (clock.now += sessionIdleMs + 1)],
    ['signed out', (session) => accounts.endSession(session)],
    ['other password', () => accounts.setPassword(account.id, 'scrypt$y')],
  ]
  for (const [name, end] of cases) {
    const { secret, session } = accounts.beginSession(account)
    t.equal(accounts.session(secret)?.account.userName, 'mira.dahl')
    end(session)
    t.equal(accounts.session(secret), null, name)
    t.notOk(accounts.holds(session), `${name}: for open connections too`)
  }
  const { secret } = accounts.beginSession(account)
  const end = clock.now + sessionMaxMs
  while (clock.now < end) {
    t.ok(accounts.session(secret))
    clock.now += sessionIdleMs / 2
  }
  clock.now++
  t.equal(accounts.session(secret), null, 'too old, though busy')
  const other = accounts.add({ ...admin, userName: 'ben' })
  const last = accounts.beginSession(other)
  accounts.remove(other.id)
  t.equal(accounts.session(last.secret), null, 'account removed')
})

t.test('a role holds at once in running sessions', async (t) => {
  const { accounts } = opened(t)
  accounts.add(admin)
  const ben = accounts.add({ ...admin, userName: 'ben' })
  const { secret } = accounts.beginSession(ben)
  accounts.setRole(ben.id, 'reader')
  t.equal(accounts.session(secret)?.account.role, 'reader')
})

t.test('the last administrator with a password stays', async (t) => {
  const { accounts } = opened(t)
  const first = accounts.add(admin)
  const second = accounts.add({ ...admin, userName: 'sana', way: 'oidc', subject: 's-1', hash: null })
  t.throws(() => accounts.remove(first.id), { message: /last administrator/ })
  t.throws(() => accounts.setRole(first.id, 'reviewer'), { message: /last administrator/ })
  accounts.setRole(second.id, 'reviewer')
  const third = accounts.add({ ...admin, userName: 'ben' })
  accounts.remove(first.id)
  t.throws(() => accounts.remove(third.id), { message: /last administrator/ })
})

t.test('tokens: shown once, kept as a hash, with an end', async (t) => {
  const { accounts, clock } = opened(t)
  const { secret, token } = accounts.addToken({
    name: 'SIEM',
    role: 'reader',
    until: clock.now + 1000,
    madeBy: 'mira.dahl',
  })
  t.match(secret, /^nsk_[\w-]{43}$/)
  t.notMatch(JSON.stringify(accounts.tokens()), new RegExp(secret.slice(10)), 'nothing of the secret but its hint')
  t.equal(accounts.token(secret)?.id, token.id)
  t.ok(accounts.tokens()[0]?.lastUsed)
  t.equal(accounts.token(`${secret}x`), null)
  clock.now += 1000
  t.equal(accounts.token(secret), null, 'ended')
  t.ok(accounts.removeToken(token.id))
  t.notOk(accounts.removeToken(token.id))
})

t.test('what is kept can be read by its owner alone, and by another process', async (t) => {
  const { accounts, path } = opened(t)
  accounts.add(admin)
  t.equal(statSync(join(path, 'data.mdb')).mode & 0o077, 0)
  const second = Accounts.open(path)
  t.equal(second.accounts().length, 1)
  await second.close()
})

t.test('changes are noted for a fleet from its beginning on, and for nobody before', async (t) => {
  const { accounts } = opened(t)
  const { id } = accounts.add(admin)
  const gone = accounts.addToken({ name: 'monitoring', role: 'reader', until: null, madeBy: 'mira.dahl' })
  accounts.removeToken(gone.token.id)
  t.same(accounts.changed(10), [], 'without a fleet')
  accounts.beginAnew({ revision: 0, batch: '' })
  const first = accounts.changed(10)
  t.match(first, [{ kind: 'accounts', key: id }])
  t.same(accounts.place(), { revision: 0, batch: '' })
  accounts.sent(first)
  t.same(accounts.changed(10), [], 'sent')
  accounts.setPassword(id, 'scrypt$y')
  t.match(accounts.changed(10), [{ kind: 'accounts', key: id, data: /scrypt\$y/ }], 'changed since')
})

t.test('passwords', async (t) => {
  const hasher = new Hasher()
  const hash = await hasher.hash('correct horse é')
  t.match(hash ?? '', /^scrypt\$131072\$8\$1\$/)
  t.equal(await hasher.verify('correct horse é', hash), true)
  t.ok(await hasher.verify('correct horse e\u0301', hash), 'the same letters, written in another way')
  t.notOk(await hasher.verify('correct horse e', hash))
  t.notOk(await hasher.verify('', hash))
  t.notOk(await hasher.verify('correct horse é', null), 'no such account')
  t.notOk(await hasher.verify('x', 'plain'), 'no hash of ours')
})

t.test('a flood of passwords waits in a short line, the rest is turned away', async (t) => {
  const hasher = new Hasher()
  const results = await Promise.all(Array.from({ length: 60 }, () => hasher.verify('x', 'scrypt$2$8$1$AA$AA')))
  const turnedAway = results.filter((result) => result === null)
  t.equal(turnedAway.length, 60 - 42)
  t.notOk(await hasher.verify('x', 'scrypt$2$8$1$AA$AA'), 'and the line is free again')
})

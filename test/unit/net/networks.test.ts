import t from 'tap'
import { buildNetworks } from '../../../src/net/networks.ts'

t.test('networks', async (t) => {
  const inside = buildNetworks(['192.0.2.0/24', '10.0.0.1', '2001:db8::/32', '::1'])
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '10.0.0.1', '2001:db8:1::', '::1'])
    t.ok(inside(address), address)
  for (const address of ['192.0.3.1', '10.0.0.2', '2001:db9::', '::2', '', 'localhost', '/run/x', 'unknown']) {
    t.notOk(inside(address), address)
  }
  t.notOk(buildNetworks([])('127.0.0.1'), 'no networks hold no address')
  t.throws(() => buildNetworks(['nowhere']))
})

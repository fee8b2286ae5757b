import t from 'tap'
import { formatOptneg, negotiate } from '../../../src/milter/negotiation.ts'
import { SMFIF, SMFIP } from '../../../src/milter/wire.ts'

const everything = { version: 6, actions: 0x1ff, protocol: 0x1fffff }
const stranger = { tcp: true, mta: null }

t.test('what is agreed is a subset of the offer, whatever is offered', async (t) => {
  for (const skip of ['auto', 'none', 'all'] as const) {
    for (let bit = 0; bit < 32; bit++) {
      for (const mta of [null, 'postfix', 'sendmail'] as const) {
        const offer = { version: 6, actions: ~(1 << bit) >>> 0, protocol: ~(1 << bit) >>> 0 }
        const agreed = negotiate(offer, skip, { tcp: true, mta })
        t.equal((agreed?.actions ?? 0) & ~offer.actions, 0)
        t.equal((agreed?.protocol ?? 0) & ~offer.protocol, 0)
        t.equal(((agreed?.actions ?? 0) | (agreed?.protocol ?? 0)) >>> 28, 0, 'bits 28 to 31 are never echoed')
      }
    }
  }
})

t.test('versions', async (t) => {
  for (const [offered, answered] of [
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 6],
    [7, 6],
    [0xffffffff, 6],
  ] as const) {
    t.equal(negotiate({ ...everything, version: offered }, 'auto', stranger)?.version, answered)
  }
  for (const version of [0, 1]) t.equal(negotiate({ ...everything, version }, 'auto', stranger), null)
})

t.test('lists of macros only where the MTA takes them', async (t) => {
  const lists = (offer: typeof everything): number => negotiate(offer, 'auto', stranger)?.macros.length ?? -1
  t.equal(lists(everything), 7)
  t.equal(lists({ ...everything, version: 5 }), 0)
  t.equal(lists({ ...everything, actions: 0x1ff & ~SMFIF.SETSYMLIST }), 0)
})

t.test('Sendmail over TCP sends its macros once, where nobody waits for them', async (t) => {
  const agreed = negotiate(everything, 'auto', { tcp: true, mta: 'sendmail' })
  t.ok(agreed)
  t.same(
    agreed?.macros.filter(([, names]) => names !== '').map(([stage]) => stage),
    [4],
  )
  t.equal((agreed?.protocol ?? 0) & SMFIP.NR_HDR, 0, 'fields are answered')
  t.equal((agreed?.protocol ?? 0) & SMFIP.NR_DATA, SMFIP.NR_DATA)
  const unix = negotiate(everything, 'auto', { tcp: false, mta: 'sendmail' })
  t.same(unix, negotiate(everything, 'auto', stranger), 'a unix socket needs no such care')
  t.same(negotiate(everything, 'all', { tcp: true, mta: 'sendmail' }), negotiate(everything, 'all', stranger))
})

t.test('Postfix gets as few answers as it can do with', async (t) => {
  const answered = (tcp: boolean): string[] => {
    const protocol = negotiate(everything, 'auto', { tcp, mta: 'postfix' })?.protocol ?? 0
    const events = [
      ['CONNECT', 0x1, SMFIP.NR_CONN],
      ['MAIL', 0x4, SMFIP.NR_MAIL],
      ['RCPT', 0x8, SMFIP.NR_RCPT],
      ['DATA', 0x200, SMFIP.NR_DATA],
      ['HEADER', 0x20, SMFIP.NR_HDR],
      ['EOH', 0x40, SMFIP.NR_EOH],
    ] as const
    return events.flatMap(([name, never, unanswered]) => ((protocol & (never | unanswered)) === 0 ? [name] : []))
  }
  t.same(answered(true), ['DATA'], 'over TCP one, before the header section')
  t.same(answered(false), [])
  const { macros = [] } = negotiate(everything, 'auto', { tcp: true, mta: 'postfix' }) ?? {}
  t.equal(macros.filter(([, names]) => names.split(' ').includes('i')).length, 2, 'the queue id, early and for certain')
})

t.test('at most five macros a stage', async (t) => {
  for (const mta of ['postfix', 'sendmail'] as const) {
    for (const [, names] of negotiate(everything, 'auto', { tcp: true, mta })?.macros ?? []) {
      t.ok(names.split(' ').length <= 5, names)
    }
  }
})

t.test('the answer on the wire', async (t) => {
  const packet = formatOptneg({ version: 6, actions: 0x131, protocol: 0x190, macros: [[5, 'i']] })
  t.equal(packet.toString('hex'), '00000013' + '4f' + '00000006' + '00000131' + '00000190' + '00000005' + '6900')
})

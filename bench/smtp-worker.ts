/** One worker's SMTP path alone, for bench/smtp.ts: LISTEN and RELAY ports as arguments, a judge that marks all as clean. */
import { readOriginators } from '../src/mail/originators.ts'
import type { HeaderSection } from '../src/model.ts'
import { startSmtp } from '../src/smtp/listener.ts'

const [listen = 0, relay = 0] = process.argv.slice(2).map(Number)

let count = 0
const judge = (section: HeaderSection): ReturnType<Parameters<typeof startSmtp>[0]['judge']> => {
  const originators = readOriginators(section, { fromOctets: 65_536, sender: false, replyTo: false })
  const id = (count++).toString(36)
  return {
    id,
    verdict: { state: 'clean', note: null },
    perform: 'relay',
    add: [{ name: 'X-Namesake', body: `clean; id=${id}` }],
    remove: [],
    reply: null,
    fromName: originators.readings[0]?.name ?? null,
    fromAddress: originators.readings[0]?.address ?? null,
    messageId: null,
    directoryAge: 1,
    judgeTime: 1,
  }
}

await startSmtp({
  listen: [{ address: { host: '127.0.0.1', port: listen } }],
  clients: ['127.0.0.0/8'],
  relay: [{ protocol: 'smtp', address: { host: '127.0.0.1', port: relay } }],
  nextHop: { reuse: process.env['REUSE'] !== 'no' },
  judge,
  onMessage: () => {},
  onEvent: () => {},
})

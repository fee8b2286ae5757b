import { openTables, transact, breathe } from './src/directory/store-tables.ts'
import { rmSync } from 'node:fs'
for (const flags of [0x10003, 3, 1, 0x10001, 0x10002]) {
rmSync('/tmp/st/q', { recursive: true, force: true })
const t = openTables('/tmp/st/q', false)!
let c0 = process.cpuUsage(), s = performance.now()
for (let i = 0; i < 200; i++) { t.root.transactionSync(() => { for (let j = 0; j < 20; j++) t.ids.putSync(Buffer.from('k' + (i * 20 + j)), Buffer.from('v')) }, flags as never) }
let c = process.cpuUsage(c0); console.log(flags.toString(16), '200 txns', performance.now() - s, 'cpu', (c.user + c.system) / 1000)
await t.root.close()
}

import { connect, targetOf, exec, operatorKey, storeOf, forward } from './support.ts'
import { startFleet } from '../../src/sim/fleet.ts'
import { mkdtempSync } from 'node:fs'
const dir = mkdtempSync('/tmp/ns-scale-')
const mem = () => Math.round(process.memoryUsage().rss/1e6)
let t = performance.now()
console.log('rss before', mem())
const fleet = await startFleet({ dir, stores: 250, tills: 10000, version: 95000, clientKey: operatorKey.publicLine })
console.log('start ms', Math.round(performance.now()-t), 'rss', mem())
t = performance.now()
const clients: any[] = []
const stores = fleet.inventory.stores
let n = 0, failed = 0
async function one(s: any) {
  const jump = await connect(s)
  clients.push(jump)
  jump.on('error', () => {})
  for (const d of s.devices) {
    try {
      const c = await connect(d, { sock: await forward(jump, d.port) })
      c.on('error', () => {})
      clients.push(c)
      const r = await exec(c, 'nightctl status')
      if (r.status !== 0) failed++
      n++
    } catch (e) { failed++; console.log(String(e)) }
  }
}
for (let i = 0; i < 250; i += 10) await Promise.all(stores.slice(i, i + 10).map(one))
console.log('connected', n, 'failed', failed, 'ms', Math.round(performance.now()-t), 'rss', mem())
t = performance.now()
for (const c of clients) c.end()
await fleet.stop()
console.log('stop ms', Math.round(performance.now()-t))

// 1,000 stores and 10,000 tills from a file into an empty fleet, as CSV and as JSON: reading (with every check), the preview,
// and applying it; then the same file once more with a tenth of the tills renamed.
// Prints one JSON object. Run: node --import tsx bench/fleet-import.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../src/db/database.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { applyFleet, compareWithFleet } from '../src/db/fleet.ts'
import { keepFleetPreview } from '../src/db/fleet-previews.ts'
import { migrate } from '../src/db/migrate.ts'
import { readFleet } from '../src/fleet/read.ts'
import { fleetCsv } from '../src/fleet/write-csv.ts'
import { weekdays } from '../src/rollout/time/calendar.ts'

const STORES = 1000
const TILLS = 10

const device = (store: number, till: number, name: string) => ({
  ...{ kind: 'till', cashId: String(50_000_000 + store * 100 + till), number: till + 1, name, port: 22 },
  ...{ host: `10.${store % 250}.${till}.7`, user: 'nightshift', credential: 'default', agent: 'nightctl' },
  ...{
    hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFleetBench'],
    blocked: false,
    labels: ['pilot', 'Москва'],
  },
})
const fleet = (renamed: boolean) =>
  Array.from({ length: STORES }, (_, s) => ({
    ...{
      code: `M${s}`,
      name: `Магазин ${s}`,
      timeZone: 'Europe/Moscow',
      phone: null,
      host: `10.200.${s % 250}.1`,
    },
    ...{
      port: 22 + Math.floor(s / 250),
      user: 'nightshift',
      credential: 'default',
      maxDownloads: 4,
      maxInstalls: 1,
    },
    ...{ hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIStoreBench'], group: `g${s % 20}`, labels: ['a'] },
    ...{ packageFolder: '/srv/packages', packageUrl: 'http://127.0.0.1/packages' },
    calendar: {
      windows: [{ days: [...weekdays], from: '23:00', to: '06:00' }],
      opening: null,
      exceptions: [],
    },
    devices: Array.from({ length: TILLS }, (_, t) =>
      device(s, t, renamed && t === 0 ? `Касса ${s}` : `Терминал №${t + 1}`),
    ),
  }))

const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-bench-'))
const database = await startEmbedded({ folder })
await migrate(database.url)
const db = openDatabase(database.url)

const seconds = (from: number): number => Number(((performance.now() - from) / 1000).toFixed(3))

async function run(format: 'csv' | 'json', renamed: boolean) {
  const stores = fleet(renamed)
  const bytes = Buffer.from(format === 'csv' ? fleetCsv(stores) : JSON.stringify({ stores }))
  const began = performance.now()
  const read = readFleet(bytes, { format })
  if (!read.ok) throw new Error(JSON.stringify(read.faults.list[0]))
  const readSeconds = seconds(began)
  const previewed = performance.now()
  const shown = await compareWithFleet(db.pool, read.stores, 'merge')
  await keepFleetPreview(db, { diff: shown, stores: read.stores }, 'bench')
  const previewSeconds = seconds(previewed)
  const applied = performance.now()
  const answer = await applyFleet(db, { stores: read.stores, mode: 'merge', shown, actor: 'bench' })
  if (!answer.ok) throw new Error('it changed meanwhile')
  return {
    ...{ bytes: bytes.length, added: shown.devices.added.length, changed: shown.devices.changed.length },
    ...{ readSeconds, previewSeconds, applySeconds: seconds(applied), seconds: seconds(began) },
  }
}

const result: Record<string, object> = {}
for (const format of ['csv', 'json'] as const) {
  await db.pool.query('TRUNCATE store, device, report CASCADE')
  result[format] = await run(format, false)
  result[`${format}Again`] = await run(format, true)
}
console.log(JSON.stringify({ stores: STORES, devices: STORES * TILLS, ...result }))
await db.close()
await database.stop()
await rm(folder, { recursive: true, force: true })

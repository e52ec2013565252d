/** A night to watch: a simulated chain, a rollout, a till that fails, its retry from the queue board. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { hashGood } from '../api/sign-in.ts'
import type { Config } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { firstLink, useFirstLink } from '../db/links.ts'
import { createToken } from '../db/tokens.ts'
import { createLog } from '../log.ts'
import { isTerminalRollout } from '../rollout/states.ts'
import { type Fleet, startFleet } from '../sim/fleet.ts'
import { newKeyPair } from '../sim/keys.ts'
import { wordsOf } from '../words/render.ts'
import { type OfficeClient, officeClient, type RolloutFacts, type UpdateLine } from './demo/client.ts'
import { openScreen, type Screen } from './demo/screen.ts'
import { prepareSigning } from './demo/signing.ts'
import { CommandFailed } from './errors.ts'
import { interrupted, type Running, start } from './serve.ts'

export interface DemoOptions {
  readonly once: boolean
  readonly json: boolean
  readonly language: 'ru' | 'en'
}

const LOGIN = 'demo'
const TILLS = 12
const STORES = 3
const PACKAGE_BYTES = 3 * 1024 * 1024
const NIGHT_MS = 5 * 60_000
const LOOK_MS = 400
/** A night in half a minute: back-offs of seconds, tills that restart in one. */
const policy = {
  maxAttempts: 3,
  backoffScale: 0.04,
  restartSeconds: 30,
  armSeconds: 120,
  offline: 'skip',
  // One of twelve fails on purpose: a real chain would stop there.
  gate: { failurePercent: 50 },
}

/** One till is blocked, one is off, one fails its first health check. */
function castRoles(fleet: Fleet) {
  const [failing, off, blocked] = [1, 6, 9].map((place) => fleet.devices[place]?.cashId)
  if (failing === undefined || off === undefined || blocked === undefined)
    throw new Error('the demo needs its tills')
  fleet.device(failing).setFault({ kind: 'healthFails', times: 1 })
  fleet.device(off).setOff(true)
  const stores = fleet.inventory.stores.map((store) => ({
    ...store,
    maxInstalls: 2,
    devices: store.devices.map((device) => ({ ...device, blocked: device.cashId === blocked })),
  }))
  return { inventory: { stores }, failing, off, blocked }
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })

interface Night {
  readonly rollout: RolloutFacts
  readonly updates: readonly UpdateLine[]
  readonly retriedFromBoard: number
  readonly seconds: number
}

/** Watches until the rollout has ended; presses retry on the board once the night is over for everybody else. */
async function watch(client: OfficeClient, id: string, screen: Screen): Promise<Night> {
  const began = Date.now()
  let retriedFromBoard = 0
  for (;;) {
    const [rollout, updates] = await Promise.all([client.rollout(id), client.updates(id)])
    const elapsedMs = Date.now() - began
    screen.show({ title: 'Nightshift 95 → 96', rollout, updates, packageBytes: PACKAGE_BYTES, elapsedMs })
    if (isTerminalRollout(rollout.state)) {
      const rolledBack = updates.filter((one) => one.state === 'rolledBack')
      if (rolledBack.length === 0 || retriedFromBoard > 0)
        return { rollout, updates, retriedFromBoard, seconds: elapsedMs / 1000 }
      for (const one of rolledBack)
        screen.say(`${one.device.cashId} went back to 95 by itself: retried from the queue board`)
      retriedFromBoard = await client.retryFailedOnBoard('rollback')
    }
    if (elapsedMs > NIGHT_MS)
      throw new CommandFailed(`the night did not end within ${NIGHT_MS / 60_000} minutes`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

function summary(night: Night) {
  const count = (state: string) => night.updates.filter((one) => one.state === state).length
  return {
    tills: night.updates.length,
    succeeded: count('succeeded'),
    failed: count('failed') + count('broken'),
    skipped: count('skipped'),
    rolledBack: count('rolledBack'),
    retriedFromBoard: night.retriedFromBoard,
    wanBytesPerStore: Object.fromEntries(night.rollout.storePackages.map((one) => [one.store, one.wanBytes])),
    packageBytes: PACKAGE_BYTES,
    seconds: Number(night.seconds.toFixed(1)),
  }
}

async function preparePlace(config: Config) {
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-demo-'))
  const keysFolder = path.join(folder, 'keys')
  const signer = await prepareSigning(folder)
  const { privateKey, publicLine } = newKeyPair()
  await mkdir(keysFolder, { mode: 0o700 })
  await writeFile(path.join(keysFolder, 'default'), privateKey, { mode: 0o600 })
  const own: Config = {
    ...config,
    dataFolder: folder,
    packagesFolder: path.join(folder, 'packages'),
    keysFolder,
    ...(signer === undefined
      ? { unsigned: 'allow' }
      : { unsigned: 'refuse', signersFile: signer.signersFile }),
    databaseUrl: undefined,
    redisUrl: undefined,
    port: (await isFree(config.host, config.port)) ? config.port : 0,
    pollMs: 200,
  }
  return { folder, config: own, publicLine, signer }
}

interface Keys {
  /** As `nightshift token local` makes one. */
  readonly token: string
  readonly password: string
}

/** A token for programs, and the person who comes in by the link: its administrator. */
async function makeKeys(databaseUrl: string): Promise<Keys> {
  const db = openDatabase(databaseUrl, { max: 1, name: 'nightshift demo' })
  try {
    const password = randomBytes(12).toString('base64url')
    const first = await firstLink(db, 'demo', { anew: true })
    if (first?.kind !== 'made') throw new Error('the demo has a database of its own')
    const passwordHash = await hashGood(password, LOGIN)
    await useFirstLink(db, first.secret, { login: LOGIN, name: 'Demo', passwordHash })
    return { token: await createToken(db, 'demo program'), password }
  } finally {
    await db.close()
  }
}

const placesText = (url: string, secret: string, { token, password }: Keys): string =>
  `page    ${url}/demo/${secret}   (opens it, signed in)
board   ${url}/queues
API     ${url}/api/v1
login   ${LOGIN}, password ${password}
token   ${token}   (for programs)
`

export async function demo(base: Config, options: DemoOptions): Promise<void> {
  // With --json, standard output is for the one object.
  const screen = openScreen(options.json ? process.stderr : process.stdout, wordsOf(options.language))
  const place = await preparePlace(base)
  const log = createLog(
    base.logLevel === 'info' ? 'error' : base.logLevel,
    path.join(place.folder, 'nightshift.log'),
  )
  screen.say(`starting a head office and a simulated chain of ${STORES} stores and ${TILLS} tills …`)
  const fleet = await startFleet({
    dir: path.join(place.folder, 'fleet'),
    stores: STORES,
    tills: TILLS,
    version: 95_000,
    clientKey: place.publicLine,
    ...(place.signer === undefined ? {} : { signers: place.signer.signersFile }),
    speed: { downloadBytesPerSecond: 1024 * 1024, restartMs: 1500 },
  })
  const end = interrupted()
  let office: Running | undefined
  try {
    const secret = randomBytes(32).toString('base64url')
    const door = { entrance: { secret, login: LOGIN } }
    office = await start(place.config, { api: true, conductor: true, worker: true }, log, door)
    if (office.url === undefined) throw new Error('the demo has an API of its own')
    const keys = await makeKeys(office.databaseUrl)
    screen.say(placesText(office.url, secret, keys))
    const client = officeClient(office.url, keys.token)
    await client.importFleet(castRoles(fleet).inventory)
    const packageId = await client.addPackage(randomBytes(PACKAGE_BYTES), '00096000', place.signer)
    const id = await client.createRollout(packageId, policy)
    await client.start(id)
    const night = await Promise.race([watch(client, id, screen), end.then(() => undefined)])
    screen.keep()
    if (night !== undefined && options.json) console.log(JSON.stringify(summary(night)))
    else if (night !== undefined) screen.say(`\nthe night is over: ${JSON.stringify(summary(night))}`)
    if (night !== undefined && !options.once) {
      screen.say('everything stays up; Ctrl-C ends it')
      await end
    }
  } finally {
    await office?.stop()
    await fleet.stop()
    await rm(place.folder, { recursive: true, force: true })
  }
}

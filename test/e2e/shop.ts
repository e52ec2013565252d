/** A shop of real parts: the store server's sshd behind a counted line, tills with nightctl, a service and an sshd each. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'
import type { Endpoint } from '../../src/ssh/types.ts'
import { makeTill, type Shell, type Till } from '../nightctl/support.ts'
import { describeWith } from '../support/needs.ts'
import { describeSshd, type KeyPair, makeKey, type Sshd, startSshd } from '../support/sshd.ts'
import { nothingIsLeft } from './leaks.ts'
import { type PackageServer, servePackages } from './package-server.ts'
import { startWan, type Wan } from './wan.ts'

export interface TillPlan {
  readonly cashId: string
  readonly shell?: Shell
  readonly version?: string
  /** The head office's key may run nightctl and nothing else. */
  readonly forced?: boolean
  /** 40 by default: who is well does not wait for it, and a slow machine must not make it sick. */
  readonly healthSeconds?: number
}

export interface ShopTill extends Till {
  /** As the store server reaches it. */
  endpoint(): Endpoint
  sshd(): Sshd
  /** The same address, another host key: a till that was exchanged, or somebody in between. */
  changeHostKey(): Promise<void>
}

export interface Shop {
  /** As the head office reaches it. */
  readonly store: Endpoint
  readonly wan: Wan
  readonly packageFolder: string
  readonly packageUrl: string
  readonly tills: readonly ShopTill[]
  till(cashId: string): ShopTill
  /** Ends everything and looks whether anything is left. */
  stop(): Promise<void>
}

export interface ShopOptions {
  /** A new folder of the test's. */
  readonly dir: string
  /** The head office's public key. */
  readonly officeKey: string
  /** What the tills fetch by. */
  readonly source: 'sftp' | 'http'
  readonly tills: readonly TillPlan[]
}

/** Skipped, with the reason printed, where no sshd can let this user in; with NIGHTSHIFT_REQUIRE=all it then fails. */
export function describeShop(name: string, body: () => void): void {
  const mayNotSkip = process.env.NIGHTSHIFT_REQUIRE === 'all'
  describeWith(['sshd', 'ssh-keygen', 'sftp', 'dash', 'busybox', 'tar'], 'over a real sshd', () =>
    (mayNotSkip ? describe : describeSshd)(name, body),
  )
}

/** What this user's own login scripts do must neither slow nor change what the sessions here run. */
const withoutLoginScripts = (dir: string): string => `SetEnv HOME="${dir}"`

const endpointOf = (sshd: Sshd, port: number): Endpoint => ({
  host: sshd.host,
  port,
  user: sshd.user,
  credential: 'default',
  hostKeys: [sshd.hostKey],
})

async function openTill(
  dir: string,
  { officeKey }: ShopOptions,
  { cashId, shell = 'dash', version = '00096000', forced = false, healthSeconds = 40 }: TillPlan,
): Promise<{ till: ShopTill; key: KeyPair }> {
  const key = makeKey(dir, 'device')
  const conf = { SFTP_KEY: key.file, SFTP_KNOWN_HOSTS: path.join(path.dirname(dir), 'known_hosts') }
  const till = await makeTill({ dir, cashId, shell, version, healthSeconds, conf })
  const rule = forced ? `restrict,command="${till.nightctl} --ssh" ` : ''
  const server = {
    dir: path.join(dir, 'sshd'),
    authorizedKeys: [rule + officeKey],
    extraConfig: [withoutLoginScripts(dir)],
  }
  let sshd = await startSshd(server).catch(async (error: unknown) => {
    await till.stop()
    throw error
  })
  return {
    key,
    till: {
      ...till,
      endpoint: () => endpointOf(sshd, sshd.port),
      sshd: () => sshd,
      changeHostKey: async () => {
        await sshd.stop()
        for (const end of ['', '.pub']) rmSync(path.join(server.dir, `host_ed25519${end}`))
        sshd = await startSshd({ ...server, port: sshd.port })
      },
    },
  }
}

/** The office's account reaches the tills' ports and no other; each till's key reads files and does nothing else. */
function openStore({ dir, officeKey }: ShopOptions, tills: readonly ShopTill[], keys: readonly KeyPair[]) {
  const permitted = tills.map((till) => `127.0.0.1:${till.sshd().port}`).join(' ')
  return startSshd({
    dir: path.join(dir, 'store-sshd'),
    authorizedKeys: [officeKey, ...keys.map((key) => `restrict,command="internal-sftp -R" ${key.line}`)],
    extraConfig: [`PermitOpen ${permitted}`, withoutLoginScripts(dir)],
  })
}

/** Pids of a server, its connections and what they run. */
const pidsOf = (sshd: Sshd): number[] => [sshd.pid, ...sshd.sessions(), ...sshd.commands()]

interface Parts {
  readonly tills: ShopTill[]
  readonly keys: KeyPair[]
  store?: Sshd
  wan?: Wan
  http?: PackageServer
}

/** Ends what was started, the sshds first: nobody can come in any more. */
async function close(dir: string, { tills, store, wan, http }: Parts): Promise<void> {
  const sshds = [...(store === undefined ? [] : [store]), ...tills.map((till) => till.sshd())]
  const pids = sshds.flatMap(pidsOf)
  await Promise.all(sshds.map((sshd) => sshd.stop()))
  await Promise.all(tills.map((till) => till.stop()))
  await Promise.all([wan?.close(), http?.close()])
  await nothingIsLeft(dir, { pids, ports: sshds.map((sshd) => sshd.port) })
}

async function open(options: ShopOptions, parts: Parts): Promise<Shop> {
  const { dir } = options
  const packageFolder = path.join(dir, 'store', 'packages')
  mkdirSync(packageFolder, { recursive: true })
  for (const [i, plan] of options.tills.entries()) {
    const { till, key } = await openTill(path.join(dir, `till-${i + 1}`), options, plan)
    parts.tills.push(till)
    parts.keys.push(key)
  }
  const store = await openStore(options, parts.tills, parts.keys)
  parts.store = store
  writeFileSync(path.join(dir, 'known_hosts'), `[${store.host}]:${store.port} ${store.hostKey}\n`)
  const wan = await startWan(store.port)
  parts.wan = wan
  const http = await servePackages(packageFolder)
  parts.http = http
  const sftp = `sftp://${store.user}@${store.host}:${store.port}${packageFolder}`
  return {
    store: endpointOf(store, wan.port),
    wan,
    packageFolder,
    packageUrl: options.source === 'sftp' ? sftp : http.url,
    tills: parts.tills,
    till: (cashId) => {
      const found = parts.tills.find((till) => till.cashId === cashId)
      if (found === undefined) throw new Error(`no till ${cashId}`)
      return found
    },
    stop: () => close(dir, parts),
  }
}

/** The caller calls `stop` and removes the folder. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const parts: Parts = { tills: [], keys: [] }
  try {
    return await open(options, parts)
  } catch (error) {
    await close(options.dir, parts).catch(() => {})
    throw error
  }
}

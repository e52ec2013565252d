/** Real ssh2 clients for the simulated fleet, with deadlines, and what they need to be cleaned up. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import { answerEnvelope, exitStatus, MARK } from '../../src/device/contract.ts'
import { type Fleet, type FleetOptions, startFleet } from '../../src/sim/fleet.ts'
import { newKeyPair } from '../../src/sim/keys.ts'

export const operatorKey = newKeyPair()
const DEADLINE_MS = 30_000

export function withDeadline<T>(work: Promise<T>, label: string, ms = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms: ${label}`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

export interface Rig {
  readonly fleet: Fleet
  readonly dir: string
  /** Stops the fleet and starts it again on the same folder. */
  restart(options?: Partial<FleetOptions>): Promise<Fleet>
  end(): Promise<void>
}

export async function rig(options: Partial<FleetOptions> = {}): Promise<Rig> {
  const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-sim-test-'))
  const all = { dir, stores: 1, tills: 3, version: 95_000, clientKey: operatorKey.publicLine, ...options }
  let fleet = await startFleet({ speed: { restartMs: 20 }, ...all })
  return {
    get fleet() {
      return fleet
    },
    dir,
    restart: async (more = {}) => {
      await fleet.stop()
      fleet = await startFleet({ speed: { restartMs: 20 }, ...all, ...more })
      return fleet
    },
    end: async () => {
      await fleet.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKeys: readonly string[]
}

/** Signs in, and accepts no other host key than the inventory's. */
export function connect(target: Target, more: Partial<ConnectConfig> = {}): Promise<Client> {
  const client = new ssh2.Client()
  const known = target.hostKeys.map((line) => Buffer.from(line.split(' ')[1] ?? '', 'base64'))
  const ready = new Promise<Client>((resolve, reject) => {
    // Without it each exec on an open connection waits 40 ms for a delayed ACK.
    if (more.sock === undefined) client.setNoDelay(true)
    client.on('ready', () => resolve(client))
    client.on('error', reject)
    client.on('close', () => reject(new Error('closed')))
    client.connect({
      host: target.host,
      port: target.port,
      username: target.user,
      privateKey: operatorKey.privateKey,
      hostVerifier: (key: Buffer) => known.some((one) => one.equals(key)),
      readyTimeout: DEADLINE_MS,
      ...more,
    })
  })
  return ready.catch((error: unknown) => {
    client.destroy()
    throw error
  })
}

/** Resolves when the connection has ended. */
export function closing(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.once('close', () => resolve())
  })
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

export function exec(client: Client, command: string, input = '', ms = DEADLINE_MS): Promise<Ran> {
  const running = new Promise<Ran>((resolve, reject) => {
    const onClose = (): void => reject(new Error('connection closed'))
    client.once('close', onClose)
    client.exec(command, (error, channel) => {
      if (error) return reject(error)
      let [stdout, stderr] = ['', '']
      let status: number | null = null
      channel.on('data', (chunk: Buffer) => {
        stdout += chunk
      })
      channel.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk
      })
      channel.on('exit', (code: number | null) => {
        status = code
      })
      channel.on('close', () => {
        client.off('close', onClose)
        resolve({ stdout, stderr, status })
      })
      channel.end(input)
    })
  })
  return withDeadline(running, command, ms)
}

/** A channel from the store server to a device, as the head office opens it. */
export function forward(client: Client, port: number) {
  return withDeadline(
    new Promise<NonNullable<ConnectConfig['sock']>>((resolve, reject) => {
      client.forwardOut('127.0.0.1', 0, '127.0.0.1', port, (error, channel) =>
        error ? reject(error) : resolve(channel),
      )
    }),
    'forwardOut',
  )
}

export function sftpOf(client: Client): Promise<SFTPWrapper> {
  return withDeadline(
    new Promise((resolve, reject) => {
      client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)))
    }),
    'sftp',
  )
}

/** Calls a callback-last method as a promise. */
export function ask<T = unknown>(
  body: (done: (error?: Error | null, value?: T) => void) => void,
): Promise<T> {
  return withDeadline(
    new Promise<T>((resolve, reject) => {
      body((error, value) => (error ? reject(error) : resolve(value as T)))
    }),
    'sftp request',
  )
}

export interface Answer {
  readonly class: keyof typeof exitStatus
  readonly reason: string | null
  readonly data: Record<string, unknown>
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** The one marked line, its class fitting the exit status; anything else throws. */
export function readAnswer({ stdout, status }: Ran): Answer {
  const marked = stdout.split('\n').filter((line) => line.startsWith(MARK))
  if (marked.length !== 1) throw new Error(`${marked.length} marked lines in: ${stdout}`)
  const { class: kind, reason, data } = answerEnvelope.parse(JSON.parse(marked[0]?.slice(MARK.length) ?? ''))
  if (status !== exitStatus[kind]) throw new Error(`exit status ${status} for ${kind}`)
  return { class: kind, reason, data: data ?? {} }
}

/** Signs in to a device directly, runs nightctl once, signs out. */
export async function nightctl(
  fleet: Fleet,
  cashId: string,
  words: readonly string[],
  input = '',
): Promise<Answer> {
  const client = await connect(targetOf(fleet, cashId))
  try {
    return readAnswer(await exec(client, ['nightctl', ...words].map(quote).join(' '), input))
  } finally {
    client.end()
  }
}

export function targetOf(fleet: Fleet, cashId: string): Target {
  const found = fleet.inventory.stores
    .flatMap(({ devices }) => devices)
    .find((device) => device.cashId === cashId)
  if (!found) throw new Error(`no device ${cashId}`)
  return found
}

export function storeOf(fleet: Fleet, code = 'M1') {
  const found = fleet.inventory.stores.find((store) => store.code === code)
  if (!found) throw new Error(`no store ${code}`)
  return found
}

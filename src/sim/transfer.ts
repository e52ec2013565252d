/** The detached download of a simulated device: over HTTP from its store server, going on where it stopped. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeviceReason } from '../device/contract.ts'
import { formatVersion } from '../rollout/versions.ts'
import { PowerLost, type StagedPackage, type Transfer } from './agent-state.ts'
import type { Machine } from './machine.ts'

const ATTEMPTS = 6
const BACKOFF_MS = 50
const SILENCE_MS = 30_000

export const partPath = (machine: Machine, sha256: string): string =>
  path.join(machine.facts.folder, `incoming-${sha256}.part`)
export const packagePath = (machine: Machine, { version, sha256 }: StagedPackage): string =>
  path.join(machine.facts.folder, `package-${formatVersion(version)}-${sha256}`)

export async function fileHash(file: string): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) digest.update(chunk as Buffer)
  return digest.digest('hex')
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

/** Flips the lowest bit of a file's middle byte. */
async function damage(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, size >> 1)
    byte.writeUInt8(byte.readUInt8(0) ^ 1)
    await handle.write(byte, 0, 1, size >> 1)
  } finally {
    await handle.close()
  }
}

type Outcome = 'whole' | 'again' | DeviceReason

function ask(source: string, from: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {}
    get(source, { headers, signal, agent: false, timeout: SILENCE_MS }, resolve)
      .on('error', reject)
      .on('timeout', function (this: { destroy: (error: Error) => void }) {
        this.destroy(new Error('silent'))
      })
  })
}

/** Strikes where the faults of this device say so, at the bytes received so far. */
function strike(machine: Machine): void {
  const { faults, received } = machine
  const death = faults.take('dieDuringDownload', ({ bytes }) => received >= bytes)
  if (death) machine.die(death.backAfterMs)
  if (faults.take('dropAtByte', ({ bytes }) => received >= bytes)) throw new Error('connection cut')
}

async function receive(machine: Machine, answer: IncomingMessage, part: string, size: number): Promise<void> {
  const handle = await open(part, 'a')
  try {
    for await (const chunk of answer) {
      machine.assertPower()
      await handle.write(chunk as Buffer)
      machine.received += (chunk as Buffer).length
      strike(machine)
      const slow = machine.faults.has('slow')
      if (slow?.bytesPerSecond) await machine.sleep(((chunk as Buffer).length / slow.bytesPerSecond) * 1000)
      if (machine.received > size) return
    }
  } finally {
    await handle.close()
  }
}

async function fetchOnce(machine: Machine, transfer: Transfer, signal: AbortSignal): Promise<Outcome> {
  const part = partPath(machine, transfer.sha256)
  machine.received = await sizeOf(part)
  if (machine.received < transfer.size) {
    const answer = await ask(transfer.source, machine.received, signal)
    const status = answer.statusCode ?? 0
    if (status !== 200 && status !== 206) {
      answer.destroy()
      return status >= 500 || status === 429 ? 'again' : 'transferFailed'
    }
    if (status === 200 && machine.received > 0) {
      await truncate(part, 0)
      machine.received = 0
    }
    await receive(machine, answer, part, transfer.size)
  }
  if (machine.received < transfer.size) return 'again'
  return finish(machine, transfer, part)
}

/** Nothing becomes a staged package before its size and hash are right; what is wrong is thrown away. */
async function finish(machine: Machine, transfer: Transfer, part: string): Promise<Outcome> {
  const isHere = (where: string | undefined): boolean => where === undefined || where === 'received'
  if (machine.faults.take('corrupt', ({ where }) => isHere(where))) await damage(part)
  const isRight = (await sizeOf(part)) === transfer.size && (await fileHash(part)) === transfer.sha256
  machine.assertPower()
  if (!isRight) {
    await rm(part, { force: true })
    return 'packageDamaged'
  }
  const whole = packagePath(machine, transfer)
  await rename(part, whole)
  if (machine.faults.take('corrupt', ({ where }) => where === 'staged')) await damage(whole)
  return 'whole'
}

async function attempts(machine: Machine, transfer: Transfer, signal: AbortSignal): Promise<Outcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await fetchOnce(machine, transfer, signal).catch((error: unknown): Outcome => {
      if (error instanceof PowerLost || signal.aborted) throw error
      return 'again'
    })
    if (outcome !== 'again') return outcome
    await sleep(BACKOFF_MS * 2 ** attempt, undefined, { signal })
  }
  return 'transferFailed'
}

async function run(machine: Machine, transfer: Transfer, signal: AbortSignal): Promise<void> {
  await mkdir(machine.facts.folder, { recursive: true })
  const outcome = await attempts(machine, transfer, signal)
  const { state } = machine
  if (outcome === 'whole') {
    const { version, sha256, size } = transfer
    state.staged = [
      ...state.staged.filter((one) => one.sha256 !== sha256 || one.version !== version),
      { version, sha256, size },
    ]
    state.transfer = { ...transfer, state: 'done', reason: null }
    machine.log(`downloaded ${formatVersion(version)}`)
  } else {
    state.transfer = { ...transfer, state: 'failed', reason: outcome === 'again' ? null : outcome }
    machine.log(`download failed ${formatVersion(transfer.version)} reason=${outcome}`)
  }
  await machine.save()
}

/** Starts or goes on with the transfer in the state; returns at once. */
export function startTransfer(machine: Machine): void {
  const { transfer } = machine.state
  if (transfer?.state !== 'running' || machine.transfer !== undefined) return
  const stopper = new AbortController()
  const signal = AbortSignal.any([stopper.signal, machine.power])
  // A stop or a power cut ends it by an exception; whoever stopped it writes the state.
  const running = run(machine, transfer, signal)
    .catch(() => {})
    .finally(() => {
      machine.transfer = undefined
    })
  machine.transfer = {
    stop: async () => {
      stopper.abort()
      await running
    },
  }
}

/** Ends a running transfer; what was received stays. */
export async function stopTransfer(machine: Machine): Promise<void> {
  await machine.transfer?.stop()
  const { transfer } = machine.state
  if (transfer?.state === 'running') machine.state.transfer = { ...transfer, state: 'stopped' }
}

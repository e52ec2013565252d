/** The preliminary download of one device, beside any rollout: told to fetch, followed until it ends. */
import { isOwned, writeCommandProgress } from '../db/command-claims.ts'
import * as commands from '../device/commands.ts'
import { type Download, downloadData } from '../device/contract.ts'
import { DeviceFailure } from '../device/failure.ts'
import { followDownload } from '../device/follow-download.ts'
import { formatVersion } from '../rollout/versions.ts'
import { abortable } from './abortable.ts'
import { call, type Errand, lookAfter, type Outcome } from './errand.ts'
import { packageUrl } from './package-files.ts'
import { refuseDistrusted } from './trusted.ts'

type Wanted = NonNullable<Errand['work']['package']>

/** «Прогресс»: what came of how much, written as it moves. */
function progressOf(errand: Errand, wanted: Wanted) {
  let written = -1
  let writing: Promise<void> = Promise.resolve()
  const write = (received: number): void => {
    if (received === written) return
    written = received
    const { version, size, id } = wanted
    const facts = { received, size: Number(size), version: formatVersion(version), packageId: id }
    errand.progress = facts
    const { deps, work, claim } = errand
    const row = { id: work.id, generation: claim.generation }
    writing = writing
      .then(() => writeCommandProgress(deps.db.pool, row, facts))
      .then(() => deps.db.poke())
      .catch((error: unknown) => deps.log.warn({ err: error }, 'writing progress'))
  }
  return { write, settled: () => writing }
}

/** Not running any more, and not done: somebody stopped it, a rollout took the device, or it failed there. */
async function endOf(errand: Errand, { state, reason }: Download): Promise<DeviceFailure> {
  const fail = (code: DeviceFailure['reason'], detail: string) =>
    new DeviceFailure(code, { mayHaveActed: false, detail })
  if (state === 'failed') return fail(reason ?? 'transferFailed', 'the download ended on the device')
  if (await isOwned(errand.deps.db.pool, errand.work.deviceId))
    return fail('ownedByRollout', 'a rollout took the device meanwhile')
  return fail('stoppedByPerson', 'the download was stopped')
}

/** @throws DeviceFailure, or the signal's reason */
export async function fetchPackage(errand: Errand): Promise<Outcome> {
  const { deps, work, signal } = errand
  const { package: wanted } = work
  if (wanted === null)
    throw new DeviceFailure('packageMissing', { mayHaveActed: false, detail: 'the package is gone' })
  await refuseDistrusted(deps, wanted)
  const { version, sha256, size } = wanted
  // Another claim's start is another operation: a transfer that failed is begun anew, one that runs is joined.
  const claim = { ...errand.claim, operation: `${errand.claim.operation}.g${errand.claim.generation}` }
  const source = packageUrl(work.device.store.packageUrl, sha256)
  const one = commands.downloadStart(claim, source, { version, sha256, size: Number(size) })
  const { write, settled } = progressOf(errand, wanted)
  try {
    const { download: begun } = await call(errand, one, downloadData)
    write(begun.received)
    const follower = {
      ...{ now: Date.now, pollMs: deps.pollMs, progress: write },
      call: <T>(asked: commands.Call, schema: Parameters<typeof call<T>>[2]) => call(errand, asked, schema),
      sleep: (ms: number) => abortable(ms, signal),
    }
    const ended = begun.state === 'running' ? await followDownload(follower, sha256) : begun
    if (ended.state !== 'done') throw await endOf(errand, ended)
  } finally {
    await settled()
  }
  await lookAfter(errand)
  return { ...errand.progress, received: Number(size), at: new Date().toISOString() }
}

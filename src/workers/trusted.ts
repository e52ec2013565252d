/** Before a package is sent or installed: is it good by the signers of now? */
import { distrustPackage } from '../db/distrust.ts'
import type { UpdateWork } from '../db/work.ts'
import { DeviceFailure } from '../device/failure.ts'
import type { Step } from '../rollout/due.ts'
import { type SignedPackage, trustReason } from '../signing/trust.ts'
import type { WorkerDeps } from './deps.ts'

const CHECKED: ReadonlySet<Step> = new Set<Step>(['verify', 'activate', 'restart'])

/** Steps that install, or lead there. The way back and a till that is only looked at install nothing of it. */
export const needsTrust = (step: Step, work: Pick<UpdateWork, 'rollout' | 'carried'>): boolean =>
  CHECKED.has(step) && work.rollout.kind === 'update' && !work.carried

/** Where no rollout is paused by it, a worker tells of a package now and then, and not for each of a thousand stores. */
const told = new Map<string, number>()
const TELL_MS = 10 * 60_000
const MOST_TOLD = 1000

function isNews(key: string): boolean {
  if (Date.now() < (told.get(key) ?? 0) + TELL_MS) return false
  if (told.size >= MOST_TOLD) told.clear()
  told.set(key, Date.now())
  return true
}

/**
 * A package that is not good stops every rollout of it at once. Where only nobody can say (no list of signers, no
 * ssh-keygen on this machine), the step waits, and the rollouts stay.
 * @throws DeviceFailure signatureInvalid, packageExpired; signersMissing, signatureToolMissing
 */
export async function refuseDistrusted(
  deps: Pick<WorkerDeps, 'db' | 'trust' | 'log' | 'worker'>,
  row: SignedPackage & { readonly id: string },
): Promise<void> {
  const trust = await deps.trust.judge(row)
  if (trust.good) return
  const reason = trustReason(trust.code)
  const facts = { packageId: row.id, kind: row.kind, version: row.version, why: trust.code }
  if (reason === 'signatureInvalid' || reason === 'packageExpired') {
    const paused = await distrustPackage(deps.db, row, reason, {
      actor: deps.worker,
      always: isNews(`${row.id} ${reason}`),
    })
    deps.log.error({ ...facts, detail: trust.detail, paused }, 'a package is not good any more')
  } else deps.log.error({ ...facts, detail: trust.detail }, 'nobody can say whether a package is good')
  throw new DeviceFailure(reason, { mayHaveActed: false, detail: `${trust.code} ${trust.detail}`.trim() })
}

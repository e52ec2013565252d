/** Rows as the API shows them: numbers for BigInt, eight digits for versions, an age beside every reading. */
import type { DeviceWork } from '../db/device-work.ts'
import type { findDevice, readDevices } from '../db/devices.ts'
import type { readPackages } from '../db/packages.ts'
import { saidOf } from '../db/said.ts'
import type { findStore, readStores } from '../db/stores.ts'
import type { findUpdate, listStorePackages, readUpdates } from '../db/updates.ts'
import { displayVersion, formatVersion } from '../rollout/versions.ts'

type Listed<T extends (...args: never[]) => Promise<readonly unknown[]>> = Awaited<ReturnType<T>>[number]
type Found<T extends (...args: never[]) => Promise<unknown>> = NonNullable<Awaited<ReturnType<T>>>
type StatusRow = NonNullable<Found<typeof findDevice>['status']>

const versionView = (version: number | null) =>
  version === null ? null : { full: formatVersion(version), display: displayVersion(version) }

/** What a device last said. `ageSeconds` counts from when it said so; null: it never did. */
function statusView(status: StatusRow | null, now: number) {
  if (status === null) return null
  const { askedAt, readAt, source, reason, version, asks, misses, lastReceiptAt } = status
  return {
    askedAt,
    readAt,
    ageSeconds: readAt === null ? null : Math.max(0, Math.round((now - readAt.getTime()) / 1000)),
    source,
    reason,
    version: version === null ? null : formatVersion(version),
    display: version === null ? null : displayVersion(version),
    lastReceiptAt,
    /** Whether it answered when it was last asked. */
    reach: reason === null ? 'answers' : 'silent',
    ...saidOf(status.status),
    /** How often it was asked, and did not answer. */
    asks,
    misses,
  }
}

type DeviceRow = Omit<Listed<typeof readDevices>, 'store'>

export function deviceView(device: DeviceRow, store: string, now: number) {
  const { status, storeId: _, ...own } = device
  return { ...own, store, status: statusView(status, now) }
}

/** What is under way at a device, with the bytes of what it fetches. */
export function workView({ update, fetch }: DeviceWork) {
  return { update, fetch: fetch && { ...fetch, version: formatVersion(fetch.version) } }
}

export function storeView(store: Omit<Listed<typeof readStores>, '_count'>) {
  const { id, code, name, timeZone, phone, host, port, user, credential, hostKeys } = store
  const { packageFolder, packageUrl, maxDownloads, maxInstalls, bytesPerSecond, createdAt } = store
  const { group, labels, calendar, legacyAlgorithms, deviceKeysFile, revision, changedAt, removedAt } = store
  const reach = { host, port, user, credential, hostKeys, legacyAlgorithms }
  const folders = { packageFolder, packageUrl, deviceKeysFile }
  const limits = { maxDownloads, maxInstalls, bytesPerSecond }
  const row = { revision, createdAt, changedAt, removedAt }
  return {
    ...{ id, code, name, timeZone, group, labels, phone, calendar },
    ...{ ...reach, ...folders, ...limits, ...row },
  }
}

type ContactRow = NonNullable<Found<typeof findStore>['contact']>

/** How its server was last reached. What a later asking did not bring keeps its own time. */
export function contactView(contact: ContactRow | null, now: number) {
  if (contact === null) return null
  const { askedAt, readAt, source, reason, latencyMs, freeBytes, totalBytes, diskAt } = contact
  const isDisk = freeBytes !== null && totalBytes !== null && diskAt !== null
  return {
    ...{ askedAt, readAt, source, reason, latencyMs },
    ageSeconds: readAt === null ? null : Math.max(0, Math.round((now - readAt.getTime()) / 1000)),
    disk: isDisk ? { freeBytes: Number(freeBytes), totalBytes: Number(totalBytes), readAt: diskAt } : null,
  }
}

export function packageView(row: Listed<typeof readPackages>) {
  const { id, kind, version, fileName, size, sha256, createdAt, retiredAt } = row
  const { minVersion, needsServer, updatesTills, firmware, ffd, canGoBack } = row
  const { signer, signerKey, expiresAt } = row
  return {
    id,
    kind,
    version: formatVersion(version),
    display: displayVersion(version),
    fileName,
    size: Number(size),
    sha256,
    minVersion: minVersion === null ? null : formatVersion(minVersion),
    ...{ needsServer, updatesTills, firmware, ffd, canGoBack, createdAt, retiredAt },
    ...{ signed: row.signature !== null, signer, signerKey, expiresAt },
  }
}

export function storePackageView(row: Omit<Listed<typeof listStorePackages>, 'store'>) {
  const { id, packageId, state, reason, attempts, notBefore, doneBytes, wanBytes, presentAt, updatedAt } = row
  const { wantedBy, withdrawnBy } = row
  const asked = { wantedBy, withdrawnBy }
  const bytes = { doneBytes: Number(doneBytes), wanBytes: Number(wanBytes) }
  return { id, packageId, state, reason, attempts, notBefore, ...bytes, ...asked, presentAt, updatedAt }
}

export function updateView(row: Listed<typeof readUpdates>) {
  const { id, rolloutId, wave, state, reason, reasonParams, generation, attempts, notBefore } = row
  const { leaseOwner, leaseUntil, armedUntil, createdAt, updatedAt, finishedAt, device, store } = row
  const { latestStart, carried, confirmedAt, installAt } = row
  return {
    id,
    rolloutId,
    device,
    store,
    wave,
    state,
    reason,
    reasonParams,
    generation,
    attempts,
    notBefore,
    doneBytes: Number(row.doneBytes),
    from: versionView(row.fromVersion),
    to: versionView(row.toVersion),
    worker: leaseOwner,
    leaseUntil,
    armedUntil,
    ...{ latestStart, installAt, confirmedAt, carried },
    createdAt,
    updatedAt,
    finishedAt,
  }
}

export function attemptView(run: Found<typeof findUpdate>['runs'][number]) {
  const { step, attempt, generation, worker, claimedAt, startedAt, endedAt, outcome, reason, params } = run
  return { step, attempt, generation, worker, claimedAt, startedAt, endedAt, outcome, reason, params }
}

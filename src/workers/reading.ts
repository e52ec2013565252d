import type { Reading } from '../db/status.ts'
import type { Status } from '../device/contract.ts'
import { timeOf } from '../rollout/checks/precondition-facts.ts'
import { readVersion } from '../rollout/versions.ts'

/** A status as it is kept: the full version or none, and when it sold last. */
export function readingOf(source: string, status: Status): Reading {
  const read = readVersion(status.version)
  const soldAt = timeOf(status.lastReceipt?.at ?? null)
  return {
    source,
    status,
    version: read.kind === 'full' ? read.version : null,
    lastReceiptAt: soldAt === undefined ? null : new Date(soldAt),
  }
}

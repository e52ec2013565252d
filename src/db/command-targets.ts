/** Whom an errand would reach, who is left out and why. */
import { packageFits } from '../rollout/plan/left-out.ts'
import { type Selection, selects } from '../rollout/plan/selection.ts'
import type { ReasonCode } from '../rollout/reasons.ts'
import type { CommandKind } from './commands.ts'
import type { Executor } from './database.ts'
import { LIVE } from './state-lists.ts'

export interface AskedTargets {
  readonly kind: CommandKind
  readonly selection: Omit<Selection, 'remaining'>
  /** Of stores that may be touched; null: all. */
  readonly groups: readonly string[] | null
  /** Of a switch. */
  readonly on?: boolean
  /** Of a download; null: for each device the newest one that lies on its store server. */
  readonly package: { readonly id: string; readonly kind: string } | null
}

export interface Target {
  readonly id: string
  readonly cashId: string
  readonly storeCode: string
  readonly number: number
  readonly name: string
  /** Of a download. */
  readonly packageId: string | null
  readonly packageVersion: number | null
}

export interface LeftOut {
  readonly id: string
  readonly cashId: string
  readonly storeCode: string
  readonly reason: ReasonCode
}

export interface Targets {
  readonly targets: readonly Target[]
  readonly leftOut: readonly LeftOut[]
}

interface Row extends Target {
  readonly group: string | null
  readonly labels: readonly string[]
  readonly kind: string
  readonly version: number | null
  readonly hasAddress: boolean
  readonly owned: boolean
  readonly minVersion: number | null
}

/** What lies on the store server of `d` and is for it, the newest first. */
const PACKAGE = `
SELECT k.id, k.version, k.min_version FROM store_package p JOIN package k ON k.id = p.package_id
WHERE $1 AND p.store_id = d.store_id AND p.state = 'present' AND p.withdrawn_by IS NULL AND k.retired_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now()) AND ($2::uuid IS NULL OR k.id = $2)
  AND (k.kind = d.kind OR (k.kind = 'till' AND d.kind = 'selfCheckout'))
ORDER BY k.version DESC LIMIT 1`

const DEVICES = `
SELECT d.id, d.cash_id AS "cashId", d.number, d.name, s.code AS "storeCode", s.group_name AS "group", d.labels || s.labels AS labels,
  d.kind, t.version, (d.host IS NOT NULL) AS "hasAddress",
  EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = d.id AND u.state ${LIVE}) AS owned,
  found.id AS "packageId", found.version AS "packageVersion", found.min_version AS "minVersion"
FROM device d JOIN store s ON s.id = d.store_id LEFT JOIN device_status t ON t.device_id = d.id
LEFT JOIN LATERAL (${PACKAGE}) found ON true
WHERE d.removed_at IS NULL AND s.removed_at IS NULL AND ($3::text[] IS NULL OR s.group_name = ANY($3))
ORDER BY s.code, d.cash_id`

/** Where nobody stands before a screen there is nobody to tell, and no shift. */
const AT_TILLS: ReadonlySet<CommandKind> = new Set<CommandKind>([
  'message',
  'closeShift',
  'block',
  'autoUpdate',
])

function isWrongKind({ kind }: Row, asked: AskedTargets): boolean {
  if (kind === 'priceChecker') return true
  if (AT_TILLS.has(asked.kind)) return kind === 'storeServer'
  return asked.package !== null && !packageFits(asked.package.kind, kind)
}

/** What would be fetched must be newer than what runs: a till whose switch is on might install it by itself. */
function downloadReason({ packageVersion, version, minVersion }: Row): ReasonCode | undefined {
  if (packageVersion === null) return 'storePackageMissing'
  if (version === null) return minVersion === null ? undefined : 'versionUnknown'
  if (version >= packageVersion) return 'notNeeded'
  return minVersion !== null && version < minVersion ? 'versionChain' : undefined
}

/** What may not go beside a rollout that has the device; looked at once more by the claim (command-claims.ts). */
const yieldsToRollout = ({ kind, on }: AskedTargets): boolean =>
  kind === 'downloadStart' || kind === 'downloadStop' || (kind === 'autoUpdate' && on === true)

function reasonOf(row: Row, asked: AskedTargets): ReasonCode | undefined {
  if (isWrongKind(row, asked)) return 'wrongKind'
  if (!row.hasAddress) return 'noAddress'
  if (row.owned && yieldsToRollout(asked)) return 'ownedByRollout'
  return asked.kind === 'downloadStart' ? downloadReason(row) : undefined
}

/** As of now, in the order of stores and cash ids. */
export async function readTargets(on: Executor, asked: AskedTargets): Promise<Targets> {
  const isDownload = asked.kind === 'downloadStart'
  const { rows } = await on.query<Row>(DEVICES, [isDownload, asked.package?.id ?? null, asked.groups])
  const targets: Target[] = []
  const leftOut: LeftOut[] = []
  for (const row of rows) {
    // No version is aimed at: `remaining` is no part of such a selection.
    if (!selects(asked.selection, row, 0)) continue
    const { id, cashId, storeCode, number, name, packageId, packageVersion } = row
    const reason = reasonOf(row, asked)
    if (reason !== undefined) leftOut.push({ id, cashId, storeCode, reason })
    else targets.push({ id, cashId, storeCode, number, name, packageId, packageVersion })
  }
  return { targets, leftOut }
}

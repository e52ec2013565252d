/** Who signed a manifest, asked before gigabytes are sent: the same judge as at the upload. Nothing is kept. */
import { z } from 'zod'
import { newestVersion } from '../../db/packages.ts'
import { readManifest } from '../../rollout/manifest.ts'
import { formatVersion } from '../../rollout/versions.ts'
import { trustOf } from '../../signing/trust.ts'
import type { Call, Handled } from '../call.ts'
import type { Limits } from '../limits.ts'
import { createPlaces } from '../places.ts'
import type { Principal } from '../principal.ts'
import { Problem } from '../problem.ts'
import { accountKey } from '../rate.ts'

/** Texts of the two files, byte by byte: their line feeds are part of what was signed. */
export const checkBody = z.strictObject({
  manifest: z.string().max(8192),
  signature: z.string().max(16_384),
})

const running = createPlaces()

/** A check takes a tenth of a second, or a whole one of a busy machine. */
const AGAIN_SECONDS = 2

function takeCheck(who: Principal, { checks, checksPerAccount }: Limits): () => void {
  const leave = running.take(checks, { [accountKey(who)]: checksPerAccount })
  if (leave === 'own') throw new Problem('tooManyChecks', { retryAfter: AGAIN_SECONDS })
  if (leave === 'all') throw new Problem('tooManyChecks', { retryAfter: AGAIN_SECONDS, status: 503 })
  return leave
}

/** @throws Problem manifestInvalid, with the member at fault; tooManyChecks, as uploads have it */
export async function checkPackageHandler(call: Call<unknown, unknown, z.output<typeof checkBody>>): Handled {
  const { db, config, body, limits, principal } = call
  const read = readManifest(body.manifest)
  if (!read.ok) throw new Problem('manifestInvalid', { path: 'manifest', more: { member: read.member } })
  const leave = takeCheck(principal, limits)
  const { check } = trustOf(config).checker
  const verdict = await check(body.manifest, body.signature).finally(leave)
  const newest = await newestVersion(db, read.manifest.kind)
  const judged = verdict.ok
    ? { good: true, code: null, detail: null, signer: verdict.signer, signerKey: verdict.key }
    : { good: false, code: verdict.code, detail: verdict.detail, signer: null, signerKey: null }
  return { body: { ...judged, newest: newest === undefined ? null : formatVersion(newest) } }
}

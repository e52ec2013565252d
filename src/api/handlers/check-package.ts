/** Who signed a manifest, asked before gigabytes are sent: the same judge as at the upload. Nothing is kept. */
import { z } from 'zod'
import { newestVersion } from '../../db/packages.ts'
import { readManifest } from '../../rollout/manifest.ts'
import { formatVersion } from '../../rollout/versions.ts'
import { trustOf } from '../../signing/trust.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'

/** Texts of the two files, byte by byte: their line feeds are part of what was signed. */
export const checkBody = z.strictObject({
  manifest: z.string().max(8192),
  signature: z.string().max(16_384),
})

/** @throws Problem manifestInvalid, with the member at fault */
export async function checkPackageHandler(call: Call<unknown, unknown, z.output<typeof checkBody>>): Handled {
  const { db, config, body } = call
  const read = readManifest(body.manifest)
  if (!read.ok) throw new Problem('manifestInvalid', { path: 'manifest', more: { member: read.member } })
  const verdict = await trustOf(config).checker.check(body.manifest, body.signature)
  const newest = await newestVersion(db, read.manifest.kind)
  const judged = verdict.ok
    ? { good: true, code: null, detail: null, signer: verdict.signer, signerKey: verdict.key }
    : { good: false, code: verdict.code, detail: verdict.detail, signer: null, signerKey: null }
  return { body: { ...judged, newest: newest === undefined ? null : formatVersion(newest) } }
}

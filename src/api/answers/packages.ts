import { z } from 'zod'
import { count, digits, id, kind, name, orNull, pageOf, texts, time } from './pieces.ts'

export const packageAnswer = z
  .strictObject({
    id,
    kind,
    version: digits,
    display: name,
    fileName: name,
    size: count,
    sha256: name,
    minVersion: orNull(digits),
    needsServer: z.boolean(),
    updatesTills: z.boolean(),
    firmware: z.boolean(),
    ffd: texts,
    canGoBack: orNull(z.boolean()),
    createdAt: time,
    retiredAt: orNull(time),
    signed: z.boolean(),
    signer: orNull(name),
    signerKey: orNull(name),
    expiresAt: orNull(time),
  })
  .meta({ id: 'Package' })
/** `trust`: whether it would be sent and installed now. */
export const packageDetail = z
  .strictObject({
    ...packageAnswer.shape,
    signedAt: orNull(time),
    manifest: orNull(z.string()),
    signature: orNull(z.string()),
    trust: z.strictObject({ good: z.boolean(), code: orNull(name), detail: orNull(z.string()) }),
  })
  .meta({ id: 'PackageDetail' })
export const packagesAnswer = pageOf(packageAnswer)
/** `newest`: of its kind, of those in use. */
export const packageCheckAnswer = z
  .strictObject({
    good: z.boolean(),
    code: orNull(name),
    detail: orNull(z.string()),
    signer: orNull(name),
    signerKey: orNull(name),
    newest: orNull(digits),
  })
  .meta({ id: 'PackageCheck' })

export const storePackage = {
  id,
  packageId: id,
  state: name,
  reason: orNull(name),
  attempts: count,
  notBefore: orNull(time),
  doneBytes: count,
  wanBytes: count,
  wantedBy: orNull(name),
  withdrawnBy: orNull(name),
  presentAt: orNull(time),
  updatedAt: time,
}
export const storePackagesAnswer = pageOf(
  z.strictObject({ store: name, ...storePackage, package: packageAnswer }).meta({ id: 'StorePackage' }),
)
/** `changed` is not there in a preview. */
export const distributeAnswer = z.strictObject({
  packageId: id,
  stores: count,
  items: texts,
  preview: z.literal(true).optional(),
  changed: count.optional(),
})

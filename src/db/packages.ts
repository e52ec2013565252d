import { randomUUID } from 'node:crypto'
import { type Database, inTransaction } from './database.ts'
import { retryUntrusted } from './distrust.ts'
import { addEvent } from './events.ts'
import { inOrder } from './in-order.ts'
import { insertRow } from './insert.ts'

/** What is to be known of a package before it is planned with; left out: nothing special. */
export interface PackageTraits {
  /** Installed only over this version or a later one. */
  readonly minVersion?: number
  /** A till may not be newer than its store server. */
  readonly needsServer?: boolean
  /** Of a store server: its update updates the store's tills as well. */
  readonly updatesTills?: boolean
  /** Of the fiscal device: nothing may wait for the OFD. */
  readonly firmware?: boolean
  /** Formats of fiscal documents it speaks. */
  readonly ffd?: readonly string[]
  /** Whether a device can leave it again; left out: as the device says. */
  readonly canGoBack?: boolean
}

/** What was signed, and by whom: as it was judged when it came. */
export interface PackageSignature {
  /** Byte by byte. */
  readonly manifest: string
  /** Armored SSHSIG. */
  readonly signature: string
  readonly signer: string
  /** Fingerprint. */
  readonly signerKey: string
  readonly expiresAt: Date | null
}

export interface NewPackage extends PackageTraits {
  readonly kind: string
  readonly version: number
  readonly fileName: string
  readonly size: number
  readonly sha256: string
  /** Left out: nobody signed it. */
  readonly signed?: PackageSignature
  /** Full number of a later version of its kind, where it was added below it on purpose. */
  readonly olderThan?: number
}

const columnsOf = (id: string, file: NewPackage, actor: string) => ({
  id,
  kind: file.kind,
  version: file.version,
  file_name: file.fileName,
  size: file.size,
  sha256: file.sha256,
  min_version: file.minVersion,
  needs_server: file.needsServer,
  updates_tills: file.updatesTills,
  firmware: file.firmware,
  ffd: file.ffd ?? [],
  can_go_back: file.canGoBack,
  added_by: actor,
  manifest: file.signed?.manifest,
  signature: file.signed?.signature,
  signer: file.signed?.signer,
  signer_key: file.signed?.signerKey,
  expires_at: file.signed?.expiresAt ?? undefined,
})

/** Records an uploaded package; one that nobody signed is told of aloud. Undefined: this kind has this version already. */
export async function addPackage(db: Database, file: NewPackage, actor: string) {
  const id = randomUUID()
  const { kind, version, sha256, size } = file
  const isNew = await inTransaction(db, async (client) => {
    if (!(await insertRow(client, 'package', columnsOf(id, file, actor)))) return false
    const signed = { signer: file.signed?.signer, signerKey: file.signed?.signerKey }
    const params = { packageId: id, kind, version, sha256, size, ...signed, olderThan: file.olderThan }
    await addEvent(client, { code: 'packageAdded', actor, params })
    if (file.signed === undefined)
      await addEvent(client, { code: 'packageUnsigned', actor, params: { packageId: id, kind, version } })
    return true
  })
  return isNew ? db.prisma.package.findUniqueOrThrow({ where: { id } }) : undefined
}

/** In the order of the ids. */
export const readPackages = async (db: Database, ids: readonly string[]) =>
  inOrder(ids, await db.prisma.package.findMany({ where: { id: { in: [...ids] } } }))

export const findPackage = (db: Database, id: string) => db.prisma.package.findUnique({ where: { id } })

export const findPackageOf = (db: Database, kind: string, version: number) =>
  db.prisma.package.findUnique({ where: { kind_version: { kind, version } } })

/** The newest version of a kind that may still be planned with; undefined: there is none. */
export async function newestVersion(db: Database, kind: string): Promise<number | undefined> {
  const row = await db.prisma.package.findFirst({
    where: { kind, retiredAt: null },
    orderBy: { version: 'desc' },
    select: { version: true },
  })
  return row?.version
}

/** Puts another signature on a package that is there: the same bytes, signed for the first time or by somebody else. */
export async function signPackage(db: Database, id: string, signed: PackageSignature, actor: string) {
  const { manifest, signature, signer, signerKey, expiresAt } = signed
  await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ kind: string; version: number }>(
      `UPDATE package SET manifest = $2, signature = $3, signer = $4, signer_key = $5, expires_at = $6
       WHERE id = $1 RETURNING kind, version`,
      [id, manifest, signature, signer, signerKey, expiresAt],
    )
    const [row] = rows
    await retryUntrusted(client, { packageId: id })
    if (row !== undefined)
      await addEvent(client, {
        code: 'packageSigned',
        actor,
        params: { packageId: id, ...row, signer, signerKey },
      })
  })
  return db.prisma.package.findUniqueOrThrow({ where: { id } })
}

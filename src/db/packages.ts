import type { Database } from './database.ts'
import { addEvent } from './events.ts'

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

export interface NewPackage extends PackageTraits {
  readonly kind: string
  readonly version: number
  readonly fileName: string
  readonly size: number
  readonly sha256: string
}

/** Records an uploaded package. Undefined: this kind has this version already. */
export async function addPackage(db: Database, file: NewPackage, actor: string) {
  const created = await db.prisma.package.createManyAndReturn({
    data: [{ ...file, ffd: [...(file.ffd ?? [])], size: BigInt(file.size) }],
    skipDuplicates: true,
  })
  const row = created[0]
  if (row === undefined) return undefined
  await addEvent(db.pool, {
    code: 'packageAdded',
    actor,
    params: {
      packageId: row.id,
      kind: file.kind,
      version: file.version,
      sha256: file.sha256,
      size: file.size,
    },
  })
  return row
}

export const listPackages = (db: Database) =>
  db.prisma.package.findMany({ orderBy: [{ kind: 'asc' }, { version: 'desc' }] })

export const findPackage = (db: Database, id: string) => db.prisma.package.findUnique({ where: { id } })

export const findPackageOf = (db: Database, kind: string, version: number) =>
  db.prisma.package.findUnique({ where: { kind_version: { kind, version } } })

/** Stores as they are read. */
import type { Database } from './database.ts'
import { inOrder } from './in-order.ts'

/** In the order of the ids, each with the number of its devices. */
export const readStores = async (db: Database, ids: readonly string[]) =>
  inOrder(
    ids,
    await db.prisma.store.findMany({
      where: { id: { in: [...ids] } },
      include: { _count: { select: { devices: { where: { removedAt: null } } } } },
    }),
  )

/** Without devices that were taken out. */
export const findStore = (db: Database, code: string) =>
  db.prisma.store.findUnique({
    where: { code },
    include: {
      devices: {
        where: { removedAt: null },
        orderBy: [{ number: 'asc' }, { cashId: 'asc' }],
        include: { status: true },
      },
      storePackages: { include: { package: true } },
      contact: true,
    },
  })

/** Devices as they are read. */
import type { Database } from './database.ts'
import { inOrder } from './in-order.ts'

export const findDevice = (db: Database, cashId: string) =>
  db.prisma.device.findUnique({ where: { cashId }, include: { status: true, store: true } })

/** In the order of the ids; those that are gone are left out. */
export const readDevices = async (db: Database, ids: readonly string[]) =>
  inOrder(
    ids,
    await db.prisma.device.findMany({
      where: { id: { in: [...ids] } },
      include: { status: true, store: { select: { code: true, timeZone: true } } },
    }),
  )

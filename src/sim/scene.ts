/** What goes on in a simulated shop: shifts, cashiers, cash, sales, papers. Changes what devices say of themselves. */
import type { Status } from '../device/contract.ts'
import type { SimDevice } from './device.ts'

type Actor = Pick<SimDevice, 'machine' | 'setStatus' | 'isPowered'>
type Fiscal = NonNullable<Status['fiscal']>

const HOUR_MS = 3_600_000
const ago = (device: Actor, ms: number): string => new Date(device.machine.facts.now() - ms).toISOString()

/** Somebody opened the shift and did not close it. @param hours since when */
export function openShift(
  device: Actor,
  { hours = 8, sum = 0, cashier }: { hours?: number; sum?: number; cashier?: string } = {},
): Promise<void> {
  const number = (device.machine.view().shift?.number ?? 0) + 1
  return device.setStatus({
    shift: { open: true, number, openedAt: ago(device, hours * HOUR_MS) },
    sum,
    ...(cashier === undefined ? {} : { cashier: { kind: 'person', name: cashier } }),
  })
}

export const signIn = (device: Actor, name: string): Promise<void> =>
  device.setStatus({ cashier: { kind: 'person', name } })
export const signOut = (device: Actor): Promise<void> =>
  device.setStatus({ cashier: { kind: 'none', name: null } })

/** @param kopecks in the drawer, not taken out */
export const leaveCash = (device: Actor, kopecks: number): Promise<void> =>
  device.setStatus({ drawer: kopecks })

export const setPrinter = (device: Actor, printer: Status['printer']): Promise<void> =>
  device.setStatus({ printer })

/** Changes some of what the fiscal device says. Throws where there is none. */
export function setFiscal(device: Actor, change: Partial<Fiscal>): Promise<void> {
  const { fiscal } = device.machine.view()
  if (fiscal === null) throw new Error('this device has no fiscal device')
  return device.setStatus({ fiscal: { ...fiscal, ...change } })
}

/** Documents that the OFD has not confirmed. @param days age of the first one */
export function queueForOfd(device: Actor, length: number, days: number): Promise<void> {
  const firstNumber = device.machine.view().fiscal?.lastClosing?.number ?? 1
  const queue =
    length === 0
      ? { length, firstNumber: null, firstAt: null }
      : { length, firstNumber, firstAt: ago(device, days * 24 * HOUR_MS) }
  return setFiscal(device, { ofdQueue: queue })
}

/** A receipt from its beginning to its end; the first of a day opens the shift. Throws when the device cannot sell. */
export async function sell(device: Actor, kopecks = 10_000): Promise<void> {
  const { state } = device.machine
  const { lastReceipt, shift, sum, blocked } = device.machine.view()
  if (!device.isPowered || state.health !== 'healthy' || blocked) throw new Error('it does not sell')
  if (shift?.open !== true) await openShift(device, { hours: 0 })
  await device.setStatus({
    lastReceipt: { number: (lastReceipt?.number ?? 0) + 1, at: ago(device, 0) },
    sum: (sum ?? 0) + kopecks,
  })
}

/** Who is in a simulated fleet: plain JSON, as the head office imports it. */
import type { DeviceKind } from '../device/contract.ts'
import type {
  InventoryDevice as OfficeDevice,
  InventoryStore as OfficeStore,
  StoreHours,
} from '../rollout/inventory.ts'
import { weekdays } from '../rollout/time/calendar.ts'

/** Every simulated device has an address. */
export interface InventoryDevice extends OfficeDevice {
  readonly kind: DeviceKind
  readonly host: string
}

/** The limits are the head office's own. */
export interface InventoryStore extends Omit<OfficeStore, 'maxDownloads' | 'maxInstalls'> {
  readonly phone: string
  readonly calendar: StoreHours
  readonly devices: readonly InventoryDevice[]
}

export interface Inventory {
  readonly stores: readonly InventoryStore[]
}

/** A shop that is closed for good: it may be installed at any time, so that a night of a test is whenever it runs. */
export const alwaysNight: StoreHours = {
  windows: [{ days: weekdays, from: '00:00', to: '24:00' }],
  opening: [],
  exceptions: [],
}

export interface PlannedTill {
  readonly index: number
  readonly cashId: string
  readonly kind: 'till' | 'selfCheckout'
  readonly number: number
  readonly name: string
}

/** As on the manual's page: 50001002 is the first. */
const FIRST_CASH_ID = 50_001_002

/** The tills of one store: the last third are self-checkouts, number 0; `first` is the index of its first till. */
export function planTills(first: number, count: number): PlannedTill[] {
  const staffed = count - Math.floor(count / 3)
  return Array.from({ length: count }, (_, place) => {
    const index = first + place
    const cashId = String(FIRST_CASH_ID + index)
    return place < staffed
      ? { index, cashId, kind: 'till', number: place + 1, name: `Терминал №${place + 1}` }
      : {
          index,
          cashId,
          kind: 'selfCheckout',
          number: 0,
          name: `Терминал самообслуживания id = ${cashId}`,
        }
  })
}

/** How many tills each store gets: as even as can be, the first ones one more. */
export function spread(tills: number, stores: number): number[] {
  return Array.from({ length: stores }, (_, i) => Math.floor(tills / stores) + (i < tills % stores ? 1 : 0))
}

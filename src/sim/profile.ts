/** What a simulated till says of itself: the rows of the manual page in docs, with ages counted from now. */
import type { Status } from '../device/contract.ts'

export interface ProfileOptions {
  readonly index: number
  readonly kind: 'till' | 'selfCheckout' | 'storeServer'
  /** When the fleet was made: ages grow from here. */
  readonly sinceMs: number
  /** `seed`: some shifts stand open, with sums. `closed`: a shop at night. */
  readonly shifts: 'seed' | 'closed'
}

export type Profile = Pick<
  Status,
  | 'activity'
  | 'shift'
  | 'sum'
  | 'drawer'
  | 'cashier'
  | 'lastReceipt'
  | 'printer'
  | 'replication'
  | 'disk'
  | 'fiscal'
>

const HOUR_MS = 3_600_000
const SUMS = [0, 50, 125_205] as const
const CASHIERS = ['Петров', 'Иванова', 'Сидорова'] as const
const GIB = 1024 ** 3

const iso = (ms: number): string => new Date(ms).toISOString()

function shiftOf({ index, kind, shifts, sinceMs }: ProfileOptions): NonNullable<Status['shift']> {
  const number = 1 + (index % 5)
  const isOpen = shifts === 'seed' && (kind === 'selfCheckout' || index % 4 === 0)
  return { open: isOpen, number, openedAt: isOpen ? iso(sinceMs - 9 * HOUR_MS) : null }
}

function cashierOf(kind: ProfileOptions['kind'], index: number, isOpen: boolean): Status['cashier'] {
  if (kind === 'selfCheckout') return { kind: 'selfCheckout', name: 'Пользователь SCO' }
  if (!isOpen) return { kind: 'none', name: null }
  return { kind: 'person', name: CASHIERS[index % CASHIERS.length] ?? null }
}

/** Every third device's queue to the OFD lags by a day and some hours: a warning, as on the page. */
function fiscalOf({ index, sinceMs }: ProfileOptions): Status['fiscal'] {
  const lags = index % 3 === 0
  return {
    deviceNumber: String(199_036_000_000 + index),
    // Sixteen digits: more than a double holds.
    fnNumber: String(9_280_440_300_000_000n + BigInt(index)),
    flags: [],
    validUntil: iso(sinceMs + (200 + (index % 200)) * 24 * HOUR_MS).slice(0, 10),
    ffd: '1.05',
    ofdQueue: lags
      ? { length: 15, firstNumber: 15, firstAt: iso(sinceMs - 27 * HOUR_MS) }
      : { length: 0, firstNumber: null, firstAt: null },
    lastClosing: { number: 15, at: iso(sinceMs - 26 * HOUR_MS) },
  }
}

/** A store server sells nothing: what it does not have is null, never a made-up default. */
function serverProfile(): Profile {
  return {
    activity: 'idle',
    shift: null,
    sum: null,
    drawer: null,
    cashier: null,
    lastReceipt: null,
    printer: null,
    replication: { lagSeconds: 0, unsent: 0 },
    disk: { freeBytes: 40 * GIB },
    fiscal: null,
  }
}

export function profileOf(options: ProfileOptions): Profile {
  const { index, kind, sinceMs } = options
  if (kind === 'storeServer') return serverProfile()
  const shift = shiftOf(options)
  return {
    activity: 'idle',
    shift,
    sum: shift.open ? (SUMS[index % SUMS.length] ?? 0) : 0,
    drawer: 0,
    cashier: cashierOf(kind, index, shift.open === true),
    lastReceipt: { number: 100 + (index % 900), at: iso(sinceMs - 2 * HOUR_MS) },
    printer: 'ready',
    replication: { lagSeconds: index % 30, unsent: 0 },
    disk: { freeBytes: 8 * GIB },
    fiscal: fiscalOf(options),
  }
}

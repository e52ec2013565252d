/** What a device says of itself: a whole status of the contract. */
import type { Status } from '../../src/device/contract.ts'
import { formatVersion } from '../../src/rollout/versions.ts'
import { useOf } from './people.ts'
import type { Device } from './shapes.ts'
import { HOUR } from './wall.ts'

const FREE_BYTES = 40e9
const validUntil = '2040-01-01'
const lastClosing = { number: 1, at: null }
const ofdQueue = { length: 0, firstNumber: null, firstAt: null }
const fiscal = { deviceNumber: '1', fnNumber: '1', flags: [], validUntil, ffd: '1.2', ofdQueue, lastClosing }
const replication = { lagSeconds: 5, unsent: 0 }
const disk = { freeBytes: FREE_BYTES }
const noReceipt = { number: null, at: null }
const closedShift = { open: false, number: 1, openedAt: null }

const iso = (at: number): string => new Date(at).toISOString()

export const healthOf = (device: Device): Status['health'] =>
  device.install !== null && device.install.phase !== 'stopping' && device.install.phase !== 'goingBack'
    ? 'starting'
    : device.health

export function statusOf(device: Device, now: number): Status {
  const { armed, transfer } = device
  const { activity, shiftOpen, cashier } = useOf(device, now)
  const sells = device.kind !== 'storeServer'
  return {
    cashId: device.cashId,
    version: formatVersion(device.version),
    previousVersion: device.previousVersion === null ? null : formatVersion(device.previousVersion),
    bootId: String(device.boots),
    activity,
    health: healthOf(device),
    blocked: device.blocked,
    autoUpdate: armed !== null,
    generation: device.highest,
    armed: armed && {
      version: formatVersion(armed.version),
      sha256: armed.sha256,
      until: iso(armed.until),
      operation: armed.operation,
    },
    staged: [...device.staged].map(([sha256, { version, size }]) => ({
      version: formatVersion(version),
      sha256,
      size,
    })),
    download: transfer && {
      state: transfer.state,
      received: 0,
      size: transfer.size,
      version: null,
      sha256: transfer.sha256,
      reason: null,
    },
    shift: shiftOpen ? { open: true, number: 1, openedAt: iso(now - 8 * HOUR) } : closedShift,
    sum: 0,
    drawer: 0,
    cashier: { kind: cashier, name: cashier === 'none' ? null : 'A' },
    lastReceipt: noReceipt,
    printer: 'ready',
    replication,
    disk,
    clock: iso(now),
    fiscal: sells ? fiscal : null,
  }
}

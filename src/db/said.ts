/** What is kept of a device's last status, read as lists show it. */
import type { Status } from '../device/contract.ts'
import { formatVersion } from '../rollout/versions.ts'

type Said = Partial<
  Pick<Status, 'activity' | 'health' | 'autoUpdate' | 'shift' | 'sum' | 'cashier' | 'download'>
>

const downloadOf = ({ state, received, size, version, reason }: NonNullable<Status['download']>) => ({
  ...{ state, received, size, reason },
  version: version === null ? null : formatVersion(Number(version)),
})

/** The few things of a whole status that people look for in a list; null: it did not say. */
export function saidOf(status: unknown) {
  const said = (status ?? {}) as Said
  return {
    activity: said.activity ?? null,
    health: said.health ?? null,
    shiftOpen: said.shift?.open ?? null,
    shiftNumber: said.shift?.number ?? null,
    shiftOpenedAt: said.shift?.openedAt ?? null,
    autoUpdate: said.autoUpdate ?? null,
    sum: said.sum ?? null,
    cashier: said.cashier ?? null,
    download: said.download == null ? null : downloadOf(said.download),
  }
}

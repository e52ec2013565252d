/** Shapes of answers: a machine's state as docs/nightctl.md words it. */
import { stat } from 'node:fs/promises'
import type { Download, Operation, Status } from '../device/contract.ts'
import { formatVersion } from '../rollout/versions.ts'
import type { Armed, OperationRecord, Transfer } from './agent-state.ts'
import type { Machine } from './machine.ts'
import { partPath } from './transfer.ts'

export const armedOf = (armed: Armed): NonNullable<Status['armed']> => ({
  version: formatVersion(armed.version),
  sha256: armed.sha256,
  until: new Date(armed.until).toISOString(),
  operation: armed.operation,
})

const NONE: Download = { state: 'none', received: 0, size: null, version: null, sha256: null, reason: null }

async function receivedOf(machine: Machine, transfer: Transfer): Promise<number> {
  if (transfer.state === 'done') return transfer.size
  if (transfer.state === 'running') return machine.received
  return stat(partPath(machine, transfer.sha256)).then(
    ({ size }) => size,
    () => 0,
  )
}

/** The newest transfer, or the one of a package. A stopped one is `none` with what was received. */
export async function downloadOf(machine: Machine, sha256?: string): Promise<Download> {
  const { transfer, staged } = machine.state
  if (transfer !== null && (sha256 === undefined || sha256 === transfer.sha256)) {
    const { state, size, version, reason } = transfer
    return {
      state: state === 'stopped' ? 'none' : state,
      received: await receivedOf(machine, transfer),
      size,
      version: formatVersion(version),
      sha256: transfer.sha256,
      reason,
    }
  }
  const whole = staged.find((one) => one.sha256 === sha256)
  if (whole === undefined) return NONE
  const { size, version } = whole
  return {
    state: 'done',
    received: size,
    size,
    version: formatVersion(version),
    sha256: whole.sha256,
    reason: null,
  }
}

export function operationOf(record: OperationRecord | undefined, id: string): Operation {
  if (record === undefined)
    return { id, verb: '', generation: 0, state: 'unknown', reason: null, detail: null }
  const { verb, generation, state, reason, detail } = record
  return { id, verb, generation, state, reason, detail }
}

export async function statusOf(machine: Machine): Promise<Status> {
  const { state, facts } = machine
  return {
    cashId: machine.cashId,
    version: formatVersion(state.version),
    previousVersion: state.previousVersion === null ? null : formatVersion(state.previousVersion),
    bootId: `${facts.cashId}-${state.boots}`,
    health: state.health,
    blocked: false,
    autoUpdate: state.autoUpdate,
    generation: state.generation,
    armed: state.armed && armedOf(state.armed),
    staged: state.staged.map((one) => ({ ...one, version: formatVersion(one.version) })),
    download: await downloadOf(machine),
    clock: new Date(facts.now()).toISOString(),
    ...machine.view(),
  }
}

/** What every errand to a device has, and the look that most of them end or begin with. */
import type { z } from 'zod'
import type { CommandWork } from '../db/commands.ts'
import { saveStatus } from '../db/status.ts'
import { CALL_MS, callDevice } from '../device/call.ts'
import * as commands from '../device/commands.ts'
import { type Status, statusData } from '../device/contract.ts'
import { DeviceFailure } from '../device/failure.ts'
import type { WorkerDeps } from './deps.ts'
import { readingOf } from './reading.ts'
import { routeOf } from './step-context.ts'

/** What it leaves behind: into the command's row. */
export type Outcome = Readonly<Record<string, unknown>>

export interface Errand {
  readonly deps: WorkerDeps
  readonly work: CommandWork
  /** Its operation is the command's own, whatever the claim: done once, however often it is sent. */
  readonly claim: commands.Claim
  readonly signal: AbortSignal
  /** Kept however it ends. */
  progress: Outcome
}

/** @throws DeviceFailure, or the signal's reason */
export function call<T>(errand: Errand, one: commands.Call, schema: z.ZodType<T>): Promise<T> {
  const { deps, work, signal } = errand
  const { device } = work
  const target = { route: routeOf({ device, store: device.store }), agent: device.agent }
  return callDevice(deps.ssh, target, one, schema, { deadlineMs: CALL_MS, signal })
}

/** Keeps what the device says, unless another one answers at its address. @throws DeviceFailure */
export async function look(errand: Errand): Promise<Status> {
  const { deps, work } = errand
  const status = await call(errand, commands.status(), statusData)
  if (status.cashId !== work.device.cashId) {
    throw new DeviceFailure('wrongDevice', {
      mayHaveActed: false,
      detail: `it says ${status.cashId ?? 'nothing'}`,
    })
  }
  await saveStatus(deps.db, work.deviceId, readingOf('look', status))
  return status
}

/** What it says after a change is news, and nothing that the errand could fail of. */
export async function lookAfter(errand: Errand): Promise<void> {
  await look(errand).catch((error: unknown) => {
    if (!(error instanceof DeviceFailure)) throw error
  })
}

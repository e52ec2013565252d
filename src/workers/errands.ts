/** What each kind of errand does at its device. */
import type { CommandKind } from '../db/commands.ts'
import { untilClosed } from '../device/close-shift.ts'
import * as commands from '../device/commands.ts'
import { autoUpdateData, describeData, doneData, downloadData } from '../device/contract.ts'
import { DeviceFailure } from '../device/failure.ts'
import { abortable } from './abortable.ts'
import { call, type Errand, look, lookAfter, type Outcome } from './errand.ts'
import { fetchPackage } from './fetch-errand.ts'

async function closeShift(errand: Errand): Promise<Outcome> {
  const before = await look(errand)
  if (before.shift?.open !== true) return { wasClosed: true }
  await call(errand, commands.closeShift(errand.claim), doneData)
  const clock = { now: Date.now, sleep: (ms: number) => abortable(ms, errand.signal) }
  await untilClosed({ ...clock, pollMs: errand.deps.pollMs }, () => look(errand))
  return { shift: before.shift.number }
}

const isOn = ({ work }: Errand): boolean => work.body === 'on'

/** An agent of before the switch does not know the verb: it is not asked. */
async function autoUpdate(errand: Errand): Promise<Outcome> {
  const { capabilities } = await call(errand, commands.describe(), describeData)
  if (!capabilities.autoUpdate) {
    throw new DeviceFailure('notSupported', {
      mayHaveActed: false,
      detail: 'its nightctl has no auto-update',
    })
  }
  const set = await call(errand, commands.autoUpdate(errand.claim, isOn(errand)), autoUpdateData)
  await lookAfter(errand)
  return set
}

async function block(errand: Errand): Promise<Outcome> {
  await call(errand, commands.block(errand.claim, isOn(errand)), doneData)
  await lookAfter(errand)
  return {}
}

async function downloadStop(errand: Errand): Promise<Outcome> {
  const { download } = await call(errand, commands.downloadStop(errand.claim), downloadData)
  const { received, size, version } = download
  return { received, size, version }
}

async function message(errand: Errand): Promise<Outcome> {
  await call(errand, commands.message(errand.claim, errand.work.body ?? ''), doneData)
  return {}
}

const errands: Readonly<Record<CommandKind, (errand: Errand) => Promise<Outcome>>> = {
  look: async (errand) => {
    await look(errand)
    return {}
  },
  message,
  closeShift,
  downloadStart: fetchPackage,
  downloadStop,
  autoUpdate,
  block,
}

const isKnown = (kind: string): kind is CommandKind => Object.hasOwn(errands, kind)

/** @throws DeviceFailure, or the signal's reason */
export async function runErrand(errand: Errand): Promise<Outcome> {
  const { work } = errand
  if (work.device.host === null) throw new DeviceFailure('noAddress', { mayHaveActed: false })
  if (isKnown(work.kind)) return errands[work.kind](errand)
  throw new DeviceFailure('internalError', { mayHaveActed: false, detail: `unknown kind ${work.kind}` })
}

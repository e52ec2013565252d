/** What every verb of a simulated device does, once it may. The rules around them are in agent.ts. */
import { rm } from 'node:fs/promises'
import type { DeviceReason, Status } from '../device/contract.ts'
import { formatVersion } from '../rollout/versions.ts'
import { PowerLost, type SignedManifest, type StagedPackage } from './agent-state.ts'
import type { VerbName } from './call.ts'
import { followServer, planInstall, planRollback } from './install.ts'
import type { Machine } from './machine.ts'
import { key } from './own-key.ts'
import { done, type Reply, refused, type Verb } from './reply.ts'
import { isVouched, readOffered } from './signed.ts'
import { armedOf, downloadOf, operationOf, statusOf } from './status.ts'
import { fileHash, packagePath, partPath, startTransfer, stopTransfer } from './transfer.ts'

async function describe({ facts, faults }: Machine): Promise<Reply> {
  const later = { autoUpdate: true, ownKey: true }
  return done({
    contract: 1,
    agent: 'nightshift-sim 1.0',
    kinds: [facts.kind],
    capabilities: {
      rollback: true,
      signature: facts.signers !== undefined,
      detachedDownload: true,
      http: true,
      sftp: false,
      ...(faults.has('oldAgent') ? {} : later),
    },
  })
}

const status: Verb = async (machine) => done(await statusOf(machine))

const operation: Verb = async (machine, call) =>
  done({ operation: operationOf(machine.record(call.word), call.word) })

const downloadStatus: Verb = async (machine, call) =>
  done({ download: await downloadOf(machine, call.text('sha256')) })

const downloadStart: Verb = async (machine, call) => {
  const { state } = machine
  const wanted = {
    version: call.number('version'),
    size: call.number('size'),
    sha256: call.text('sha256'),
    source: call.text('source'),
  }
  const { version, sha256, size } = wanted
  const running = state.transfer?.state === 'running' ? state.transfer : undefined
  if (state.staged.some((one) => one.sha256 === sha256 && one.version === version)) {
    state.transfer = { ...wanted, state: 'done', reason: null }
  } else if (running?.sha256 !== sha256) {
    if (machine.faults.take('diskFull') || (machine.view().disk?.freeBytes ?? 0) < size)
      return refused('diskFull')
    await stopTransfer(machine)
    machine.received = 0
    state.transfer = { ...wanted, state: 'running', reason: null }
    startTransfer(machine)
  }
  return done({ download: await downloadOf(machine, sha256) })
}

const downloadStop: Verb = async (machine) => {
  await stopTransfer(machine)
  return done({ download: await downloadOf(machine) })
}

/**
 * What is wrong with a staged package; a damaged one is thrown away.
 * @param offered what was signed; left out: what was kept of it
 */
async function check(
  machine: Machine,
  wanted: Partial<StagedPackage>,
  offered?: SignedManifest,
): Promise<DeviceReason | undefined> {
  const { state, faults } = machine
  const staged = state.staged.find(
    ({ sha256, version }) => sha256 === wanted.sha256 && version === wanted.version,
  )
  if (staged === undefined) return 'packageMissing'
  const file = packagePath(machine, staged)
  const hash = await fileHash(file).catch(() => undefined)
  if (hash !== staged.sha256 || staged.size !== (wanted.size ?? staged.size)) {
    await rm(file, { force: true })
    state.staged = state.staged.filter((one) => one !== staged)
    if (state.transfer?.sha256 === staged.sha256) state.transfer = null
    machine.log(`damaged ${formatVersion(staged.version)}`)
    await machine.save()
    return hash === undefined ? 'packageMissing' : 'packageDamaged'
  }
  const forged = faults.has('refuseVerb', ({ reason }) => reason === 'signatureInvalid')
  const isGood = !forged && (await isVouched(machine, staged, offered ?? state.signed?.[staged.sha256]))
  return isGood ? undefined : 'signatureInvalid'
}

const verify: Verb = async (machine, call, input) => {
  const wanted = { version: call.number('version'), size: call.number('size'), sha256: call.text('sha256') }
  const offered = call.text('signed') === 'true' ? readOffered(input) : undefined
  if (call.text('signed') === 'true' && offered === undefined) return refused('signatureInvalid')
  const wrong = await check(machine, wanted, offered)
  if (wrong !== undefined) return refused(wrong)
  if (offered !== undefined) {
    machine.state.signed = { ...machine.state.signed, [wanted.sha256]: offered }
    await machine.save()
  }
  return done({ verified: true })
}

const arm: Verb = async (machine, call) => {
  const { state, facts } = machine
  // From the call on: hashing 4 GiB must not make the arming last longer.
  const until = facts.now() + call.number('expires-in') * 1000
  const wanted = { version: call.number('version'), sha256: call.text('sha256') }
  if (wanted.version < state.version) return refused('versionLower')
  const wrong = (await check(machine, wanted)) ?? (machine.faults.take('diskFull') && 'diskFull')
  if (wrong) return refused(wrong)
  const formerAutoUpdate = state.armed?.formerAutoUpdate ?? state.autoUpdate
  state.armed = {
    ...wanted,
    until,
    operation: call.text('operation'),
    generation: call.number('generation'),
    formerAutoUpdate,
  }
  state.autoUpdate = true
  machine.log(`armed ${formatVersion(wanted.version)} operation=${state.armed.operation}`)
  return done({ armed: armedOf(state.armed), formerAutoUpdate })
}

const disarm: Verb = async (machine) => {
  const { state } = machine
  if (state.armed) {
    state.autoUpdate = state.armed.formerAutoUpdate
    machine.log(`disarmed ${formatVersion(state.armed.version)}`)
  }
  state.armed = null
  return done({ armed: null, autoUpdate: state.autoUpdate })
}

function isSelling(machine: Machine, activity: Status['activity']): boolean {
  machine.faults.take('receiptOpen')
  return activity === 'receipt' || activity === 'payment'
}

const restart: Verb = async (machine, call) => {
  const { state } = machine
  const { activity, blocked } = machine.view()
  const version = call.number('version')
  if (isSelling(machine, activity)) return refused('receiptOpen')
  if (activity === 'unknown') return refused('activityUnknown')
  if (blocked) return refused('tillBlocked')
  if (state.armed === null && state.version === version) return done()
  if (state.armed?.version !== version) return refused('armingExpired')
  planInstall(machine, call.text('operation'), call.number('generation'), version)
  return done()
}

const rollback: Verb = async (machine, call) => {
  const { state, faults } = machine
  const version = call.number('version')
  if (state.version !== version) return done()
  if (state.previousVersion === null) return refused('rollbackUnsupported')
  if (isSelling(machine, machine.view().activity)) return refused('receiptOpen')
  if (faults.take('rollbackFails')) {
    state.health = 'unhealthy'
    machine.log(`rollback failed ${formatVersion(version)}`)
    return { ...done(), failed: 'rollbackFailed' }
  }
  planRollback(machine, call.text('operation'), call.number('generation'))
  return done()
}

const closeShift: Verb = async (machine) => {
  const { activity, drawer, shift, fiscal, cashier, printer } = machine.view()
  if (shift?.open !== true) return done()
  if (isSelling(machine, activity)) return refused('receiptOpen')
  if ((drawer ?? 0) > 0) return refused('cashInDrawer')
  // Closing prints a report.
  if (printer === 'notReady') return refused('shiftOpen')
  const { facts } = machine.state
  facts.shift = { open: false, number: shift.number, openedAt: null }
  facts.sum = 0
  if (cashier?.kind === 'person') facts.cashier = { kind: 'none', name: null }
  if (fiscal) {
    const number = (fiscal.lastClosing?.number ?? 0) + 1
    facts.fiscal = {
      ...fiscal,
      lastClosing: { number, at: new Date(machine.facts.now()).toISOString() },
    }
  }
  machine.faults.take('shiftOpen')
  machine.log(`shift closed ${shift.number}`)
  return done()
}

const message: Verb = async (machine, _call, input) => {
  machine.state.messages.push(input)
  machine.state.messages.splice(0, machine.state.messages.length - 20)
  return done()
}

const block: Verb = async (machine, call) => {
  machine.state.facts.blocked = call.text('on') === 'true'
  return done()
}

/** As tills of the field do some time after their switch was turned on. */
function installStaged(machine: Machine): void {
  const newest = Math.max(0, ...machine.state.staged.map((one) => one.version))
  if (newest <= machine.state.version) return
  void followServer(machine, newest).catch((error: unknown) => {
    if (!(error instanceof PowerLost)) throw error
  })
}

/** The standing switch; while armed it stays on, and is put back to this. */
const autoUpdate: Verb = async (machine, call) => {
  const { state } = machine
  const on = call.text('on') === 'true'
  if (state.armed === null) state.autoUpdate = on
  else state.armed = { ...state.armed, formerAutoUpdate: on }
  if (on && state.armed === null && machine.facts.installsByItself) installStaged(machine)
  return done({ autoUpdate: on })
}

/** Keeps the newest staged packages, and always the armed one. */
const clean: Verb = async (machine, call) => {
  const { state } = machine
  const spare = state.staged.slice(0, Math.max(0, state.staged.length - call.number('keep')))
  const gone = spare.filter(({ sha256 }) => sha256 !== state.armed?.sha256)
  for (const one of gone) await rm(packagePath(machine, one), { force: true })
  state.staged = state.staged.filter((one) => !gone.includes(one))
  if (state.transfer !== null && state.transfer.state !== 'running') {
    await rm(partPath(machine, state.transfer.sha256), { force: true })
    state.transfer = null
  }
  return done()
}

export const verbTable: Readonly<Record<VerbName, Verb>> = {
  describe,
  status,
  operation,
  'download start': downloadStart,
  'download status': downloadStatus,
  'download stop': downloadStop,
  verify,
  arm,
  disarm,
  restart,
  rollback,
  'close-shift': closeShift,
  message,
  block,
  'auto-update': autoUpdate,
  clean,
  key,
}

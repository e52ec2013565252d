/**
 * Restarting a simulated device into another version, and back. Each phase is on disk before it begins, and the switch
 * is one write of the state file: so the device is on the old version or on the new one at every instant.
 */
import type { DeviceReason } from '../device/contract.ts'
import { formatVersion } from '../rollout/versions.ts'
import { type Armed, type Install, PowerLost } from './agent-state.ts'
import type { Machine } from './machine.ts'
import { isVouched } from './signed.ts'

/** Ends the operation of `install`, and the install with it. */
async function end(machine: Machine, install: Install, reason: DeviceReason | null, detail: string | null) {
  const { state } = machine
  const record = machine.record(install.operation)
  if (record) {
    record.state = reason === null ? 'done' : 'failed'
    record.reason = reason
    record.detail = detail
  }
  state.install = null
  await machine.save()
}

function dropArming(machine: Machine): void {
  const { state } = machine
  if (state.armed) state.autoUpdate = state.armed.formerAutoUpdate
  state.armed = null
}

/** The one write that changes the version. */
async function switchTo(machine: Machine, install: Install, phase: Install['phase']): Promise<Install> {
  const { state } = machine
  const next = { ...install, phase }
  const isBack = phase === 'reverting' || phase === 'leaving'
  state.version = isBack ? install.from : install.to
  state.previousVersion = isBack ? install.formerPrevious : install.from
  state.install = next
  state.health = 'starting'
  state.boots++
  delete state.facts.version
  delete state.facts.previousVersion
  delete state.facts.health
  delete state.facts.bootId
  await machine.save()
  return next
}

const tail = ({ operation, generation }: Install): string => `operation=${operation} generation=${generation}`

/** Right before the switch the signature is judged once more. What its server brings along comes without an arming. */
async function mayInstall(machine: Machine, armed: Armed | null): Promise<boolean> {
  const { staged, signed } = machine.state
  const file = staged.find(({ sha256, version }) => sha256 === armed?.sha256 && version === armed.version)
  if (armed === null || machine.facts.signers === undefined) return true
  return file !== undefined && isVouched(machine, file, signed?.[file.sha256])
}

async function stop(machine: Machine, install: Install): Promise<Install | undefined> {
  const { faults, facts, state } = machine
  await machine.sleep(facts.pace.restartMs / 2)
  const death = faults.take('dieDuringRestart', ({ at }) => at !== 'afterSwitch')
  if (death) machine.die(death.backAfterMs)
  const { armed } = state
  const isTooLate = armed !== null && facts.now() >= armed.until
  dropArming(machine)
  if (isTooLate) {
    await end(machine, install, 'armingExpired', 'its arming ran out before the switch')
    return undefined
  }
  if (!(await mayInstall(machine, armed))) {
    await end(machine, install, 'signatureInvalid', 'its signature is not good any more')
    return undefined
  }
  if (faults.take('installFails')) {
    state.boots++
    machine.log(`install failed ${formatVersion(install.to)} ${tail(install)}`)
    await end(machine, install, 'installFailed', 'the archive could not be unpacked')
    return undefined
  }
  if (install.to !== install.from) {
    state.activations++
    machine.log(`activated ${formatVersion(install.to)} ${tail(install)}`)
  }
  return switchTo(machine, install, 'starting')
}

async function start(machine: Machine, install: Install): Promise<Install | undefined> {
  const { faults, facts, state } = machine
  const death = faults.take('dieDuringRestart', ({ at }) => at === 'afterSwitch')
  if (death) machine.die(death.backAfterMs)
  await machine.sleep(facts.pace.restartMs / 2 + facts.pace.healthMs)
  const sick = faults.take('healthFails')
  if (sick === undefined) {
    state.health = 'healthy'
    await end(machine, install, null, null)
    facts.onRuns?.(state.version)
    return undefined
  }
  if (sick.stay) {
    state.health = 'unhealthy'
    machine.log(`unhealthy ${formatVersion(install.to)} ${tail(install)}`)
    await end(machine, install, 'healthFailed', 'not healthy, and the way back failed')
    return undefined
  }
  machine.log(
    `reverted ${formatVersion(install.to)} to ${formatVersion(install.from)} reason=healthFailed ${tail(install)}`,
  )
  return switchTo(machine, install, 'reverting')
}

async function goBack(machine: Machine, install: Install): Promise<Install> {
  await machine.sleep(machine.facts.pace.restartMs / 2)
  dropArming(machine)
  machine.log(
    `reverted ${formatVersion(install.to)} to ${formatVersion(install.from)} reason=rollback ${tail(install)}`,
  )
  return switchTo(machine, install, 'leaving')
}

async function comeBack(machine: Machine, install: Install): Promise<undefined> {
  await machine.sleep(machine.facts.pace.restartMs / 2)
  machine.state.health = 'healthy'
  const isOwnDoing = install.phase === 'reverting'
  await end(machine, install, isOwnDoing ? 'healthFailed' : null, isOwnDoing ? 'went back by itself' : null)
  machine.facts.onRuns?.(machine.state.version)
}

async function run(machine: Machine): Promise<void> {
  let install = machine.state.install ?? undefined
  while (install) {
    if (install.phase === 'stopping') install = await stop(machine, install)
    else if (install.phase === 'starting') install = await start(machine, install)
    else if (install.phase === 'goingBack') install = await goBack(machine, install)
    else install = await comeBack(machine, install)
  }
}

/** Goes on with the install in the state, in the background. */
export function continueInstall(machine: Machine): void {
  run(machine).catch((error: unknown) => {
    if (!(error instanceof PowerLost)) throw error
  })
}

/** Puts a restart into the armed version into the state; the caller saves and calls continueInstall. */
export function planInstall(machine: Machine, operation: string, generation: number, to: number): void {
  const { state } = machine
  const { version: from, previousVersion: formerPrevious } = state
  state.install = { operation, generation, from, to, formerPrevious, phase: 'stopping' }
}

/** Takes over the version that its store server runs; nothing when it has it, or is in the middle of another install. */
export async function followServer(machine: Machine, version: number): Promise<void> {
  const { state } = machine
  if (state.version === version || state.install !== null) return
  planInstall(machine, `server-${version}-${state.boots}`, state.generation, version)
  await machine.save()
  continueInstall(machine)
}

/** The same for going back to the previous version. */
export function planRollback(machine: Machine, operation: string, generation: number): void {
  const { state } = machine
  const { version, previousVersion } = state
  if (previousVersion === null) throw new Error('no version to go back to')
  state.install = {
    operation,
    generation,
    from: previousVersion,
    to: version,
    formerPrevious: null,
    phase: 'goingBack',
  }
}

/**
 * What happens when power comes back: an unfinished install goes on, if its arming still holds; one that has not
 * switched yet and may no longer is undone. Armed, and nothing under way: this start is the next restart, so it installs.
 */
export async function recoverInstall(machine: Machine): Promise<void> {
  const { state } = machine
  state.boots++
  machine.expireArming()
  const isOver = state.armed === null || machine.facts.now() >= state.armed.until
  if (state.install?.phase === 'stopping' && isOver) {
    await end(machine, state.install, 'armingExpired', 'power came back too late')
  } else if (state.install === null && state.armed) {
    planInstall(machine, state.armed.operation, state.armed.generation, state.armed.version)
    // The arming itself is done; what it led to is seen in the version.
  }
  await machine.save()
  continueInstall(machine)
}

/**
 * Restarting a device into another version, and back, as src/sim/install.ts does it: each phase ends at its time, whoever
 * looks or not, and the switch is one moment.
 */
import { useOf } from './people.ts'
import type { Device, Fate, Install, World } from './shapes.ts'
import { SECOND } from './wall.ts'

/** How long phases take at most, all of them: below the policy's install, confirm and rollback. */
const seconds = {
  stopping: [20, 150],
  starting: [40, 420],
  reverting: [30, 240],
  goingBack: [20, 120],
  leaving: [30, 240],
} as const

/** Which of the devices a package was bad for come back by themselves; and what happens to a few of any other. */
function fateOf(world: World, device: Device, to: number): Fate {
  const { random } = world
  const bad = world.rollouts.some(
    ({ package: one }) =>
      one.version === to && one.badFor === device.configuration && one.kind !== 'storeServer',
  )
  const draw = random.next()
  if (bad) return draw < 0.85 ? 'reverts' : 'staysBad'
  if (draw < 0.002) return 'failsInstall'
  if (draw < 0.005) return 'reverts'
  if (draw < 0.006) return 'staysBad'
  return 'good'
}

const draw = (world: World, phase: Install['phase']): number => {
  const [from, to] = seconds[phase]
  // Most are quick, a few take as long as they may.
  const share = world.random.next() ** 2
  return (from + share * (to - from)) * SECOND
}

export function expireArming(world: World, device: Device): void {
  const { armed } = device
  if (armed === null || world.agenda.now() < armed.until || !world.core.device.expiresArming) return
  device.armed = null
}

function end(device: Device, install: Install, reason: string | null): void {
  const record = device.operations.get(install.operation)
  if (record?.state === 'running') {
    record.state = reason === null ? 'done' : 'failed'
    record.reason = reason
  }
  device.install = null
}

/** A restart into the armed version; somebody who comes to the till in the last moment is served first. */
export function beginInstall(
  world: World,
  device: Device,
  operation: string,
  generation: number,
  cause: Install['cause'],
  to = device.armed?.version ?? device.version,
): void {
  const now = world.agenda.now()
  if (cause === 'claim' && useOf(device, now + 5 * SECOND).activity === 'receipt') {
    const record = device.operations.get(operation)
    if (record !== undefined) Object.assign(record, { state: 'failed', reason: 'receiptOpen' })
    return
  }
  const fate = fateOf(world, device, to)
  const until = now + draw(world, 'stopping')
  const { version: from, previousVersion: formerPrevious } = device
  device.install = {
    operation,
    cause,
    from,
    to,
    formerPrevious,
    fate,
    phase: 'stopping',
    until,
    wasCut: false,
  }
  // A third of them reboot the whole machine.
  if (world.random.chance(0.33)) device.awayUntil = now + world.random.between(20, 90) * SECOND
  world.tell(device.store, device, `begins to install (${cause})`, to)
  world.checks.installBegins(device, cause, generation)
  if (device.kind === 'storeServer') watch(world, device)
}

/** A server's tills follow it: somebody must look when it is up. */
function watch(world: World, device: Device): void {
  world.agenda.at(Math.max(world.agenda.now() + SECOND, device.install?.until ?? 0), () => {
    advance(world, device)
    if (device.install !== null) watch(world, device)
  })
}

/** Where the server's update updates its tills as well, they begin within two minutes. */
function bringTills(world: World, { store, version }: Device): void {
  const carries = world.rollouts.some(({ package: own, serverPackage }) =>
    [own, serverPackage].some(
      (one) => one?.kind === 'storeServer' && one.updatesTills && one.version === version,
    ),
  )
  if (!carries) return
  store.followVersion = version
  for (const till of store.devices) {
    if (till.kind !== 'storeServer')
      world.agenda.at(world.agenda.now() + world.random.between(5, 120) * SECOND, () => follow(world, till))
  }
}

export function beginRollback(world: World, device: Device, operation: string): void {
  const now = world.agenda.now()
  if (device.health === 'unhealthy' && (device.cannotGoBack || world.random.chance(0.03))) {
    const record = device.operations.get(operation)
    if (record !== undefined) Object.assign(record, { state: 'failed', reason: 'rollbackFailed' })
    device.cannotGoBack = true
    return
  }
  const [from, to] = [device.version, device.previousVersion ?? device.version]
  const until = now + draw(world, 'goingBack')
  const rest = { formerPrevious: null, fate: 'good', phase: 'goingBack', until, wasCut: false } as const
  device.install = { operation, cause: 'claim', from, to, ...rest }
  world.tell(device.store, device, 'goes back', to)
}

function switchTo(world: World, device: Device, install: Install): void {
  device.previousVersion = install.from
  device.version = install.to
  device.boots += 1
  device.health = 'healthy'
  if (install.cause !== 'server') world.checks.activated(device, install.to)
  world.tell(device.store, device, 'runs another version', install.to)
}

function switchBack(world: World, device: Device, to: number, previous: number | null): void {
  device.version = to
  device.previousVersion = previous
  device.boots += 1
  device.health = 'healthy'
  world.tell(device.store, device, 'is back', to)
}

/** What the next phase is when this one ends; undefined: it is over. */
function next(world: World, device: Device, install: Install): Install['phase'] | undefined {
  switch (install.phase) {
    case 'stopping':
      device.armed = null
      if (install.fate === 'failsInstall') {
        end(device, install, 'installFailed')
        return undefined
      }
      switchTo(world, device, install)
      return 'starting'
    case 'starting':
      if (install.fate === 'reverts') {
        switchBack(world, device, install.from, install.formerPrevious)
        return 'reverting'
      }
      if (install.fate === 'staysBad') device.health = 'unhealthy'
      end(device, install, install.fate === 'staysBad' ? 'healthFailed' : null)
      if (device.kind === 'storeServer' && install.fate === 'good') bringTills(world, device)
      return undefined
    case 'reverting':
      end(device, install, 'healthFailed')
      return undefined
    case 'goingBack':
      device.armed = null
      switchBack(world, device, install.to, null)
      return 'leaving'
    case 'leaving':
      end(device, install, null)
      return undefined
  }
}

function endTransfer(world: World, device: Device, now: number): void {
  const { transfer } = device
  if (transfer === null || transfer.state !== 'running' || now < transfer.until) return
  const fate = world.random.next()
  transfer.state = fate < 0.005 ? 'failed' : 'done'
  if (transfer.state === 'failed') return
  const { version, size, sha256 } = transfer
  device.staged.set(sha256, { version, size, isDamaged: fate > 0.997 })
}

/** Brings it to the present: whatever it did by itself since somebody looked. */
export function advance(world: World, device: Device): void {
  const now = world.agenda.now()
  if (!device.hasPower) return
  endTransfer(world, device, now)
  for (let install = device.install; install !== null && now >= install.until; install = device.install) {
    const phase = next(world, device, install)
    if (phase === undefined) return
    install.phase = phase
    install.until += draw(world, phase)
  }
}

export function powerOff(world: World, device: Device): void {
  advance(world, device)
  device.hasPower = false
  device.offSince = world.agenda.now()
  world.tell(device.store, device, 'loses its power')
  if (device.install !== null) device.install.wasCut = true
}

/** Power is back: what was under way begins its phase again; armed and still in time, it installs. */
export function powerOn(world: World, device: Device): void {
  if (device.hasPower) return
  const now = world.agenda.now()
  const { install, transfer } = device
  device.hasPower = true
  device.boots += 1
  device.awayUntil = now + world.random.between(20, 90) * SECOND
  world.tell(device.store, device, 'has power again')
  expireArming(world, device)
  if (transfer?.state === 'running') transfer.until += now - device.offSince
  if (install !== null) {
    if (install.phase === 'stopping' && device.armed === null && install.cause !== 'server')
      end(device, install, 'armingExpired')
    else install.until = now + draw(world, install.phase)
  } else if (device.armed !== null) {
    beginInstall(world, device, device.armed.operation, device.armed.generation, 'boot')
  } else if (device.kind !== 'storeServer') follow(world, device)
}

/** A till takes over what its store server runs: at once, or when it is switched on. */
export function follow(world: World, device: Device): void {
  advance(world, device)
  const to = device.store.followVersion
  if (!device.hasPower || device.install !== null || to === null || device.version >= to) return
  beginInstall(world, device, `server-${to}-${device.boots}`, 0, 'server', to)
}

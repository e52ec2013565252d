/** What goes wrong in a night, at random moments of it: lines, power, workers, the conductor. */

import { LeaseTaken, ShuttingDown } from '../../src/workers/held.ts'
import { poke } from './conductor.ts'
import { powerOff, powerOn } from './device-install.ts'
import { narrowed } from './fleet.ts'
import { touch } from './rows.ts'
import type { Device, Row, Store, Worker, World } from './shapes.ts'
import { HOUR, MINUTE, SECOND } from './wall.ts'
import { expireLease, isTaken, LEASE_MS } from './workers.ts'

/** So many of them happen, on average `mean` a night. */
function times(world: World, mean: number): number {
  const whole = Math.floor(mean)
  return whole + (world.random.chance(mean - whole) ? 1 : 0)
}

function cutLine(world: World, store: Store, ms: number): void {
  const until = world.agenda.now() + ms
  if (until <= store.offlineUntil) return
  store.offlineUntil = until
  world.tell(store, null, 'its line is cut', `${Math.round(ms / MINUTE)} min`)
}

function cutPower(world: World, device: Device, ms: number): void {
  if (!device.hasPower) return
  powerOff(world, device)
  world.agenda.at(world.agenda.now() + ms, () => powerOn(world, device))
}

const isRow = (row: unknown): row is Row => typeof row === 'object' && row !== null && 'wave' in row

/** Its leases run out: what it held is lost, or in doubt. */
function loseLeases(world: World, worker: Worker, isStillLost: () => boolean): void {
  const { agenda, random } = world
  const ms = random.between(LEASE_MS / 3, LEASE_MS)
  for (const held of worker.running) {
    const { row, generation } = held
    if (!isRow(row)) continue
    agenda.at(agenda.now() + ms, () => {
      if (isStillLost()) expireLease(world, row, generation)
    })
  }
}

function kill(world: World, worker: Worker): void {
  if (!worker.isAlive) return
  const { agenda, random } = world
  world.tell(null, null, `worker ${worker.index} is killed`, worker.running.size)
  worker.isAlive = false
  loseLeases(world, worker, () => true)
  for (const held of worker.running) held.abandon()
  worker.running.clear()
  agenda.at(agenda.now() + random.between(0.2, 6) * MINUTE, () => {
    worker.isAlive = true
    poke(world)
  })
}

/** Stopped, and goes on later as if nothing had been: until it hears that its leases were taken. */
function freeze(world: World, worker: Worker): void {
  const { agenda, random } = world
  if (!worker.isAlive || agenda.now() < worker.frozenUntil) return
  const until = agenda.now() + random.between(0.3, 4) * MINUTE
  world.tell(null, null, `worker ${worker.index} is stopped`, worker.running.size)
  worker.frozenUntil = until
  loseLeases(world, worker, () => agenda.now() < until)
  agenda.at(until + random.between(1, 20) * SECOND, () => {
    for (const held of worker.running) if (isRow(held.row) && isTaken(held)) held.interrupt(new LeaseTaken())
    poke(world)
  })
}

/** An orderly end: everything that runs is told to stop. */
function restartWorker(world: World, worker: Worker): void {
  world.tell(null, null, `worker ${worker.index} is restarted`, worker.running.size)
  for (const held of [...worker.running]) held.interrupt(new ShuttingDown())
}

function pauseConductor(world: World): void {
  const { agenda, random } = world
  world.pausedUntil = agenda.now() + random.between(1, 6) * MINUTE
  world.tell(null, null, 'the conductor is away', Math.round((world.pausedUntil - agenda.now()) / SECOND))
  agenda.at(world.pausedUntil, () => poke(world))
}

/** Its window is made shorter while rollouts run that were approved with the longer one. */
function narrow(world: World, store: Store): void {
  store.calendar = narrowed(store.calendar)
  store.calendarFrom = world.agenda.now()
  world.tell(store, null, 'its window is made shorter')
  for (const rollout of world.rollouts)
    for (const key of [store.id, `${store.id}:closed`]) rollout.times.delete(key)
  for (const row of store.live) touch(world, row)
}

/** Somebody who works there switches it off for the night, and on before the shop opens. */
function switchOff(world: World, device: Device, night: { from: number; to: number }): void {
  const { agenda, random } = world
  const { store } = device
  const close = store.trading.find((one) => one.to > night.from && one.to < night.to)?.to
  const from =
    close === undefined ? night.from + random.between(1, 14) * HOUR : close + random.between(1, 40) * MINUTE
  const opens = store.trading.find((one) => one.from > from)?.from
  const to =
    close === undefined || opens === undefined ? from + 3 * HOUR : opens - random.between(10, 30) * MINUTE
  agenda.at(from, () => {
    if (device.hasPower && device.install === null) powerOff(world, device)
  })
  agenda.at(to, () => powerOn(world, device))
}

/** One that is in the middle of it, or armed. */
function busyDevice(world: World): Device | undefined {
  const busy = world.rollouts
    .flatMap((one) => (one.state === 'running' ? one.rows : []))
    .filter(({ state }) => state === 'restarting' || state === 'armed' || state === 'rollingBack')
  return busy.length === 0 ? undefined : world.random.pick(busy).device
}

export function planFaults(world: World, night: { from: number; to: number }): void {
  const { agenda, random, stores, devices, workers } = world
  const share = stores.length / 200
  const sometimes = (mean: number, run: () => void): void => {
    for (let left = times(world, mean * world.accidents); left > 0; left -= 1)
      agenda.at(night.from + random.between(1, 20) * HOUR, run)
  }
  sometimes(7 * share, () => cutLine(world, random.pick(stores), random.wait(25 * MINUTE, 150 * MINUTE)))
  sometimes(2 * share, () => cutLine(world, random.pick(stores), random.between(1, 4) * HOUR))
  sometimes(8 * share, () => cutPower(world, random.pick(devices), random.between(1, 9) * MINUTE))
  sometimes(12 * share, () => {
    const device = busyDevice(world)
    if (device !== undefined) cutPower(world, device, random.between(0.2, 9) * MINUTE)
  })
  sometimes(1.5, () => kill(world, random.pick(workers)))
  sometimes(1, () => freeze(world, random.pick(workers)))
  sometimes(0.5, () => restartWorker(world, random.pick(workers)))
  sometimes(1, () => pauseConductor(world))
  sometimes(share, () => narrow(world, random.pick(stores)))
  for (const device of devices)
    if (device.kind !== 'storeServer' && random.chance(0.025)) switchOff(world, device, night)
}

/** The promises, looked at with every event. Windows are judged by the wall's clock (wall.ts), devices by themselves. */

import { isReason, reasonRule } from '../../src/rollout/reasons.ts'
import { isTerminalUpdate, laneClosedStates } from '../../src/rollout/states.ts'
import type { Freeze } from '../../src/rollout/time/calendar.ts'
import { advance } from './device-install.ts'
import { brokenEnd } from './ends.ts'
import { tooFewLanes } from './lane-check.ts'
import type { Device, Install, Rollout, Row, Store, World } from './shapes.ts'
import { SECOND, shown, wrongBeginning } from './wall.ts'

/** What a call may take on its way; the need's margin has room for it. */
const ON_ITS_WAY_SECONDS = 180
const STORIES = 5
/** A broken core breaks it again and again. */
const ENOUGH = 200

export class TooMany extends Error {}

export interface Checks {
  readonly stories: readonly string[]
  violations(): number
  wrong(store: Store | null, device: Device | null, what: string): void
  /** Before the claim of an installation. */
  mayInstall(row: Row, isKeepingLanes: boolean): void
  installBegins(device: Device, cause: Install['cause'], generation: number): void
  activated(device: Device, version: number): void
  armed(device: Device, generation: number): void
  obeyed(device: Device, verb: string, generation: number): void
  ended(row: Row): void
  /** A row came to rest where its lane counts as open. */
  rests(row: Row): void
  gateOpens(rollout: Rollout, wave: number): void
  surprised(row: Row, error: unknown): void
}

/** Freezes that hold for a store, without those that the rollout overrides. Of a group all stores have the same. */
function freezesOf(world: World, { group }: Store, { policy, freezeLists }: Rollout): readonly Freeze[] {
  const known = freezeLists.get(group)
  if (known !== undefined) return known
  const overridden = policy.overrideFreezes.map((one) => one.freezeId)
  const made = world.freezes.filter(
    ({ id, scope }) =>
      !overridden.includes(id) &&
      (scope.kind === 'chain' || (scope.kind === 'group' && scope.group === group)),
  )
  freezeLists.set(group, made)
  return made
}

/** By the calendar that was approved, and by the one of today. @param graceSeconds less margin than the need has */
function wrongTime(world: World, row: Row, graceSeconds: number, isClaim = false): string | undefined {
  const { store, rollout } = row
  const { need } = rollout
  const enough = { ...need, marginSeconds: need.marginSeconds - graceSeconds }
  const mustBeClosed = row.device.kind === 'storeServer' && row.package.updatesTills
  const approved = rollout.approved.get(store) ?? store.calendar
  // What was claimed before a window was changed keeps its latest start.
  const isChanged =
    approved !== store.calendar && (row.installAt ?? Number.POSITIVE_INFINITY) >= store.calendarFrom
  const calendars = isChanged || isClaim ? [approved, store.calendar] : [approved]
  const freezes = freezesOf(world, store, rollout)
  for (const calendar of calendars) {
    const wrong = wrongBeginning(calendar, freezes, enough, mustBeClosed, world.agenda.now())
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function wrongClaim(world: World, row: Row): string | undefined {
  const { store, wave, rollout } = row
  if (rollout.state !== 'running') return `the rollout is ${rollout.state}`
  if (wave.releasedAt === null) return `wave ${wave.number} is not released`
  if (store.installs >= store.maxInstalls) return `${store.installs} of ${store.maxInstalls} places are taken`
  if (rollout.kind === 'update' && !row.isVerified) return 'its package was never verified'
  const { startsAt } = rollout.policy
  if (startsAt !== null && world.agenda.now() < Date.parse(startsAt)) return `it starts at ${startsAt}`
  return wrongTime(world, row, 0, true) ?? tooFewLanes(row, world.agenda.now())
}

/** Of a device that begins now: its row must know of it. */
function wrongInstall(world: World, device: Device, generation: number): string | undefined {
  const { row, store } = device
  if (row === null) return 'and no rollout wants it'
  if (!laneClosedStates.has(row.state)) return `and its lane counts as open: ${row.state}`
  if (generation > row.device.generation) return `under ${generation}, which nobody claimed`
  for (const other of store.devices) if (other.install !== null) advance(world, other)
  const busy = store.devices.filter((one) => one.install !== null && one.install.cause !== 'server').length
  if (busy > store.maxInstalls) return `as number ${busy} of ${store.maxInstalls}`
  if (row.latestStart !== null && world.agenda.now() > row.latestStart + ON_ITS_WAY_SECONDS * SECOND)
    return `later than ${shown(store.calendar.timeZone, row.latestStart)}`
  return wrongTime(world, row, ON_ITS_WAY_SECONDS)
}

function wrongArming(device: Device, generation: number): string | undefined {
  const { row, armed, store } = device
  if (row === null) return 'and no rollout wants it'
  if (row.state !== 'activating' && row.state !== 'inDoubt') return `and it is ${row.state}`
  if (!row.isVerified) return 'and its package was never verified'
  if (generation > device.generation) return `under ${generation}, which nobody claimed`
  const limit = (row.latestStart ?? 0) + ON_ITS_WAY_SECONDS * SECOND
  if (armed !== null && armed.until > limit)
    return `until ${shown(store.calendar.timeZone, armed.until)}, beyond the latest start`
  return armed?.version === row.package.version || armed === null ? undefined : 'with another version'
}

/** Nothing may be going to happen to a till that counts as open. */
function wrongRest(world: World, { device }: Row): string | undefined {
  advance(world, device)
  const { armed, install } = device
  if (armed !== null && world.agenda.now() < armed.until)
    return 'a lane that is open, and the device is armed'
  return install === null || install.cause === 'server'
    ? undefined
    : `a lane that is open, and the device is ${install.phase}`
}

/** Opened on what was judged since its sample began. */
function wrongGate(rollout: Rollout, number: number): string | undefined {
  const wave = rollout.waves[number - 1]
  if (wave === undefined) return undefined
  const judged = wave.rows.filter((row) => row.finishedAt !== null && row.finishedAt >= wave.sampleFrom)
  const good = judged.filter(
    ({ state }) => state === (rollout.kind === 'update' ? 'succeeded' : 'rolledBack'),
  ).length
  const bad = judged.filter(({ state, reason }) => {
    if (state === 'rolledBack') return rollout.kind === 'update'
    if (state === 'broken') return true
    return state === 'failed' && reason !== null && isReason(reason) && reasonRule(reason).gate
  }).length
  const { gate } = wave
  const sample = Math.min(Math.max(1, gate.minimumSample), wave.rows.length)
  const said = `${good} succeeded and ${bad} failed of ${wave.rows.length}`
  if (good + bad < sample) return `${said}; its sample is ${sample}`
  if (bad * 100 > gate.failurePercent * (good + bad)) return `${said}; ${gate.failurePercent}% may`
  return undefined
}

export function createChecks(
  getWorld: () => World,
  storyOf: (store: Store | null, device: Device | null) => string[],
): Checks {
  const stories: string[] = []
  let count = 0

  function wrong(store: Store | null, device: Device | null, what: string): void {
    count += 1
    const world = getWorld()
    const zone = store?.calendar.timeZone ?? 'UTC'
    const where =
      store === null ? '' : `${store.code} (${zone})${device === null ? '' : ` ${device.cashId}`}: `
    const head = `${where}${what}, at ${shown(zone, world.agenda.now())}`
    if (stories.length < STORIES) stories.push([head, ...storyOf(store, device)].join('\n'))
    if (count >= ENOUGH) world.agenda.stop(new TooMany('too many violations'))
  }
  const check = (device: Device, what: string, found: string | undefined): void => {
    getWorld().counters.checks += 1
    if (found !== undefined) wrong(device.store, device, `${what}, ${found}`)
  }

  return {
    stories,
    violations: () => count,
    wrong,
    mayInstall: (row) => check(row.device, 'an installation is claimed', wrongClaim(getWorld(), row)),
    installBegins: (device, cause, generation) => {
      if (cause !== 'server')
        check(device, 'it begins to install', wrongInstall(getWorld(), device, generation))
    },
    activated: (device, version) => {
      const { row } = device
      const { counters } = getWorld()
      counters.installations += 1
      if (row === null) return check(device, `it switched to ${version}`, 'and no rollout wants it')
      const times = (device.activations.get(row.rollout.id) ?? 0) + 1
      device.activations.set(row.rollout.id, times)
      check(
        device,
        `it switched to ${version}`,
        times > 1 + row.asked ? `for the time number ${times}` : undefined,
      )
    },
    armed: (device, generation) => check(device, 'it is armed', wrongArming(device, generation)),
    obeyed: (device, verb, generation) => {
      const isOlder = generation < device.highest
      const nobody = generation > device.generation
      const found = isOlder
        ? `and ${device.highest} was there before`
        : nobody
          ? 'which nobody claimed'
          : undefined
      check(device, `it obeys ${verb} under ${generation}`, found)
    },
    ended: (row) => {
      const { device } = row
      if (isTerminalUpdate(row.state)) check(device, `its update is ${row.state}`, brokenEnd(getWorld(), row))
    },
    rests: (row) => check(row.device, `its update is ${row.state}`, wrongRest(getWorld(), row)),
    gateOpens: (rollout, wave) => {
      getWorld().counters.checks += 1
      const found = wrongGate(rollout, wave)
      if (found !== undefined) wrong(null, null, `the gate of wave ${wave} of ${rollout.id} opens: ${found}`)
    },
    surprised: (row, error) =>
      wrong(row.store, row.device, `a step threw ${error instanceof Error ? error.stack : String(error)}`),
  }
}

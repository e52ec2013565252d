/** A thousand nights: campaign after campaign over the same chain, every promise looked at on the way. */

import { isActiveUpdate, isTerminalRollout } from '../../src/rollout/states.ts'
import type { Freeze } from '../../src/rollout/time/calendar.ts'
import { createAgenda } from './agenda.ts'
import { beginCampaign, type Campaign, mend, rollBackOwed, stopRemains, visit } from './campaign.ts'
import { createChecks, TooMany } from './checks.ts'
import { poke, whyItWaits } from './conductor.ts'
import { type Core, coreOfToday } from './core.ts'
import { createDates, type Day } from './dates.ts'
import { atOpening } from './ends.ts'
import { planFaults } from './faults.ts'
import { makeFleet } from './fleet.ts'
import { seeded } from './random.ts'
import type { Counters, Store, World } from './shapes.ts'
import { createStory } from './story.ts'
import { DAY, HOUR, MINUTE, tradingTimes } from './wall.ts'

export interface Options {
  readonly nights: number
  readonly stores: number
  readonly seed: number
  /** `YYYY-MM-DD` */
  readonly from: string
  /** Only these campaigns, instead of those that follow from `from`. */
  readonly days?: readonly Day[]
  /** How many of them happen; left out: as in an ordinary night. */
  readonly accidents?: number
  readonly core?: Core
  readonly onNight?: (done: number, now: number) => void
}

export interface Result extends Omit<Counters, 'ends'> {
  readonly devices: number
  readonly violations: number
  readonly stories: readonly string[]
  readonly events: number
  /** How updates ended, and why; the most frequent first. */
  readonly ends: Readonly<Record<string, number>>
}

const counters = (): Counters => ({
  ...{ nights: 0, rollouts: 0, installations: 0, ends: new Map(), breaches: 0, rollbacks: 0 },
  ...{ claims: 0, checks: 0, storeOpenings: 0, storesNotOpen: 0, tillsNotReady: 0, superseded: 0 },
})

/** New Year for the whole chain, and a refit in the north every May. */
function freezesOf(year: number): Freeze[] {
  return [
    {
      id: `ny${year}`,
      name: 'New Year',
      scope: { kind: 'chain' },
      from: `${year}-12-28T00:00`,
      to: `${year + 1}-01-08T00:00`,
    },
    {
      id: `may${year}`,
      name: 'Refit',
      scope: { kind: 'group', group: 'north' },
      from: `${year}-05-05T12:00`,
      to: `${year}-05-12T03:00`,
    },
  ]
}

function makeWorld(options: Options, start: number): World {
  const { stores, devices } = makeFleet(options.seed, options.stores, options.stores * 10)
  const story = createStory()
  const agenda = createAgenda(start)
  const year = new Date(start).getUTCFullYear()
  const world: World = {
    agenda,
    random: seeded(options.seed + 1),
    core: options.core ?? coreOfToday,
    ...{ accidents: options.accidents ?? 1, stores, devices },
    workers: Array.from({ length: 4 }, (_, index) => ({
      ...{ index, capacity: 150, running: new Set<never>(), isAlive: true, frozenUntil: 0 },
    })),
    checks: createChecks(() => world, story.of),
    counters: counters(),
    freezes: Array.from({ length: 15 }, (_, i) => freezesOf(year - 1 + i)).flat(),
    ...{ rollouts: [], pausedUntil: 0, tickAt: Number.POSITIVE_INFINITY, dirty: new Set<Store>() },
    tell: (store, device, what, more, then) => story.tell(agenda.now(), store, device, what, more, then),
  }
  return world
}

/** Hours of people around a night, the same for equal calendars. */
function openDays(world: World, from: number): void {
  const known = new Map<object, Store['trading']>()
  for (const store of world.stores) {
    const times = known.get(store.habits) ?? tradingTimes(store.habits, from - 2 * DAY, from + 3 * DAY)
    known.set(store.habits, times)
    store.trading = times
  }
}

function opening(world: World, store: Store): void {
  const { counters, checks } = world
  counters.storeOpenings += 1
  const { isClosed, notReady, inTheMiddle } = atOpening(world, store)
  counters.tillsNotReady += notReady.length
  if (isClosed) {
    counters.storesNotOpen += 1
    checks.wrong(store, null, `it opens, and no till sells: ${notReady.map((one) => one.cashId).join(' ')}`)
  }
  for (const device of inTheMiddle)
    checks.wrong(store, device, 'it opens, and a device is in the middle of an installation')
}

/** Openings of the night; a shop that never closes is looked at in the morning. */
function planOpenings(world: World, from: number, to: number): void {
  for (const store of world.stores) {
    const openings = store.trading.filter(
      (one) => one.from >= from && one.from < to && one.to - one.from < DAY,
    )
    for (const one of openings) world.agenda.at(one.from, () => opening(world, store))
  }
}

/** Every device of a live rollout has ended, is under way, or waits with a reason. */
function checkWaiting(world: World): void {
  for (const rollout of world.rollouts) {
    for (const row of rollout.rows) {
      if (row.finishedAt !== null || row.isLeased || isActiveUpdate(row.state)) continue
      const found = whyItWaits(world, row)
      const since = Math.max(row.notBefore ?? 0, row.claimedAt)
      const isOverlooked = found === undefined && world.agenda.now() - since > 2 * HOUR
      if (isOverlooked)
        world.checks.wrong(row.store, row.device, `it is ${row.state}, something is due, and nothing happens`)
    }
  }
}

async function playNight(world: World, campaign: Campaign, from: number, isLast: boolean): Promise<void> {
  const { agenda, random } = world
  const to = from + DAY
  openDays(world, from)
  planOpenings(world, from, to)
  planFaults(world, { from, to })
  for (let left = 14; left > 0; left -= 1)
    agenda.at(from + random.between(1, 22) * HOUR, () => visit(world, campaign.end - 2 * HOUR))
  for (let hour = 1; hour < 24; hour += 1)
    agenda.at(from + hour * HOUR, () => rollBackOwed(world, campaign.end - 2 * HOUR))
  if (!isLast) agenda.at(to - 3 * HOUR, () => stopRemains(world))
  poke(world)
  await agenda.until(from + 20 * HOUR)
  checkWaiting(world)
  await agenda.until(isLast ? to - MINUTE : to)
  world.counters.nights += 1
}

/** What is unfinished when its time is over has ended, and rollouts with it. */
function closeCampaign(world: World): void {
  const { counters, checks } = world
  for (const rollout of world.rollouts) {
    for (const row of rollout.rows) {
      if (row.finishedAt === null)
        checks.wrong(row.store, row.device, `its rollout is over, and it is ${row.state} (${row.reason})`)
      const end =
        row.state === 'skipped' || row.state === 'failed' ? `${row.state}: ${row.reason}` : row.state
      counters.ends.set(end, (counters.ends.get(end) ?? 0) + 1)
      if (row.device.row === row) row.device.row = null
    }
  }
  for (const store of world.stores) {
    store.live = []
    store.installs = 0
    store.downloads = 0
  }
  world.rollouts = []
  mend(world)
}

const isOver = (world: World): boolean => world.rollouts.every((one) => isTerminalRollout(one.state))

/** @returns how many nights it took: when all has ended, the next one begins */
async function playCampaign(world: World, options: Options, campaign: Campaign): Promise<number> {
  await world.agenda.until(campaign.start)
  openDays(world, campaign.start)
  beginCampaign(world, campaign)
  let played = 0
  while (played < campaign.nights && !(played > 0 && isOver(world))) {
    await playNight(world, campaign, campaign.start + played * DAY, played === campaign.nights - 1)
    played += 1
    options.onNight?.(world.counters.nights, world.agenda.now())
  }
  closeCampaign(world)
  return played
}

// Nobody is in the middle of a night at nine in the morning of Greenwich, from Kamchatka to Kaliningrad.
const startOf = (date: string): number => Date.parse(`${date}T09:00Z`)

function campaignOf({ date, nights }: Day, number: number): Campaign {
  const start = startOf(date)
  return { number, nights, start, end: start + nights * DAY }
}

async function play(world: World, options: Options): Promise<void> {
  const { days, from, nights, seed } = options
  if (days !== undefined) {
    for (const [number, day] of days.entries()) await playCampaign(world, options, campaignOf(day, number))
    return
  }
  const next = createDates(seed)
  let at = Date.parse(`${from}T00:00Z`)
  for (let [number, left] = [0, nights]; left > 0; number += 1) {
    const campaign = campaignOf(next(at, left), number)
    const played = await playCampaign(world, options, campaign)
    left -= played
    at = campaign.start - 9 * HOUR + played * DAY
  }
}

export async function simulate(options: Options): Promise<Result> {
  const world = makeWorld(options, startOf(options.days?.[0]?.date ?? options.from))
  const { stackTraceLimit } = Error
  // A refusal of a device is an error too: a million stacks that nobody reads.
  Error.stackTraceLimit = 0
  try {
    await play(world, options)
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  const { checks, counters: counted, devices, agenda } = world
  const ends = Object.fromEntries([...counted.ends].sort((a, b) => b[1] - a[1]))
  const { stories } = checks
  const violations = checks.violations()
  return { ...counted, ends, devices: devices.length, violations, stories, events: agenda.events() }
}

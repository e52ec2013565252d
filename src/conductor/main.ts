/** The conductor: one leader among any number of candidates; every second, and whenever something happened. */
import type { Alive } from '../alive.ts'
import { type Database, listen } from '../db/database.ts'
import { type Leadership, tryToLead } from '../db/leader.ts'
import { rollBackOwed } from '../db/roll-back.ts'
import { readNow } from '../db/waves.ts'
import type { QueueBackend } from '../jobs/backend.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { Log } from '../log.ts'
import { createDay, type DaySettings, runDay } from './day.ts'
import { createTick, type TickLimits } from './tick.ts'

const TICK_MS = 1000
/** News within this long are looked at together. */
const GATHER_MS = 60
const CANDIDACY_MS = 2000

export interface RunningConductor {
  isLeader(): boolean
  close(): Promise<void>
}

/** Sleeps until the time is over or somebody wakes it. */
function alarm() {
  let wake: (() => void) | undefined
  let isRung = false
  return {
    ring: () => {
      isRung = true
      wake?.()
    },
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(done, isRung ? Math.min(ms, GATHER_MS) : ms)
        function done() {
          clearTimeout(timer)
          wake = undefined
          isRung = false
          resolve()
        }
        wake = () => {
          clearTimeout(timer)
          setTimeout(done, GATHER_MS)
          wake = undefined
        }
      }),
  }
}

export function startConductor(options: {
  db: Database
  queues: QueueBackend
  limits: TickLimits
  /** Left out: the nights alone, without schedules, receipts and reports. */
  day?: DaySettings
  log: Log
  /** Called when a tick is through, or another one leads. */
  alive?: Alive
}): RunningConductor {
  const { db, queues, limits, log } = options
  const settings = options.day
  const day =
    settings &&
    createDay(
      (now) => runDay(db, now, settings, log),
      () => readNow(db.pool),
      log,
    )
  const clock = alarm()
  let closing = false
  let leadership: Leadership | undefined

  async function oneTick(current: Leadership, tick: ReturnType<typeof createTick>): Promise<void> {
    const result = await tick(current.client)
    for (const decision of result.waves) log.info({ decision }, 'a wave was judged')
    for (const one of result.atRisk) log.error(one, 'not over yet, and little time is left')
    for (const id of await rollBackOwed(db)) log.warn({ rollout: id }, 'a wave goes back')
    const isIdle = result.expired === 0 && result.ended === 0 && result.waves.length === 0
    if (result.enqueue.length === 0 && isIdle) return
    log.debug({ enqueue: result.enqueue.length, expired: result.expired, ended: result.ended }, 'tick')
    // The rows are the outbox: what cannot be enqueued now is found unbegun by a later tick.
    await enqueue(queues, result.enqueue)
    db.poke()
  }

  async function lead(current: Leadership): Promise<void> {
    leadership = current
    log.info('leading')
    let isLost = false
    current.lost.then(() => {
      isLost = true
      clock.ring()
    })
    const news = await listen(db.url, clock.ring, () => {}).catch(() => undefined)
    const tick = createTick(limits, (storeId, error) =>
      log.error({ err: error, storeId }, 'its hours cannot be read: nothing is installed there'),
    )
    try {
      while (!closing && !isLost) {
        await oneTick(current, tick).then(options.alive, (error: unknown) =>
          log.error({ err: error }, 'a tick failed'),
        )
        day?.look()
        await clock.wait(TICK_MS)
      }
    } finally {
      leadership = undefined
      await day?.settled()
      await news?.close().catch(() => {})
      await current.resign().catch(() => {})
    }
  }

  const running = (async () => {
    while (!closing) {
      const won = await tryToLead(db.url).then(
        (led) => {
          if (led === undefined) options.alive?.()
          return led
        },
        (error: unknown) => {
          log.warn({ err: error }, 'the database cannot be reached')
          return undefined
        },
      )
      if (won !== undefined) await lead(won)
      else await clock.wait(CANDIDACY_MS)
    }
  })()

  return {
    isLeader: () => leadership !== undefined,
    close: async () => {
      closing = true
      clock.ring()
      await running
    },
  }
}

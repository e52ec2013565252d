import { z } from 'zod'
import { type BoardCellRow, readBoardCells } from '../../db/board-cells.ts'
import { type BoardStore, readBoardStores } from '../../db/board-stores.ts'
import type { Database } from '../../db/database.ts'
import { type OutlookRolloutRow, readOutlookRollouts } from '../../db/outlook.ts'
import { readNow } from '../../db/waves.ts'
import { markOf } from '../../rollout/page/mark.ts'
import { openingTeller, openingText } from '../../rollout/page/opening.ts'
import { type Outlook, type OutlookDevice, type OutlookStore, outlookOf } from '../../rollout/page/outlook.ts'
import { isTerminalUpdate } from '../../rollout/states.ts'
import type { Calendar } from '../../rollout/time/calendar.ts'
import { windowsOf } from '../../rollout/time/window.ts'
import type { Call, Handled } from '../call.ts'
import { factsOf } from '../cells-view.ts'
import { bounded } from '../list.ts'
import type { Principal } from '../principal.ts'
import { checkRolloutInView, rolloutInView } from './get-board.ts'

export const outlookQuery = z.strictObject({ rollout: rolloutInView })

/** The most urgent are shown; how many there are in all is told. */
const MAX_STORES = 50

/** Whether a window is open now; asked once for stores of equal hours. */
function windowTeller(now: number) {
  const known = new Map<Calendar, Map<string, boolean>>()
  return (calendar: Calendar, { id, windows }: OutlookRolloutRow): boolean => {
    const ofCalendar = known.get(calendar) ?? new Map<string, boolean>()
    known.set(calendar, ofCalendar)
    const key = windows === null ? '' : id
    const isOpen = ofCalendar.get(key) ?? windowsOf(calendar, windows, now, now + 1).length > 0
    ofCalendar.set(key, isOpen)
    return isOpen
  }
}

interface Scene {
  readonly now: number
  readonly stores: ReadonlyMap<string, BoardStore>
  readonly rollouts: ReadonlyMap<string, OutlookRolloutRow>
}

function deviceTeller({ now, stores, rollouts }: Scene) {
  const isOpen = windowTeller(now)
  const heldBy = ({ rolloutId, state, wave, storeId }: BoardCellRow): OutlookDevice['held'] => {
    const rollout = rolloutId === null ? undefined : rollouts.get(rolloutId)
    const store = stores.get(storeId)
    if (rollout === undefined || store === undefined || state === null || isTerminalUpdate(state)) return null
    if (wave !== null && rollout.waits.includes(wave)) return 'wave'
    return isOpen(store.calendar, rollout) ? null : 'window'
  }
  return (row: BoardCellRow): OutlookDevice => ({
    ...{ store: row.store, kind: row.kind, state: row.state, finishedAt: row.finishedAt },
    ...{ overdueAt: row.overdueAt, mark: markOf(factsOf(row)), held: heldBy(row) },
  })
}

function storeTeller(now: number): (store: BoardStore) => OutlookStore {
  const opens = openingTeller(now)
  return ({ code, name, calendar }) => ({ code, name, opensAt: opens(calendar) })
}

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** Whom one rings, and by which clock. */
function placeTeller(stores: readonly BoardStore[]) {
  const byCode = new Map(stores.map((store) => [store.code, store]))
  return (code: string) => {
    const store = byCode.get(code)
    return { zone: store?.timeZone ?? 'UTC', phone: store?.phone ?? null }
  }
}

function outlookView(
  outlook: Outlook,
  { now, rollouts, stores }: { now: number; rollouts: OutlookRolloutRow[]; stores: readonly BoardStore[] },
) {
  const { firstOpening: first, storesAtRisk, ...rest } = outlook
  const placeOf = placeTeller(stores)
  return {
    at: time(now),
    ...rest,
    rollouts: rollouts.map(({ id, name, state }) => ({ id, name, state })),
    readyAt: time(outlook.readyAt),
    firstOpening: first === null ? null : { ...first, zone: placeOf(first.store).zone, at: time(first.at) },
    storesAtRisk: storesAtRisk.slice(0, MAX_STORES).map(({ code, opensAt, ...store }) => ({
      ...{ store: code, ...placeOf(code), opensAt: openingText(opensAt) },
      ...store,
    })),
    storesAtRiskCount: storesAtRisk.length,
  }
}

/** Three statements, as the board's; judged by the pure core. */
function readOutlook(db: Database, groups: Principal['storeGroups'], rolloutId: string | undefined) {
  return bounded(db, async (on) => {
    const now = await readNow(on)
    const stores = await readBoardStores(on, groups)
    const rows = await readBoardCells(on, { groups, rolloutId })
    const ids = [...new Set(rows.flatMap((row) => row.rolloutId ?? []))]
    const rollouts = await readOutlookRollouts(on, rolloutId === undefined ? ids : [rolloutId])
    const scene = {
      now,
      stores: new Map(stores.map((store) => [store.id, store])),
      rollouts: new Map(rollouts.map((rollout) => [rollout.id, rollout])),
    }
    const shown = new Set(rows.map(({ storeId }) => storeId))
    const outlook = outlookOf({
      ...{ now, rollouts, devices: rows.map(deviceTeller(scene)) },
      stores: stores.filter(({ id }) => shown.has(id)).map(storeTeller(now)),
    })
    return outlookView(outlook, { now, rollouts, stores })
  })
}

/** Read once for all who ask at the same time. */
export async function getOutlook(call: Call<unknown, z.output<typeof outlookQuery>>): Handled {
  const { db, query, principal, shared } = call
  await checkRolloutInView(call)
  const groups = principal.storeGroups
  const question = ['outlook', groups, query.rollout]
  return { body: await shared.read(question, () => readOutlook(db, groups, query.rollout)) }
}

import { z } from 'zod'
import { isRolloutSeen, readBoardCells } from '../../db/board-cells.ts'
import { type BoardStore, readBoardStores } from '../../db/board-stores.ts'
import type { Database } from '../../db/database.ts'
import { readLiveHorizon } from '../../db/live.ts'
import { openingTeller, openingText } from '../../rollout/page/opening.ts'
import type { Call, Handled } from '../call.ts'
import { cellsView } from '../cells-view.ts'
import { bounded, filterOf } from '../list.ts'
import { deviceList } from '../lists/devices.ts'
import type { Principal } from '../principal.ts'
import { Problem } from '../problem.ts'

export const rolloutInView = z
  .uuid()
  .optional()
  .meta({ description: 'Only its devices, as they stand in it. Left out: all, each with its newest update.' })

export const boardQuery = z.strictObject({
  rollout: rolloutInView,
  filter: z.string().max(1000).optional().meta({ description: 'Of devices. See “Filters”.' }),
})
export type BoardCall = Call<unknown, { readonly rollout?: string | undefined }>

/** @throws Problem notFound: there is none, or none of theirs */
export async function checkRolloutInView({ db, query, principal }: BoardCall): Promise<void> {
  const { rollout } = query
  if (rollout !== undefined && !(await isRolloutSeen(db.pool, rollout, principal.storeGroups)))
    throw new Problem('notFound')
}

function storesView(all: readonly BoardStore[], codes: readonly string[], now: number) {
  const byCode = new Map(all.map((store) => [store.code, store]))
  const stores = codes.flatMap((code) => byCode.get(code) ?? [])
  const opens = openingTeller(now)
  return {
    code: stores.map((store) => store.code),
    name: stores.map((store) => store.name),
    zone: stores.map((store) => store.timeZone),
    group: stores.map((store) => store.group),
    labels: stores.map((store) => store.labels),
    opensAt: stores.map(({ calendar }) => openingText(opens(calendar))),
  }
}

type BoardQuery = z.output<typeof boardQuery>

/** Three statements, and a place from which GET /live goes on. */
function readBoard(db: Database, groups: Principal['storeGroups'], query: BoardQuery) {
  const filter = query.filter === undefined ? undefined : filterOf(deviceList, query.filter)
  const joins = [...(filter?.used ?? [])].flatMap((name) => deviceList.fields[name]?.join ?? [])
  const asked = {
    ...{ groups, rolloutId: query.rollout },
    joins: [...new Set(joins)].flatMap((name) => deviceList.joins?.[name] ?? []),
    ...(filter === undefined ? {} : { where: filter.condition }),
  }
  return bounded(db, async (on) => {
    const { at, cursor, seq } = await readLiveHorizon(on)
    // Before the cells: a store that is taken out in between takes its cells along.
    const stores = await readBoardStores(on, groups)
    const known = new Set(stores.map((store) => store.id))
    const rows = (await readBoardCells(on, asked)).filter((row) => known.has(row.storeId))
    const { storeCodes, tables, cells } = cellsView(rows)
    const rollout = query.rollout ?? null
    return { at, cursor, seq, rollout, stores: storesView(stores, storeCodes, at.getTime()), tables, cells }
  })
}

/** The chain as one answer, read once for all who ask at the same time. */
export async function getBoard(call: Call<unknown, BoardQuery>): Handled {
  const { db, query, principal, shared } = call
  await checkRolloutInView(call)
  const groups = principal.storeGroups
  const question = ['board', groups, query.rollout, query.filter]
  return { body: await shared.read(question, () => readBoard(db, groups, query)) }
}

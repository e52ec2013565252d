import type { z } from 'zod'
import { addFreeze, findFreezes, liftFreeze } from '../../db/freezes.ts'
import { findUnknown } from '../../db/selection.ts'
import { checkFreeze } from '../../rollout/time/calendar-check.ts'
import type { freezeBody } from '../calendar-schema.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { freezeList } from '../lists/stores.ts'
import { faultsProblem, Problem } from '../problem.ts'

type Body = z.output<typeof freezeBody>
type Row = Awaited<ReturnType<typeof findFreezes>>[number]

function freezeView({ id, name, scope, scopeName, from, to, createdBy, createdAt, liftedAt, liftedBy }: Row) {
  const of = scopeName === null ? { kind: scope } : { kind: scope, name: scopeName }
  return { id, name, scope: of, from, to, createdBy, createdAt, liftedAt, liftedBy }
}

export const freezesQuery = listQuery(1000, 1000, {})

/** Those that hold first. */
export async function listFreezesHandler(call: Call<unknown, z.output<typeof freezesQuery>>): Handled {
  const { db, query, principal } = call
  const page = await readList(db, freezeList, { query, groups: principal.storeGroups })
  const rows = await findFreezes(
    db,
    page.rows.map((row) => row.id),
  )
  return { body: pageAnswer(page, rows.map(freezeView)) }
}

async function refuseUnknownScope({
  db,
  body: { scope },
  principal,
}: Call<unknown, unknown, Body>): Promise<void> {
  if (scope.kind === 'chain') return
  const names = { store: [], device: [], group: [], label: [], [scope.kind]: [scope.name] }
  const unknown = await findUnknown(db.pool, names, principal.storeGroups)
  if (unknown[scope.kind].size === 0) return
  const code = scope.kind === 'store' ? 'storeUnknown' : 'groupUnknown'
  throw faultsProblem([{ code, path: 'scope.name', value: scope.name }])
}

/** Holds from this moment on. */
export async function addFreezeHandler(call: Call<unknown, unknown, Body>): Handled {
  const { db, body, actor } = call
  const faults = checkFreeze(body)
  if (faults.length > 0) throw faultsProblem(faults)
  await refuseUnknownScope(call)
  const id = await addFreeze(db, body, actor)
  const [row] = await findFreezes(db, [id])
  return { status: 201, body: row === undefined ? { id } : freezeView(row) }
}

export async function liftFreezeHandler({ db, params, actor }: Call<{ id: string }>): Handled {
  const isLifted = await liftFreeze(db, params.id, actor)
  const row = await db.prisma.freeze.findUnique({ where: { id: params.id } })
  if (row === null) throw new Problem('notFound')
  if (!isLifted) throw new Problem('notAllowed', { detail: 'it is lifted already' })
  return { body: freezeView(row) }
}

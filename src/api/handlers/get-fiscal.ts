/** The fiscal devices of one store, trouble first: what they said, and what it amounts to now. */
import { type FiscalRow, readFiscal } from '../../db/fiscal.ts'
import { groupsTouched } from '../../db/reach.ts'
import { fiscalLevels, fiscalSigns, worstLevel } from '../../rollout/fiscal-signs.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'

function fiscalView(row: FiscalRow, now: number) {
  const signs = fiscalSigns(row.fiscal, row.readAt?.getTime() ?? null, now)
  const ageSeconds = row.readAt === null ? null : Math.max(0, Math.round((now - row.readAt.getTime()) / 1000))
  return { ...row, ageSeconds, level: worstLevel(signs), signs }
}

/** The order of the numbers stays among those that are equally bad. */
export async function getFiscalHandler({ db, params }: Call<{ code: string }>): Handled {
  const now = Date.now()
  if ((await groupsTouched(db.pool, 'store', params.code)).length === 0) throw new Problem('notFound')
  const items = (await readFiscal(db.pool, params.code)).map((row) => fiscalView(row, now))
  const rank = (level: (typeof items)[number]['level']) => fiscalLevels.indexOf(level)
  return { body: { at: new Date(now), items: items.sort((a, b) => rank(a.level) - rank(b.level)) } }
}

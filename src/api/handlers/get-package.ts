import { findPackage } from '../../db/packages.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { packageView } from '../views.ts'

export async function getPackage({ db, params }: Call<{ id: string }>): Handled {
  const row = await findPackage(db, params.id)
  if (row === null) throw new Problem('notFound')
  return { body: packageView(row) }
}

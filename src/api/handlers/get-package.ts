import { findPackage } from '../../db/packages.ts'
import { manifestOf, type Trust, trustOf } from '../../signing/trust.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { packageView } from '../views.ts'

/** Whether it would be sent and installed now, and if not, why. */
const trustView = (trust: Trust) =>
  trust.good
    ? { good: true, code: null, detail: null }
    : { good: false, code: trust.code, detail: trust.detail }

export async function getPackage({ db, params, config }: Call<{ id: string }>): Handled {
  const row = await findPackage(db, params.id)
  if (row === null) throw new Problem('notFound')
  const trust = trustView(await trustOf(config).judge(row))
  const { manifest, signature } = row
  return {
    body: { ...packageView(row), signedAt: manifestOf(row)?.signedAt ?? null, manifest, signature, trust },
  }
}

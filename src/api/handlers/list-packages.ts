import { listPackages } from '../../db/packages.ts'
import type { Call, Handled } from '../call.ts'
import { packageView } from '../views.ts'

export async function listPackagesHandler({ db }: Call): Handled {
  return { body: { items: (await listPackages(db)).map(packageView) } }
}

/** Drawers that open over any screen, by what the address says. */
import { lazy, Suspense } from 'react'
import { useParams } from '../route-params.ts'

const TillDrawer = lazy(async () => ({
  default: (await import('../screens/terminal/till-drawer.tsx')).TillDrawer,
}))

export function Drawers() {
  const { till } = useParams()
  return <Suspense>{till === undefined ? null : <TillDrawer cashId={till} />}</Suspense>
}

/** Every check, in the order in which they are made and shown. */
import type { Check } from '../check.ts'
import { claims } from './claims.ts'
import { downloads } from './download.ts'
import { forms } from './form.ts'
import { installing } from './installing.ts'
import { packages } from './packages.ts'
import { speaks } from './speaks.ts'
import { till } from './till.ts'

export const checks: readonly Check[] = [
  ...speaks,
  ...claims,
  ...till,
  ...downloads,
  ...packages,
  ...installing,
  ...forms,
]

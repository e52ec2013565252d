import type { Draft } from './draft.ts'
import type { Change } from './use-draft.ts'

export interface StepProps {
  readonly draft: Draft
  readonly change: Change
}

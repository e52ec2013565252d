/** What a language has to say: a missing word does not compile. */
import type { WaitReason } from '../rollout/due.ts'
import type { ReasonCode } from '../rollout/reasons.ts'
import type { DeviceUpdateState, RolloutState, StorePackageState } from '../rollout/states.ts'
import type { BreachTexts, EventTexts, Refusal } from './events.ts'
import type { Words } from './labels.ts'
import type { ReportWords } from './report.ts'

export interface Catalogue {
  readonly language: Language
  /** Said where a value is not known. Never a made-up value. */
  readonly unknown: string
  readonly quotes: readonly [string, string]
  readonly rolloutStates: Readonly<Record<RolloutState, Words>>
  readonly storePackageStates: Readonly<Record<StorePackageState, Words>>
  readonly updateStates: Readonly<Record<DeviceUpdateState, Words>>
  readonly reasons: Readonly<Record<ReasonCode, Words>>
  /** What a device at rest waits for, where no reason of the table says it. */
  readonly waits: Readonly<Record<Exclude<WaitReason, ReasonCode>, Words>>
  readonly refusals: Readonly<Record<Refusal, string>>
  readonly events: EventTexts
  readonly breaches: BreachTexts
  readonly report: ReportWords
}

export const languages = ['ru', 'en'] as const
export type Language = (typeof languages)[number]

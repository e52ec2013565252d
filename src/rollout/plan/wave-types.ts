/** How the waves of a rollout are asked for. Shapes only; waves.ts cuts, wave-templates.ts writes the usual ones. */
import type { GatePolicy } from '../policy.ts'

interface WaveBase {
  readonly name?: string
  /** What differs from the policy's gate. */
  readonly gate?: Partial<GatePolicy>
}

type Unit = 'stores' | 'devices'

/** Each takes from what the waves before it left over. Without `of`: whole stores. */
export type WaveSpec = WaveBase &
  (
    | { readonly by: 'count'; readonly of?: Unit; readonly count: number }
    /** Of all targets' stores or of all targets, 0 … 100; `cumulative`: together with all waves before. */
    | { readonly by: 'percent'; readonly of?: Unit; readonly percent: number; readonly cumulative?: boolean }
    /** Any of them. Of stores: the store has it; of devices: the device or its store. */
    | { readonly by: 'labels'; readonly of?: Unit; readonly labels: readonly string[] }
    | { readonly by: 'groups'; readonly groups: readonly string[] }
    /** IANA names. */
    | { readonly by: 'zones'; readonly zones: readonly string[] }
    /** Store codes. */
    | { readonly by: 'stores'; readonly stores: readonly string[] }
    | { readonly by: 'cashIds'; readonly cashIds: readonly string[] }
    | { readonly by: 'parity'; readonly parity: 'even' | 'odd' }
    /** The smallest set of stores with every kind × version × configuration. */
    | { readonly by: 'cover'; readonly notStores?: readonly string[] }
    | { readonly by: 'rest' }
  )

export type WaveTemplate = { readonly pilotGate?: Partial<GatePolicy> } & (
  | { readonly template: 'single' }
  /** Pilot stores (1) → even device numbers → odd ones. */
  | { readonly template: 'pilotEvenOdd'; readonly pilotStores?: number }
  /** Stores (1) → percents of the stores (5, 25), cumulative → all. */
  | { readonly template: 'canary'; readonly stores?: number; readonly percents?: readonly number[] }
  /** One wave per UTC offset at planning, the easternmost first. */
  | { readonly template: 'eastToWest' }
  /** A cover of the chain → so many percent of the stores, cumulative (25; 100 = no such wave) → the rest. */
  | { readonly template: 'stratifiedPilot'; readonly percent?: number }
)

export type WavePlan = readonly WaveSpec[] | WaveTemplate

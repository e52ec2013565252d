/** What a person should know before approving a plan. Pure. */
import { uncovered } from './cover.ts'
import type { Drafted, Outlook, StoreOutlook } from './forecast.ts'
import { isMeasured, MEASURED_SAMPLES } from './need.ts'
import type { PlanInput, PlanPackage, PlanWarning, PlanWarningCode } from './plan-types.ts'
import { HORIZON_MS } from './slots.ts'

const SHOWN = 20
/** A store that takes longer for one package needs its own plan, or a disk by courier. */
const THIN_SECONDS = 6 * 3600

export interface Warned extends Drafted {
  /** Waves that vanished. */
  readonly empty: readonly { readonly place: number; readonly name: string }[]
  /** Store ids. */
  readonly serverUnknown: readonly string[]
}

/** One warning for all of them, none for none. */
function listed<T>(code: PlanWarningCode, of: string, all: readonly T[], more: object = {}): PlanWarning[] {
  return all.length === 0 ? [] : [{ code, params: { count: all.length, [of]: all.slice(0, SHOWN), ...more } }]
}

function packageWarnings({ kind, package: own, serverPackage }: PlanInput): PlanWarning[] {
  const packages = [own, ...(serverPackage === null ? [] : [serverPackage])]
  const of = (one: PlanPackage) => ({ kind: one.kind, version: one.version })
  const assumed = packages.filter((one) => kind === 'rollback' || !isMeasured(one))
  const back = (wanted: boolean | null) =>
    kind === 'rollback' ? [] : packages.filter((one) => one.canGoBack === wanted)
  const unsigned = kind === 'rollback' ? [] : packages.filter((one) => one.signed === false)
  return [
    ...listed('packageUnsigned', 'packages', unsigned.map(of)),
    ...listed('cannotGoBack', 'packages', back(false).map(of)),
    ...listed('rollbackUnknown', 'packages', back(null).map(of)),
    ...listed(
      'needAssumed',
      'packages',
      assumed.map((one) => ({ ...of(one), samples: kind === 'rollback' ? 0 : (one.measured?.samples ?? 0) })),
      { minimum: MEASURED_SAMPLES },
    ),
  ]
}

function waveWarnings({ waves, empty }: Warned): PlanWarning[] {
  const first = waves[0]?.devices ?? []
  const all = waves.flatMap((wave) => wave.devices)
  // After the last wave nothing waits for its gate.
  const small = waves.slice(0, -1).flatMap(({ name, devices, sampleAsked }, i): PlanWarning[] => {
    const params = { wave: i + 1, name, sample: sampleAsked, devices: devices.length }
    return sampleAsked > devices.length ? [{ code: 'sampleLargerThanWave', params }] : []
  })
  return [
    ...empty.map(({ place, name }): PlanWarning => ({ code: 'emptyWave', params: { place, name } })),
    ...small,
    ...listed('uncovered', 'combinations', waves.length < 2 ? [] : uncovered(all, first)),
  ]
}

const codes = (stores: readonly StoreOutlook[]): string[] => stores.map((one) => one.code)

/** It takes long, or longer than there is until its first window ends. */
const isThin = ({ transferSeconds, isLate }: StoreOutlook): boolean =>
  (transferSeconds ?? 0) > THIN_SECONDS || (isLate && (transferSeconds ?? 0) > 0)

function storeWarnings({ serverUnknown }: Warned, { perStore }: Outlook): PlanWarning[] {
  const isNever = (one: StoreOutlook) => !one.hadTime
  const isKept = (one: StoreOutlook) => one.hadTime && one.estimatedEnd === null && one.keptKinds.length > 0
  const unknown = new Set(serverUnknown)
  const thin = perStore
    .filter(isThin)
    .map((one) => ({ store: one.code, seconds: Math.round(one.transferSeconds ?? 0), bytes: one.wanBytes }))
  return [
    ...listed('windowNeverFits', 'stores', codes(perStore.filter(isNever)), {
      days: HORIZON_MS / 86_400_000,
    }),
    ...listed('lanesImpossible', 'stores', codes(perStore.filter(isKept))),
    ...listed('thinLine', 'stores', thin),
    ...listed('legacyAlgorithms', 'stores', codes(perStore.filter((one) => one.store.legacy === true))),
    ...listed('serverVersionUnknown', 'stores', codes(perStore.filter((one) => unknown.has(one.storeId)))),
  ]
}

export function warningsOf(warned: Warned, seen: Outlook): PlanWarning[] {
  return [...packageWarnings(warned.input), ...waveWarnings(warned), ...storeWarnings(warned, seen)]
}

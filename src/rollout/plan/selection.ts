/** Whom a rollout is meant for. Members narrow each other; left out = any. */
export interface Criteria {
  /** Store codes. */
  readonly stores?: readonly string[]
  /** Groups of stores. */
  readonly groups?: readonly string[]
  /** Of the store or of the device: any of them. */
  readonly labels?: readonly string[]
  readonly kinds?: readonly string[]
  /** Full versions that run now. */
  readonly versions?: readonly number[]
  readonly cashIds?: readonly string[]
}

export interface Selection extends Criteria {
  /** Only devices that do not run the package's version yet: "all that remain". */
  readonly remaining?: boolean
  /** Taken out again: who fits any of these. */
  readonly exclude?: readonly Criteria[]
}

export interface Selectable {
  readonly storeCode: string
  readonly group: string | null
  readonly labels: readonly string[]
  readonly kind: string
  readonly version: number | null
  readonly cashId: string
}

const among = <T>(wanted: readonly T[] | undefined, has: (one: T) => boolean): boolean =>
  wanted === undefined || wanted.some(has)

function fits(criteria: Criteria, device: Selectable): boolean {
  return (
    among(criteria.stores, (one) => one === device.storeCode) &&
    among(criteria.groups, (one) => one === device.group) &&
    among(criteria.labels, (one) => device.labels.includes(one)) &&
    among(criteria.kinds, (one) => one === device.kind) &&
    among(criteria.versions, (one) => one === device.version) &&
    among(criteria.cashIds, (one) => one === device.cashId)
  )
}

/** @param target the package's version, for `remaining` */
export function selects(selection: Selection, device: Selectable, target: number): boolean {
  if (!fits(selection, device)) return false
  if (selection.remaining === true && device.version !== null && device.version >= target) return false
  return !(selection.exclude ?? []).some((one) => fits(one, device))
}

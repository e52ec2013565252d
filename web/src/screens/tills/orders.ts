/** What is asked of tills, as POST /commands takes it. */
import type { StoreWhole } from '../../api/types.ts'

export const orderKinds = ['message', 'closeShift', 'autoUpdate', 'downloadStart', 'downloadStop'] as const
export type OrderKind = (typeof orderKinds)[number]
export const isOrderKind = (text: string | undefined): text is OrderKind =>
  orderKinds.some((kind) => kind === text)

/** Ticked tills, or every till of a store. */
export type Whom = { readonly cashIds: readonly string[] } | { readonly store: string }

export interface Order {
  readonly kind: OrderKind
  readonly whom: Whom
  readonly text: string
  readonly on: boolean
  readonly packageId: string | undefined
}

/** The others say how a till is to be, and may be said again. */
const DONE_ONCE: ReadonlySet<string> = new Set(['message', 'closeShift'] satisfies OrderKind[])
export const setsState = (kind: string): boolean => !DONE_ONCE.has(kind)

const TILLS = ['till', 'selfCheckout']
export const MOST_CHARACTERS = 1000

const details = ({ kind, text, on, packageId }: Order): object => {
  if (kind === 'message') return { text }
  if (kind === 'autoUpdate') return { on }
  return kind === 'downloadStart' && packageId !== undefined ? { packageId } : {}
}
export const bodyOf = (order: Order): object => ({
  kind: order.kind,
  ...('store' in order.whom
    ? { selection: { stores: [order.whom.store], kinds: TILLS } }
    : { cashIds: order.whom.cashIds }),
  ...details(order),
})

/** Whom it reaches does not hang on the words. */
export const reachedBy = (order: Order): object => bodyOf({ ...order, text: '…' })

type StorePackage = StoreWhole['packages'][number]

/** What lies whole on the store's server for its tills, the newest first. */
export const presentPackages = ({ packages }: StoreWhole): readonly StorePackage[] =>
  packages
    .filter(({ state, withdrawnBy, package: own }) => {
      const isFit = own.kind === 'till' || own.kind === 'selfCheckout'
      return isFit && state === 'present' && withdrawnBy === null && own.retiredAt === null
    })
    .sort((a, b) => b.package.version.localeCompare(a.package.version))

/** Whom a message is for, as POST /commands takes it. */
import type { StoreWhole } from '../../api/types.ts'

export const whoms = ['all', 'staffed', 'chosen'] as const
export type Whom = (typeof whoms)[number]
export const isWhom = (text: string): text is Whom => whoms.some((one) => one === text)

/** What has a screen that somebody reads. */
const TILLS = ['till', 'selfCheckout']
export const tillsOf = ({ devices }: StoreWhole) => devices.filter(({ kind }) => TILLS.includes(kind))

/** Undefined: nobody was chosen. */
export function targetsOf(whom: Whom, code: string, chosen: readonly string[]): object | undefined {
  if (whom === 'chosen') return chosen.length === 0 ? undefined : { cashIds: chosen }
  return { selection: { stores: [code], kinds: whom === 'staffed' ? ['till'] : TILLS } }
}

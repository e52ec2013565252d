/** What the fiscal devices of a store last said, each by its till. */
import type { FiscalFacts } from '../rollout/fiscal-signs.ts'
import type { Executor } from './database.ts'

export interface FiscalRow {
  readonly cashId: string
  readonly number: number
  readonly name: string
  readonly kind: string
  readonly inReserve: boolean
  readonly registrationNumber: string | null
  readonly makerNumber: string | null
  /** When the till was last asked, and when it said this. */
  readonly askedAt: Date | null
  readonly readAt: Date | null
  readonly source: string | null
  readonly reason: string | null
  readonly fiscal: FiscalFacts | null
}

/** Of every till and self-checkout: what sells has a fiscal device, known or not. In the order of numbers. */
export async function readFiscal(on: Executor, storeCode: string): Promise<FiscalRow[]> {
  const { rows } = await on.query<FiscalRow>(
    `SELECT d.cash_id AS "cashId", d.number, d.name, d.kind, d.in_reserve AS "inReserve",
       d.registration_number AS "registrationNumber", d.maker_number AS "makerNumber", st.asked_at AS "askedAt",
       st.read_at AS "readAt", st.source, st.reason, nullif(st.status->'fiscal', 'null'::jsonb) AS fiscal
     FROM device d JOIN store s ON s.id = d.store_id LEFT JOIN device_status st ON st.device_id = d.id
     WHERE s.code = $1 AND d.removed_at IS NULL AND d.kind IN ('till', 'selfCheckout')
     ORDER BY d.number, d.cash_id`,
    [storeCode],
  )
  return rows
}

/** An event as programs and people read it. */
import type { Database } from '../db/database.ts'
import { type EventNames, readEventNames } from '../db/event-names.ts'
import type { EventRow } from '../db/events.ts'
import { renderEvent } from '../words/render.ts'

export interface EventView extends Omit<EventRow, 'at'> {
  /** ISO 8601, UTC. */
  readonly at: string
  /** Code of the store and cash id of the device, where the event has them. */
  readonly store: string | null
  readonly cashId: string | null
  /** The store's; the head office's own where there is no store. The text's time is in it. */
  readonly timeZone: string
  readonly text: { readonly ru: string; readonly en: string }
}

const headOfficeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone

function viewEvent(event: EventRow, names: EventNames): EventView {
  const store = event.storeId === null ? undefined : names.stores.get(event.storeId)
  const timeZone = store?.timeZone ?? headOfficeZone
  const facts = { code: event.code, at: event.at, params: event.params, timeZone }
  return {
    ...event,
    at: event.at.toISOString(),
    store: store?.code ?? null,
    cashId: (event.deviceId === null ? undefined : names.cashIds.get(event.deviceId)) ?? null,
    timeZone,
    text: { ru: renderEvent('ru', facts), en: renderEvent('en', facts) },
  }
}

export async function viewEvents(db: Database, rows: readonly EventRow[]): Promise<EventView[]> {
  const names = await readEventNames(db.pool, rows)
  return rows.map((row) => viewEvent(row, names))
}

import { belowRunning, eventColumns } from '../../db/events.ts'
import { ownEvent } from '../../db/own.ts'
import type { ListSpec } from '../list-spec.ts'

/** The places of the stream, so that a page and the stream tell the same story. */
export const eventList: ListSpec = {
  name: 'events',
  from: 'event e',
  joins: {
    store: 'LEFT JOIN store s ON s.id = e.store_id',
    device: 'LEFT JOIN device d ON d.id = e.device_id',
  },
  id: 'e.id',
  idType: 'integer',
  isEndless: true,
  columns: eventColumns('e'),
  own: ownEvent('e'),
  // A transaction that is still running could write before what is read now.
  present: belowRunning('e'),
  names: [
    'e.code',
    'e.actor',
    'e.params::text',
    '(SELECT code FROM store WHERE id = e.store_id)',
    '(SELECT cash_id FROM device WHERE id = e.device_id)',
  ],
  sort: 'at',
  fields: {
    at: {
      type: 'time',
      sql: 'e.at',
      sorts: true,
      sortBy: { sql: 'e.xid', type: 'integer' },
      summary: 'when it happened; sorted, it is the order of the stream',
    },
    code: { type: 'text', sql: 'e.code', summary: 'what happened' },
    actor: { type: 'text', sql: 'e.actor', summary: 'who did it' },
    store: { type: 'text', sql: 's.code', join: 'store', nullable: true, summary: 'code of the store' },
    group: {
      type: 'text',
      sql: 's.group_name',
      join: 'store',
      nullable: true,
      summary: 'group of the store',
    },
    cashId: { type: 'text', sql: 'd.cash_id', join: 'device', nullable: true, summary: 'cash id' },
    device: { type: 'text', sql: 'd.cash_id', join: 'device', nullable: true, summary: 'the same' },
    rollout: { type: 'id', sql: 'e.rollout_id', nullable: true, summary: 'id of the rollout' },
    update: { type: 'id', sql: 'e.update_id', nullable: true, summary: 'id of the device update' },
    storePackage: {
      type: 'id',
      sql: 'e.store_package_id',
      nullable: true,
      summary: 'id of the store package',
    },
    reason: { type: 'text', sql: "e.params->>'reason'", nullable: true, summary: 'its reason' },
  },
}

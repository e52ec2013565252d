import { ownFreeze } from '../../db/own.ts'
import type { ListSpec } from '../list-spec.ts'

export const storeList: ListSpec = {
  name: 'stores',
  from: 'store s',
  id: 's.id',
  idType: 'id',
  own: 's.group_name = ANY($1::text[])',
  present: 's.removed_at IS NULL',
  names: ['s.code', 's.name', 's.phone', 's.host'],
  sort: 'store',
  fields: {
    store: { type: 'text', sql: 's.code', sorts: true, summary: 'code' },
    name: { type: 'text', sql: 's.name', sorts: true, summary: 'name' },
    group: { type: 'text', sql: 's.group_name', sorts: true, nullable: true, summary: 'group' },
    zone: { type: 'text', sql: 's.time_zone', sorts: true, summary: 'time zone' },
    label: { type: 'texts', sql: 's.labels', summary: 'label' },
    host: { type: 'text', sql: 's.host', summary: 'address of its server' },
    phone: { type: 'text', sql: 's.phone', nullable: true, summary: 'telephone' },
    calendar: { type: 'flag', sql: '(s.calendar IS NOT NULL)', summary: 'has hours of its own' },
    enrolled: { type: 'flag', sql: '(cardinality(s.host_keys) > 0)', summary: 'its server’s key is pinned' },
    legacy: { type: 'flag', sql: 's.legacy_algorithms', summary: 'speaks old algorithms only' },
    createdAt: { type: 'time', sql: 's.created_at', sorts: true, summary: 'when it came' },
    changedAt: { type: 'time', sql: 's.changed_at', sorts: true, summary: 'when it was last changed' },
    removedAt: { type: 'time', sql: 's.removed_at', nullable: true, summary: 'when it was taken out' },
  },
}

const SEEN = '($1::text[] IS NULL OR s.group_name = ANY($1::text[])) AND s.removed_at IS NULL'

export const groupList: ListSpec = {
  name: 'groups',
  from: `(SELECT s.group_name AS name, count(DISTINCT s.id)::int AS stores, count(d.id)::int AS devices
     FROM store s LEFT JOIN device d ON d.store_id = s.id AND d.removed_at IS NULL
     WHERE ${SEEN} AND s.group_name IS NOT NULL GROUP BY s.group_name) g`,
  id: 'g.name',
  idType: 'text',
  columns: 'g.name, g.stores, g.devices',
  own: 'TRUE',
  names: ['g.name'],
  sort: 'name',
  fields: {
    name: { type: 'text', sql: 'g.name', sorts: true, summary: 'name' },
    stores: { type: 'number', sql: 'g.stores', sorts: true, summary: 'how many stores' },
    devices: { type: 'number', sql: 'g.devices', sorts: true, summary: 'how many devices' },
  },
}

/** A store's label is that of its devices, too: what a selection by it reaches. */
export const labelList: ListSpec = {
  name: 'labels',
  from: `(SELECT name, count(DISTINCT store_id) FILTER (WHERE device_id IS NULL)::int AS stores, count(DISTINCT device_id)::int AS devices
     FROM (SELECT unnest(s.labels) AS name, s.id AS store_id, NULL::uuid AS device_id FROM store s WHERE ${SEEN}
       UNION ALL SELECT unnest(d.labels || s.labels), s.id, d.id FROM device d JOIN store s ON s.id = d.store_id
       WHERE ${SEEN} AND d.removed_at IS NULL) every GROUP BY name) l`,
  id: 'l.name',
  idType: 'text',
  columns: 'l.name, l.stores, l.devices',
  own: 'TRUE',
  names: ['l.name'],
  sort: 'name',
  fields: {
    name: { type: 'text', sql: 'l.name', sorts: true, summary: 'name' },
    stores: { type: 'number', sql: 'l.stores', sorts: true, summary: 'how many stores have it' },
    devices: {
      type: 'number',
      sql: 'l.devices',
      sorts: true,
      summary: 'how many devices have it, or are in a store that has it',
    },
  },
}

export const freezeList: ListSpec = {
  name: 'freezes',
  from: '"freeze" f',
  id: 'f.id',
  idType: 'id',
  own: ownFreeze('f'),
  names: ['f.name', 'f.scope_name'],
  sort: 'lifted,from',
  fields: {
    name: { type: 'text', sql: 'f.name', sorts: true, summary: 'name' },
    scope: { type: 'choice', choices: ['chain', 'group', 'store'], sql: 'f.scope', summary: 'of what' },
    of: { type: 'text', sql: 'f.scope_name', nullable: true, summary: 'of which group or store' },
    from: { type: 'text', sql: 'f.from_local', sorts: true, summary: 'its beginning, local' },
    to: { type: 'text', sql: 'f.to_local', sorts: true, summary: 'its end, local' },
    lifted: { type: 'flag', sql: '(f.lifted_at IS NOT NULL)', sorts: true, summary: 'it was lifted' },
    createdBy: { type: 'text', sql: 'f.created_by', summary: 'who declared it' },
    createdAt: { type: 'time', sql: 'f.created_at', sorts: true, summary: 'when it was declared' },
    liftedAt: { type: 'time', sql: 'f.lifted_at', nullable: true, summary: 'when it was lifted' },
  },
}

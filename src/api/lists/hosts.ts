import { ENROLMENT_COLUMNS, ENROLMENT_FROM, enrolmentKinds } from '../../db/enrolments.ts'
import { HAS_ALARM, HOST_COLUMNS, HOSTS_FROM } from '../../db/host-keys.ts'
import { enrolmentStates } from '../../rollout/states.ts'
import type { ListSpec } from '../list-spec.ts'

export const enrolmentList: ListSpec = {
  name: 'enrolments',
  from: ENROLMENT_FROM,
  columns: ENROLMENT_COLUMNS,
  id: 'e.id',
  idType: 'id',
  own: 's.group_name = ANY($1::text[])',
  names: ['s.code', 'd.cash_id', 'e.requested_by', 'e.host'],
  sort: '-createdAt,store,cashId',
  countsBy: ['state', 'kind', 'reason'],
  fields: {
    kind: {
      type: 'choice',
      choices: enrolmentKinds,
      sql: 'e.kind',
      sorts: true,
      summary: 'what is enrolled',
    },
    state: {
      type: 'choice',
      choices: Object.keys(enrolmentStates),
      sql: 'e.state',
      sorts: true,
      summary: 'how far it is',
    },
    request: { type: 'id', sql: 'e.request_id', summary: 'the request it belongs to' },
    store: { type: 'text', sql: 's.code', sorts: true, summary: 'code of the store' },
    cashId: {
      type: 'text',
      sql: 'd.cash_id',
      sorts: true,
      nullable: true,
      summary: 'the device; unknown of a store server',
    },
    group: { type: 'text', sql: 's.group_name', nullable: true, summary: 'group of the store' },
    reason: { type: 'text', sql: 'e.reason', nullable: true, summary: 'why it stands so' },
    requestedBy: { type: 'text', sql: 'e.requested_by', summary: 'who asked' },
    createdAt: { type: 'time', sql: 'e.created_at', sorts: true, summary: 'when it was asked for' },
    finishedAt: { type: 'time', sql: 'e.finished_at', sorts: true, nullable: true, summary: 'when it ended' },
  },
}

/** Which hosts are asked for: `state` in the query. */
export const hostStates = {
  changed: HAS_ALARM,
  unpinned: 'cardinality(h.host_keys) = 0',
  several: 'cardinality(h.host_keys) > 1',
} as const

export const hostList: ListSpec = {
  name: 'hostKeys',
  from: HOSTS_FROM,
  columns: HOST_COLUMNS,
  id: `coalesce(h.device_id, h.store_id)`,
  idType: 'id',
  own: 'h.group_name = ANY($1::text[])',
  names: ['h.code', 'h.cash_id', 'h.host'],
  sort: 'store,cashId',
  fields: {
    store: { type: 'text', sql: 'h.code', sorts: true, summary: 'code of the store' },
    cashId: {
      type: 'text',
      sql: "coalesce(h.cash_id, '')",
      sorts: true,
      summary: 'the device; empty of a store server',
    },
    group: { type: 'text', sql: 'h.group_name', nullable: true, summary: 'group of the store' },
    host: { type: 'text', sql: 'h.host', summary: 'its address' },
    pins: { type: 'number', sql: 'cardinality(h.host_keys)', summary: 'how many keys are pinned' },
    changed: { type: 'flag', sql: HAS_ALARM, summary: 'shows another key than it had' },
    legacy: { type: 'flag', sql: 'h.legacy_algorithms', summary: 'speaks old algorithms only' },
  },
}

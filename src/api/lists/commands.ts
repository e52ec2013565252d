import { commandKinds } from '../../db/commands.ts'
import { commandStates } from '../../rollout/states.ts'
import type { ListSpec } from '../list-spec.ts'

/**
 * Requests, each once: from one to the next through the index on created_at and request_id. Counted by the rows there
 * would be ten thousand for every look at the chain.
 */
const HEADS = `
WITH RECURSIVE head AS (
  (SELECT created_at, request_id FROM command ORDER BY created_at DESC, request_id DESC LIMIT 1)
  UNION ALL SELECT n.created_at, n.request_id FROM head h CROSS JOIN LATERAL (
    SELECT created_at, request_id FROM command WHERE (created_at, request_id) < (h.created_at, h.request_id)
    ORDER BY created_at DESC, request_id DESC LIMIT 1) n
) SELECT * FROM head`

const kindField = {
  type: 'choice',
  choices: commandKinds,
  sql: 'one.kind',
  sorts: true,
  summary: 'what was asked for',
} as const

export const requestList: ListSpec = {
  name: 'commands',
  from: `(${HEADS}) q CROSS JOIN LATERAL (SELECT c.kind, c.body, c.requested_by, c.not_after FROM command c
    WHERE c.request_id = q.request_id LIMIT 1) one`,
  columns: `one.kind, one.body, one.requested_by AS "requestedBy", q.created_at AS "createdAt", one.not_after AS "notAfter"`,
  id: 'q.request_id',
  idType: 'id',
  own: `EXISTS (SELECT 1 FROM command oc JOIN device od ON od.id = oc.device_id JOIN store os ON os.id = od.store_id
    WHERE oc.request_id = q.request_id AND os.group_name = ANY($1::text[]))`,
  names: ['one.requested_by', 'one.body', 'q.request_id::text'],
  sort: '-createdAt',
  fields: {
    kind: kindField,
    store: {
      type: 'texts',
      sql: `ARRAY(SELECT os.code FROM command oc JOIN device od ON od.id = oc.device_id JOIN store os ON os.id = od.store_id
        WHERE oc.request_id = q.request_id AND ($1::text[] IS NULL OR os.group_name = ANY($1::text[])))`,
      summary: 'code of a store with a device that was asked',
    },
    requestedBy: { type: 'text', sql: 'one.requested_by', sorts: true, summary: 'who asked' },
    createdAt: { type: 'time', sql: 'q.created_at', sorts: true, summary: 'when it was asked for' },
  },
}

/** What one device was asked for. */
export const deviceCommandList: ListSpec = {
  name: 'deviceCommands',
  from: 'command c JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id',
  columns: `c.request_id AS "requestId", c.kind, c.body, c.package_id AS "packageId", c.state, c.reason, c.params, c.attempts,
    c.not_before AS "notBefore", c.not_after AS "notAfter", c.requested_by AS "requestedBy", c.created_at AS "createdAt",
    c.finished_at AS "finishedAt"`,
  id: 'c.id',
  idType: 'id',
  own: 's.group_name = ANY($1::text[])',
  names: ['c.requested_by', 'c.body'],
  sort: '-createdAt',
  fields: {
    kind: { ...kindField, sql: 'c.kind' },
    state: {
      type: 'choice',
      choices: Object.keys(commandStates),
      sql: 'c.state',
      sorts: true,
      summary: 'how far it is',
    },
    reason: { type: 'text', sql: 'c.reason', nullable: true, summary: 'why it stands so' },
    requestedBy: { type: 'text', sql: 'c.requested_by', summary: 'who asked' },
    createdAt: { type: 'time', sql: 'c.created_at', sorts: true, summary: 'when it was asked for' },
    finishedAt: { type: 'time', sql: 'c.finished_at', sorts: true, nullable: true, summary: 'when it ended' },
  },
}

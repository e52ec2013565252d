import type { ListSpec } from '../list-spec.ts'

export const historyList: ListSpec = {
  name: 'history',
  from: 'status_change h',
  id: 'h.id',
  idType: 'integer',
  own: 'TRUE',
  columns: 'h.at, h.source, h.reason, h.version, h.status, h.changed',
  names: ['h.source', 'h.reason'],
  sort: '-at',
  fields: {
    at: {
      type: 'time',
      sql: 'h.at',
      sorts: true,
      sortBy: { sql: 'h.id', type: 'integer' },
      summary: 'when it said so',
    },
    part: { type: 'texts', sql: 'h.changed', summary: 'what is other than before' },
    version: { type: 'version', sql: 'h.version', nullable: true, summary: 'its version in full' },
    source: { type: 'text', sql: 'h.source', summary: 'who asked' },
    reason: { type: 'text', sql: 'h.reason', nullable: true, summary: 'why it gave no answer' },
  },
}

import { storePackageStates } from '../../rollout/states.ts'
import type { ListSpec } from '../list-spec.ts'
import { deviceKinds } from '../schemas.ts'

export const packageList: ListSpec = {
  name: 'packages',
  from: 'package p',
  id: 'p.id',
  idType: 'id',
  own: 'TRUE',
  names: ['p.file_name', 'p.sha256', "lpad(p.version::text, 8, '0')", 'p.signer'],
  sort: 'kind,-version',
  fields: {
    kind: { type: 'choice', choices: deviceKinds, sql: 'p.kind', sorts: true, summary: 'for which devices' },
    version: { type: 'version', sql: 'p.version', sorts: true, summary: 'version' },
    minVersion: { type: 'version', sql: 'p.min_version', nullable: true, summary: 'installed only over it' },
    fileName: { type: 'text', sql: 'p.file_name', sorts: true, summary: 'name of the file' },
    sha256: { type: 'text', sql: 'p.sha256', summary: 'digest' },
    size: { type: 'number', sql: 'p.size', sorts: true, summary: 'bytes' },
    retired: { type: 'flag', sql: '(p.retired_at IS NOT NULL)', summary: 'it is retired' },
    signed: { type: 'flag', sql: '(p.signature IS NOT NULL)', summary: 'it is signed' },
    signer: { type: 'text', sql: 'p.signer', nullable: true, summary: 'who signed it' },
    firmware: { type: 'flag', sql: 'p.firmware', summary: 'of the fiscal device' },
    expiresAt: {
      type: 'time',
      sql: 'p.expires_at',
      sorts: true,
      nullable: true,
      summary: 'refused from then',
    },
    createdAt: { type: 'time', sql: 'p.created_at', sorts: true, summary: 'when it was uploaded' },
    addedBy: { type: 'text', sql: 'p.added_by', summary: 'who uploaded it' },
  },
}

export const storePackageList: ListSpec = {
  name: 'store-packages',
  from: 'store_package sp JOIN store s ON s.id = sp.store_id JOIN package p ON p.id = sp.package_id',
  id: 'sp.id',
  idType: 'id',
  own: 's.group_name = ANY($1::text[])',
  present: 's.removed_at IS NULL',
  names: ['s.code', 's.name', 'p.file_name'],
  sort: 'store,kind,-version',
  countsBy: ['state', 'reason', 'store', 'group', 'version', 'package'],
  fields: {
    store: { type: 'text', sql: 's.code', sorts: true, summary: 'code of the store' },
    group: { type: 'text', sql: 's.group_name', sorts: true, nullable: true, summary: 'group of the store' },
    label: { type: 'texts', sql: 's.labels', summary: 'label of the store' },
    package: { type: 'id', sql: 'sp.package_id', summary: 'id of the package' },
    kind: { type: 'choice', choices: deviceKinds, sql: 'p.kind', sorts: true, summary: 'for which devices' },
    version: { type: 'version', sql: 'p.version', sorts: true, summary: 'version' },
    state: {
      type: 'choice',
      choices: Object.keys(storePackageStates),
      sql: 'sp.state',
      sorts: true,
      summary: 'whether it lies there',
    },
    reason: { type: 'text', sql: 'sp.reason', nullable: true, summary: 'why it does not' },
    attempts: { type: 'number', sql: 'sp.attempts', sorts: true, summary: 'attempts spent' },
    wantedBy: {
      type: 'text',
      sql: 'sp.wanted_by',
      nullable: true,
      summary: 'who asked for it beside rollouts',
    },
    withdrawnBy: {
      type: 'text',
      sql: 'sp.withdrawn_by',
      nullable: true,
      summary: 'who asked it away; it goes when nothing needs it',
    },
    presentAt: { type: 'time', sql: 'sp.present_at', sorts: true, nullable: true, summary: 'since when' },
    updatedAt: { type: 'time', sql: 'sp.updated_at', sorts: true, summary: 'when it last changed' },
  },
}

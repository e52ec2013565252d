import { BUCKET, BUCKET_FROM, TROUBLE } from '../../db/buckets.ts'
import { ownRollout } from '../../db/own.ts'
import { buckets } from '../../rollout/page/bucket.ts'
import { deviceUpdateStates, rolloutStates } from '../../rollout/states.ts'
import type { ListSpec } from '../list-spec.ts'
import { deviceKinds } from '../schemas.ts'

export const rolloutList: ListSpec = {
  name: 'rollouts',
  from: 'rollout r JOIN package p ON p.id = r.package_id',
  id: 'r.id',
  idType: 'id',
  own: ownRollout('r.id'),
  names: ['r.name', 'r.id::text', "lpad(p.version::text, 8, '0')"],
  sort: '-createdAt',
  fields: {
    name: { type: 'text', sql: 'r.name', sorts: true, summary: 'name' },
    state: {
      type: 'choice',
      choices: Object.keys(rolloutStates),
      sql: 'r.state',
      sorts: true,
      summary: 'state',
    },
    kind: { type: 'choice', choices: ['update', 'rollback'], sql: 'r.kind', summary: 'there, or back' },
    for: { type: 'choice', choices: deviceKinds, sql: 'p.kind', summary: 'for which devices its package is' },
    version: { type: 'version', sql: 'p.version', sorts: true, summary: 'of its package' },
    package: { type: 'id', sql: 'r.package_id', summary: 'id of its package' },
    schedule: { type: 'id', sql: 'r.schedule_id', summary: 'id of the schedule that made it' },
    of: { type: 'id', sql: 'r.of_rollout_id', summary: 'id of the rollout that it takes back' },
    reason: { type: 'text', sql: 'r.reason', nullable: true, summary: 'the gate that stopped it' },
    createdBy: { type: 'text', sql: 'r.created_by', sorts: true, summary: 'who made it' },
    approvedBy: { type: 'text', sql: 'r.approved_by', nullable: true, summary: 'who approved it' },
    createdAt: { type: 'time', sql: 'r.created_at', sorts: true, summary: 'when it was made' },
    startedAt: { type: 'time', sql: 'r.started_at', sorts: true, nullable: true, summary: 'when it started' },
    finishedAt: { type: 'time', sql: 'r.finished_at', sorts: true, nullable: true, summary: 'when it ended' },
  },
}

export const updateList: ListSpec = {
  name: 'updates',
  from: 'device_update u JOIN device d ON d.id = u.device_id JOIN store s ON s.id = u.store_id',
  joins: { standing: BUCKET_FROM },
  id: 'u.id',
  idType: 'id',
  own: 's.group_name = ANY($1::text[])',
  names: ['d.cash_id', 'd.name', 's.code', 's.name'],
  sort: '-createdAt',
  countsBy: ['state', 'bucket', 'reason', 'wave', 'store', 'zone', 'from'],
  fields: {
    cashId: { type: 'text', sql: 'd.cash_id', sorts: true, summary: 'cash id of the device' },
    kind: { type: 'choice', choices: deviceKinds, sql: 'd.kind', sorts: true, summary: 'kind of the device' },
    store: { type: 'text', sql: 's.code', sorts: true, summary: 'code of the store' },
    group: { type: 'text', sql: 's.group_name', sorts: true, nullable: true, summary: 'group of the store' },
    zone: { type: 'text', sql: 's.time_zone', sorts: true, summary: 'time zone of the store' },
    label: { type: 'texts', sql: '(d.labels || s.labels)', summary: 'label of the device or its store' },
    rollout: { type: 'id', sql: 'u.rollout_id', summary: 'id of the rollout' },
    package: { type: 'id', sql: 'u.package_id', summary: 'id of the package' },
    state: {
      type: 'choice',
      choices: Object.keys(deviceUpdateStates),
      sql: 'u.state',
      sorts: true,
      summary: 'state',
    },
    reason: { type: 'text', sql: 'u.reason', sorts: true, nullable: true, summary: 'why it stands so' },
    bucket: {
      type: 'choice',
      choices: buckets,
      sql: BUCKET,
      join: 'standing',
      summary: 'in which number of the rollout it is',
    },
    trouble: {
      type: 'text',
      sql: TROUBLE,
      join: 'standing',
      nullable: true,
      summary: 'its reason, or why its store has not got the package',
    },
    wave: { type: 'number', sql: 'u.wave', sorts: true, summary: 'number of its wave' },
    version: { type: 'version', sql: 'u.to_version', sorts: true, summary: 'where it goes' },
    from: {
      type: 'version',
      sql: 'u.from_version',
      sorts: true,
      nullable: true,
      summary: 'where it came from',
    },
    attempts: {
      type: 'number',
      sql: 'u.attempts',
      sorts: true,
      summary: 'attempts spent since the last step',
    },
    carried: { type: 'flag', sql: 'u.carried', summary: 'its store server’s update brings it along' },
    confirmed: { type: 'flag', sql: '(u.confirmed_at IS NOT NULL)', summary: 'it has sold since' },
    notBefore: {
      type: 'time',
      sql: 'u.not_before',
      nullable: true,
      sorts: true,
      summary: 'tried again from',
    },
    createdAt: { type: 'time', sql: 'u.created_at', sorts: true, summary: 'since when' },
    updatedAt: { type: 'time', sql: 'u.updated_at', sorts: true, summary: 'when it last moved' },
    finishedAt: { type: 'time', sql: 'u.finished_at', sorts: true, nullable: true, summary: 'when it ended' },
  },
}

/** Of one rollout, or one device. */
export const rolloutUpdateList: ListSpec = { ...updateList, sort: 'store,cashId' }

export const attemptList: ListSpec = {
  name: 'attempts',
  from: 'step_run t',
  id: 't.id',
  idType: 'id',
  own: 'TRUE',
  columns: `t.step, t.attempt, t.generation, t.worker, t.claimed_at AS "claimedAt", t.started_at AS "startedAt",
    t.ended_at AS "endedAt", t.outcome, t.reason, t.params`,
  names: ['t.step', 't.worker', 't.reason'],
  sort: 'generation',
  fields: {
    generation: {
      type: 'number',
      sql: 't.generation',
      sorts: true,
      summary: 'counts the claims of the device',
    },
    step: { type: 'text', sql: 't.step', sorts: true, summary: 'which step' },
    attempt: { type: 'number', sql: 't.attempt', summary: 'the how manieth of its step' },
    outcome: { type: 'text', sql: 't.outcome', nullable: true, summary: 'how it ended; `none`: it has not' },
    reason: { type: 'text', sql: 't.reason', nullable: true, summary: 'why' },
    worker: { type: 'text', sql: 't.worker', nullable: true, summary: 'who did it' },
    claimedAt: { type: 'time', sql: 't.claimed_at', sorts: true, summary: 'when it was claimed' },
    endedAt: { type: 'time', sql: 't.ended_at', nullable: true, summary: 'when it ended' },
  },
}

export const scheduleList: ListSpec = {
  name: 'schedules',
  from: 'schedule c',
  id: 'c.id',
  idType: 'id',
  own: 'TRUE',
  names: ['c.name', 'c.id::text'],
  sort: 'ended,-createdAt',
  fields: {
    name: { type: 'text', sql: 'c.name', sorts: true, summary: 'name' },
    zone: { type: 'text', sql: 'c.time_zone', summary: 'time zone of its cron' },
    ended: { type: 'flag', sql: '(c.ended_at IS NOT NULL)', sorts: true, summary: 'it was ended' },
    approved: { type: 'flag', sql: '(c.approved_by IS NOT NULL)', summary: 'it has its standing approval' },
    createdBy: { type: 'text', sql: 'c.created_by', summary: 'who made it' },
    createdAt: { type: 'time', sql: 'c.created_at', sorts: true, summary: 'when it was made' },
    nextAt: { type: 'time', sql: 'c.next_at', sorts: true, nullable: true, summary: 'when it runs next' },
    lastAt: { type: 'time', sql: 'c.last_at', sorts: true, nullable: true, summary: 'when it last ran' },
  },
}

export const reportList: ListSpec = {
  name: 'reports',
  from: 'report k',
  id: 'k.id',
  idType: 'id',
  own: 'TRUE',
  columns: `k.kind, k.rollout_id AS "rolloutId", k.time_zone AS "timeZone", k.made_at AS "madeAt", k.made_by AS "madeBy"`,
  names: ['k.kind', 'k.made_by'],
  sort: '-madeAt',
  fields: {
    kind: { type: 'choice', choices: ['evening', 'morning'], sql: 'k.kind', summary: 'which' },
    rollout: { type: 'id', sql: 'k.rollout_id', summary: 'id of the rollout' },
    zone: { type: 'text', sql: 'k.time_zone', nullable: true, summary: 'time zone' },
    madeBy: { type: 'text', sql: 'k.made_by', summary: 'who asked for it' },
    madeAt: { type: 'time', sql: 'k.made_at', sorts: true, summary: 'when it was made' },
  },
}

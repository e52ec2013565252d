/** Rollouts: planned, approved, run, and brought back. */
import { z } from 'zod'
import { counts } from '../answers/pieces.ts'
import { rolloutOutlookAnswer, timelineAnswer, troublesAnswer } from '../answers/rollout-page.ts'
import {
  consequencesAnswer,
  driftAnswer,
  dryRunAnswer,
  dryRunLiveAnswer,
  planAnswer,
  plannedAnswer,
  releasedAnswer,
  replanAnswer,
  retriedAnswer,
  revisedAnswer,
  rollbackAnswer,
  rolloutAnswer,
  rolloutsAnswer,
  settledAnswer,
  skippedAnswer,
  standingAnswer,
  updatesAnswer,
  wavesAnswer,
} from '../answers/rollouts.ts'
import { type Route, type RouteShape, route } from '../call.ts'
import {
  approveBody,
  approveHandler,
  rejectBody,
  rejectHandler,
  startBody,
  startHandler,
  submitHandler,
} from '../handlers/approve-rollout.ts'
import { createRolloutHandler } from '../handlers/create-rollout.ts'
import { dryRunHandler, getDryRun } from '../handlers/dry-run.ts'
import {
  askConsequences,
  consequencesBody,
  consequencesQuery,
  getConsequences,
} from '../handlers/get-consequences.ts'
import { getDrift } from '../handlers/get-drift.ts'
import { getPlan } from '../handlers/get-plan.ts'
import { getRollout, getWaves } from '../handlers/get-rollout.ts'
import { getRolloutOutlook, getTimeline, timelineQuery } from '../handlers/get-timeline.ts'
import { getTroubles } from '../handlers/get-troubles.ts'
import { listRolloutsHandler, rolloutsQuery } from '../handlers/list-rollouts.ts'
import { countUpdatesHandler, listUpdatesHandler, updatesQuery } from '../handlers/list-updates.ts'
import { planAgainHandler } from '../handlers/plan-again.ts'
import { releaseWaveHandler } from '../handlers/release-wave.ts'
import { retryBody, retryRolloutHandler } from '../handlers/retry-rollout.ts'
import { reviseRolloutHandler } from '../handlers/revise-rollout.ts'
import { rollbackBody, rollbackHandler } from '../handlers/roll-back.ts'
import { skipBody, skipDevicesHandler } from '../handlers/skip-devices.ts'
import { type Steering, steerRolloutHandler, whyBody } from '../handlers/steer-rollout.ts'
import { countsQuery } from '../list.ts'
import { rolloutList, rolloutUpdateList, updateList } from '../lists/rollouts.ts'
import { dryRunBody, reviseBody, rolloutBody } from '../rollout-schema.ts'
import { byId, flag, noFields } from '../schemas.ts'

const byWave = z.strictObject({
  id: z.uuid(),
  number: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number),
})
/** `full=true`: the answer has the whole plan, too. */
const fullQuery = z.strictObject({ full: flag.default(false) })
const PLAN_BYTES = 4 * 1024 * 1024

/** Planning: the handler keeps the selection within the groups of who asks. */
const planning = { permission: 'rollouts.plan', query: fullQuery, bodyLimit: PLAN_BYTES } as const

/** What is read of one rollout. */
const look = <Q extends z.ZodType>(
  path: string,
  shape: Pick<
    RouteShape<typeof byId, Q, z.ZodType>,
    'summary' | 'query' | 'repeats' | 'list' | 'answer' | 'handler' | 'whole'
  >,
) =>
  route({
    method: 'get',
    path: `/rollouts/:id${path}`,
    permission: 'rollouts.read',
    reach: 'rollout',
    params: byId,
    ...shape,
  })

/** One of a rollout's controls. */
const control = <Q extends z.ZodType, B extends z.ZodType>(
  path: string,
  shape: Pick<
    RouteShape<typeof byId, Q, B>,
    'permission' | 'ifMatch' | 'summary' | 'query' | 'body' | 'bodyLimit' | 'answer' | 'statuses' | 'handler'
  >,
) => route({ method: 'post', path: `/rollouts/:id/${path}`, reach: 'rollout', params: byId, ...shape })

const steer = (verb: Steering, summary: string) =>
  control(verb, {
    summary,
    permission: 'rollouts.control',
    body: whyBody,
    answer: standingAnswer,
    handler: steerRolloutHandler(verb),
  })

export const rolloutRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/rollouts',
    summary: 'Rollouts',
    permission: 'rollouts.read',
    reach: 'own',
    query: rolloutsQuery,
    list: rolloutList,
    answer: rolloutsAnswer,
    handler: listRolloutsHandler,
  }),
  route({
    ...planning,
    method: 'post',
    path: '/rollouts',
    summary: 'Plan a rollout and keep it as a draft',
    reach: 'own',
    body: rolloutBody,
    answer: plannedAnswer,
    statuses: [201],
    handler: createRolloutHandler,
  }),
  route({
    ...planning,
    method: 'post',
    path: '/rollouts/dry-run',
    summary: 'Plan and keep nothing; `live`: look at every planned device',
    reach: 'own',
    body: dryRunBody,
    answer: dryRunAnswer,
    statuses: [200, 202],
    handler: dryRunHandler,
  }),
  route({
    method: 'get',
    path: '/dry-runs/:id',
    summary: 'How far a live dry run is, and whom it would stop tonight',
    permission: 'rollouts.read',
    reach: 'dryRun',
    whole: true,
    params: byId,
    answer: dryRunLiveAnswer,
    handler: getDryRun,
  }),
  look('', {
    summary: 'One rollout: state, waves, counts, what is allowed',
    answer: rolloutAnswer,
    handler: getRollout,
  }),
  look('/waves', { summary: 'Its waves, with gates and counts', answer: wavesAnswer, handler: getWaves }),
  look('/plan', {
    whole: true,
    summary: 'The whole plan, and the revision that waits',
    answer: planAnswer,
    handler: getPlan,
  }),
  look('/drift', {
    whole: true,
    summary: 'The plan against the fleet as it is now',
    answer: driftAnswer,
    handler: getDrift,
  }),
  look('/replan', {
    whole: true,
    summary: 'What to expect of it now: planned anew, nothing kept',
    answer: replanAnswer,
    handler: planAgainHandler,
  }),
  look('/troubles', {
    summary: 'What keeps devices from their end, by reason, with who can mend it',
    answer: troublesAnswer,
    handler: getTroubles,
  }),
  look('/timeline', {
    summary: 'On the clock: windows of each wave, and what ended when',
    query: timelineQuery,
    answer: timelineAnswer,
    handler: getTimeline,
  }),
  look('/outlook', {
    summary: 'When what is left of it will probably be installed, wave by wave',
    answer: rolloutOutlookAnswer,
    handler: getRolloutOutlook,
  }),
  look('/consequences', {
    summary: 'What a control would do, in devices',
    query: consequencesQuery,
    repeats: ['cashIds'],
    answer: consequencesAnswer,
    handler: getConsequences,
  }),
  control('consequences', {
    summary: 'What a control would do for these devices, where they are too many for an address',
    permission: 'rollouts.read',
    body: consequencesBody,
    answer: consequencesAnswer,
    handler: askConsequences,
  }),
  control('revise', {
    ...planning,
    summary: 'Plan a draft anew as it was seen (If-Match: its ETag), or propose newcomers',
    ifMatch: true,
    body: reviseBody,
    answer: revisedAnswer,
    handler: reviseRolloutHandler,
  }),
  control('submit', {
    summary: 'Ask for an approval',
    permission: 'rollouts.plan',
    body: noFields,
    answer: standingAnswer,
    handler: submitHandler,
  }),
  control('approve', {
    summary: 'Approve the plan that has this hash',
    permission: 'rollouts.approve',
    body: approveBody,
    answer: settledAnswer,
    handler: approveHandler,
  }),
  control('reject', {
    summary: 'Send a plan back to draft, with the reason',
    permission: 'rollouts.approve',
    body: rejectBody,
    answer: standingAnswer,
    handler: rejectHandler,
  }),
  control('start', {
    summary: 'Start what needs no second person, or what waits for its time',
    permission: 'rollouts.control',
    body: startBody,
    answer: settledAnswer,
    handler: startHandler,
  }),
  steer('pause', 'Begin nothing more for now'),
  steer('resume', 'Go on'),
  steer('stop', 'Begin nothing more for good'),
  route({
    method: 'post',
    path: '/rollouts/:id/waves/:number/release',
    summary: 'Release a wave',
    permission: 'rollouts.control',
    reach: 'rollout',
    params: byWave,
    body: whyBody,
    answer: releasedAnswer,
    handler: releaseWaveHandler,
  }),
  control('skip', {
    summary: 'Take devices out that are at rest',
    permission: 'rollouts.control',
    body: skipBody,
    answer: skippedAnswer,
    handler: skipDevicesHandler,
  }),
  control('retry', {
    summary: 'Retry what ended badly: preview it, then retry just those',
    permission: 'rollouts.control',
    body: retryBody,
    answer: retriedAnswer,
    handler: retryRolloutHandler,
  }),
  control('rollback', {
    ...planning,
    summary: 'Plan the way back of devices that succeeded',
    body: rollbackBody,
    answer: rollbackAnswer,
    statuses: [201],
    handler: rollbackHandler,
  }),
  look('/updates', {
    summary: 'Device updates of a rollout',
    query: updatesQuery,
    list: rolloutUpdateList,
    answer: updatesAnswer,
    handler: listUpdatesHandler,
  }),
  look('/updates/counts', {
    summary: 'How many device updates by state, reason, wave, store or zone',
    query: countsQuery(['state', 'bucket', 'reason', 'wave', 'store', 'zone', 'from']),
    list: updateList,
    answer: counts,
    handler: countUpdatesHandler,
  }),
]

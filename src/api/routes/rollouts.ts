/** Rollouts: planned, approved, run, and brought back. */
import { z } from 'zod'
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
import { consequencesQuery, getConsequences } from '../handlers/get-consequences.ts'
import { getDrift } from '../handlers/get-drift.ts'
import { getPlan } from '../handlers/get-plan.ts'
import { getRollout } from '../handlers/get-rollout.ts'
import { getUpdate } from '../handlers/get-update.ts'
import { listRolloutsHandler } from '../handlers/list-rollouts.ts'
import { listUpdatesHandler } from '../handlers/list-updates.ts'
import { releaseWaveHandler } from '../handlers/release-wave.ts'
import { retryBody, retryRolloutHandler } from '../handlers/retry-rollout.ts'
import { retryUpdateHandler } from '../handlers/retry-update.ts'
import { reviseRolloutHandler } from '../handlers/revise-rollout.ts'
import { rollbackBody, rollbackHandler } from '../handlers/roll-back.ts'
import { skipBody, skipDevicesHandler } from '../handlers/skip-devices.ts'
import { type Steering, steerRolloutHandler, whyBody } from '../handlers/steer-rollout.ts'
import { dryRunBody, reviseBody, rolloutBody } from '../rollout-schema.ts'
import { byId, flag, limit, noFields, page, updateState } from '../schemas.ts'

const updatesQuery = z.strictObject({ state: updateState.optional(), limit: limit(1000, 20_000) })
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
  shape: Pick<RouteShape<typeof byId, Q, z.ZodType>, 'summary' | 'query' | 'handler'>,
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
    'permission' | 'summary' | 'query' | 'body' | 'bodyLimit' | 'handler'
  >,
) => route({ method: 'post', path: `/rollouts/:id/${path}`, reach: 'rollout', params: byId, ...shape })

const steer = (verb: Steering, summary: string) =>
  control(verb, {
    summary,
    permission: 'rollouts.control',
    body: whyBody,
    handler: steerRolloutHandler(verb),
  })

export const rolloutRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/rollouts',
    summary: 'Rollouts',
    permission: 'rollouts.read',
    reach: 'own',
    query: page,
    handler: listRolloutsHandler,
  }),
  route({
    ...planning,
    method: 'post',
    path: '/rollouts',
    summary: 'Plan a rollout and keep it as a draft',
    reach: 'own',
    body: rolloutBody,
    handler: createRolloutHandler,
  }),
  route({
    ...planning,
    method: 'post',
    path: '/rollouts/dry-run',
    summary: 'Plan and keep nothing; `live`: look at every planned device',
    reach: 'own',
    body: dryRunBody,
    handler: dryRunHandler,
  }),
  route({
    method: 'get',
    path: '/dry-runs/:id',
    summary: 'How far a live dry run is, and whom it would stop tonight',
    permission: 'rollouts.read',
    reach: 'dryRun',
    params: byId,
    handler: getDryRun,
  }),
  look('', { summary: 'One rollout: state, waves, counts, what is allowed', handler: getRollout }),
  look('/plan', { summary: 'The whole plan, and the revision that waits', handler: getPlan }),
  look('/drift', { summary: 'The plan against the fleet as it is now', handler: getDrift }),
  look('/consequences', {
    summary: 'What a control would do, in devices',
    query: consequencesQuery,
    handler: getConsequences,
  }),
  control('revise', {
    ...planning,
    summary: 'Plan a draft anew, or propose newcomers',
    body: reviseBody,
    handler: reviseRolloutHandler,
  }),
  control('submit', {
    summary: 'Ask for an approval',
    permission: 'rollouts.plan',
    body: noFields,
    handler: submitHandler,
  }),
  control('approve', {
    summary: 'Approve the plan that has this hash',
    permission: 'rollouts.approve',
    body: approveBody,
    handler: approveHandler,
  }),
  control('reject', {
    summary: 'Send a plan back to draft, with the reason',
    permission: 'rollouts.approve',
    body: rejectBody,
    handler: rejectHandler,
  }),
  control('start', {
    summary: 'Start what needs no second person, or what waits for its time',
    permission: 'rollouts.control',
    body: startBody,
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
    handler: releaseWaveHandler,
  }),
  control('skip', {
    summary: 'Take devices out that are at rest',
    permission: 'rollouts.control',
    body: skipBody,
    handler: skipDevicesHandler,
  }),
  control('retry', {
    summary: 'Retry what ended badly: preview it, then retry just those',
    permission: 'rollouts.control',
    body: retryBody,
    handler: retryRolloutHandler,
  }),
  control('rollback', {
    ...planning,
    summary: 'Plan the way back of devices that succeeded',
    body: rollbackBody,
    handler: rollbackHandler,
  }),
  look('/updates', {
    summary: 'Device updates of a rollout',
    query: updatesQuery,
    handler: listUpdatesHandler,
  }),
  route({
    method: 'get',
    path: '/updates/:id',
    summary: 'One device update with its attempts',
    permission: 'rollouts.read',
    reach: 'update',
    params: byId,
    handler: getUpdate,
  }),
  route({
    method: 'post',
    path: '/updates/:id/retry',
    summary: 'Retry one device update',
    permission: 'rollouts.control',
    reach: 'update',
    params: byId,
    body: noFields,
    handler: retryUpdateHandler,
  }),
]

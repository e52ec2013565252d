/** Every route of the API in one table: method, path, schemas, role, handler. All paths are below /api/v1. */
import { z } from 'zod'
import { calendarBody, freezeBody } from './calendar-schema.ts'
import { type Route, type RouteShape, route } from './call.ts'
import { FLEET_BYTES, fleetBody } from './fleet-schema.ts'
import { addPackageHandler } from './handlers/add-package.ts'
import {
  approveBody,
  approveHandler,
  rejectBody,
  rejectHandler,
  startBody,
  startHandler,
  submitHandler,
} from './handlers/approve-rollout.ts'
import { blockBody, blockDeviceHandler, changeHoursHandler } from './handlers/change-fleet.ts'
import { createRolloutHandler } from './handlers/create-rollout.ts'
import { createScheduleHandler, scheduleBody } from './handlers/create-schedule.ts'
import { dryRunHandler, getDryRun } from './handlers/dry-run.ts'
import { addFreezeHandler, liftFreezeHandler, listFreezesHandler } from './handlers/freezes.ts'
import { consequencesQuery, getConsequences } from './handlers/get-consequences.ts'
import { getDevice } from './handlers/get-device.ts'
import { getDrift } from './handlers/get-drift.ts'
import { getPackage } from './handlers/get-package.ts'
import { getPlan } from './handlers/get-plan.ts'
import { getRollout } from './handlers/get-rollout.ts'
import { getStore } from './handlers/get-store.ts'
import { getUpdate } from './handlers/get-update.ts'
import { health } from './handlers/health.ts'
import { importFleetHandler } from './handlers/import-fleet.ts'
import { listDevicesHandler } from './handlers/list-devices.ts'
import { listPackagesHandler } from './handlers/list-packages.ts'
import { getReportHandler, listReportsHandler, reportsQuery } from './handlers/list-reports.ts'
import { listRolloutsHandler } from './handlers/list-rollouts.ts'
import { getScheduleHandler, listSchedulesHandler } from './handlers/list-schedules.ts'
import { listStoresHandler } from './handlers/list-stores.ts'
import { listUpdatesHandler } from './handlers/list-updates.ts'
import { keepReportHandler, reportBody, reportQuery, showReportHandler } from './handlers/make-report.ts'
import { readEventsHandler } from './handlers/read-events.ts'
import { releaseWaveHandler } from './handlers/release-wave.ts'
import { retryBody, retryRolloutHandler } from './handlers/retry-rollout.ts'
import { retryUpdateHandler } from './handlers/retry-update.ts'
import { reviseRolloutHandler } from './handlers/revise-rollout.ts'
import { rollbackBody, rollbackHandler } from './handlers/roll-back.ts'
import { skipBody, skipDevicesHandler } from './handlers/skip-devices.ts'
import { type Steering, steerRolloutHandler, whyBody } from './handlers/steer-rollout.ts'
import { steerScheduleHandler } from './handlers/steer-schedule.ts'
import { uploadQuery } from './package-schema.ts'
import { reportForm } from './report-answer.ts'
import { dryRunBody, reviseBody, rolloutBody } from './rollout-schema.ts'
import { byId, flag, identifier, kind, limit, noFields, updateState } from './schemas.ts'

const page = z.strictObject({ limit: limit(100, 1000) })
const devicesQuery = z.strictObject({
  store: identifier(64).optional(),
  kind: kind.optional(),
  limit: limit(1000, 20_000),
})
const updatesQuery = z.strictObject({ state: updateState.optional(), limit: limit(1000, 20_000) })
const eventsQuery = z.strictObject({
  after: z.string().max(40).optional(),
  limit: limit(200, 1000),
  rolloutId: z.uuid().optional(),
  updateId: z.uuid().optional(),
})
const byCode = z.strictObject({ code: identifier(64) })
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
const byCashId = z.strictObject({ cashId: identifier(64) })

const read = { method: 'get', role: 'operator' } as const
const change = { method: 'post', role: 'operator' } as const
/** One of a rollout's controls. */
const control = <Q extends z.ZodType, B extends z.ZodType>(
  path: string,
  shape: Pick<RouteShape<typeof byId, Q, B>, 'query' | 'body' | 'bodyLimit' | 'handler'>,
) => route({ ...change, path: `/rollouts/:id/${path}`, params: byId, ...shape })
const steer = (verb: Steering) => control(verb, { body: whyBody, handler: steerRolloutHandler(verb) })

export const routes: readonly Route[] = [
  route({ method: 'get', path: '/health', role: 'anyone', handler: health }),

  route({ ...change, path: '/fleet', body: fleetBody, bodyLimit: FLEET_BYTES, handler: importFleetHandler }),
  route({ ...read, path: '/stores', handler: listStoresHandler }),
  route({ ...read, path: '/stores/:code', params: byCode, handler: getStore }),
  route({ ...read, path: '/devices', query: devicesQuery, handler: listDevicesHandler }),
  route({ ...read, path: '/devices/:cashId', params: byCashId, handler: getDevice }),

  route({
    ...change,
    path: '/stores/:code/calendar',
    params: byCode,
    body: calendarBody,
    handler: changeHoursHandler,
  }),
  route({
    ...change,
    path: '/devices/:cashId/block',
    params: byCashId,
    body: blockBody,
    handler: blockDeviceHandler,
  }),

  route({ ...read, path: '/freezes', handler: listFreezesHandler }),
  route({ ...change, path: '/freezes', body: freezeBody, handler: addFreezeHandler }),
  route({
    ...change,
    path: '/freezes/:id/lift',
    params: byId,
    body: noFields,
    handler: liftFreezeHandler,
  }),

  route({ ...read, path: '/packages', handler: listPackagesHandler }),
  route({
    ...change,
    path: '/packages',
    query: uploadQuery,
    streams: 'application/octet-stream',
    handler: addPackageHandler,
  }),
  route({ ...read, path: '/packages/:id', params: byId, handler: getPackage }),

  route({ ...read, path: '/rollouts', query: page, handler: listRolloutsHandler }),
  route({
    ...change,
    path: '/rollouts',
    query: fullQuery,
    body: rolloutBody,
    bodyLimit: PLAN_BYTES,
    handler: createRolloutHandler,
  }),
  route({
    ...change,
    path: '/rollouts/dry-run',
    query: fullQuery,
    body: dryRunBody,
    bodyLimit: PLAN_BYTES,
    handler: dryRunHandler,
  }),
  route({ ...read, path: '/dry-runs/:id', params: byId, handler: getDryRun }),
  route({ ...read, path: '/rollouts/:id', params: byId, handler: getRollout }),
  route({ ...read, path: '/rollouts/:id/plan', params: byId, handler: getPlan }),
  route({ ...read, path: '/rollouts/:id/drift', params: byId, handler: getDrift }),
  route({
    ...read,
    path: '/rollouts/:id/consequences',
    params: byId,
    query: consequencesQuery,
    handler: getConsequences,
  }),
  control('revise', {
    query: fullQuery,
    body: reviseBody,
    bodyLimit: PLAN_BYTES,
    handler: reviseRolloutHandler,
  }),
  control('submit', { body: noFields, handler: submitHandler }),
  control('approve', { body: approveBody, handler: approveHandler }),
  control('reject', { body: rejectBody, handler: rejectHandler }),
  control('start', { body: startBody, handler: startHandler }),
  steer('pause'),
  steer('resume'),
  steer('stop'),
  route({
    ...change,
    path: '/rollouts/:id/waves/:number/release',
    params: byWave,
    body: whyBody,
    handler: releaseWaveHandler,
  }),
  control('skip', { body: skipBody, handler: skipDevicesHandler }),
  control('retry', { body: retryBody, handler: retryRolloutHandler }),
  control('rollback', {
    query: fullQuery,
    body: rollbackBody,
    bodyLimit: PLAN_BYTES,
    handler: rollbackHandler,
  }),
  route({
    ...read,
    path: '/rollouts/:id/updates',
    params: byId,
    query: updatesQuery,
    handler: listUpdatesHandler,
  }),

  route({ ...read, path: '/updates/:id', params: byId, handler: getUpdate }),
  route({ ...change, path: '/updates/:id/retry', params: byId, body: noFields, handler: retryUpdateHandler }),

  route({ ...read, path: '/schedules', query: page, handler: listSchedulesHandler }),
  route({
    ...change,
    path: '/schedules',
    body: scheduleBody,
    bodyLimit: 4 * 1024 * 1024,
    handler: createScheduleHandler,
  }),
  route({ ...read, path: '/schedules/:id', params: byId, handler: getScheduleHandler }),
  route({
    ...change,
    path: '/schedules/:id/approve',
    params: byId,
    body: noFields,
    handler: steerScheduleHandler('approve'),
  }),
  route({
    ...change,
    path: '/schedules/:id/end',
    params: byId,
    body: noFields,
    handler: steerScheduleHandler('end'),
  }),

  route({ ...read, path: '/reports/evening', query: reportQuery, handler: showReportHandler('evening') }),
  route({ ...read, path: '/reports/morning', query: reportQuery, handler: showReportHandler('morning') }),
  route({ ...read, path: '/reports', query: reportsQuery, handler: listReportsHandler }),
  route({ ...change, path: '/reports', body: reportBody, handler: keepReportHandler }),
  route({
    ...read,
    path: '/reports/:id',
    params: byId,
    query: z.strictObject(reportForm),
    handler: getReportHandler,
  }),

  route({ ...read, path: '/events', query: eventsQuery, handler: readEventsHandler }),
]

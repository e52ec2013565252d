/** Every route of the API in one table: method, path, schemas, role, handler. All paths are below /api/v1. */
import { z } from 'zod'
import { type Route, route } from './call.ts'
import { FLEET_BYTES, fleetBody } from './fleet-schema.ts'
import { addPackageHandler } from './handlers/add-package.ts'
import { createRolloutHandler, rolloutBody } from './handlers/create-rollout.ts'
import { getDevice } from './handlers/get-device.ts'
import { getPackage } from './handlers/get-package.ts'
import { getRollout } from './handlers/get-rollout.ts'
import { getStore } from './handlers/get-store.ts'
import { getUpdate } from './handlers/get-update.ts'
import { health } from './handlers/health.ts'
import { importFleetHandler } from './handlers/import-fleet.ts'
import { listDevicesHandler } from './handlers/list-devices.ts'
import { listPackagesHandler } from './handlers/list-packages.ts'
import { listRolloutsHandler } from './handlers/list-rollouts.ts'
import { listStoresHandler } from './handlers/list-stores.ts'
import { listUpdatesHandler } from './handlers/list-updates.ts'
import { readEventsHandler } from './handlers/read-events.ts'
import { retryBody, retryRolloutHandler } from './handlers/retry-rollout.ts'
import { retryUpdateHandler } from './handlers/retry-update.ts'
import { type Steering, steerRolloutHandler } from './handlers/steer-rollout.ts'
import { byId, fileName, identifier, kind, limit, noFields, sha256, updateState, version } from './schemas.ts'

const page = z.strictObject({ limit: limit(100, 1000) })
const devicesQuery = z.strictObject({
  store: identifier(64).optional(),
  kind: kind.optional(),
  limit: limit(1000, 20_000),
})
const uploadQuery = z.strictObject({ kind, version, fileName, sha256: sha256.optional() })
const updatesQuery = z.strictObject({ state: updateState.optional(), limit: limit(1000, 20_000) })
const eventsQuery = z.strictObject({
  after: z.string().max(40).optional(),
  limit: limit(200, 1000),
  rolloutId: z.uuid().optional(),
  updateId: z.uuid().optional(),
})
const byCode = z.strictObject({ code: identifier(64) })
const byCashId = z.strictObject({ cashId: identifier(64) })

const read = { method: 'get', role: 'operator' } as const
const change = { method: 'post', role: 'operator' } as const
const steer = (verb: Steering) =>
  route({
    ...change,
    path: `/rollouts/:id/${verb}`,
    params: byId,
    body: noFields,
    handler: steerRolloutHandler(verb),
  })

export const routes: readonly Route[] = [
  route({ method: 'get', path: '/health', role: 'anyone', handler: health }),

  route({ ...change, path: '/fleet', body: fleetBody, bodyLimit: FLEET_BYTES, handler: importFleetHandler }),
  route({ ...read, path: '/stores', handler: listStoresHandler }),
  route({ ...read, path: '/stores/:code', params: byCode, handler: getStore }),
  route({ ...read, path: '/devices', query: devicesQuery, handler: listDevicesHandler }),
  route({ ...read, path: '/devices/:cashId', params: byCashId, handler: getDevice }),

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
    body: rolloutBody,
    bodyLimit: 4 * 1024 * 1024,
    handler: createRolloutHandler,
  }),
  route({ ...read, path: '/rollouts/:id', params: byId, handler: getRollout }),
  steer('start'),
  steer('pause'),
  steer('resume'),
  steer('stop'),
  route({
    ...change,
    path: '/rollouts/:id/retry',
    params: byId,
    body: retryBody,
    handler: retryRolloutHandler,
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

  route({ ...read, path: '/events', query: eventsQuery, handler: readEventsHandler }),
]

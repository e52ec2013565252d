/** Stores and devices: who they are, when they may be touched. */
import { z } from 'zod'
import { calendarBody, freezeBody } from '../calendar-schema.ts'
import { type Route, route } from '../call.ts'
import { FLEET_BYTES, fleetBody } from '../fleet-schema.ts'
import { blockBody, blockDeviceHandler, changeHoursHandler } from '../handlers/change-fleet.ts'
import { addFreezeHandler, liftFreezeHandler, listFreezesHandler } from '../handlers/freezes.ts'
import { getDevice } from '../handlers/get-device.ts'
import { getStore } from '../handlers/get-store.ts'
import { importFleetHandler } from '../handlers/import-fleet.ts'
import { listDevicesHandler } from '../handlers/list-devices.ts'
import { listStoresHandler } from '../handlers/list-stores.ts'
import { byCashId, byCode, byId, identifier, kind, limit, noFields } from '../schemas.ts'

const devicesQuery = z.strictObject({
  store: identifier(64).optional(),
  kind: kind.optional(),
  limit: limit(1000, 20_000),
})

export const fleetRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/fleet',
    summary: 'Add or change stores and devices: all of it, or nothing',
    permission: 'fleet.import',
    reach: 'chain',
    body: fleetBody,
    bodyLimit: FLEET_BYTES,
    handler: importFleetHandler,
  }),
  route({
    method: 'get',
    path: '/stores',
    summary: 'Stores',
    permission: 'fleet.read',
    reach: 'own',
    handler: listStoresHandler,
  }),
  route({
    method: 'get',
    path: '/stores/:code',
    summary: 'One store with its devices and packages',
    permission: 'fleet.read',
    reach: 'store',
    params: byCode,
    handler: getStore,
  }),
  route({
    method: 'get',
    path: '/devices',
    summary: 'Devices with what they last said',
    permission: 'fleet.read',
    reach: 'own',
    query: devicesQuery,
    handler: listDevicesHandler,
  }),
  route({
    method: 'get',
    path: '/devices/:cashId',
    summary: 'One device with all that it last said',
    permission: 'fleet.read',
    reach: 'device',
    params: byCashId,
    handler: getDevice,
  }),
  route({
    method: 'post',
    path: '/stores/:code/calendar',
    summary: 'Windows, opening hours and exceptions of a store',
    permission: 'fleet.edit',
    reach: 'store',
    params: byCode,
    body: calendarBody,
    handler: changeHoursHandler,
  }),
  route({
    method: 'post',
    path: '/devices/:cashId/block',
    summary: 'Leave a device out of plans, or let it in again',
    permission: 'fleet.edit',
    reach: 'device',
    params: byCashId,
    body: blockBody,
    handler: blockDeviceHandler,
  }),
  route({
    method: 'get',
    path: '/freezes',
    summary: 'Times in which nothing is installed',
    permission: 'fleet.read',
    reach: 'none',
    handler: listFreezesHandler,
  }),
  route({
    method: 'post',
    path: '/freezes',
    summary: 'Declare a time in which nothing is installed',
    permission: 'freezes.write',
    reach: 'chain',
    body: freezeBody,
    handler: addFreezeHandler,
  }),
  route({
    method: 'post',
    path: '/freezes/:id/lift',
    summary: 'End a freeze',
    permission: 'freezes.write',
    reach: 'chain',
    params: byId,
    body: noFields,
    handler: liftFreezeHandler,
  }),
]

/** Device updates of any rollout. */
import { attemptsAnswer, updateAnswer, updateRetriedAnswer, updatesAnswer } from '../answers/rollouts.ts'
import { type Route, route } from '../call.ts'
import { getUpdate } from '../handlers/get-update.ts'
import {
  attemptsQuery,
  listAllUpdatesHandler,
  listAttemptsHandler,
  listDeviceUpdatesHandler,
  updatesQuery,
} from '../handlers/list-updates.ts'
import { retryUpdateHandler } from '../handlers/retry-update.ts'
import { attemptList, updateList } from '../lists/rollouts.ts'
import { byCashId, byId, noFields } from '../schemas.ts'

export const updateRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/updates',
    summary: 'Device updates of all rollouts, the newest first',
    permission: 'rollouts.read',
    reach: 'own',
    query: updatesQuery,
    list: updateList,
    answer: updatesAnswer,
    handler: listAllUpdatesHandler,
  }),
  route({
    method: 'get',
    path: '/devices/:cashId/updates',
    summary: 'The updates of one device, the newest first',
    permission: 'rollouts.read',
    reach: 'device',
    params: byCashId,
    query: updatesQuery,
    list: updateList,
    answer: updatesAnswer,
    handler: listDeviceUpdatesHandler,
  }),
  route({
    method: 'get',
    path: '/updates/:id/attempts',
    summary: 'Every attempt of one device update',
    permission: 'rollouts.read',
    reach: 'update',
    params: byId,
    query: attemptsQuery,
    list: attemptList,
    answer: attemptsAnswer,
    handler: listAttemptsHandler,
  }),
  route({
    method: 'get',
    path: '/updates/:id',
    summary: 'One device update with its attempts',
    permission: 'rollouts.read',
    reach: 'update',
    params: byId,
    answer: updateAnswer,
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
    answer: updateRetriedAnswer,
    handler: retryUpdateHandler,
  }),
]

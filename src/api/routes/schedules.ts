/** Rollouts that come by themselves. They reach the whole chain. */
import { scheduleAnswer, schedulesAnswer, scheduleWholeAnswer } from '../answers/events.ts'
import { type Route, route } from '../call.ts'
import { createScheduleHandler, scheduleBody } from '../handlers/create-schedule.ts'
import { getScheduleHandler, listSchedulesHandler, schedulesQuery } from '../handlers/list-schedules.ts'
import { steerScheduleHandler } from '../handlers/steer-schedule.ts'
import { scheduleList } from '../lists/rollouts.ts'
import { byId, noFields } from '../schemas.ts'

const SCHEDULE_BYTES = 4 * 1024 * 1024

export const scheduleRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/schedules',
    summary: 'Schedules',
    permission: 'rollouts.read',
    reach: 'chain',
    query: schedulesQuery,
    list: scheduleList,
    answer: schedulesAnswer,
    handler: listSchedulesHandler,
  }),
  route({
    method: 'post',
    path: '/schedules',
    summary: 'Add a schedule: a rollout every night, or whenever its cron fields say',
    permission: 'rollouts.plan',
    reach: 'chain',
    body: scheduleBody,
    bodyLimit: SCHEDULE_BYTES,
    answer: scheduleAnswer,
    statuses: [201],
    handler: createScheduleHandler,
  }),
  route({
    method: 'get',
    path: '/schedules/:id',
    summary: 'One schedule',
    permission: 'rollouts.read',
    reach: 'chain',
    params: byId,
    answer: scheduleWholeAnswer,
    handler: getScheduleHandler,
  }),
  route({
    method: 'post',
    path: '/schedules/:id/approve',
    summary: 'Give a schedule its standing approval',
    permission: 'rollouts.approve',
    reach: 'chain',
    params: byId,
    body: noFields,
    answer: scheduleAnswer,
    handler: steerScheduleHandler('approve'),
  }),
  route({
    method: 'post',
    path: '/schedules/:id/end',
    summary: 'End a schedule',
    permission: 'rollouts.control',
    reach: 'chain',
    params: byId,
    body: noFields,
    answer: scheduleAnswer,
    handler: steerScheduleHandler('end'),
  }),
]

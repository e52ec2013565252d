/** The live page: the board, its headline, and what changes on them. */
import { boardAnswer, liveMessage, outlookAnswer } from '../answers/live.ts'
import { type Route, route } from '../call.ts'
import { boardQuery, getBoard } from '../handlers/get-board.ts'
import { getOutlook, outlookQuery } from '../handlers/get-outlook.ts'
import { liveQuery, watchLive } from '../handlers/watch-live.ts'
import { deviceList } from '../lists/devices.ts'

export const liveRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/board',
    summary: 'The chain board: every device with what became of it, in columns',
    permission: 'fleet.read',
    reach: 'own',
    query: boardQuery,
    list: deviceList,
    answer: boardAnswer,
    handler: getBoard,
  }),
  route({
    method: 'get',
    path: '/outlook',
    summary: 'Will every store open: how far it is, when it is ready, which stores are at risk',
    permission: 'rollouts.read',
    reach: 'own',
    query: outlookQuery,
    answer: outlookAnswer,
    handler: getOutlook,
  }),
  route({
    method: 'get',
    path: '/live',
    summary: 'What changed since a place, folded; as a stream where `text/event-stream` is accepted',
    permission: 'events.read',
    reach: 'own',
    query: liveQuery,
    answer: liveMessage,
    media: ['text/event-stream'],
    handler: watchLive,
  }),
]

/** Errands to devices, beside any rollout. */
import {
  commandAnswer,
  commandCancelledAnswer,
  commandSentAnswer,
  commandsAnswer,
  deviceCommandsAnswer,
} from '../answers/commands.ts'
import { type Route, route } from '../call.ts'
import { commandBody } from '../command-schema.ts'
import {
  cancelCommandHandler,
  commandQuery,
  commandsQuery,
  getCommandHandler,
  listCommandsHandler,
  listDeviceCommandsHandler,
  sendCommandsHandler,
} from '../handlers/commands.ts'
import { deviceCommandList, requestList } from '../lists/commands.ts'
import { byCashId, byId, noFields } from '../schemas.ts'

/** A list of every cash id of a large chain. */
const SELECTION_BYTES = 4 * 1024 * 1024

export const commandRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/commands',
    summary: 'Requests for errands, with how far they are',
    permission: 'commands.read',
    reach: 'own',
    query: commandsQuery,
    list: requestList,
    answer: commandsAnswer,
    handler: listCommandsHandler,
  }),
  route({
    method: 'post',
    path: '/commands',
    summary: 'Send an errand to one or many devices; `preview`: whom it would reach',
    permission: 'commands.send',
    reach: 'own',
    body: commandBody,
    bodyLimit: SELECTION_BYTES,
    answer: commandSentAnswer,
    statuses: [202, 200],
    handler: sendCommandsHandler,
  }),
  route({
    method: 'get',
    path: '/commands/:id',
    summary: 'One request with what became of it at each device',
    permission: 'commands.read',
    reach: 'command',
    params: byId,
    query: commandQuery,
    answer: commandAnswer,
    handler: getCommandHandler,
  }),
  route({
    method: 'post',
    path: '/commands/:id/cancel',
    summary: 'End what has not begun of a request',
    permission: 'commands.send',
    reach: 'command',
    params: byId,
    body: noFields,
    answer: commandCancelledAnswer,
    handler: cancelCommandHandler,
  }),
  route({
    method: 'get',
    path: '/devices/:cashId/commands',
    summary: 'What a device was asked for',
    permission: 'commands.read',
    reach: 'device',
    params: byCashId,
    query: commandsQuery,
    list: deviceCommandList,
    answer: deviceCommandsAnswer,
    handler: listDeviceCommandsHandler,
  }),
]

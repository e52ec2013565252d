/** Every route of the API in one table: method, path, who may, whose stores, schemas, handler. All paths are below /api/v1. */
import { type Route, route } from './call.ts'
import { health } from './handlers/health.ts'
import { fleetRoutes } from './routes/fleet.ts'
import { packageRoutes } from './routes/packages.ts'
import { reportRoutes } from './routes/reports.ts'
import { rolloutRoutes } from './routes/rollouts.ts'
import { scheduleRoutes } from './routes/schedules.ts'

export const routes: readonly Route[] = [
  route({
    method: 'get',
    path: '/health',
    summary: 'Whether database and queues answer',
    permission: 'anyone',
    reach: 'none',
    handler: health,
  }),
  ...fleetRoutes,
  ...packageRoutes,
  ...rolloutRoutes,
  ...scheduleRoutes,
  ...reportRoutes,
]

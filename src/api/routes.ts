/** Every route of the API in one table: method, path, who may, whose stores, schemas, handler. All paths are below /api/v1. */
import { health as healthAnswer } from './answers/pieces.ts'
import { type Route, route } from './call.ts'
import { health } from './handlers/health.ts'
import { accessRoutes } from './routes/access.ts'
import { commandRoutes } from './routes/commands.ts'
import { docRoutes } from './routes/docs.ts'
import { fleetRoutes } from './routes/fleet.ts'
import { hostRoutes } from './routes/hosts.ts'
import { liveRoutes } from './routes/live.ts'
import { packageRoutes } from './routes/packages.ts'
import { reportRoutes } from './routes/reports.ts'
import { rolloutRoutes } from './routes/rollouts.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { updateRoutes } from './routes/updates.ts'

export const routes: readonly Route[] = [
  route({
    method: 'get',
    path: '/health',
    summary: 'Whether database and queues answer',
    permission: 'anyone',
    reach: 'none',
    answer: healthAnswer,
    statuses: [200, 503],
    handler: health,
  }),
  ...fleetRoutes,
  ...hostRoutes,
  ...packageRoutes,
  ...rolloutRoutes,
  ...updateRoutes,
  ...commandRoutes,
  ...scheduleRoutes,
  ...reportRoutes,
  ...liveRoutes,
  ...accessRoutes,
  ...docRoutes(() => routes),
]

/** Whether somebody works. */
import { isLed } from '../../db/leader.ts'
import { type Check, fail, ok, skipped, warn } from './check.ts'

const SILENT_SECONDS = 30

const workers: Check = {
  id: 'workers',
  title: 'Workers',
  needsDatabase: true,
  look: async ({ client, isAlone }) => {
    if (isAlone) return [skipped('nothing runs on this data folder')]
    const found = await client?.query<{ count: number; capacity: number }>(
      `SELECT count(*)::int AS count, coalesce(sum(capacity), 0)::int AS capacity FROM worker_node
       WHERE seen_at > now() - make_interval(secs => ${SILENT_SECONDS})`,
    )
    const { count = 0, capacity = 0 } = found?.rows[0] ?? {}
    if (count > 0) return [ok(`${count} alive, ${capacity} steps at once`)]
    return [
      fail('none is alive: nothing will be carried, checked or installed', 'start one: nightshift worker'),
    ]
  },
}

const conductor: Check = {
  id: 'conductor',
  title: 'Conductor',
  needsDatabase: true,
  look: async ({ client, isAlone }) => {
    if (isAlone) return [skipped('nothing runs on this data folder')]
    if (client !== undefined && (await isLed(client))) return [ok('one leads')]
    return [fail('none leads: nothing is released', 'start one: nightshift conductor')]
  },
}

const api: Check = {
  id: 'api',
  title: 'API',
  look: async ({ config, isAlone }) => {
    if (isAlone) return [skipped('nothing runs on this data folder')]
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}/api/v1/health`
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3000) })
      if (response.ok) return [ok(`answers at ${url}`)]
      return [fail(`${url} answers ${response.status}`, 'look at its log')]
    } catch {
      return [warn(`nobody answers at ${url}`, 'start it: nightshift api; or it runs on another machine')]
    }
  },
}

export const processChecks: readonly Check[] = [api, conductor, workers]

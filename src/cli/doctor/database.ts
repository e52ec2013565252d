/** PostgreSQL: whether it is there, is of this version, and is what it was. */
import { looksRestored } from '../../db/after-restore.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { type Check, fail, few, ok, warn } from './check.ts'

const OLDEST = 150_000
const SKEW_MS = 5000
const CONNECTIONS = 60

const reach: Check = {
  id: 'database',
  title: 'Database',
  look: async ({ client, databaseProblem, config }) => {
    if (client === undefined && databaseProblem === undefined)
      return [
        warn('there is no data yet', 'it is made at the first start: nightshift serve; or set DATABASE_URL'),
      ]
    if (client === undefined) {
      const where = config.databaseUrl === undefined ? 'the embedded one' : 'DATABASE_URL'
      const mend =
        config.databaseUrl === undefined
          ? 'look at postgres.log in the data folder; on a platform without the embedded one set DATABASE_URL'
          : 'check host, port, user, password and pg_hba.conf: psql "$DATABASE_URL" -c "select 1"'
      return [fail(`${where} cannot be used: ${databaseProblem ?? 'no reason was given'}`, mend)]
    }
    const { rows } = await client.query<{ version: string; number: number; encoding: string; most: number }>(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
         current_setting('server_encoding') AS encoding, current_setting('max_connections')::int AS most`,
    )
    const { version = '', number = 0, encoding = '', most = 0 } = rows[0] ?? {}
    return [
      number >= OLDEST
        ? ok(`PostgreSQL ${version}`)
        : fail(`PostgreSQL ${version} is too old`, 'use 15 or later'),
      ...(encoding === 'UTF8'
        ? []
        : [fail(`its encoding is ${encoding}`, 'createdb --encoding=UTF8 --template=template0 nightshift')]),
      ...(most >= CONNECTIONS
        ? []
        : [
            warn(
              `max_connections is ${most}`,
              `set it to ${CONNECTIONS} or more: every process takes about 15`,
            ),
          ]),
    ]
  },
}

const migrated: Check = {
  id: 'migrations',
  title: 'Migrations',
  needsDatabase: true,
  look: async ({ client }) => {
    if (client === undefined) return []
    const pending = await pendingMigrations(client)
    if (pending.newer.length > 0)
      return [
        fail(
          `the database is of a later Nightshift (${few(pending.newer)})`,
          'install that version: an older one does not know these tables',
        ),
      ]
    if (pending.missing.length === 0) return [ok('up to date')]
    return [fail(`these are missing: ${few(pending.missing)}`, 'nightshift migrate')]
  },
}

const clock: Check = {
  id: 'clock',
  title: 'Clock',
  needsDatabase: true,
  look: async ({ client }) => {
    const before = Date.now()
    const { rows } = (await client?.query<{ now: Date }>('SELECT clock_timestamp() AS now')) ?? { rows: [] }
    const apart = Math.abs((rows[0]?.now.getTime() ?? before) - (before + Date.now()) / 2)
    if (apart <= SKEW_MS) return [ok(`${Math.round(apart)} ms apart from the database's`)]
    return [
      fail(
        `this machine and the database are ${Math.round(apart / 1000)} s apart: windows and leases are judged by two clocks`,
        'run an NTP client on both: timedatectl set-ntp true',
      ),
    ]
  },
}

const restored: Check = {
  id: 'restored',
  title: 'Restored',
  needsDatabase: true,
  look: async ({ client }) => {
    if (client === undefined) return []
    if (!(await looksRestored(client))) return [ok('it is the database that wrote its events')]
    const says =
      'this database was restored from elsewhere: its events are hidden, and tills refuse its commands'
    return [fail(says, 'nightshift after-restore')]
  },
}

export const databaseChecks: readonly Check[] = [reach, migrated, clock, restored]

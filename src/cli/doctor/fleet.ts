/** What the rows say of the fleet, the people and the packages. */
import type pg from 'pg'
import { missingPackages } from '../../db/packages-missing.ts'
import {
  CredentialProblem,
  type CredentialWhy,
  createCredentialReader,
  keyProblem,
} from '../../ssh/credentials.ts'
import { type Check, type Finding, fail, few, type Ground, ok, skipped, warn } from './check.ts'

const namesOf = async (client: pg.Client | undefined, sql: string): Promise<string[]> =>
  client === undefined ? [] : (await client.query<{ name: string }>(sql)).rows.map((row) => row.name)

const HOW: Readonly<Record<CredentialWhy, string>> = {
  badName: 'a credential is the name of a file: letters, digits, . _ -',
  notFound: 'put the private key into the keys folder under this name, mode 600',
  unreadable: 'chown it to the user that the worker runs as',
  readableByOthers: 'chmod 600 it',
  encrypted: 'a worker cannot type a passphrase: ssh-keygen -p -N "" -f FILE, or use an agent',
  notAPrivateKey: 'the file is no private key: is it the .pub?',
  agentUnreachable: 'start the agent, and check NIGHTSHIFT_SSH_AUTH_SOCK',
  agentRefused: 'unlock the agent',
  ambiguous: 'several keys of the agent have this name: use the fingerprint',
}

async function whyNot(
  read: ReturnType<typeof createCredentialReader>,
  name: string,
): Promise<CredentialWhy | undefined> {
  try {
    const key = await read(name)
    return Buffer.isBuffer(key) ? keyProblem(key) : undefined
  } catch (error) {
    return error instanceof CredentialProblem ? error.why : 'unreadable'
  }
}

const credentials: Check = {
  id: 'credentials',
  title: 'Credentials',
  needsDatabase: true,
  look: async ({ client, config }: Ground) => {
    const used = await namesOf(
      client,
      `SELECT DISTINCT credential AS name FROM (SELECT credential FROM store WHERE removed_at IS NULL
       UNION SELECT credential FROM device WHERE removed_at IS NULL AND host IS NOT NULL) c ORDER BY 1`,
    )
    const read = createCredentialReader(config)
    const bad: Finding[] = []
    for (const name of used) {
      const why = await whyNot(read, name)
      if (why !== undefined) bad.push(fail(`credential ${name}: ${why}`, HOW[why]))
    }
    if (bad.length > 0) return bad
    return [used.length === 0 ? skipped('no store names one yet') : ok(`${few(used)}: can be read`)]
  },
}

const people: Check = {
  id: 'people',
  title: 'People',
  needsDatabase: true,
  look: async ({ client }) => {
    const admins = await namesOf(
      client,
      "SELECT login AS name FROM app_user WHERE role = 'admin' AND disabled_at IS NULL",
    )
    const approvers = await namesOf(
      client,
      "SELECT login AS name FROM app_user WHERE role IN ('approver', 'admin') AND disabled_at IS NULL",
    )
    if (admins.length === 0)
      return [fail('there is no administrator', 'nightshift user first-link, and open what it prints')]
    if (approvers.length < 2)
      return [
        warn(
          `only ${few(approvers)} may approve: nobody can be the second person`,
          'nightshift user add NAME --role approver',
        ),
      ]
    return [ok(`${admins.length} administrators, ${approvers.length} who may approve`)]
  },
}

const enrolled: Check = {
  id: 'hosts',
  title: 'Host keys',
  needsDatabase: true,
  look: async ({ client }) => {
    const stores = await namesOf(
      client,
      'SELECT code AS name FROM store WHERE removed_at IS NULL AND cardinality(host_keys) = 0 ORDER BY 1',
    )
    const devices = await namesOf(
      client,
      'SELECT cash_id AS name FROM device WHERE removed_at IS NULL AND host IS NOT NULL AND cardinality(host_keys) = 0 ORDER BY 1',
    )
    const mend = 'nightshift enroll scan, compare the fingerprints, nightshift enroll confirm (docs/hosts.md)'
    return [
      ...(stores.length > 0
        ? [warn(`no host key is pinned for ${stores.length} store servers: ${few(stores)}`, mend)]
        : []),
      ...(devices.length > 0
        ? [warn(`no host key is pinned for ${devices.length} devices: ${few(devices)}`, mend)]
        : []),
      ...(stores.length + devices.length === 0 ? [ok('pinned for everybody who has an address')] : []),
    ]
  },
}

const hours: Check = {
  id: 'hours',
  title: 'Opening hours',
  needsDatabase: true,
  look: async ({ client }) => {
    const all = await namesOf(client, 'SELECT code AS name FROM store WHERE removed_at IS NULL')
    if (all.length === 0)
      return [warn('there is no store yet', 'nightshift fleet import FILE (docs/fleet.md)')]
    const without = await namesOf(
      client,
      'SELECT code AS name FROM store WHERE removed_at IS NULL AND calendar IS NULL ORDER BY 1',
    )
    if (without.length === 0) return [ok(`known for all ${all.length} stores`)]
    return [
      warn(
        `not known for ${without.length} stores (${few(without)}): installed from 23:00 to 06:00, as if they traded all the time`,
        'give them a calendar in the inventory, or by POST /stores/CODE/calendar',
      ),
    ]
  },
}

const packages: Check = {
  id: 'packages',
  title: 'Packages',
  needsDatabase: true,
  look: async ({ client, config }) => {
    if (client === undefined) return []
    const missing = await missingPackages(client, config.packagesFolder)
    if (missing.length === 0) return [ok(`every file is in ${config.packagesFolder}`)]
    const names = missing.map((one) => `${one.kind} ${one.version}`)
    return [
      fail(
        `not in ${config.packagesFolder}: ${few(names)}`,
        'add them again, or mount the folder that the API writes to on every machine with a worker',
      ),
    ]
  },
}

export const fleetChecks: readonly Check[] = [people, credentials, enrolled, hours, packages]

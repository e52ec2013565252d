/** One store or device changed by a person, over what that person has seen of it. */
import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

const storeColumns = {
  name: 'name',
  phone: 'phone',
  group: 'group_name',
  labels: 'labels',
  maxDownloads: 'max_downloads',
  maxInstalls: 'max_installs',
  timeZone: 'time_zone',
  host: 'host',
  port: 'port',
  user: 'user',
  credential: 'credential',
  packageFolder: 'package_folder',
  packageUrl: 'package_url',
  deviceKeysFile: 'device_keys_file',
  legacyAlgorithms: 'legacy_algorithms',
} as const
export type StoreEdit = Partial<Record<keyof typeof storeColumns, unknown>>

const deviceColumns = {
  name: 'name',
  number: 'number',
  labels: 'labels',
  configuration: 'configuration',
  inReserve: 'in_reserve',
  makerNumber: 'maker_number',
  registrationNumber: 'registration_number',
  host: 'host',
  port: 'port',
  user: 'user',
  credential: 'credential',
  agent: 'agent',
  legacyAlgorithms: 'legacy_algorithms',
} as const
export type DeviceEdit = Partial<Record<keyof typeof deviceColumns, unknown>>

interface Edited {
  readonly id: string
  readonly storeId: string
  readonly revision: number
}
interface Change {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

interface Editing {
  readonly table: 'store' | 'device'
  readonly columns: Readonly<Record<string, string>>
  /** Code or cash id. */
  readonly name: string
  readonly edit: Readonly<Record<string, unknown>>
  readonly actor: string
  /** Throws where the row is not what was seen. */
  readonly check: (row: { readonly revision: number }) => void
}

const IDENTITY = { store: 'code', device: 'cash_id' } as const
const STORE_ID = { store: 'id', device: 'store_id' } as const
const ALSO = { store: ', changed_at = now()', device: '' } as const

function changesOf(
  columns: Editing['columns'],
  edit: Editing['edit'],
  row: Record<string, unknown>,
): Change[] {
  return Object.keys(columns).flatMap((field) => {
    if (!Object.hasOwn(edit, field) || edit[field] === undefined) return []
    const [before, after] = [row[`was_${field}`] ?? null, edit[field] ?? null]
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field, before, after }]
  })
}

/**
 * Nothing is written, and the revision stays, where all is so already. Undefined: there is none of this name.
 * @throws what `check` throws, and 23505 on `device_number`
 */
async function editRow(db: Database, editing: Editing): Promise<Edited | undefined> {
  const { table, columns, name, edit, actor, check } = editing
  const was = Object.entries(columns).map(([field, column]) => `"${column}" AS "was_${field}"`)
  const edited = await inTransaction(db, async (client) => {
    const { rows } = await client.query<Edited & Record<string, unknown>>(
      `SELECT id, ${STORE_ID[table]} AS "storeId", revision, ${was.join(', ')} FROM ${table}
       WHERE ${IDENTITY[table]} = $1 AND removed_at IS NULL FOR UPDATE`,
      [name],
    )
    const [row] = rows
    if (row === undefined) return undefined
    check(row)
    const { id, storeId, revision } = row
    const changes = changesOf(columns, edit, row)
    if (changes.length === 0) return { id, storeId, revision }
    const sets = changes.map(({ field }, i) => `"${columns[field]}" = $${i + 2}`)
    await client.query(
      `UPDATE ${table} SET ${sets.join(', ')}, revision = revision + 1${ALSO[table]} WHERE id = $1`,
      [id, ...changes.map((change) => change.after)],
    )
    await addEvent(client, {
      ...{ code: table === 'store' ? 'storeChanged' : 'deviceChanged', actor, storeId },
      ...(table === 'store' ? {} : { deviceId: id }),
      params: {
        [table === 'store' ? 'store' : 'cashId']: name,
        changed: changes.map((one) => one.field).join(', '),
        changes,
      },
    })
    return { id, storeId, revision: revision + 1 }
  })
  db.poke()
  return edited
}

type Asked = Pick<Editing, 'name' | 'actor' | 'check'>

export const editStore = (db: Database, edit: StoreEdit, asked: Asked): Promise<Edited | undefined> =>
  editRow(db, { table: 'store', columns: storeColumns, edit, ...asked })

export const editDevice = (db: Database, edit: DeviceEdit, asked: Asked): Promise<Edited | undefined> =>
  editRow(db, { table: 'device', columns: deviceColumns, edit, ...asked })

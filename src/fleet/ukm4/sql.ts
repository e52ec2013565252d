/** A UKM 4 head office by read-only SQL: SHOW, SET and SELECT, and nothing else. Servers as old as MySQL 5.0 are met. */
import mysql, { type Connection, type FieldPacket, type RowDataPacket } from 'mysql2/promise'
import { decodeText } from '../decode.ts'
import { fitTable, type TableMapping, type Ukm4Mapping } from './columns.ts'
import {
  kindOf,
  LOOPBACK,
  readOnline,
  readShift,
  readSum,
  readSwitch,
  Ukm4Failed,
  type Ukm4Fleet,
  type Ukm4Note,
  type Ukm4Store,
  type Ukm4Till,
} from './till.ts'

export interface Ukm4Sql {
  readonly host?: string
  readonly port?: number
  /** Instead of host and port. */
  readonly socketPath?: string
  readonly user: string
  readonly password: string
  readonly database: string
  readonly mapping: Ukm4Mapping
  /** Of each statement. */
  readonly timeoutMs?: number
}

const CONNECT_MS = 10_000
const STATEMENT_MS = 60_000
/** Ten times the largest chain. */
const MAX_ROWS = 100_000

type Row = Readonly<Record<string, string | null>>

/** Texts come as the bytes that are stored: columns of a cp1251 site are often declared latin1. */
const asText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  if (!Buffer.isBuffer(value)) return String(value)
  return decodeText(value)?.text ?? value.toString('latin1')
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

const errnoOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'errno' in error ? error.errno : undefined
/** Of MariaDB and of MySQL, when a statement took too long. */
const TIMED_OUT: ReadonlySet<unknown> = new Set([1969, 3024])

function failed(error: unknown): unknown {
  if (error instanceof Ukm4Failed) return error
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === 'PROTOCOL_SEQUENCE_TIMEOUT' || TIMED_OUT.has(errnoOf(error)))
    return new Ukm4Failed('timedOut', 'the database did not answer in time', { cause: error })
  if (code === 'ER_NO_SUCH_TABLE')
    return new Ukm4Failed('tableMissing', `${message}: set its name in the mapping of columns`, {
      cause: error,
    })
  return new Ukm4Failed('unreachable', `the database of the head office: ${message || code}`, {
    cause: error,
  })
}

async function rowsOf(connection: Connection, sql: string, timeout: number): Promise<RowDataPacket[]> {
  const [rows]: [RowDataPacket[], FieldPacket[]] = await connection.query<RowDataPacket[]>({ sql, timeout })
  return rows
}

/** Old servers know neither; what they do not know is told, and our own deadline holds all the same. */
async function settle(connection: Connection, timeout: number): Promise<Ukm4Note[]> {
  const notes: Ukm4Note[] = []
  const tryOne = async (...statements: readonly string[]): Promise<boolean> => {
    for (const sql of statements) {
      try {
        await connection.query({ sql, timeout })
        return true
      } catch (error) {
        // A dead connection is no unknown statement.
        if (!codeOf(error).startsWith('ER_')) throw error
      }
    }
    return false
  }
  await tryOne('SET character_set_results = NULL')
  if (!(await tryOne('SET SESSION TRANSACTION READ ONLY')))
    notes.push({ code: 'readOnlyUnsupported', value: 'SET SESSION TRANSACTION READ ONLY' })
  const seconds = Math.ceil(timeout / 1000)
  if (
    !(await tryOne(
      `SET SESSION max_statement_time = ${seconds}`,
      `SET SESSION max_execution_time = ${timeout}`,
    ))
  )
    notes.push({ code: 'timeoutUnsupported', value: `${seconds} s` })
  return notes
}

async function columnsOf(
  connection: Connection,
  part: keyof Ukm4Mapping,
  sql: Ukm4Sql,
  timeout: number,
): Promise<TableMapping> {
  const { table } = sql.mapping[part]
  const columns = await rowsOf(connection, `SHOW COLUMNS FROM \`${table}\``, timeout)
  return fitTable(
    part,
    sql.mapping,
    columns.map((row) => asText(row.Field ?? row.field) ?? ''),
  )
}

async function select(
  connection: Connection,
  { table, columns }: TableMapping,
  timeout: number,
): Promise<Row[]> {
  const list = Object.entries(columns).map(([ours, theirs]) => `\`${theirs}\` AS \`${ours}\``)
  const rows = await rowsOf(
    connection,
    `SELECT ${list.join(', ')} FROM \`${table}\` LIMIT ${MAX_ROWS + 1}`,
    timeout,
  )
  if (rows.length > MAX_ROWS) throw new Ukm4Failed('tooMuch', `${table} has more than ${MAX_ROWS} rows`)
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asText(value)])),
  )
}

const text = (row: Row, key: string): string => row[key]?.trim() ?? ''
const orNull = (value: string): string | null => (value === '' ? null : value)

/** The clock of that server, without a zone: told as its own text would be wrong, so it is read as UTC only if it says so. */
function timeOf(value: string): number | null {
  if (value === '') return null
  if (/^\d{10}$/.test(value)) return Number(value) * 1000
  const time = /(Z|[+-]\d{2}:?\d{2})$/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? null : time
}

/** Numbers and words, as the site has them: a shift's number alone means that it is open. */
function shiftOf(value: string) {
  if (/^\d+$/.test(value)) return Number(value) === 0 ? readShift('') : { open: true, number: Number(value) }
  return readShift(value)
}

function tillOf(row: Row, store: string): Ukm4Till {
  const name = text(row, 'name')
  const address = orNull(text(row, 'address'))
  const state = text(row, 'state')
  const version = text(row, 'version')
  const cashier = text(row, 'cashier')
  const download = text(row, 'download')
  return {
    ...{
      cashId: text(row, 'cashId'),
      store,
      name: name === '' ? text(row, 'cashId') : name,
      kind: kindOf(name),
    },
    number: /^\d{1,6}$/.test(text(row, 'number')) ? Number(text(row, 'number')) : 0,
    ...{ host: address, isOnServer: address !== null && LOOPBACK.has(address) },
    status: {
      ...{
        online: readOnline(state),
        state: orNull(state),
        version: version === 'Нет данных' ? null : orNull(version),
      },
      shift: row.shift === undefined ? null : shiftOf(text(row, 'shift')),
      ...{ sum: readSum(text(row, 'sum')), cashier: cashier === '----' ? null : orNull(cashier) },
      autoUpdate: readSwitch(text(row, 'autoUpdate')),
      download: download === 'Нет' ? null : orNull(download),
    },
    readAt: timeOf(text(row, 'readAt')),
  }
}

interface Tables {
  readonly stores: readonly Row[]
  readonly tills: readonly Row[]
  readonly servers: readonly Row[]
}

function fleetOf({ stores, tills, servers }: Tables, notes: Ukm4Note[]): Pick<Ukm4Fleet, 'stores' | 'tills'> {
  const hosts = new Map(servers.map((row) => [text(row, 'store'), orNull(text(row, 'address'))]))
  const codes = new Map(stores.map((row) => [text(row, 'id'), orNull(text(row, 'code')) ?? text(row, 'id')]))
  const read = stores.map((row): Ukm4Store => {
    const id = text(row, 'id')
    return { code: codes.get(id) ?? id, name: orNull(text(row, 'name')), host: hosts.get(id) ?? null }
  })
  const known = tills.flatMap((row): Ukm4Till[] => {
    const store = codes.get(text(row, 'store'))
    if (text(row, 'cashId') === '') notes.push({ code: 'tillWithoutId', value: text(row, 'name') })
    else if (store === undefined) notes.push({ code: 'tillOfUnknownStore', value: text(row, 'cashId') })
    else return [tillOf(row, store)]
    return []
  })
  return { stores: read, tills: known }
}

/**
 * Reads stores, tills and store servers.
 * @throws Ukm4Failed
 */
export async function readUkm4Sql(sql: Ukm4Sql): Promise<Ukm4Fleet> {
  const timeout = sql.timeoutMs ?? STATEMENT_MS
  const { host, port, socketPath, user, password, database } = sql
  const where = socketPath === undefined ? { host: host ?? '127.0.0.1', port: port ?? 3306 } : { socketPath }
  const options = { ...where, user, password, database, connectTimeout: CONNECT_MS }
  const connection = await mysql
    .createConnection({
      ...options,
      // Numbers, dates and texts as they are written there: nothing is made of them but by us.
      typeCast: (field) => (field.type === 'NULL' ? null : field.buffer()),
    })
    .catch((error: unknown) => {
      throw failed(error)
    })
  try {
    const askedAt = Date.now()
    const notes = await settle(connection, timeout)
    const fitted = {
      stores: await columnsOf(connection, 'stores', sql, timeout),
      tills: await columnsOf(connection, 'tills', sql, timeout),
      servers: await columnsOf(connection, 'servers', sql, timeout),
    }
    for (const { absent } of Object.values(fitted))
      notes.push(...absent.map((value) => ({ code: 'columnAbsent' as const, value })))
    const tables = {
      stores: await select(connection, fitted.stores, timeout),
      tills: await select(connection, fitted.tills, timeout),
      servers: await select(connection, fitted.servers, timeout),
    }
    const read = fleetOf(tables, notes)
    return { source: 'ukm4:sql', askedAt, ...read, notes }
  } catch (error) {
    throw failed(error)
  } finally {
    connection.destroy()
  }
}

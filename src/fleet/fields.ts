/** Every field of a store and of a device as files name it: the columns of a CSV, the variables of an Ansible inventory. */

export type FieldType = 'text' | 'word' | 'number' | 'flag' | 'list' | 'json'

export interface Field {
  /** In the inventory. */
  readonly key: string
  /** The CSV's column; also found without regard to case, blanks, dashes and underscores. */
  readonly column: string
  /** The same in Russian, as spreadsheets of shops have it. */
  readonly russian: string
  /** `word`: blanks around it are none of its own. `list`: joined by commas, or a JSON array. */
  readonly type: FieldType
  /** What an empty cell means; undefined: as if the column were not there, so that what is kept here stays. */
  readonly empty?: unknown
  /** How it must be written. */
  readonly rule: string
}

const names = 'up to 64 characters, no blanks around it'
const port = 'a whole number from 1 to 65535'
const host = 'a host name or an address'
const user = 'a user name: letters, digits, dot, dash, underscore'
const credential = 'the name of a key file in the keys folder: letters, digits, dot, dash, underscore'
const hostKeys = 'public host keys as known_hosts has them without the host: ssh-ed25519 AAAA…'
const labels = `at most 32 labels of ${names}`
const places = 'a whole number from 1 to 64'
const flag = 'true or false'

export const storeFields: readonly Field[] = [
  { key: 'code', column: 'store', russian: 'Магазин', type: 'word', rule: `the store's code, ${names}` },
  {
    key: 'name',
    column: 'storeName',
    russian: 'Название магазина',
    type: 'text',
    rule: 'up to 200 characters',
  },
  {
    key: 'timeZone',
    column: 'timeZone',
    russian: 'Часовой пояс',
    type: 'word',
    rule: 'a time zone by its name, such as Europe/Moscow or Asia/Vladivostok',
  },
  {
    key: 'group',
    column: 'group',
    russian: 'Группа магазинов',
    type: 'word',
    empty: null,
    rule: names,
  },
  {
    key: 'phone',
    column: 'phone',
    russian: 'Телефон',
    type: 'text',
    empty: null,
    rule: 'up to 64 characters',
  },
  { key: 'host', column: 'storeHost', russian: 'Адрес сервера', type: 'word', rule: host },
  { key: 'port', column: 'storePort', russian: 'Порт сервера', type: 'number', empty: 22, rule: port },
  {
    key: 'user',
    column: 'storeUser',
    russian: 'Пользователь сервера',
    type: 'word',
    empty: 'nightshift',
    rule: user,
  },
  {
    key: 'credential',
    column: 'storeCredential',
    russian: 'Ключ сервера',
    type: 'word',
    empty: 'default',
    rule: credential,
  },
  {
    key: 'hostKeys',
    column: 'storeHostKeys',
    russian: 'Ключи узла сервера',
    type: 'list',
    rule: hostKeys,
  },
  {
    key: 'packageFolder',
    column: 'packageFolder',
    russian: 'Папка пакетов',
    type: 'text',
    rule: 'an absolute path without ..',
  },
  {
    key: 'packageUrl',
    column: 'packageUrl',
    russian: 'Адрес пакетов',
    type: 'word',
    rule: 'http://host/folder, or sftp://user@host/folder without a password',
  },
  {
    key: 'maxDownloads',
    column: 'maxDownloads',
    russian: 'Загрузок сразу',
    type: 'number',
    empty: 4,
    rule: places,
  },
  {
    key: 'maxInstalls',
    column: 'maxInstalls',
    russian: 'Установок сразу',
    type: 'number',
    empty: 1,
    rule: places,
  },
  {
    key: 'legacyAlgorithms',
    column: 'storeLegacyAlgorithms',
    russian: 'Старые алгоритмы сервера',
    type: 'flag',
    rule: flag,
  },
  {
    key: 'deviceKeysFile',
    column: 'deviceKeysFile',
    russian: 'Файл ключей касс',
    type: 'text',
    empty: null,
    rule: 'an absolute path without ..',
  },
  { key: 'labels', column: 'storeLabels', russian: 'Метки магазина', type: 'list', empty: [], rule: labels },
  {
    key: 'calendar',
    column: 'calendar',
    russian: 'Календарь',
    type: 'json',
    rule: 'a JSON object: {"windows": [{"from": "23:00", "to": "06:00"}], "opening": …}',
  },
]

export const deviceFields: readonly Field[] = [
  { key: 'cashId', column: 'cashId', russian: 'Код кассы', type: 'word', rule: `the cash id, ${names}` },
  {
    key: 'kind',
    column: 'kind',
    russian: 'Вид',
    type: 'word',
    rule: 'till, selfCheckout, storeServer or priceChecker',
  },
  {
    key: 'number',
    column: 'number',
    russian: 'Номер',
    type: 'number',
    empty: 0,
    rule: 'a whole number from 0 to 999999; 0: it has none',
  },
  { key: 'name', column: 'name', russian: 'Название', type: 'text', rule: 'up to 200 characters' },
  { key: 'host', column: 'host', russian: 'Адрес кассы', type: 'word', empty: null, rule: host },
  { key: 'port', column: 'port', russian: 'Порт', type: 'number', empty: 22, rule: port },
  { key: 'user', column: 'user', russian: 'Пользователь', type: 'word', empty: 'nightshift', rule: user },
  {
    key: 'credential',
    column: 'credential',
    russian: 'Ключ',
    type: 'word',
    empty: 'default',
    rule: credential,
  },
  { key: 'hostKeys', column: 'hostKeys', russian: 'Ключи узла', type: 'list', rule: hostKeys },
  {
    key: 'agent',
    column: 'agent',
    russian: 'Агент',
    type: 'word',
    empty: 'nightctl',
    rule: 'one path without blanks, never a command line',
  },
  { key: 'blocked', column: 'blocked', russian: 'Заблокирован', type: 'flag', rule: flag },
  { key: 'inReserve', column: 'inReserve', russian: 'В резерве', type: 'flag', empty: false, rule: flag },
  {
    key: 'configuration',
    column: 'configuration',
    russian: 'Конфигурационная группа',
    type: 'word',
    empty: null,
    rule: names,
  },
  {
    key: 'makerNumber',
    column: 'makerNumber',
    russian: 'Номер ККМ производителя',
    type: 'text',
    empty: null,
    rule: 'up to 64 characters',
  },
  {
    key: 'registrationNumber',
    column: 'registrationNumber',
    russian: 'Регистрационный номер',
    type: 'text',
    empty: null,
    rule: 'up to 64 characters',
  },
  {
    key: 'legacyAlgorithms',
    column: 'legacyAlgorithms',
    russian: 'Старые алгоритмы',
    type: 'flag',
    rule: flag,
  },
  { key: 'labels', column: 'labels', russian: 'Метки', type: 'list', empty: [], rule: labels },
]

/** Of `stores.3.devices.0.port`: the device's port. Undefined: a path that ends elsewhere. */
export function fieldOf(path: readonly (string | number)[]): Field | undefined {
  if (path[0] !== 'stores' || typeof path[2] !== 'string') return undefined
  if (path[2] !== 'devices') return storeFields.find((field) => field.key === path[2])
  return deviceFields.find((field) => field.key === path[4])
}

const WORDS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, '1': true, да: true },
  ...{ false: false, no: false, off: false, '0': false, нет: false },
}

export type Cell =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: 'numberInvalid' | 'flagInvalid' | 'jsonInvalid' }

function readJsonCell(text: string): Cell {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    return { ok: false, code: 'jsonInvalid' }
  }
}

const items = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** A value that came as text. What is not of the type says so; whether it fits is the schema's to say. */
export function readCell({ type }: Pick<Field, 'type'>, text: string): Cell {
  const word = text.trim()
  switch (type) {
    case 'text':
      return { ok: true, value: text }
    case 'word':
      return { ok: true, value: word }
    case 'number':
      return /^-?\d{1,15}$/.test(word)
        ? { ok: true, value: Number(word) }
        : { ok: false, code: 'numberInvalid' }
    case 'flag': {
      const value = Object.hasOwn(WORDS, word.toLowerCase()) ? WORDS[word.toLowerCase()] : undefined
      return value === undefined ? { ok: false, code: 'flagInvalid' } : { ok: true, value }
    }
    case 'list':
      return word.startsWith('[') ? readJsonCell(word) : { ok: true, value: items(text) }
    case 'json':
      return readJsonCell(word)
  }
}

/** The other way round. null and undefined: an empty cell. */
export function writeCell({ type }: Pick<Field, 'type'>, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (type === 'json') return JSON.stringify(value)
  if (type !== 'list') return String(value)
  const list = value as readonly string[]
  const isPlain = list.every((item) => !/[,"\\]/.test(item) && item.trim() === item && item !== '')
  const text = list.join(', ')
  return isPlain && !text.startsWith('[') ? text : JSON.stringify(list)
}

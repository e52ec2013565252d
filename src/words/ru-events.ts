import type { EventTexts } from './events.ts'

/** What commands are called; another one is shown as its code. */
const ERRANDS: Readonly<Record<string, string>> = {
  look: 'Опрос',
  message: 'Сообщение',
  closeShift: 'Закрытие смены',
}
const ENDS: Readonly<Record<string, string>> = { done: 'готово', failed: 'не удалось', expired: 'не успели' }
const named = (words: Readonly<Record<string, string>>, code: string): string => words[code] ?? code

const TILLS = ['касса', 'кассы', 'касс'] as const

/** What happened, in Russian. `downloadFinished` is the message that operators know, letter for letter. */
export const ruEvents: EventTexts = {
  rolloutCreated: (p) =>
    `Создано обновление${p.quoted('name')}${p.has('devices') ? `: ${p.count('devices', ...TILLS)}, не вошло ${p.text('leftOut')}` : ''}`,
  rolloutApproved: (p) =>
    `Согласовано обновление${p.quoted('name')}${p.has('planHash') ? `, план ${p.text('planHash')}` : ''}`,
  rolloutRejected: (p) => `Возвращено в черновик обновление${p.quoted('name')}`,
  rolloutScheduled: (p) => `Запланировано обновление${p.quoted('name')}`,
  rolloutStarted: (p) => `Начато обновление${p.quoted('name')}`,
  rolloutPaused: (p) => `Приостановлено обновление${p.quoted('name')}${p.because(': ')}`,
  rolloutResumed: (p) => `Продолжено обновление${p.quoted('name')}`,
  rolloutStopping: (p) => `Останавливается обновление${p.quoted('name')}${p.because(': ')}`,
  rolloutCancelled: (p) => `Остановлено обновление${p.quoted('name')}`,
  rolloutFinished: (p) =>
    `Завершено обновление${p.quoted('name')}${p.has('total') ? `: обновлено ${p.text('succeeded')} из ${p.text('total')}` : ''}`,
  rolloutReopened: (p) =>
    `Возобновлено обновление${p.quoted('name')}${p.has('devices') ? `: повтор, ${p.count('devices', ...TILLS)}` : ''}`,
  waveReleased: (p) => `Запущена волна ${p.text('wave')}: ${p.count('devices', ...TILLS)}`,
  gateClosed: (p) =>
    `Волна ${p.text('wave')} не пускает дальше: ошибок ${p.text('failed')}, допустимо ${p.text('budget')}`,
  updateMoved: (p) => `${p.move()}${p.because(': ')}`,
  storePackageMoved: (p) => `Пакет: ${p.move()}${p.because(': ')}`,
  downloadFinished: (p) =>
    `Скачивание пакетов обновлений до версии ${p.version('version')} успешно завершено`,
  retryRequested: (p) => `Запрошен повтор${p.because('. Было: ')}`,
  retryRefused: (p) => `Повтор отклонён${p.because(': ')}`,
  boardAction: (p) =>
    `Доска очередей: ${p.text('action')}, очередь ${p.text('queue')}${p.has('job') ? `, задание ${p.text('job')}` : ''}`,
  boardActionRefused: (p) => `Доска очередей: отклонено ${p.text('action')}, очередь ${p.text('queue')}`,
  packageAdded: (p) =>
    `Добавлен пакет ${p.version('version')} (${p.text('kind')}), ${p.count('size', 'байт', 'байта', 'байт')}`,
  packageRetired: (p) => `Отозван пакет ${p.version('version')} (${p.text('kind')})`,
  fleetImported: (p) =>
    `Загружен список: ${p.count('stores', 'магазин', 'магазина', 'магазинов')}, ${p.count('devices', 'устройство', 'устройства', 'устройств')}`,
  tokenCreated: (p) => `Создан ключ доступа «${p.text('name')}»`,
  tokenRevoked: (p) => `Отозван ключ доступа «${p.text('name')}»`,
  hostKeyEnrolled: (p) => `Зарегистрирован ключ ${p.text('host')}: ${p.text('fingerprint')}`,
  hostKeyAlarm: (p) =>
    `ВНИМАНИЕ: ключ ${p.text('host')} изменился: ждали ${p.text('expected')}, получен ${p.text('seen')}. Работа с ним остановлена`,
  leaseExpired: (p) =>
    `Исполнитель${p.has('worker') ? ` ${p.text('worker')}` : ''} пропал на шаге ${p.text('step')}; шаг возвращён`,
  workerJoined: (p) => `Подключён исполнитель ${p.text('worker')}, мест ${p.text('capacity')}`,
  workerLost: (p) => `Пропал исполнитель ${p.text('worker')}`,
  deviceBlocked: (p) => `Заблокирована касса ${p.text('cashId')}`,
  deviceUnblocked: (p) => `Разблокирована касса ${p.text('cashId')}`,
  messageSent: (p) => `Отправлено сообщение, ${p.count('devices', ...TILLS)}: «${p.text('text')}»`,
  commandsRequested: (p) => `Поручение: ${named(ERRANDS, p.text('kind'))}, ${p.count('devices', ...TILLS)}`,
  commandEnded: (p) =>
    `${named(ERRANDS, p.text('kind'))}, касса ${p.text('cashId')}: ${named(ENDS, p.text('state'))}${p.because(': ')}`,
}

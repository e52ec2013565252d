import type { BreachTexts, EventTexts } from './events.ts'

/** What commands are called; another one is shown as its code. */
const ERRANDS: Readonly<Record<string, string>> = {
  look: 'Опрос',
  message: 'Сообщение',
  closeShift: 'Закрытие смены',
  downloadStart: 'Загрузка обновлений',
  downloadStop: 'Остановка загрузки',
  autoUpdate: 'Авто-обновление',
  block: 'Блокировка',
}
const SWITCHED: Readonly<Record<string, string>> = { on: ': включить', off: ': выключить' }
const ENDS: Readonly<Record<string, string>> = {
  done: 'готово',
  failed: 'не удалось',
  expired: 'не успели',
  cancelled: 'отменено',
}
const REPORTS: Readonly<Record<string, string>> = { evening: 'Вечерний список', morning: 'Утренний отчёт' }
/** Why a schedule made nothing, or waits. */
const RUNS: Readonly<Record<string, string>> = {
  nothingToDo: 'обновлять нечего',
  approvalNeeded: 'ждёт согласования',
  packageUnknown: 'нет такого пакета',
}
const ROLES: Readonly<Record<string, string>> = {
  viewer: 'наблюдатель',
  operator: 'оператор',
  approver: 'согласующий',
  admin: 'администратор',
}
const named = (words: Readonly<Record<string, string>>, code: string): string => words[code] ?? code

/** What is enrolled. */
const ENROLMENTS: Readonly<Record<string, string>> = {
  hostKeys: 'Регистрация ключей',
  deviceKey: 'Собственный ключ',
  revokeKey: 'Отзыв собственного ключа',
}

const TILLS = ['касса', 'кассы', 'касс'] as const

/** What happened, in Russian. `downloadFinished` is the message that operators know, letter for letter. */
export const ruEvents: EventTexts = {
  rolloutCreated: (p) =>
    `Создано обновление${p.quoted('name')}${p.has('devices') ? `: ${p.count('devices', ...TILLS)}, не вошло ${p.text('leftOut')}` : ''}`,
  rolloutSubmitted: (p) => `Отправлено на согласование обновление${p.quoted('name')}`,
  rolloutApproved: (p) =>
    `Согласовано обновление${p.quoted('name')}${p.has('planHash') ? `, план ${p.text('planHash')}` : ''}`,
  rolloutRejected: (p) => `Возвращено в черновик обновление${p.quoted('name')}${p.because(': ')}`,
  rolloutScheduled: (p) => `Запланировано обновление${p.quoted('name')}`,
  rolloutStarted: (p) => `Начато обновление${p.quoted('name')}`,
  rolloutPaused: (p) =>
    `Приостановлено обновление${p.quoted('name')}${p.has('count') ? `, волна ${p.text('wave')}${p.breach(': ')}` : p.because(': ')}`,
  rolloutResumed: (p) => `Продолжено обновление${p.quoted('name')}${p.because(': ')}`,
  rolloutStopping: (p) => `Останавливается обновление${p.quoted('name')}${p.because(': ')}`,
  rolloutCancelled: (p) => `Остановлено обновление${p.quoted('name')}`,
  rolloutFinished: (p) =>
    `Завершено обновление${p.quoted('name')}${p.has('total') ? `: обновлено ${p.text('succeeded')} из ${p.text('total')}` : ''}`,
  rolloutReopened: (p) =>
    `Возобновлено обновление${p.quoted('name')}${p.has('devices') ? `: повтор, ${p.count('devices', ...TILLS)}` : ''}`,
  waveReleased: (p) =>
    `Запущена волна ${p.text('wave')}${p.has('devices') ? `: ${p.count('devices', ...TILLS)}` : ''}${p.because('. Причина: ')}`,
  planRevised: (p) =>
    p.has('added')
      ? `Предложена новая редакция плана: добавлено ${p.text('added')}, план ${p.text('planHash')}`
      : `План составлен заново: ${p.count('devices', ...TILLS)}, план ${p.text('planHash')}`,
  revisionApproved: (p) =>
    `Согласована новая редакция плана: в последнюю волну добавлено ${p.text('added')}, план ${p.text('planHash')}`,
  openingAtRisk: (p) =>
    `ТРЕВОГА: установка не завершена, до конца окна или открытия ${p.count('minutes', 'минута', 'минуты', 'минут')}. Позвоните в магазин`,
  rollbackBegun: (p) => `Волна ${p.text('wave')} возвращается на прежнюю версию`,
  rollbackImpossible: (p) =>
    `ВНИМАНИЕ: волну ${p.text('wave')} нужно вернуть на прежнюю версию, и это не удалось. Нужно решение человека`,
  deviceSkipped: (p) => `Касса ${p.text('cashId')} исключена из обновления${p.because(': ')}`,
  freezeAdded: (p) =>
    `Заморозка${p.quoted('name')} с ${p.text('from')} по ${p.text('to')}${p.has('scopeName') ? `, ${p.text('scopeName')}` : ''}`,
  freezeLifted: (p) => `Снята заморозка${p.quoted('name')}`,
  storeChanged: (p) => `Изменён магазин ${p.text('store')}: ${p.text('changed')}`,
  deviceChanged: (p) => `Изменено устройство ${p.text('cashId')}: ${p.text('changed')}`,
  storeHoursChanged: (p) => `Изменены окна или часы работы магазина ${p.text('store')}`,
  dryRunRequested: (p) => `Проверка плана с опросом: ${p.count('devices', ...TILLS)}`,
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
    `Добавлен пакет ${p.version('version')} (${p.text('kind')}), ${p.count('size', 'байт', 'байта', 'байт')}${p.has('signer') ? `, подписал ${p.text('signer')}` : ''}${p.has('olderThan') ? `; старше, чем ${p.version('olderThan')}: намеренно` : ''}`,
  packageUnsigned: (p) =>
    `ТРЕВОГА: пакет ${p.version('version')} (${p.text('kind')}) добавлен без подписи: за него никто не ручается`,
  packageSigned: (p) =>
    `Пакет ${p.version('version')} (${p.text('kind')}) подписан заново: ${p.text('signer')}`,
  packageDistrusted: (p) =>
    `ТРЕВОГА: пакету ${p.version('version')} (${p.text('kind')}) больше нельзя доверять${p.because(': ')}. Приостановлено: ${p.count('rollouts', 'обновление', 'обновления', 'обновлений')}`,
  packageRetired: (p) => `Отозван пакет ${p.version('version')} (${p.text('kind')})`,
  packageUnretired: (p) => `Пакет ${p.version('version')} (${p.text('kind')}) снова можно планировать`,
  fleetImported: (p) =>
    `Загружен список: ${p.count('stores', 'магазин', 'магазина', 'магазинов')}, ${p.count('devices', 'устройство', 'устройства', 'устройств')}`,
  databaseRestored: (p) =>
    `База восстановлена (${p.text('from')}): ${p.count('devices', 'устройство', 'устройства', 'устройств')}, приостановлено обновлений: ${p.text('paused')}. Проверьте их и возобновите`,
  deviceRemoved: (p) => `Устройство ${p.text('cashId')} убрано из списка`,
  storeRemoved: (p) => `Магазин ${p.text('store')} убран из списка`,
  tokenCreated: (p) => `Создан ключ доступа «${p.text('name')}»`,
  userAdded: (p) => `Добавлен пользователь ${p.text('login')}: ${named(ROLES, p.text('role'))}`,
  userChanged: (p) =>
    `Изменён пользователь ${p.text('login')}${p.has('role') ? `: ${named(ROLES, p.text('role'))}` : ''}`,
  passwordLinkMade: (p) => `Создана ссылка для выбора пароля: ${p.text('login')}`,
  passwordChanged: (p) => `Изменён пароль пользователя ${p.text('login')}`,
  signedIn: (p) => `Вошёл пользователь ${p.text('login')}`,
  sessionsEnded: (p) => `Завершены входы пользователя ${p.text('login')}: ${p.text('count')}`,
  tokenRevoked: (p) => `Отозван ключ доступа «${p.text('name')}»`,
  hostKeyEnrolled: (p) => `Зарегистрирован ключ ${p.text('host')}: ${p.text('fingerprint')}`,
  hostKeyChanged: (p) =>
    `ТРЕВОГА: ${p.text('host')} показывает другой ключ, чем раньше${p.has('shown') ? `: ${p.text('shown')}` : ''}. Ничего туда не передаётся: выясните причину`,
  hostKeyRefused: (p) =>
    `Отклонён ключ ${p.text('host')}: ${p.text('fingerprint')}${p.because('. Причина: ')}`,
  hostKeyRetired: (p) => `Снят с доверия ключ ${p.text('host')}: ${p.text('fingerprint')}`,
  enrolmentRequested: (p) =>
    `${named(ENROLMENTS, p.text('what'))}: запрошено, ${p.count('hosts', 'узел', 'узла', 'узлов')}`,
  enrolmentEnded: (p) =>
    `${named(ENROLMENTS, p.text('what'))}, ${p.text('host')}: ${named(ENDS, p.text('state'))}${p.because(': ')}`,
  deviceKeyAuthorised: (p) =>
    `Касса ${p.text('cashId')} может скачивать со своим ключом: ${p.text('fingerprint')}`,
  deviceKeyRevoked: (p) => `Отозван ключ кассы ${p.text('cashId')}`,
  deviceKeyLeft: (p) =>
    `Касса ${p.text('cashId')} переведена в магазин ${p.text('to')}: её ключ нужно снять на сервере магазина ${p.text('store')} и зарегистрировать в новом`,
  leaseExpired: (p) =>
    `Исполнитель${p.has('worker') ? ` ${p.text('worker')}` : ''} пропал на шаге ${p.text('step')}; шаг возвращён`,
  workerJoined: (p) => `Подключён исполнитель ${p.text('worker')}, мест ${p.text('capacity')}`,
  workerLost: (p) => `Пропал исполнитель ${p.text('worker')}`,
  deviceBlocked: (p) => `Заблокирована касса ${p.text('cashId')}${p.because(': ')}`,
  deviceUnblocked: (p) => `Разблокирована касса ${p.text('cashId')}${p.because(': ')}`,
  scheduleCreated: (p) => `Создано расписание${p.quoted('name')}: ${p.text('cron')}, ${p.text('timeZone')}`,
  scheduleApproved: (p) => `Расписание${p.quoted('name')} согласовано: его обновления запускаются сами`,
  scheduleEnded: (p) => `Расписание${p.quoted('name')} завершено`,
  scheduleRan: (p) =>
    `Обновление создано по расписанию${p.quoted('name')}${p.has('reason') ? `: ${named(RUNS, p.text('reason'))}` : ''}`,
  scheduleSkipped: (p) =>
    `Расписание${p.quoted('name')} не создало обновление: ${named(RUNS, p.text('reason'))}`,
  reportMade: (p) =>
    `${named(REPORTS, p.text('kind'))} готов${p.has('timeZone') ? `, ${p.text('timeZone')}` : ''}, касс: ${p.text('devices')}`,
  firstReceipt: (p) => `Первый чек после обновления: касса ${p.text('cashId')}`,
  messageSent: (p) => `Отправлено сообщение, ${p.count('devices', ...TILLS)}: «${p.text('text')}»`,
  commandsRequested: (p) =>
    `Поручение: ${named(ERRANDS, p.text('kind'))}${named(SWITCHED, p.has('body') ? p.text('body') : '')}, ${p.count('devices', ...TILLS)}`,
  commandsCancelled: (p) =>
    `Отменено поручение: ${named(ERRANDS, p.text('kind'))}, не начато: ${p.count('devices', ...TILLS)}`,
  storePackageWanted: (p) =>
    `Пакет ${p.version('version')} (${p.text('kind')}) нужен на сервере магазина ${p.text('store')}`,
  storePackageWithdrawn: (p) =>
    `Пакет ${p.version('version')} (${p.text('kind')}) больше не нужен на сервере магазина ${p.text('store')}`,
  commandEnded: (p) =>
    `${named(ERRANDS, p.text('kind'))}${named(SWITCHED, p.has('body') ? p.text('body') : '')}, касса ${p.text('cashId')}: ${named(ENDS, p.text('state'))}${p.because(': ')}`,
}

/** Why a gate stopped its rollout, in Russian. */
export const ruBreaches: BreachTexts = {
  failures: (p) =>
    `не удалось ${p.text('count')} из ${p.text('of')} оценённых: ${p.number('percent')}%, допустимо ${p.number('allowed')}%, наименьшая выборка ${p.text('minimumSample')}`,
  silent: (p) =>
    `во время установки замолчали ${p.text('count')} из ${p.text('of')}: ${p.number('percent')}%, допустимо ${p.number('allowed')}%, было известно ${p.number('usual')}`,
  unreachable: (p) =>
    `нет связи с ${p.text('count')} из ${p.text('of')}: ${p.number('percent')}% сверх обычных ${p.number('usual')}, допустимо ${p.number('allowed')}%`,
}

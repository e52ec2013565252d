/** What the pages at the door say. */
import type { IncomingMessage } from 'node:http'

export type Language = 'ru' | 'en'

const ru = {
  signIn: 'Вход',
  signOut: 'Выход',
  login: 'Логин',
  name: 'Имя',
  password: 'Пароль',
  again: 'Пароль ещё раз',
  enter: 'Войти',
  leave: 'Выйти',
  save: 'Сохранить',
  byOidc: 'Войти через учётную запись организации',
  welcome: 'Первый администратор',
  welcomeText:
    'Пользователей ещё нет. Выберите логин и пароль: вы станете администратором. Ссылка работает один раз.',
  choosePassword: 'Новый пароль',
  passwordEnds: 'Открытые входы и ключи доступа, созданные с прежним паролем, перестанут работать.',
  signedInAs: 'Вы вошли как',
  notSignedIn: 'Вы не вошли.',
  rules: 'Не меньше 12 знаков и не логин.',
  loginRules: 'Латинские буквы, цифры и . _ @ -, до 64 знаков.',
  signInRefused: 'Неверный логин или пароль.',
  tooManySignIns: 'Слишком много неудачных попыток. Подождите и попробуйте снова; секунд:',
  passwordWeak: 'Пароль не годится: не меньше 12 знаков, не длиннее 1024 байт и не логин.',
  differ: 'Пароли не совпадают.',
  loginTaken: 'Этот логин занят.',
  fieldInvalid: 'Заполните все поля по правилам под ними.',
  linkUnusable: 'Ссылка уже использована или устарела. Попросите администратора о новой.',
  firstLinkUnusable: 'Ссылка уже использована или устарела. Новую даёт команда nightshift user first-link.',
  unavailable: 'Сервер сейчас не отвечает. Попробуйте ещё раз.',
  crossSite: 'Эта форма пришла с другого сайта, и её не приняли.',
  oidcRefused: 'Вход через учётную запись организации не удался. Начните сначала.',
  oidcAway: 'Сервер входа организации не отвечает. Попробуйте позже.',
  oidcNoRole: 'Вашей учётной записи не назначена роль в Nightshift. Обратитесь к администратору.',
  oidcLoginTaken: 'Логин вашей учётной записи здесь уже занят другим. Обратитесь к администратору.',
  oidcNoLogin: 'Сервер входа не сообщил логин, которым можно вас назвать. Обратитесь к администратору.',
  disabled: 'Ваша учётная запись отключена.',
  notBuilt: 'Страница не собрана',
  notBuiltText: 'Сервер работает, но его страница ещё не собрана. Соберите её в папке Nightshift командой:',
} as const

const en: Readonly<Record<keyof typeof ru, string>> = {
  signIn: 'Sign in',
  signOut: 'Sign out',
  login: 'Login',
  name: 'Name',
  password: 'Password',
  again: 'Password again',
  enter: 'Sign in',
  leave: 'Sign out',
  save: 'Save',
  byOidc: 'Sign in with your organisation’s account',
  welcome: 'The first administrator',
  welcomeText:
    'There is no user yet. Choose a login and a password, and you are the administrator. The link works once.',
  choosePassword: 'A new password',
  passwordEnds: 'What is signed in, and tokens that were made with the former password, will work no more.',
  signedInAs: 'You are signed in as',
  notSignedIn: 'You are not signed in.',
  rules: '12 characters or more, and not the login.',
  loginRules: 'Latin letters, digits and . _ @ -, up to 64.',
  signInRefused: 'Login or password is wrong.',
  tooManySignIns: 'Too many wrong tries. Wait and try again; seconds:',
  passwordWeak: 'This password will not do: 12 characters or more, 1024 bytes at most, and not the login.',
  differ: 'The passwords differ.',
  loginTaken: 'This login is taken.',
  fieldInvalid: 'Fill in all fields by the rules below them.',
  linkUnusable: 'The link was used already, or is too old. Ask an administrator for another.',
  firstLinkUnusable: 'The link was used already, or is too old. nightshift user first-link makes another.',
  unavailable: 'The server does not answer now. Try again.',
  crossSite: 'This form came from another site and was refused.',
  oidcRefused: 'Signing in with your organisation’s account failed. Begin anew.',
  oidcAway: 'Your organisation’s sign-in server does not answer. Try later.',
  oidcNoRole: 'Your account has no role in Nightshift. Ask an administrator.',
  oidcLoginTaken: 'Somebody else here has your account’s login. Ask an administrator.',
  oidcNoLogin: 'The sign-in server told no login that you could be called by. Ask an administrator.',
  disabled: 'Your account is disabled.',
  notBuilt: 'The page is not built',
  notBuiltText: 'The server works, but nobody has built its page. Build it, in the folder of Nightshift, by:',
}

export type PageWord = keyof typeof ru
const words = { ru, en } as const

export const say = (language: Language, word: PageWord): string => words[language][word]
export const isPageWord = (text: string): text is PageWord => Object.hasOwn(ru, text)

/** The one of both that the browser names first; else the installation's. */
export function languageOf(request: IncomingMessage, fallback: Language): Language {
  const asked = (request.headers['accept-language'] ?? '').slice(0, 500).toLowerCase().split(',')
  for (const one of asked) {
    const found = /^\s*(ru|en)\b/.exec(one)?.[1]
    if (found === 'ru' || found === 'en') return found
  }
  return fallback
}

/** Which language the page speaks, and its words. Only the one that is spoken is loaded. */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Catalogue, Language } from '../../../src/words/catalogue.ts'
import type { ru } from './ru.ts'

export type { Language }
export type PageWords = typeof ru

const KEPT = 'nightshift-language'
const isLanguage = (text: string | null | undefined): text is Language => text === 'ru' || text === 'en'

interface Loaded {
  readonly page: PageWords
  readonly core: Catalogue
}
const loaders: Readonly<Record<Language, () => Promise<Loaded>>> = {
  ru: async () => {
    const [page, core] = await Promise.all([import('./ru.ts'), import('../../../src/words/ru.ts')])
    return { page: page.ru, core: core.ru }
  },
  en: async () => {
    const [page, core] = await Promise.all([import('./en.ts'), import('../../../src/words/en.ts')])
    return { page: page.en as unknown as PageWords, core: core.en }
  },
}
const catalogues = new Map<Language, Catalogue>()

/** Chosen by the person, else by the browser; Russian where neither says. */
function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  if (isLanguage(asked)) return asked
  try {
    const kept = localStorage.getItem(KEPT)
    if (isLanguage(kept)) return kept
  } catch {
    // Storage may be closed to us.
  }
  return navigator.languages.map((text) => text.slice(0, 2)).find(isLanguage) ?? 'ru'
}

/** Loads its words, speaks it from now on, and remembers that. */
export async function speak(language: Language): Promise<void> {
  const { page, core } = await loaders[language]()
  catalogues.set(language, core)
  i18next.addResourceBundle(language, 'translation', page, true, true)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export function remember(language: Language): void {
  try {
    localStorage.setItem(KEPT, language)
  } catch {
    // Then it is asked for again next time.
  }
}

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  await speak(firstLanguage())
}

/** `t`: the page's words; `core`: labels and advice of states, reasons, waits; `language`: for formats. */
export function useWords() {
  const { t, i18n } = useTranslation()
  const language = (isLanguage(i18n.language) ? i18n.language : 'ru') as Language
  const core = catalogues.get(language)
  if (core === undefined) throw new Error(`no words of ${language}`)
  return { t, core, language }
}

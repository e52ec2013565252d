/** What is shown on a till's own screen. */
import type { Language } from './catalogue.ts'

/** Where a rollout asks for open shifts to be closed: said once an evening. */
export const eveningMessages: Readonly<Record<Language, string>> = {
  ru: 'Ночью обновление. Закройте смену, кассу и ККТ не выключайте',
  en: 'An update comes tonight. Close the shift, and leave the till and the fiscal device on',
}

/** The evening list on paper. */
import {
  type EveningDevice,
  type EveningReport,
  type EveningStore,
  eveningGroups,
} from '../rollout/report/evening.ts'
import type { Cause } from '../rollout/report/facts.ts'
import type { Catalogue } from '../words/catalogue.ts'
import { wordsOf } from '../words/render.ts'
import { type Content, html, type Markup, nothing, section, table } from './markup.ts'
import { causeTable, page } from './page.ts'
import {
  causeDetails,
  causeLabels,
  causeWords,
  clockTime,
  deviceNumber,
  kindLabel,
  ownerLabel,
  percentText,
  type ReportOptions,
  shortTime,
  span,
} from './text.ts'

function summary({ totals, timeZone, madeAt }: EveningReport, options: ReportOptions): Markup {
  const words = wordsOf(options.language)
  const { texts, eveningGroups: groups, columns } = words.report
  const zone = timeZone ?? options.timeZone
  const oldest =
    totals.oldestReadAt === null
      ? texts.none
      : `${shortTime(options.language, totals.oldestReadAt, zone)} (${span(words, madeAt - totals.oldestReadAt)} ${texts.ago})`
  const rows = eveningGroups
    .filter((group) => totals.counts[group] > 0)
    .map((group) => [html`<b>${groups[group].label}</b>`, totals.counts[group], groups[group].meaning])
  return html`<p class="big">${texts.readyOfExpected}: ${totals.ready} / ${totals.expected} (${percentText(words, totals.readyPercent)})</p>
<p class="small">${texts.expectedMeaning}. ${texts.oldestReading}: ${oldest}. ${texts.storesNotTonight}: ${totals.storesNotTonight} / ${totals.stores}.</p>
${table('groups', [columns.group, columns.count, columns.meaning], rows)}`
}

function windowLine(store: EveningStore, { language }: ReportOptions): string {
  const { texts } = wordsOf(language).report
  const { windowFrom, windowTo, latestStart, timeZone, fits } = store
  const clock = (at: number): string => clockTime(language, at, timeZone)
  const fit = fits === null ? texts.fitUnknown : fits ? texts.fits : texts.doesNotFit
  const window =
    windowFrom === null || windowTo === null
      ? texts.noWindow
      : `${texts.window} ${shortTime(language, windowFrom, timeZone)}–${clock(windowTo)} (${timeZone})`
  return [window, latestStart === null ? '' : `${texts.latestStart} ${clock(latestStart)}`, fit]
    .filter((part) => part !== '')
    .join(' · ')
}

/** Reason and numbers first, what else is known behind it. */
export function reasonCell(
  [main, ...rest]: readonly Cause[],
  timeZone: string,
  { language }: ReportOptions,
): Content {
  if (main === undefined) return ''
  const words = wordsOf(language)
  const details = causeDetails(words, main, timeZone)
  const also = rest.length === 0 ? nothing : html`<br>+ ${causeLabels(language, rest)}`
  return html`<b>${causeWords(language, main).label}</b>${details === '' ? nothing : html` (${details})`}${also}`
}

/** When it was, and how old that is. */
export function readingCell(words: Catalogue, now: number, at: number, timeZone: string): Markup {
  const time = shortTime(words.language, at, timeZone)
  return html`<span class="whole">${time}</span> <span class="whole">(${span(words, now - at)})</span>`
}

function deviceRow(
  device: EveningDevice,
  store: EveningStore,
  now: number,
  options: ReportOptions,
): Content[] {
  const { language } = options
  const words = wordsOf(language)
  const { texts } = words.report
  const [main] = device.causes
  const read = device.readAt === null ? texts.never : readingCell(words, now, device.readAt, store.timeZone)
  return [
    html`${deviceNumber(device)} ${kindLabel(words, device.kind)}`,
    device.name,
    reasonCell(device.causes, store.timeZone, options),
    main === undefined ? '' : causeWords(language, main).advice,
    ownerLabel(words, main?.owner ?? null),
    shortTime(language, main?.since ?? null, store.timeZone) || words.unknown,
    read,
  ]
}

function notTonight(store: EveningStore, { language }: ReportOptions): Markup {
  const found = store.devices.find(({ group }) => group === 'noTime')?.causes[0]
  if (found === undefined) return nothing
  const { texts } = wordsOf(language).report
  const { label, advice } = causeWords(language, found)
  return html`<p><span class="mark">${label}</span> ${advice}. ${texts.devices}: ${store.counts.noTime}</p>\n`
}

function storeCard(store: EveningStore, now: number, options: ReportOptions): Markup {
  const { columns, texts, eveningGroups: groups } = wordsOf(options.language).report
  const counts = eveningGroups
    .filter((group) => store.counts[group] > 0)
    .map((group) => `${groups[group].label}: ${store.counts[group]}`)
  const rows = store.devices
    .filter(({ needsSomebody }) => needsSomebody)
    .map((device) => deviceRow(device, store, now, options))
  const headings = [
    columns.number,
    columns.device,
    columns.reason,
    columns.advice,
    columns.who,
    columns.since,
    columns.readAt,
  ]
  return html`<div class="store">
<h3><span>${store.code} ${store.name}</span><span class="whole">☎ ${store.phone ?? texts.noPhone}</span></h3>
<p>${windowLine(store, options)}</p>
<p class="small">${counts.join(' · ')}</p>
${notTonight(store, options)}${table('devices', headings, rows)}</div>
`
}

function quietRow(store: EveningStore, options: ReportOptions): Content[] {
  const { texts, eveningGroups: groups } = wordsOf(options.language).report
  const said = (['ready', 'preparing', 'updated', 'apart'] as const)
    .filter((group) => store.counts[group] > 0)
    .map((group) => `${groups[group].label}: ${store.counts[group]}`)
  if (store.warned > 0) said.push(`${texts.warned}: ${store.warned}`)
  return [`${store.code} ${store.name}`, windowLine(store, options), said.join(' · ')]
}

/** Who is in no percentage, in both reports: by name, so that nobody is forgotten. */
export function apartTable(
  stores: readonly {
    code: string
    name: string
    devices: readonly {
      group: string
      causes: readonly Cause[]
      number: number
      cashId: string
      name: string
    }[]
  }[],
  { language }: ReportOptions,
): Markup {
  const { columns } = wordsOf(language).report
  const rows = stores.flatMap((store) =>
    store.devices
      .filter(({ group }) => group === 'apart')
      .map((device): Content[] => {
        const [main] = device.causes
        const { label, advice } = main === undefined ? { label: '', advice: '' } : causeWords(language, main)
        return [`${store.code} ${store.name}`, deviceNumber(device), device.name, label, advice]
      }),
  )
  return table('apart', [columns.store, columns.number, columns.device, columns.reason, columns.advice], rows)
}

/** @returns a whole HTML document */
export function eveningHtml(report: EveningReport, options: ReportOptions): string {
  const { texts, columns } = wordsOf(options.language).report
  const loud = report.stores.filter(({ isQuiet }) => !isQuiet)
  const quiet = report.stores.filter(({ isQuiet }) => isQuiet)
  const shell = { title: texts.eveningTitle, question: texts.eveningQuestion }
  return page(report, shell, options, [
    summary(report, options),
    section(texts.reasons, causeTable(report.causes, options)),
    section(texts.storesToRing, ...loud.map((store) => storeCard(store, report.madeAt, options))),
    section(texts.warnings, causeTable(report.warnings, options)),
    section(
      texts.quietStores,
      table(
        'quiet',
        [columns.store, texts.window, columns.group],
        quiet.map((store) => quietRow(store, options)),
      ),
    ),
    section(texts.apart, apartTable(report.stores, options)),
  ])
}

/** The morning report on paper. */
import type { Comparison, Difference } from '../rollout/report/compare.ts'
import type { MorningDevice, MorningReport, MorningStore } from '../rollout/report/morning.ts'
import { morningGroups } from '../rollout/report/morning-judge.ts'
import { formatVersion } from '../rollout/versions.ts'
import { oneLine, wordsOf } from '../words/render.ts'
import { apartTable, readingCell, reasonCell } from './evening-html.ts'
import { type Content, html, type Markup, section, table } from './markup.ts'
import { causeTable, page } from './page.ts'
import {
  causeWords,
  clockTime,
  deviceNumber,
  kindLabel,
  ownerLabel,
  percentText,
  type ReportOptions,
  shortTime,
  span,
  stateLabel,
} from './text.ts'

function summary({ totals }: MorningReport, { language }: ReportOptions): Markup {
  const words = wordsOf(language)
  const { texts, morningGroups: groups, columns, firstReceipt } = words.report
  const receipts = (['confirmed', 'overdue', 'notYet', 'cannotTell'] as const)
    .map((one) => `${firstReceipt[one].label}: ${totals.receipts[one]}`)
    .join(' · ')
  const rows = morningGroups
    .filter((group) => totals.counts[group] > 0)
    .map((group): Content[] => [
      html`<b>${groups[group].label}</b>`,
      totals.counts[group],
      totals.storesBy[group],
      groups[group].meaning,
    ])
  return html`<p class="big">${texts.updatedOfCounted}: ${totals.updated} / ${totals.counted} (${percentText(words, totals.updatedPercent)})</p>
<p class="small">${texts.countedMeaning}</p>
<p>${texts.receiptsOfUpdated}: ${receipts}. ${texts.silentStores}: <b>${totals.silentStores}</b> / ${totals.stores}</p>
${table('number', [columns.group, columns.count, columns.storesByWorst, columns.meaning], rows)}`
}

function openingText({ opensAt, timeZone }: MorningStore, { language }: ReportOptions): string {
  const { texts } = wordsOf(language).report
  if (opensAt === null) return texts.openingUnknown
  return opensAt === 'always' ? texts.alwaysOpen : clockTime(language, opensAt, timeZone)
}

function deviceRow(
  device: MorningDevice,
  store: MorningStore,
  now: number,
  options: ReportOptions,
): Content[] {
  const { language } = options
  const words = wordsOf(language)
  const { texts, morningGroups: groups, firstReceipt } = words.report
  const [main] = device.causes
  const proven =
    device.provenAt === null ? texts.never : readingCell(words, now, device.provenAt, store.timeZone)
  return [
    html`${deviceNumber(device)} ${kindLabel(words, device.kind)}`,
    device.name,
    groups[device.group].label,
    reasonCell(device.causes, store.timeZone, options),
    main === undefined ? '' : causeWords(language, main).advice,
    ownerLabel(words, main?.owner ?? null),
    device.firstReceipt === null ? '–' : firstReceipt[device.firstReceipt].label,
    proven,
  ]
}

function storeCard(store: MorningStore, now: number, options: ReportOptions): Markup {
  const { columns, texts, morningGroups: groups } = wordsOf(options.language).report
  const counts = morningGroups
    .filter((group) => store.counts[group] > 0)
    .map((group) => `${groups[group].label}: ${store.counts[group]}`)
  const headings = [
    columns.number,
    columns.device,
    columns.group,
    columns.reason,
    columns.advice,
    columns.who,
    columns.firstReceipt,
    columns.provenAt,
  ]
  const rows = store.devices
    .filter(({ isListed }) => isListed)
    .map((device) => deviceRow(device, store, now, options))
  const mark = store.isSilent ? texts.silent : `${texts.worst}: ${groups[store.worst].label}`
  return html`<div class="store">
<h3><span>${store.code} ${store.name}</span><span class="whole">☎ ${store.phone ?? texts.noPhone}</span></h3>
<p><span class="mark">${mark}</span> ${texts.opens}: <b>${openingText(store, options)}</b> (${store.timeZone})</p>
<p class="small">${counts.join(' · ')}</p>
${table('devices', headings, rows)}</div>
`
}

function quietRow(store: MorningStore, options: ReportOptions): Content[] {
  const { morningGroups: groups, firstReceipt, texts } = wordsOf(options.language).report
  const said = (['ready', 'readyOld', 'apart'] as const)
    .filter((group) => store.counts[group] > 0)
    .map((group) => `${groups[group].label}: ${store.counts[group]}`)
  const receipts = (['confirmed', 'notYet', 'cannotTell'] as const)
    .filter((one) => store.receipts[one] > 0)
    .map((one) => `${firstReceipt[one].label}: ${store.receipts[one]}`)
  return [
    openingText(store, options),
    `${store.code} ${store.name}`,
    said.join(' · '),
    receipts.join(' · ') || texts.none,
  ]
}

/** Who kept the old version for a reason of its own, by reason and store, with whom to ring. */
function oldVersionTable(report: MorningReport, { language }: ReportOptions): Markup {
  const { columns, texts } = wordsOf(language).report
  const rows = new Map<string, { label: string; store: MorningStore; devices: string[] }>()
  for (const store of report.stores) {
    for (const device of store.devices) {
      const why = device.causes.find(({ from }) => from === 'reason')
      if (device.group !== 'readyOld' || why === undefined) continue
      const { label } = causeWords(language, why)
      const row = rows.get(`${label}\n${store.code}`) ?? { label, store, devices: [] }
      row.devices.push(deviceNumber(device))
      rows.set(`${label}\n${store.code}`, row)
    }
  }
  const collator = new Intl.Collator(language)
  return table(
    'old',
    [columns.reason, columns.store, columns.phone, columns.number],
    [...rows.values()]
      .sort((a, b) => collator.compare(a.label, b.label))
      .map(({ label, store, devices }) => [
        label,
        `${store.code} ${store.name}`,
        store.phone ?? texts.noPhone,
        devices.join(', '),
      ]),
  )
}

const signed = (difference: number): string => (difference > 0 ? `+${difference}` : String(difference))

function comparisonTables(report: MorningReport, comparison: Comparison, options: ReportOptions): Markup[] {
  const { language } = options
  const words = wordsOf(language)
  const { columns, texts } = words.report
  const { before, arrivedPercent, seconds, devices, states, reasons } = comparison
  const took = (value: number | null): string => (value === null ? texts.notOver : span(words, value * 1000))
  const row = (label: string, one: Difference): Content[] => [
    label,
    one.now,
    one.before,
    signed(one.difference),
  ]
  const heads = (first: string): string[] => [first, columns.now, columns.before, columns.difference]
  const zone = report.timeZone ?? options.timeZone
  const when = shortTime(language, before.startedAt, zone) || words.unknown
  return [
    html`<p>${columns.before}: ${words.quotes[0]}${before.name}${words.quotes[1]}, ${texts.version} ${formatVersion(before.toVersion)}, ${when}</p>\n`,
    table('compare', heads(columns.outcome), [
      row(texts.devices, devices),
      [
        texts.updatedPercent,
        percentText(words, arrivedPercent.now),
        percentText(words, arrivedPercent.before),
        '',
      ],
      [texts.duration, took(seconds.now), took(seconds.before), ''],
      ...states.map((one) => row(stateLabel(words, one.code), one)),
    ]),
    table(
      'compare',
      heads(columns.reason),
      reasons.map((one) => row(causeWords(language, { from: 'reason', code: one.code }).label, one)),
    ),
  ]
}

/** @returns a whole HTML document */
export function morningHtml(report: MorningReport, options: ReportOptions): string {
  const words = wordsOf(options.language)
  const { texts, columns } = words.report
  const loud = report.stores.filter(({ isQuiet }) => !isQuiet)
  const quiet = report.stores.filter(({ isQuiet }) => isQuiet)
  const shell = { title: texts.morningTitle, question: texts.morningQuestion }
  const outcomes = report.outcomes.map(({ state, devices }): Content[] => [
    stateLabel(words, state),
    devices,
    oneLine(causeWords(options.language, { from: 'state', code: state }).advice),
  ])
  return page(report, shell, options, [
    summary(report, options),
    section(texts.storesInOrder, ...loud.map((store) => storeCard(store, report.madeAt, options))),
    section(texts.outcome, table('groups', [columns.state, columns.count, columns.advice], outcomes)),
    section(texts.reasons, causeTable(report.causes, options)),
    section(texts.onOldVersion, oldVersionTable(report, options)),
    section(
      texts.comparison,
      ...(report.comparison === null
        ? [html`<p>${texts.noComparison}</p>\n`]
        : comparisonTables(report, report.comparison, options)),
    ),
    section(
      texts.quietStores,
      table(
        'quiet',
        [columns.opensAt, columns.store, columns.group, columns.firstReceipt],
        quiet.map((store) => quietRow(store, options)),
      ),
    ),
    section(texts.apart, apartTable(report.stores, options)),
  ])
}

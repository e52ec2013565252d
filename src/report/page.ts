/** One self-contained page for A4: no scripts, nothing fetched, black on white. */
import type { CauseCount, ReportScope } from '../rollout/report/facts.ts'
import { formatVersion } from '../rollout/versions.ts'
import { wordsOf } from '../words/render.ts'
import { html, type Markup, table } from './markup.ts'
import {
  causeWords,
  minuteTime,
  ownerLabel,
  type ReportOptions,
  rolloutStateLabel,
  storeList,
} from './text.ts'

const STYLE = `
@page { size: A4; margin: 12mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
* { box-sizing: border-box; }
body { color: #000; background: #fff; font: 10pt/1.35 "DejaVu Sans", "Liberation Sans", Arial, sans-serif; margin: 0 auto; max-width: 186mm; padding: 4mm; }
h1 { font-size: 17pt; margin: 0; }
h2 { font-size: 12.5pt; margin: 6mm 0 2mm; border-bottom: 1.5pt solid #000; break-after: avoid; }
h3 { font-size: 11pt; margin: 0; display: flex; gap: 4mm; justify-content: space-between; }
p { margin: 1mm 0; }
header { border-bottom: 1.5pt solid #000; padding-bottom: 2mm; }
.big { font-size: 13pt; font-weight: bold; }
.small { font-size: 8.5pt; }
.whole { white-space: nowrap; }
.mark { font-weight: bold; border: 1pt solid #000; padding: 0 1.5mm; }
.store { margin: 0 0 4mm; padding-top: 2mm; border-top: 0.75pt solid #000; }
h2 + .store { border-top: 0; padding-top: 0; }
.store h3, .store > p { break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; margin: 1mm 0; }
th, td { border: 0.5pt solid #777; padding: 0.6mm 1.4mm; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { font-weight: bold; background: #eee; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.number td:nth-child(2), .number td:nth-child(3), .compare td:nth-child(n+2) { text-align: right; white-space: nowrap; }
.reasons td:nth-child(2), .groups td:nth-child(2) { text-align: right; }
.devices td:nth-child(1) { white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } th { background: none; } a { color: #000; } }
`.trim()

export interface Shell {
  readonly title: string
  readonly question: string
}

/** Which rollout, as of when, of which stores: on top of every report. */
function heading(scope: ReportScope, { title, question }: Shell, options: ReportOptions): Markup {
  const words = wordsOf(options.language)
  const { texts } = words.report
  const { rollout, madeAt, timeZone } = scope
  const zone = timeZone ?? options.timeZone
  const [left, right] = words.quotes
  return html`<header>
<h1>${title}</h1>
<p>${question}</p>
<p>${texts.rollout} ${left}${rollout.name}${right}, ${texts.version} ${formatVersion(rollout.toVersion)} · ${rolloutStateLabel(words, rollout.state)}</p>
<p>${texts.madeAt} <b>${minuteTime(options.language, madeAt, zone)}</b> (${zone}) · ${timeZone === null ? texts.wholeChain : `${texts.zone} ${timeZone}`}</p>
</header>
`
}

export function page(
  scope: ReportScope,
  shell: Shell,
  options: ReportOptions,
  body: readonly Markup[],
): string {
  const { texts } = wordsOf(options.language).report
  const { markup } = html`<!doctype html>
<html lang="${options.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${shell.title}: ${scope.rollout.name}</title>
<style>
${{ markup: STYLE }}
</style>
</head>
<body>
${heading(scope, shell, options)}${body}<p class="small">${texts.source}</p>
</body>
</html>
`
  return markup
}

/** Reason, how many, what to do, who, in which stores. */
export function causeTable(counts: readonly CauseCount[], { language }: ReportOptions): Markup {
  const words = wordsOf(language)
  const { columns } = words.report
  return table(
    'reasons',
    [columns.reason, columns.count, columns.advice, columns.who, columns.stores],
    counts.map((one) => {
      const { label, advice } = causeWords(language, one)
      return [html`<b>${label}</b>`, one.devices, advice, ownerLabel(words, one.owner), storeList(one.stores)]
    }),
  )
}

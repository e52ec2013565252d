/** Stores that may not open, the next to open first, with whom to ring. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Outlook } from '../../api/types.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { usePrinting } from '../../print/printing.ts'
import { useWords } from '../../words/language.ts'
import { useClock } from './headline.tsx'

type Risk = Outlook['storesAtRisk'][number]

const signs: Readonly<Record<string, { tone: Tone; glyph: GlyphName }>> = {
  cannotOpen: { tone: 'dead', glyph: 'bang' },
  serverBroken: { tone: 'dead', glyph: 'bang' },
  late: { tone: 'bad', glyph: 'clock' },
  broken: { tone: 'bad', glyph: 'cross' },
  inDoubt: { tone: 'warn', glyph: 'question' },
  silent: { tone: 'off', glyph: 'off' },
}
const FEW = 3

export function AtRisk({ outlook }: { readonly outlook: Outlook }) {
  const { t } = useWords()
  const [isWhole, setWhole] = useState(false)
  const isOnPaper = usePrinting()
  const { storesAtRisk: all, storesAtRiskCount: count } = outlook
  if (count === 0) return null
  const isAll = isWhole || isOnPaper
  const shown = isAll ? all : all.slice(0, FEW)
  return (
    <section className="chain-risks" aria-labelledby="chain-risks">
      <h2 id="chain-risks">{t('board.atRisk', { count })}</h2>
      <ul>
        {shown.map((store) => (
          <RiskLine key={store.store} store={store} now={Date.parse(outlook.at)} />
        ))}
      </ul>
      {all.length > FEW ? (
        <button
          type="button"
          className="chain-more"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? t('board.riskLess') : t('board.riskMore', { count: count - FEW })}
        </button>
      ) : null}
      {isAll && count > all.length ? <p>{t('board.riskRest', { count: count - all.length })}</p> : null}
    </section>
  )
}

function RiskLine({ store, now }: { readonly store: Risk; readonly now: number }) {
  const { t } = useWords()
  const clock = useClock(now)
  const { opensAt, zone, phone } = store
  const opens =
    opensAt === null
      ? t('board.opensUnknown')
      : opensAt === 'always'
        ? t('board.opensAlways')
        : t('board.opens', { time: clock(opensAt, zone) })
  const sign = signs[store.why] ?? { tone: 'bad', glyph: 'bang' }
  const why = t(`board.risks.${store.why}`, { defaultValue: store.why })
  return (
    <li>
      <Link to="/stores/$code/tills" params={{ code: store.store }} title={store.name}>
        {store.store}
      </Link>
      <span className="number" title={t('common.atStore', { zone })}>
        {opens}
      </span>
      <Mark {...sign} label={t('board.riskOf', { why, devices: store.devices, of: store.of })} />
      {phone === null ? (
        <span className="chain-quiet">{t('board.noPhone')}</span>
      ) : (
        <a href={`tel:${phone.replaceAll(/[^+\d]/g, '')}`} className="number">
          {phone}
        </a>
      )}
    </li>
  )
}

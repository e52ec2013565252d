/** What a file would change: counts first, then what is in the way, then every row. */
import { Code } from '@mantine/core'
import type { FleetPreview } from '../../../api/types.ts'
import { formatCount } from '../../../format/money.ts'
import { Mark } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'
import { PreviewTables } from './preview-tables.tsx'

export function FleetPreviewView({ preview }: { readonly preview: FleetPreview }) {
  const { t } = useWords()
  return (
    <section className="settings-stack" aria-label={t('settings.fleet.preview')}>
      <PreviewCounts preview={preview} />
      <Refusals preview={preview} />
      <Warnings preview={preview} />
      <PreviewTables preview={preview} />
    </section>
  )
}

const outcomes = ['added', 'changed', 'removed', 'unchanged'] as const

function PreviewCounts({ preview: { counts } }: { readonly preview: FleetPreview }) {
  const { t, language } = useWords()
  return (
    <table className="settings-counts">
      <thead>
        <tr>
          <td />
          {outcomes.map((one) => (
            <th key={one} scope="col">
              {t(`settings.fleet.${one}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(['stores', 'devices'] as const).map((kind) => (
          <tr key={kind}>
            <th scope="row">{t(`settings.fleet.${kind}`)}</th>
            {outcomes.map((one) => (
              <td key={one} data-outcome={one} data-none={counts[kind][one] === 0 || undefined}>
                {formatCount(language, counts[kind][one])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

function Refusals({ preview: { refusals } }: { readonly preview: FleetPreview }) {
  const { t } = useWords()
  if (refusals.length === 0) return null
  return (
    <section className="settings-panel" data-tone="bad" aria-label={t('settings.fleet.refusals')}>
      <div role="alert">
        <Mark tone="bad" glyph="bang" label={t('settings.fleet.refusalCount', { count: refusals.length })} />
      </div>
      <ul className="settings-says">
        {refusals.map(({ code, cashId, store, other }) => (
          <li key={`${textOf(code)} ${textOf(cashId)}`}>
            <strong>{`${textOf(cashId)} (${textOf(store)}):`}</strong>{' '}
            {t(`problems.${textOf(code)}`, { defaultValue: textOf(code) })}
            {other === undefined ? null : ` (${textOf(other)})`} <Code>{textOf(code)}</Code>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface Note {
  readonly code?: unknown
  readonly line?: unknown
  readonly value?: unknown
}

function Warnings({ preview: { warnings, notes } }: { readonly preview: FleetPreview }) {
  const { t } = useWords()
  if (warnings.length + notes.length === 0) return null
  const say = (code: string) => t(`settings.fleetSays.${code}`, { defaultValue: code })
  return (
    <section className="settings-panel" data-tone="warn" aria-label={t('settings.fleet.warnings')}>
      <Mark
        tone="warn"
        glyph="question"
        label={t('settings.fleet.warningCount', { count: warnings.length + notes.length })}
      />
      <ul className="settings-says">
        {warnings.map(({ code, at, value }) => (
          <li key={`${textOf(code)} ${textOf(at)} ${textOf(value)}`}>
            {at === '' ? null : <strong>{`${textOf(at)}: `}</strong>}
            {say(textOf(code))} <span className="settings-quiet">{textOf(value)}</span>
          </li>
        ))}
        {(notes as readonly Note[]).map(({ code, line, value }) => (
          <li key={`${textOf(code)} ${textOf(line)} ${textOf(value)}`}>
            {typeof line === 'number' ? `${t('settings.fleet.line', { line })}: ` : null}
            {say(textOf(code))} <span className="settings-quiet">{textOf(value)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

import { Code } from '@mantine/core'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import type { Check, CheckState } from './upload-checks.ts'

const signs: Readonly<Record<CheckState, readonly [Tone, GlyphName]>> = {
  good: ['good', 'check'],
  wait: ['off', 'dash'],
  busy: ['busy', 'clock'],
  warn: ['warn', 'bang'],
  bad: ['bad', 'cross'],
}

function CheckLine({ check: { name, state, code, detail } }: { readonly check: Check }) {
  const { t } = useWords()
  const [tone, glyph] = signs[state]
  const why =
    state === 'bad' && code !== undefined
      ? t(`problems.${code}` as 'problems.unsigned', { defaultValue: code })
      : undefined
  return (
    <li data-check={name} data-state={state}>
      <Mark tone={tone} glyph={glyph} label={t(`packages.up.check.${name}`)} />
      <span className="packages-check-said">
        {why === undefined ? (
          (detail ?? t(`packages.up.state.${state}`))
        ) : (
          <>
            {why} {detail === undefined ? null : `(${detail})`} <Code>{code}</Code>
          </>
        )}
      </span>
    </li>
  )
}

export function CheckList({ checks }: { readonly checks: readonly Check[] }) {
  const { t } = useWords()
  if (checks.length === 0) return null
  return (
    <ul className="packages-checks" aria-label={t('packages.up.checks')} aria-live="polite">
      {checks.map((check) => (
        <CheckLine key={check.name} check={check} />
      ))}
    </ul>
  )
}

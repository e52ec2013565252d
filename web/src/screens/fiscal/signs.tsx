/** What a fiscal device's words amount to now, each with its sign and colour. */
import type { FiscalLevel, FiscalSign } from '../../../../src/rollout/fiscal-signs.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { useFlagsText } from './flags.ts'

const marks: Readonly<Record<FiscalLevel, readonly [Tone, GlyphName]>> = {
  bad: ['bad', 'bang'],
  warn: ['warn', 'bang'],
  unknown: ['off', 'question'],
  ok: ['good', 'check'],
}

export function LevelMark({ level, label }: { readonly level: FiscalLevel; readonly label: string }) {
  const [tone, glyph] = marks[level]
  return <Mark tone={tone} glyph={glyph} label={label} />
}

/** In words: the seed's own where it has them. */
function useSignText(): (sign: FiscalSign) => string {
  const { t } = useWords()
  const flagsText = useFlagsText()
  return ({ code, params }) => {
    const { days = 0, flags = [] } = params
    const span = days === 1 ? t('fiscal.oneDay') : t('fiscal.days', { count: days })
    return t(`fiscal.signs.${code}`, { days: span, flags: flagsText(flags) })
  }
}

export function SignMark({ sign }: { readonly sign: FiscalSign | undefined }) {
  const text = useSignText()
  return sign === undefined ? null : <LevelMark level={sign.level} label={text(sign)} />
}

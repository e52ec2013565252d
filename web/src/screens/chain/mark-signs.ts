/** How each mark of the board looks. */
import type { GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import type { Mark } from './marks.ts'

export const markSigns: Readonly<Record<Mark, { readonly tone: Tone; readonly glyph: GlyphName }>> = {
  broken: { tone: 'dead', glyph: 'bang' },
  inDoubt: { tone: 'warn', glyph: 'question' },
  failed: { tone: 'bad', glyph: 'cross' },
  rolledBack: { tone: 'warn', glyph: 'back' },
  unreachable: { tone: 'off', glyph: 'off' },
  running: { tone: 'busy', glyph: 'play' },
  waiting: { tone: 'calm', glyph: 'clock' },
  skipped: { tone: 'off', glyph: 'skip' },
  done: { tone: 'good', glyph: 'check' },
  sells: { tone: 'good', glyph: 'dot' },
  none: { tone: 'off', glyph: 'dash' },
}

import type { CommandState } from '../../../../src/rollout/states.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'

const signs: Readonly<Record<CommandState, readonly [Tone, GlyphName]>> = {
  waiting: ['calm', 'clock'],
  running: ['busy', 'play'],
  done: ['good', 'check'],
  failed: ['bad', 'cross'],
  expired: ['warn', 'clock'],
  cancelled: ['off', 'dash'],
}
const isState = (text: string): text is CommandState => Object.hasOwn(signs, text)

export function CommandMark({ state, hint }: { readonly state: string; readonly hint?: string | undefined }) {
  const { t } = useWords()
  if (!isState(state)) return <span>{state}</span>
  const [tone, glyph] = signs[state]
  return <Mark tone={tone} glyph={glyph} label={t(`tills.commandStates.${state}`)} hint={hint} />
}

/** Flags of a fiscal drive: those with a name in words, the code beside it; any other as the device gave it. */
import { isFiscalFlag } from '../../../../src/rollout/fiscal-signs.ts'
import { useWords } from '../../words/language.ts'

/** `переполнение памяти ФН (memoryNearlyFull), x`. */
export function useFlagsText(): (flags: readonly string[]) => string {
  const { t } = useWords()
  const nameOf = (code: string): string =>
    isFiscalFlag(code) ? t('fiscal.flagNamed', { name: t(`fiscal.flags.${code}`), code }) : code
  return (flags) => flags.map(nameOf).join(', ')
}

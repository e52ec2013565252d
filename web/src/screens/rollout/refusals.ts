import { useWords } from '../../words/language.ts'

const known = [
  'notInRollout',
  'running',
  'terminal',
  'notAllowed',
  'notRetryable',
  'ownedByRollout',
  'changedSincePreview',
  'rolloutCancelled',
  'notFound',
] as const

/** Why one device was left as it is; a code that this page does not know is shown as it is. */
export function useRefusalText(): (why: string) => string {
  const { t } = useWords()
  return (why) => {
    const code = known.find((one) => one === why)
    return code === undefined ? why : t(`rollout.refusals.${code}`)
  }
}

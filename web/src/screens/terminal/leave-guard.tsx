import { useBlocker } from '@tanstack/react-router'
import { Confirm } from '../../parts/confirm.tsx'
import type { RouteParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import type { DraftField } from './draft.ts'

interface LeaveGuardProps {
  readonly cashId: string
  readonly dirty: readonly DraftField[]
}
/** The Esc that closes the window would also close the question, which is drawn before that event has ended. */
const afterThisEvent = () => new Promise<void>((resolve) => setTimeout(resolve))

/** Nobody loses what they typed by a slip: not by Esc, not by Back, not by closing the browser's tab. */
export function LeaveGuard({ cashId, dirty }: LeaveGuardProps) {
  const { t } = useWords()
  const isDirty = dirty.length > 0
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: async ({ next }) => {
      if (!isDirty || (next.search as RouteParams).till === cashId) return false
      await afterThisEvent()
      return true
    },
    enableBeforeUnload: () => isDirty,
    disabled: !isDirty,
    withResolver: true,
  })
  const fields = dirty.map((field) => t(`terminal.${field}`)).join(', ')
  return (
    <Confirm
      isOpen={status === 'blocked'}
      title={t('terminal.ask.leave')}
      yes={t('terminal.ask.leaveYes')}
      isDangerous
      onYes={() => proceed?.()}
      onClose={() => reset?.()}
    >
      {t('terminal.ask.leaveText', { fields })}
    </Confirm>
  )
}

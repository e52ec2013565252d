/** Around the preview of a retry, and around why there is none. */
import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/language.ts'

interface FrameProps {
  readonly onClose: () => void
  readonly children: ReactNode
}
export function RetryFrame({ onClose, children }: FrameProps) {
  const { t } = useWords()
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('rollout.retryTitle')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {children}
    </Modal>
  )
}

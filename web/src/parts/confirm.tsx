/** A question before something is done: it says what will happen, never just “are you sure”. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/language.ts'
import { ProblemNotice } from './notices.tsx'

interface ConfirmProps {
  readonly isOpen: boolean
  readonly title: string
  /** The consequence, in devices. */
  readonly children: ReactNode
  readonly yes: string
  readonly isDangerous?: boolean
  readonly isBusy?: boolean
  readonly isAllowed?: boolean
  readonly error?: unknown
  readonly onYes: () => void
  readonly onClose: () => void
}
export function Confirm(props: ConfirmProps) {
  const { t } = useWords()
  // Enter that is held down must not say yes to what it has opened; and what is not allowed takes no focus.
  const isCancelFirst = props.isDangerous === true || props.isAllowed === false
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      centered
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        {props.children}
        {props.error == null ? null : <ProblemNotice error={props.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus={isCancelFirst || undefined}>
            {t('common.cancel')}
          </Button>
          <Button
            color={props.isDangerous === true ? 'red' : undefined}
            loading={props.isBusy ?? false}
            disabled={props.isAllowed === false}
            onClick={props.onYes}
            data-autofocus={isCancelFirst ? undefined : true}
          >
            {props.yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

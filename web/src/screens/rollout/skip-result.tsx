import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core'
import type { Skipped } from '../../api/types.ts'
import { useWords } from '../../words/language.ts'
import { useRefusalText } from './refusals.ts'

interface Refused {
  readonly cashId: string
  readonly why: string
}

/** Each was judged for itself: who was taken out, and who not and why. */
export function SkipResult({
  skipped,
  onClose,
}: {
  readonly skipped: Skipped
  readonly onClose: () => void
}) {
  const { t } = useWords()
  const textOf = useRefusalText()
  const refused = skipped.refused as readonly Refused[]
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('rollout.do.skip')}
      centered
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="sm" role="status">
        <Text>{t('rollout.skippedDone', { count: skipped.skipped.length })}</Text>
        {refused.length === 0 ? null : (
          <div>
            <Text size="sm" fw={600}>
              {t('rollout.refusedTitle')}
            </Text>
            <ul className="rollout-whom">
              {refused.map(({ cashId, why }) => (
                <li key={cashId}>
                  <Code>{cashId}</Code> {textOf(why)}
                </li>
              ))}
            </ul>
          </div>
        )}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t('common.close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

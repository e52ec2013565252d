import { Button, Group, Text } from '@mantine/core'
import type { List } from '../api/hooks.ts'
import { formatCount } from '../format/money.ts'
import { formatSpan } from '../format/time.ts'
import { usePrinting } from '../print/printing.ts'
import { useWords } from '../words/language.ts'

type Read = Pick<List<unknown>, 'rows' | 'total' | 'restSeconds'>

/** Below it nobody sees that a list rests. */
const TOLD_SECONDS = 3

/** How much of a list is shown, of how much; and of a long one how old it may be. */
export function ListShown({ list }: { readonly list: Read }) {
  const { t, language } = useWords()
  return (
    <Text size="xs" c="dimmed" role="status">
      {t(usePrinting() ? 'print.printed' : 'common.shown', {
        shown: formatCount(language, list.rows.length),
        total: formatCount(language, list.total ?? list.rows.length),
      })}
      {list.restSeconds < TOLD_SECONDS
        ? null
        : ` · ${t('common.rests', { span: formatSpan(language, list.restSeconds) })}`}
    </Text>
  )
}

/** Beside the ticks of a list: that there are as many as may be, and no others are taken. */
export function SelectionFull({ at }: { readonly at: number | undefined }) {
  const { t } = useWords()
  return (
    <Text size="xs" role="status" className="list-full">
      {at === undefined ? '' : t('common.selectedMost', { count: at })}
    </Text>
  )
}

/** Under a list that goes on by a button; nothing under one without rows. */
export function ListFoot({ list }: { readonly list: Read & Pick<List<unknown>, 'hasMore' | 'more'> }) {
  const { t } = useWords()
  if (list.rows.length === 0) return null
  return (
    <Group gap="sm">
      <ListShown list={list} />
      {list.hasMore ? (
        <Button size="compact-sm" variant="default" onClick={list.more}>
          {t('common.more')}
        </Button>
      ) : null}
    </Group>
  )
}

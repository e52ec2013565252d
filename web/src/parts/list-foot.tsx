import { Button, Group, Text } from '@mantine/core'
import type { List } from '../api/hooks.ts'
import { formatCount } from '../format/money.ts'
import { useWords } from '../words/language.ts'

type Read = Pick<List<unknown>, 'rows' | 'total'>

/** How much of a list is shown, of how much. */
export function ListShown({ list }: { readonly list: Read }) {
  const { t, language } = useWords()
  return (
    <Text size="xs" c="dimmed" role="status">
      {t('common.shown', {
        shown: formatCount(language, list.rows.length),
        total: formatCount(language, list.total ?? list.rows.length),
      })}
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

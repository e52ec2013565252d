import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import type { TillForm } from './use-till-form.ts'

/** Somebody was faster: what they changed, and what one may do about it. */
export function StaleNotice({ form }: { readonly form: TillForm }) {
  const { t } = useWords()
  const text = (value: string | boolean): string =>
    typeof value === 'boolean'
      ? t(value ? 'common.yes' : 'common.no')
      : value === ''
        ? t('terminal.nothing')
        : value
  return (
    <Alert color="orange" role="alert" icon={<Glyph name="bang" />} title={t('terminal.stale')} mb="sm">
      <Stack gap={6}>
        <Text size="sm">{t('terminal.staleText')}</Text>
        {form.theirs.map(({ field, before, after }) => (
          <Text size="sm" key={field}>
            {t('terminal.staleField', {
              field: t(`terminal.${field}`),
              before: text(before),
              after: text(after),
            })}
          </Text>
        ))}
        {form.theirs.length > 0 ? null : <Text size="sm">{t('terminal.staleOther')}</Text>}
        <Group gap="xs">
          <Button size="compact-sm" onClick={form.reset}>
            {t('terminal.loadAgain')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={form.rebase}>
            {t('terminal.keepMine')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}

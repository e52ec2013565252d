import { Anchor, Button, Code, Stack } from '@mantine/core'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { EmptyNotice } from '../parts/notices.tsx'
import { Screen } from '../parts/screen.tsx'
import { useWords } from '../words/language.ts'

export function NotFound() {
  const { t } = useWords()
  return (
    <Screen title={t('shell.notFound')}>
      <EmptyNotice glyph="question" title={t('shell.notFoundHint')}>
        <Anchor component={Link} to="/chain">
          {t('shell.home')}
        </Anchor>
      </EmptyNotice>
    </Screen>
  )
}

/** A fault of the page itself: the text is for whoever mends it. */
export function Crashed({ error }: ErrorComponentProps) {
  const { t } = useWords()
  return (
    <Screen title={t('shell.crashed')}>
      <EmptyNotice glyph="bang" title={t('shell.crashedHint')}>
        <Stack align="center">
          <Button onClick={() => location.reload()}>{t('shell.reload')}</Button>
          <Code block className="crash">
            {error instanceof Error ? (error.stack ?? error.message) : String(error)}
          </Code>
        </Stack>
      </EmptyNotice>
    </Screen>
  )
}

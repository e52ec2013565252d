import { Anchor, Button, Code, Stack } from '@mantine/core'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useLiveStatus } from '../live/use-live.tsx'
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

/** As Chromium, Firefox, Safari and Vite say that a file of the page did not come. */
const NOT_LOADED = /dynamically imported module|module script failed|preload CSS/i

/** The page is there and a screen of it is not: loaded anew as soon as the server is there again, and not sooner. */
function NotLoaded() {
  const { t } = useWords()
  const { state } = useLiveStatus()
  const [wasAway, setWasAway] = useState(false)
  useEffect(() => {
    if (state !== 'live') setWasAway(true)
    else if (wasAway) location.reload()
  }, [state, wasAway])
  const isAway = state !== 'live'
  return (
    <Screen title={t('shell.notLoaded')}>
      <EmptyNotice glyph="off" title={t(isAway ? 'shell.notLoadedHint' : 'shell.crashedHint')}>
        {isAway ? null : <Button onClick={() => location.reload()}>{t('shell.reload')}</Button>}
      </EmptyNotice>
    </Screen>
  )
}

export function Crashed(props: ErrorComponentProps) {
  const { error } = props
  return error instanceof Error && NOT_LOADED.test(error.message) ? <NotLoaded /> : <Broken {...props} />
}

/** A fault of the page itself: the text is for whoever mends it. */
function Broken({ error }: ErrorComponentProps) {
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

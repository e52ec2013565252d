/** The button in the head, and the keys of every screen: `/`, Ctrl-K, `?`. */
import { Button, Kbd } from '@mantine/core'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useWords } from '../words/language.ts'
import { listen, useKeys } from './keys.ts'

const palette = () => import('./palette.tsx')
const Palette = lazy(async () => ({ default: (await palette()).Palette }))
const Help = lazy(async () => ({ default: (await import('./help.tsx')).Help }))

export function JumpButton() {
  const { t } = useWords()
  const [open, setOpen] = useState<'palette' | 'help'>()
  useEffect(listen, [])
  useEffect(() => {
    // There before its key is pressed: what is typed next is meant for it.
    const timer = setTimeout(() => void palette().catch(() => {}), 1000)
    return () => clearTimeout(timer)
  }, [])
  useKeys(t('shell.everywhere'), [
    { press: ['/', 'Mod+k'], does: t('shell.jump'), run: () => setOpen('palette') },
    { press: '?', does: t('shell.help'), run: () => setOpen('help') },
    { press: 'Escape', does: t('shell.closes') },
  ])
  const close = () => setOpen(undefined)
  return (
    <>
      <Button
        variant="default"
        size="xs"
        className="jump"
        aria-keyshortcuts="/ Control+K Meta+K"
        rightSection={<Kbd size="xs">/</Kbd>}
        onClick={() => setOpen('palette')}
      >
        <span className="jump-words">{t('shell.jump')}</span>
      </Button>
      <Suspense>
        {open === 'palette' ? <Palette onClose={close} /> : null}
        {open === 'help' ? <Help onClose={close} /> : null}
      </Suspense>
    </>
  )
}

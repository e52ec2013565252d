/** Says over the screen, without moving it, that what is shown is of before. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { formatClock, viewerZone } from '../format/time.ts'
import { useLive, useLiveStatus } from '../live/use-live.tsx'
import { Glyph } from '../parts/glyph.tsx'
import { useWords } from '../words/language.ts'

/** A stream that comes back within this is nobody's concern. */
const PATIENCE_MS = 6000

export function StaleBanner() {
  const { t, language } = useWords()
  const live = useLive()
  const client = useQueryClient()
  const { state, heardAt } = useLiveStatus()
  const [isLate, setLate] = useState(false)
  const isStale = state === 'stale' && heardAt !== undefined
  useEffect(() => {
    if (!isStale) return setLate(false)
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isStale])
  if (!isLate || heardAt === undefined) return null
  const again = () => {
    live.close()
    live.open()
    void client.invalidateQueries()
  }
  return (
    <section className="stale" role="alert">
      <Glyph name="off" size={18} />
      <span>{t('shell.staleBanner', { time: formatClock(language, heardAt, viewerZone()) })}</span>
      <Button size="compact-sm" variant="default" onClick={again}>
        {t('common.again')}
      </Button>
    </section>
  )
}

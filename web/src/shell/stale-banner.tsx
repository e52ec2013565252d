/** Says over the screen, without moving it, that what is shown is of before: all of it, or answers that fail. */
import { Button, Code } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { asProblem } from '../api/problem.ts'
import { serverNow } from '../format/now.ts'
import { formatClock, viewerZone } from '../format/time.ts'
import { isFailing, type OldAnswers, watchOld } from '../live/old.ts'
import { useLive, useLiveStatus } from '../live/use-live.tsx'
import { Glyph } from '../parts/glyph.tsx'
import { useProblemText } from '../parts/notices.tsx'
import { useWords } from '../words/language.ts'

/** A stream that comes back within this is nobody's concern. */
const PATIENCE_MS = 6000

/** Since when the stream is silent, once that is worth a word. */
function useSilence(): Date | undefined {
  const { state, heardAt } = useLiveStatus()
  const [isLate, setLate] = useState(false)
  const isStale = state === 'stale' && heardAt !== undefined
  useEffect(() => {
    if (!isStale) return setLate(false)
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isStale])
  return isLate ? heardAt : undefined
}

const isAlike = (one: OldAnswers | undefined, other: OldAnswers | undefined): boolean =>
  one?.readAt === other?.readAt && one?.error === other?.error

function useOldAnswers(): OldAnswers | undefined {
  const client = useQueryClient()
  const [old, setOld] = useState<OldAnswers>()
  useEffect(
    () => watchOld(client, (next) => setOld((former) => (isAlike(former, next) ? former : next))),
    [client],
  )
  return old
}

interface BannerProps {
  readonly children: ReactNode
  readonly onAgain: () => Promise<unknown>
}
function Banner({ children, onAgain }: BannerProps) {
  const { t } = useWords()
  const [isBusy, setBusy] = useState(false)
  const again = () => {
    setBusy(true)
    void onAgain().finally(() => setBusy(false))
  }
  return (
    <section className="stale" role="alert">
      <Glyph name="off" size={18} />
      <span>{children}</span>
      <Button size="compact-sm" variant="default" loading={isBusy} onClick={again}>
        {t('common.again')}
      </Button>
    </section>
  )
}

/** Why, in the catalogue's words with the code beside them, as wherever a problem is told. */
function OldText({ old }: { readonly old: OldAnswers }) {
  const { t, language } = useWords()
  const text = useProblemText()
  const problem = asProblem(old.error)
  // Read by the viewer's clock, told by the server's, as every age is.
  const readAt = new Date(old.readAt + serverNow() - Date.now())
  return (
    <>
      {t('shell.oldBanner', { time: formatClock(language, readAt, viewerZone()) })} {text(problem)}{' '}
      <Code>{problem.code}</Code>
    </>
  )
}

export function StaleBanner() {
  const { t, language } = useWords()
  const live = useLive()
  const client = useQueryClient()
  const silentSince = useSilence()
  const old = useOldAnswers()
  if (silentSince !== undefined) {
    const again = () => {
      live.close()
      live.open()
      return client.invalidateQueries()
    }
    return (
      <Banner key="silent" onAgain={again}>
        {t('shell.staleBanner', { time: formatClock(language, silentSince, viewerZone()) })}
      </Banner>
    )
  }
  if (old === undefined) return null
  return (
    <Banner key="old" onAgain={() => client.refetchQueries({ predicate: isFailing })}>
      <OldText old={old} />
    </Banner>
  )
}

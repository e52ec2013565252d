/** A summary for who listens: at most every 30 seconds, and only when it has something new to say. */
import { useEffect, useRef, useState } from 'react'
import type { Outlook } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { useWords } from '../../words/language.ts'

const SAY_MS = 30_000

export function Announcer({ outlook }: { readonly outlook: Outlook | undefined }) {
  const { t, language } = useWords()
  const [said, setSaid] = useState('')
  const saidAt = useRef(0)
  const number = (count: number) => formatCount(language, count)
  const text =
    outlook === undefined
      ? ''
      : t('board.summary', {
          answer: t(`board.answers.${outlook.answer}`),
          done: number(outlook.done),
          total: number(outlook.total),
          person: number(outlook.needPerson),
          risk: number(outlook.storesAtRiskCount),
        })
  useEffect(() => {
    if (text === '' || text === said) return
    const timer = window.setTimeout(
      () => {
        saidAt.current = Date.now()
        setSaid(text)
      },
      Math.max(0, saidAt.current + SAY_MS - Date.now()),
    )
    return () => clearTimeout(timer)
  }, [text, said])
  return (
    <div role="status" aria-live="polite" className="chain-said">
      {said}
    </div>
  )
}

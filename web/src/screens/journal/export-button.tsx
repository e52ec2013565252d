/** «Выгрузить CSV»: reads on while one looks on, then a link to the file, made here in the browser. */
import { Anchor, Button, CloseButton } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { formatCount } from '../../format/money.ts'
import { Mark } from '../../parts/mark.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { type ColumnId, columnIds, csvOf } from './csv.ts'
import { MOST_ROWS, readAllEvents } from './read-all.ts'

interface ExportProps {
  readonly filter: string
  /** Of the file: `journal-M1`. */
  readonly name: string
}

type State =
  | { readonly step: 'idle' }
  | { readonly step: 'reading'; readonly count: number }
  | { readonly step: 'failed'; readonly error: unknown }
  | { readonly step: 'done'; readonly url: string; readonly count: number; readonly isCut: boolean }

function useExport({ filter }: ExportProps) {
  const { t, language } = useWords()
  const [state, setState] = useState<State>({ step: 'idle' })
  const stop = useRef<AbortController>(undefined)
  const url = state.step === 'done' ? state.url : undefined
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url])
  useEffect(() => () => stop.current?.abort(), [])
  // What was read by another filter is no answer to this one.
  useEffect(() => {
    if (filter !== undefined) setState({ step: 'idle' })
    return () => stop.current?.abort()
  }, [filter])
  const end = () => {
    stop.current?.abort()
    setState({ step: 'idle' })
  }
  const start = async () => {
    const own = new AbortController()
    stop.current = own
    setState({ step: 'reading', count: 0 })
    const told = (count: number) => !own.signal.aborted && setState({ step: 'reading', count })
    try {
      const { events, isCut } = await readAllEvents(filter, { signal: own.signal, told })
      if (own.signal.aborted) return
      const titles = Object.fromEntries(columnIds.map((id) => [id, t(`journal.columns.${id}`)])) as Record<
        ColumnId,
        string
      >
      const file = new Blob([csvOf(events, titles, language)], { type: 'text/csv;charset=utf-8' })
      setState({ step: 'done', url: URL.createObjectURL(file), count: events.length, isCut })
    } catch (error) {
      if (!own.signal.aborted) setState({ step: 'failed', error })
    }
  }
  return { state, start, end }
}

export function ExportButton(props: ExportProps) {
  const { t, language } = useWords()
  const { state, start, end } = useExport(props)
  const file = `${props.name}-${new Date().toISOString().slice(0, 10)}.csv`
  if (state.step === 'reading')
    return (
      <span className="journal-export" role="status">
        <Mark
          tone="busy"
          glyph="play"
          label={t('journal.exporting', { number: formatCount(language, state.count) })}
        />
        <Button size="compact-sm" variant="default" onClick={end}>
          {t('journal.stopExport')}
        </Button>
      </span>
    )
  if (state.step === 'done')
    return (
      <span className="journal-export" role="status">
        <Anchor href={state.url} download={file} size="sm">
          {t('journal.download', { file })}
        </Anchor>
        <span className="journal-quiet">{t('journal.exported', { count: state.count })}</span>
        {state.isCut ? (
          <Mark
            tone="warn"
            glyph="bang"
            label={t('journal.exportBound', { number: formatCount(language, MOST_ROWS) })}
          />
        ) : null}
        <CloseButton size="xs" aria-label={t('common.close')} onClick={end} />
      </span>
    )
  return (
    <>
      {state.step === 'failed' ? <ProblemNotice error={state.error} /> : null}
      <Button size="compact-sm" variant="default" onClick={() => void start()}>
        {t('journal.export')}
      </Button>
    </>
  )
}

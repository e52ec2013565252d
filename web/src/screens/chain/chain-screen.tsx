/** The first screen: will every store open, which may not, and every till of the chain at once. */
import './chain.css'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Outlook } from '../../api/types.ts'
import { FirstSteps } from '../../parts/first-steps.tsx'
import { NoneOfYours, useHasNoStore } from '../../parts/none-of-yours.tsx'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useKeys } from '../../shell/keys.ts'
import { type PageWords, useWords } from '../../words/language.ts'
import { Announcer } from './announcer.tsx'
import { AtRisk } from './at-risk.tsx'
import { BoardGrid } from './board-grid.tsx'
import type { BoardModel } from './board-store.ts'
import { Headline } from './headline.tsx'
import { isGrouping } from './layout.ts'
import { Legend } from './legend.tsx'
import { failures, marksOf } from './marks.ts'
import { nextOf } from './moves.ts'
import { previewFor, RetryPreview } from './retry.tsx'
import { Toolbar } from './toolbar.tsx'
import { useBoard, useOutlook } from './use-board.ts'
import { useLayout, useWidth } from './use-layout.ts'

export function ChainScreen() {
  const { t } = useWords()
  const { rollout, filter } = useParams()
  const board = useBoard({ rollout, filter })
  const outlook = useOutlook(rollout, board.model !== undefined || board.error !== null)
  const { width, frame } = useWidth()
  const hasNone = useHasNoStore()
  if (hasNone === true)
    return (
      <Screen title={t('shell.nav.chain')}>
        <NoneOfYours />
      </Screen>
    )
  return (
    <Screen title={t('shell.nav.chain')}>
      <div className="chain" ref={frame}>
        <Top outlook={outlook.data} error={outlook.error} model={board.model} />
        {board.error === null ? null : <ProblemNotice error={board.error} onAgain={board.again} />}
        {board.model === undefined ? (
          board.error === null && <LoadingNotice />
        ) : (
          <Board
            {...{ model: board.model, isOld: board.isOld, width }}
            rollouts={outlook.data?.rollouts ?? NO_ROLLOUTS}
          />
        )}
        <Announcer outlook={outlook.data} />
      </div>
    </Screen>
  )
}
const NO_ROLLOUTS: Outlook['rollouts'] = []
const nothing = () => () => {}

interface TopProps {
  readonly outlook: Outlook | undefined
  readonly error: unknown
  readonly model: BoardModel | undefined
}
function Top({ outlook, error, model }: TopProps) {
  const counts = useSyncExternalStore(model?.subscribe ?? nothing, () => model?.counts())
  if (outlook === undefined && error != null) return <ProblemNotice error={error} />
  if (outlook === undefined || counts === undefined) return <Waiting />
  return (
    <>
      {/* An answer of before is not given as one of now. */}
      {error == null ? null : <ProblemNotice error={error} />}
      <div className="chain-top">
        <Headline outlook={outlook} counts={counts} />
        <AtRisk outlook={outlook} />
      </div>
    </>
  )
}

/** In the headline's place, and of its height. */
function Waiting() {
  const { t } = useWords()
  return (
    <section className="chain-headline" aria-busy="true" aria-labelledby="chain-question">
      <div className="chain-answer">
        <h2 id="chain-question">{t('board.question')}</h2>
        <span className="chain-quiet">{t('common.loading')}</span>
      </div>
    </section>
  )
}

type KeyWord = keyof PageWords['board']['keyWords']

interface BoardProps {
  readonly model: BoardModel
  readonly isOld: boolean
  /** Pixels. */
  readonly width: number
  readonly rollouts: Outlook['rollouts']
}
function Board({ model, isOld, width, rollouts }: BoardProps) {
  const { t } = useWords()
  const params = useParams()
  const set = useSetParams()
  const scroller = useRef<HTMLDivElement>(null)
  const isPointed = useRef(false)
  const [at, setAt] = useState<{ cashId: string | undefined; asked: number }>({
    cashId: params.till,
    asked: 0,
  })
  const by = isGrouping(params.by) ? params.by : 'none'
  const shown = useMemo(() => marksOf(params.state), [params.state])
  const isHeld = useCallback(
    () => isPointed.current || (scroller.current?.contains(document.activeElement) ?? false),
    [],
  )
  const place = useLayout({ model, by, shown, view: params.view }, width, isHeld)
  const { layout } = place
  const move = useCallback(
    (cashId: string, focus: boolean) =>
      setAt((former) => ({ cashId, asked: focus ? former.asked + 1 : former.asked })),
    [],
  )
  const wanted = shown.size > 0 ? shown : failures
  const isMeant = (cashId: string): boolean => {
    const mark = model.cell(cashId)?.mark
    return mark !== undefined && wanted.has(mark)
  }
  const toFailure = (way: 1 | -1) => {
    const next = nextOf(layout.order, at.cashId, way, isMeant)
    if (next !== undefined) move(next, true)
  }
  const retry = () => {
    const focused = scroller.current?.contains(document.activeElement) ? at.cashId : undefined
    const preview = previewFor(model, focused, shown)
    if (preview !== undefined) set({ preview })
  }
  const does = (word: KeyWord): string => t(`board.keyWords.${word}`)
  useKeys(t('board.board'), [
    { press: ['ArrowLeft', 'ArrowRight'], does: does('till') },
    { press: ['ArrowUp', 'ArrowDown'], does: does('store') },
    { press: ['Home', 'End'], does: does('row') },
    { press: ['Mod+Home', 'Mod+End'], does: does('whole') },
    { press: ['PageUp', 'PageDown'], does: does('page') },
    { press: 'Enter', does: does('open') },
    { press: 'f', does: does('next'), run: () => toFailure(1) },
    { press: 'F', does: does('former'), run: () => toFailure(-1) },
    { press: 'r', does: does('retry'), run: retry },
  ])
  useReturn(params.till !== undefined || params.preview !== undefined, () => {
    if (at.cashId !== undefined) move(at.cashId, true)
  })
  useFirstMark(layout.devices > 0)
  return (
    <section className="chain-board" aria-label={t('board.board')} data-old={isOld || undefined}>
      <Toolbar
        {...{ by, rollouts, isLarge: place.isLarge, isOutOfOrder: place.isOutOfOrder }}
        onArrange={place.arrange}
      />
      <Legend model={model} shown={shown} />
      {layout.devices === 0 ? (
        <Nothing isFiltered={shown.size > 0 || params.filter !== undefined} />
      ) : (
        <div
          className="chain-frame"
          onPointerEnter={() => {
            isPointed.current = true
          }}
          onPointerLeave={() => {
            isPointed.current = false
          }}
        >
          <BoardGrid
            {...{ model, layout, by, shown, rollouts, scroller, at }}
            {...{
              sizes: place.sizes,
              isLarge: place.isLarge,
              columns: place.columns,
              code: place.code,
              strip: place.strip,
            }}
            onMove={move}
          />
        </div>
      )}
      {params.preview === undefined ? null : (
        <RetryPreview preview={params.preview} onClose={() => set({ preview: undefined })} />
      )}
    </section>
  )
}

/** What opens over the board takes the focus, and gives it back to the till that it was on. */
function useReturn(isOpen: boolean, back: () => void) {
  const wasOpen = useRef(isOpen)
  useEffect(() => {
    if (wasOpen.current && !isOpen) back()
    wasOpen.current = isOpen
  })
}

/** When the board was first there: bench/page-board.ts reads it. */
function useFirstMark(isThere: boolean) {
  useEffect(() => {
    if (isThere && performance.getEntriesByName('board').length === 0) performance.mark('board')
  }, [isThere])
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  const { t } = useWords()
  if (isFiltered) return <EmptyNotice title={t('common.nothingFound')} hint={t('common.nothingFoundHint')} />
  return <FirstSteps />
}

/** What the cell under the pointer, or the one with the focus, says in full. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react'
import { serverNow } from '../../format/now.ts'
import { formatMoment, formatSpan } from '../../format/time.ts'
import { Mark, useReason } from '../../parts/mark.tsx'
import { Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import type { BoardStore, Cell } from './board-data.ts'
import type { BoardModel } from './board-store.ts'
import { markSigns } from './mark-signs.ts'

interface Spot {
  readonly cashId: string
  readonly left: number
  readonly top: number
  readonly bottom: number
}
const cellOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-cash]') : null

function spotOf(element: HTMLElement): Spot {
  const { left, top, bottom } = element.getBoundingClientRect()
  return { cashId: element.dataset.cash ?? '', left, top, bottom }
}

/** Follows pointer and focus; gone with Escape, or when what it lies beside moves. */
function useSpot(scroller: RefObject<HTMLElement | null>): Spot | undefined {
  const [spot, setSpot] = useState<Spot>()
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const end = new AbortController()
    const on = (name: string, told: (event: Event) => void, at: EventTarget = element) =>
      at.addEventListener(name, told, { signal: end.signal, passive: true })
    const show = ({ target }: Event) => {
      const cell = cellOf(target)
      if (cell !== null) setSpot(spotOf(cell))
    }
    const focused = () => {
      const cell = element.contains(document.activeElement) ? cellOf(document.activeElement) : null
      setSpot(cell === null ? undefined : spotOf(cell))
    }
    on('pointerover', show)
    on('focusin', show)
    on('pointerleave', focused)
    on('focusout', () => setSpot(undefined))
    on('scroll', () => requestAnimationFrame(focused))
    on('keydown', (event) => (event as KeyboardEvent).key === 'Escape' && setSpot(undefined), window)
    return () => end.abort()
  }, [scroller])
  return spot
}

const WIDTH = 320
const ROOM = 190
/** Beside the cell, where there is room. */
const placeOf = ({ left, top, bottom }: Spot) => ({
  left: Math.max(8, Math.min(left, window.innerWidth - WIDTH - 8)),
  ...(bottom + ROOM < window.innerHeight ? { top: bottom + 6 } : { bottom: window.innerHeight - top + 6 }),
})

interface CardProps {
  readonly id: string
  readonly scroller: RefObject<HTMLElement | null>
  readonly model: BoardModel
}
export function CellCard({ id, scroller, model }: CardProps) {
  const spot = useSpot(scroller)
  const read = () => (spot === undefined ? undefined : model.cell(spot.cashId))
  const cell = useSyncExternalStore(model.subscribe, read)
  const store = spot === undefined ? undefined : model.storeOf(spot.cashId)
  const isShown = spot !== undefined && cell !== undefined && store !== undefined
  return (
    <div
      id={id}
      role="tooltip"
      className="chain-card"
      hidden={!isShown}
      style={isShown ? placeOf(spot) : undefined}
    >
      {isShown ? <CardText cell={cell} store={store} /> : null}
    </div>
  )
}

function CardText({ cell, store }: { readonly cell: Cell; readonly store: BoardStore }) {
  const { t, language } = useWords()
  const reason = useReason(cell.reason)
  const said = cell.saidAt
  // It is told in minutes.
  const seconds = said === null ? null : (serverNow() - said) / 1000
  const age =
    seconds === null
      ? t('board.neverSaid')
      : seconds < 60
        ? t('board.saidNow')
        : t('board.said', { span: formatSpan(language, seconds) })
  const kind = t(`board.kinds.${cell.kind}`, { defaultValue: cell.kind })
  return (
    <>
      <div className="chain-card-head">
        {store.code} · {kind} {cell.number > 0 ? t('board.numbered', { number: cell.number }) : null}
        <span className="chain-quiet">{cell.cashId}</span>
      </div>
      <div className="chain-quiet">{store.name}</div>
      <Mark {...markSigns[cell.mark]} label={t(`board.marks.${cell.mark}`)} />
      {reason === undefined ? null : (
        <div>
          {reason.label}
          {reason.advice === '' ? null : (
            <span className="chain-quiet"> {t('board.advice', { advice: reason.advice })}</span>
          )}
        </div>
      )}
      <div className="chain-card-facts">
        <span>
          {t('board.versionIs')} <Version digits={cell.version} />
        </span>
        {cell.wave === null ? null : <span>{t('board.wave', { number: cell.wave })}</span>}
        <span>{age}</span>
      </div>
      {Number.isFinite(store.opensAt) ? (
        <div className="chain-quiet">
          {t('board.opensAt', {
            time: formatMoment(language, new Date(store.opensAt), store.zone),
            zone: store.zone,
          })}
        </div>
      ) : null}
    </>
  )
}

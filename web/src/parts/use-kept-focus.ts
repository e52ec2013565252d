/** Where what had the focus is gone, its surroundings have it: who goes on by keyboard does not begin at the page's top. */
import { type RefObject, useEffect, useRef } from 'react'

const isInDialog = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role="dialog"]') !== null

interface Keeper {
  readonly around: HTMLElement
  isInside: boolean
}
/** The outer ones first, as they came. */
const keepers = new Set<Keeper>()

function restore(): void {
  if (document.activeElement !== document.body) return
  const innermost = [...keepers].findLast(({ isInside }) => isInside)
  innermost?.around.focus({ preventScroll: true })
}

/** To be given to an element with a `tabIndex` of -1. */
export function useKeptFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null)
  useEffect(() => {
    const around = ref.current
    if (around === null) return
    const keeper: Keeper = { around, isInside: false }
    keepers.add(keeper)
    const enter = () => {
      keeper.isInside = true
    }
    // What is taken away goes nowhere; a dialog that was opened from here gives the focus back.
    const leave = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget !== null && !isInDialog(relatedTarget)) keeper.isInside = false
    }
    // Beside everything: nothing is meant to have it.
    const press = () => {
      keeper.isInside = false
    }
    const observer = new MutationObserver(restore)
    observer.observe(document.body, { childList: true, subtree: true })
    around.addEventListener('focusin', enter)
    around.addEventListener('focusout', leave)
    document.addEventListener('pointerdown', press)
    return () => {
      keepers.delete(keeper)
      observer.disconnect()
      around.removeEventListener('focusin', enter)
      around.removeEventListener('focusout', leave)
      document.removeEventListener('pointerdown', press)
    }
  }, [])
  return ref
}

/** Keys of the whole screen. Not while somebody types, nor behind a dialog. */
import { useEffect, useRef } from 'react'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null
const hasDialog = (): boolean => document.querySelector('[role="dialog"]') !== null

/** @param keys by what the key says: `f`, `F`, `?` */
export function useScreenKeys(keys: readonly (readonly [key: string, act: () => void])[]): void {
  const present = useRef(keys)
  useEffect(() => {
    present.current = keys
  })
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (isTyping(event.target) || hasDialog()) return
      const act = present.current.find(([key]) => key === event.key)?.[1]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
}

import { useRef, useState } from 'react'

/** What a dialog is open for. When it closes, the focus is back where it was opened from. */
export function useAsked<T>(): {
  readonly asked: T | undefined
  readonly ask: (what: T) => void
  readonly close: () => void
} {
  const [asked, setAsked] = useState<T>()
  const opener = useRef<HTMLElement>(null)
  return {
    asked,
    ask: (what) => {
      opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null
      setAsked(what)
    },
    close: () => {
      setAsked(undefined)
      // Only when the dialog is gone does it let the focus go.
      setTimeout(() => opener.current?.focus())
    },
  }
}

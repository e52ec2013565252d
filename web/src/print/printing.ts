/** Whether the page is being put on paper: then every row is drawn, and it is light whatever the screen is. */
import { useSyncExternalStore } from 'react'

let isPrinting = false
let formerScheme: string | undefined
const watchers = new Set<() => void>()

/** Paper is white: every rule of the dark theme goes by this attribute. */
function turnScheme(isOnPaper: boolean): void {
  const { dataset } = document.documentElement
  if (isOnPaper) formerScheme = dataset.mantineColorScheme
  const next = isOnPaper ? 'light' : formerScheme
  if (next !== undefined) dataset.mantineColorScheme = next
}

function turn(next: boolean): void {
  if (next === isPrinting) return
  isPrinting = next
  turnScheme(next)
  for (const told of watchers) told()
}

/** Once, when the page begins. What is told here is drawn before the paper is laid out. */
export function startPrinting(): void {
  matchMedia('print').addEventListener('change', ({ matches }) => turn(matches))
  addEventListener('beforeprint', () => turn(true))
  addEventListener('afterprint', () => turn(false))
}

function watch(told: () => void): () => void {
  watchers.add(told)
  return () => watchers.delete(told)
}

export const usePrinting = (): boolean => useSyncExternalStore(watch, () => isPrinting)

/** Keys of the page: who listens to which, told to everyone who asks for help. */
import { useEffect, useId, useRef, useSyncExternalStore } from 'react'

export interface Key {
  /** As `event.key` has it, `Mod+k` with Ctrl or Cmd. Several are one entry: the four arrows. */
  readonly press: string | readonly string[]
  /** What it does, in words. */
  readonly does: string
  /** Left out: the screen's own element listens, and this is only told. */
  readonly run?: () => void
}
interface Scope {
  readonly name: string
  readonly keys: readonly Key[]
}

const scopes = new Map<string, Scope>()
const watchers = new Set<() => void>()
let told: readonly Scope[] = []

function put(id: string, scope: Scope | undefined): void {
  if (scope === undefined) scopes.delete(id)
  else scopes.set(id, scope)
  told = [...scopes.values()]
  for (const watch of watchers) watch()
}

/** While the one who calls is shown: `useKeys(t('board.title'), [{ press: 'f', does: t('board.nextFailure'), run }])`. */
export function useKeys(name: string, keys: readonly Key[]): void {
  const id = useId()
  const latest = useRef(keys)
  latest.current = keys
  const shape = keys.map(({ press, does }) => `${String(press)} ${does}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is run may change at every look, what is told by its shape
  useEffect(() => {
    const keyed = latest.current.map(({ run, ...key }, at) =>
      run === undefined ? key : { ...key, run: () => latest.current[at]?.run?.() },
    )
    put(id, { name, keys: keyed })
    return () => put(id, undefined)
  }, [id, name, shape])
}

/** Of everything that is shown at this moment, the page's own last. */
export const useAllKeys = (): readonly Scope[] =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => told,
  )

const isCyrillic = (key: string): boolean => /^\p{Script=Cyrillic}$/u.test(key)

/** By what it types and, for who types Russian, by where it lies: `f` is «а» there, `/` is a dot. */
function isPressed(press: string, event: KeyboardEvent): boolean {
  const isMod = press.startsWith('Mod+')
  if (isMod !== (event.ctrlKey || event.metaKey) || event.altKey) return false
  const key = isMod ? press.slice(4) : press
  if (event.key === key) return true
  if (key === '/') return event.code === 'Slash' && event.key === '.'
  if (key === '?') return event.code === 'Slash' && event.key === ','
  if (isMod) return event.code === `Key${key.toUpperCase()}`
  return (
    isCyrillic(event.key) &&
    event.code === `Key${key.toUpperCase()}` &&
    event.shiftKey === (key !== key.toLowerCase())
  )
}

const TYPED =
  'input:not([type="checkbox"]):not([type="radio"]):not([type="button"]), textarea, select, [contenteditable="true"]'
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(TYPED) !== null
const isDialogOpen = (): boolean => document.querySelector('[role="dialog"], [role="alertdialog"]') !== null

/** The one listener. What is typed into a field or done in a dialog is meant for that alone; `Mod+` is meant always. */
export function listen(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const isBusy = isTyping(event.target) || isDialogOpen()
    for (const { keys } of [...told].reverse())
      for (const { press, run } of keys) {
        const one = [press].flat().find((each) => isPressed(each, event))
        if (one === undefined || run === undefined || (isBusy && !one.startsWith('Mod+'))) continue
        event.preventDefault()
        run()
        return
      }
  }
  document.addEventListener('keydown', pressed)
  return () => document.removeEventListener('keydown', pressed)
}

/** Stores, tills and rollouts by what was typed, found by the server. */
import { useEffect, useState } from 'react'
import { useList } from '../api/hooks.ts'
import type { Device, Rollout, Store } from '../api/types.ts'
import { useWords } from '../words/language.ts'
import type { Place } from './places.ts'

const REST_MS = 180
const MOST = 6
/** More are asked for: the server finds a text in telephones and addresses, too, and what is called so comes first. */
const ASKED = 30

/** The text once typing rests. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim()

/** Each word is looked for as it was typed, and all of them have to be there. */
const asFilter = (text: string): string =>
  printable(text)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 8)
    .map(quoted)
    .join(' ')

/** A till has a number in its store, and an address, too: those are fields of their own. */
function asTillField(text: string): string | undefined {
  const word = printable(text)
  if (/^\d{1,4}$/.test(word)) return `number:${Number(word)}`
  return /^[\w-]+(\.[\w-]*)+$/.test(word) ? `host:${word}*` : undefined
}

const placeOfStore = ({ code, name, group }: Store): Place => ({
  id: `store:${code}`,
  title: `${name} (${code})`,
  hint: group ?? undefined,
  to: `/stores/${encodeURIComponent(code)}/tills`,
})
const placeOfTill = ({ cashId, name, host, store }: Device, number: string): Place => ({
  id: `till:${cashId}`,
  title: `${name} · ${cashId}`,
  hint: [store, number, host].filter((one) => one !== null).join(' · '),
  to: `/stores/${encodeURIComponent(store)}/tills`,
  search: { till: cashId },
})

/** What is named so before what merely has it somewhere. */
function ranked(places: readonly Place[], text: string): readonly Place[] {
  const asked = text.trim().toLocaleLowerCase()
  const rank = ({ id, title }: Place): number => {
    const name = id.slice(id.indexOf(':') + 1).toLocaleLowerCase()
    if (name === asked) return 0
    return name.includes(asked) || title.toLocaleLowerCase().includes(asked) ? 1 : 2
  }
  return [...places].sort((a, b) => rank(a) - rank(b)).slice(0, MOST)
}

export interface Found {
  readonly stores: readonly Place[]
  readonly tills: readonly Place[]
  readonly rollouts: readonly Place[]
  readonly isBusy: boolean
  readonly error: unknown
}

/** Nothing is asked for an empty text. */
export function useFound(text: string): Found {
  const { t, core } = useWords()
  const rested = useRested(text)
  const filter = asFilter(rested)
  const field = asTillField(rested)
  const enabled = filter !== ''
  const stores = useList<Store>('/stores', { filter, limit: ASKED }, { enabled })
  const tills = useList<Device>('/devices', { filter, limit: ASKED }, { enabled })
  const byField = useList<Device>(
    '/devices',
    { filter: field, limit: ASKED },
    { enabled: enabled && field !== undefined },
  )
  const rollouts = useList<Rollout>('/rollouts', { filter, limit: ASKED }, { enabled })
  const own = field === undefined ? tills.rows : [...tills.rows, ...byField.rows]
  const unlike = [...new Map(own.map((one) => [one.cashId, one])).values()]
  const lists = [stores, tills, rollouts]
  return {
    stores: enabled ? ranked(stores.rows.map(placeOfStore), rested) : [],
    tills: enabled
      ? ranked(
          unlike.map((one) => placeOfTill(one, t('jump.number', { number: one.number }))),
          rested,
        )
      : [],
    rollouts: enabled
      ? rollouts.rows.slice(0, MOST).map(({ id, name, state }) => ({
          id: `rollout:${id}`,
          title: name,
          hint: core.rolloutStates[state].label,
          to: `/rollouts/${id}`,
        }))
      : [],
    isBusy: rested !== text || (enabled && lists.some((one) => one.isLoading || one.isOld)),
    error: lists.find((one) => one.error !== null)?.error ?? null,
  }
}

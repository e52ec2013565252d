/** What was asked of one till lately, and a way to ask. */
import { post } from '../../api/client.ts'
import { useAnswer, useChange } from '../../api/hooks.ts'
import type { CommandSent, DeviceCommand, DeviceWhole, Page } from '../../api/types.ts'
import { setsState } from '../tills/orders.ts'

/** Waiting → running is no news of the stream. */
const WATCH_MS = 1000
const isLive = ({ state }: DeviceCommand): boolean => state === 'waiting' || state === 'running'
const someLive = (data: unknown): boolean =>
  (data as Page<DeviceCommand> | undefined)?.items.some(isLive) ?? false

export type ErrandKind = 'look' | 'closeShift' | 'autoUpdate' | 'downloadStart' | 'downloadStop'

export interface Errands {
  readonly send: (body: { readonly kind: ErrandKind; readonly on?: boolean }) => void
  readonly isSending: boolean
  readonly error: unknown
  /** Of the last one that was tried. */
  readonly tried: ErrandKind | undefined
  /** The newest of a kind. */
  readonly last: (kind: ErrandKind) => DeviceCommand | undefined
  readonly isUnderWay: (kind: ErrandKind) => boolean
}

export function useErrands({ cashId, store }: DeviceWhole): Errands {
  const path = `/devices/${encodeURIComponent(cashId)}/commands`
  const found = useAnswer<Page<DeviceCommand>>(
    path,
    { limit: 20 },
    {
      topics: [`devices:${cashId}`, 'commands'],
      every: (data) => (someLive(data) ? WATCH_MS : undefined),
    },
  )
  const change = useChange(
    (body: Parameters<Errands['send']>[0]) =>
      post<CommandSent>('/commands', { ...body, cashIds: [cashId] }, { setsState: setsState(body.kind) }),
    [`devices:${cashId}`, `stores:${store}`, 'commands'],
  )
  const last = (kind: ErrandKind) => found.data?.items.find((one) => one.kind === kind)
  return {
    send: change.mutate,
    isSending: change.isPending,
    error: change.error,
    tried: change.variables?.kind,
    last,
    isUnderWay: (kind) => {
      const one = last(kind)
      return (change.isPending && change.variables?.kind === kind) || (one !== undefined && isLive(one))
    },
  }
}

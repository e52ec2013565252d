/** What the parts of the screen ask of one rollout. */
import { useParams } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { Counts, Drift, RolloutOutlook, RolloutWhole, Timeline, Trouble } from '../../api/types.ts'

const MOVING: ReadonlySet<string> = new Set(['running', 'stopping'])
const BEGUN: ReadonlySet<string> = new Set(['running', 'paused', 'stopping', 'finished', 'cancelled'])

export const isMoving = ({ state }: Pick<RolloutWhole, 'state'>): boolean => MOVING.has(state)
/** It has rows: before, there is a plan and nothing else. */
export const hasBegun = ({ state, startedAt }: Pick<RolloutWhole, 'state' | 'startedAt'>): boolean =>
  BEGUN.has(state) && startedAt !== null

export function useRolloutId(): string {
  const { id = '' } = useParams({ strict: false })
  return id
}

export const pathOf = (id: string): string => `/rollouts/${encodeURIComponent(id)}`
export const topicsOf = (id: string): string[] => [`rollouts:${id}`]

/** No news tells of bytes that come in. */
const BYTES_MS = 3000

const isUploading = (data: unknown): boolean =>
  (data as RolloutWhole | undefined)?.storePackages.some((one) => one.state === 'uploading') ?? false

export const useRollout = (id: string) =>
  useAnswer<RolloutWhole>(
    pathOf(id),
    {},
    { topics: topicsOf(id), every: (data) => (isUploading(data) ? BYTES_MS : undefined) },
  )

export const useTroubles = (id: string) =>
  useAnswer<{ items: readonly Trouble[] }>(`${pathOf(id)}/troubles`, {}, { topics: topicsOf(id) })

const CLOCK_MS = 5000
/** On its own beat: minute by minute is soon enough, and a busy night moves many times a second. */
export const useTimeline = (id: string, span: { from: string; to: string }, isLive: boolean) =>
  useAnswer<Timeline>(`${pathOf(id)}/timeline`, span, { every: () => (isLive ? CLOCK_MS : undefined) })

export const useOutlook = (id: string, enabled: boolean) =>
  useAnswer<RolloutOutlook>(`${pathOf(id)}/outlook`, {}, { enabled })

export const useFromVersions = (id: string, enabled: boolean) =>
  useAnswer<Counts>(`${pathOf(id)}/updates/counts`, { by: 'from' }, { enabled })

export const useDrift = (id: string, enabled: boolean) =>
  useAnswer<Drift>(`${pathOf(id)}/drift`, {}, { enabled, topics: ['stores', 'freezes'] })

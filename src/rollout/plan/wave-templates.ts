/** The usual waves, written out as their parts. Pure. */
import { isTimeZone, MINUTE_MS, zoneOf } from '../time/local-time.ts'
import type { PlanStore } from './plan-types.ts'
import type { WavePlan, WaveSpec, WaveTemplate } from './wave-types.ts'

/** Minutes east of UTC at that time; null: there is no such zone. */
function offsetMinutes(timeZone: string, at: number): number | null {
  return isTimeZone(timeZone) ? zoneOf(timeZone).offsetAt(at) / MINUTE_MS : null
}

/** `UTC+05:30` */
function offsetName(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (value: number) => String(value).padStart(2, '0')
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** One wave per offset of today: zones that share one are the same night. */
function eastToWest(stores: readonly PlanStore[], now: number): WaveSpec[] {
  const byOffset = new Map<number, string[]>()
  for (const zone of new Set(stores.map((store) => store.calendar.timeZone))) {
    const offset = offsetMinutes(zone, now)
    if (offset !== null) byOffset.set(offset, [...(byOffset.get(offset) ?? []), zone])
  }
  return [...byOffset]
    .sort(([a], [b]) => b - a)
    .map(([offset, zones]) => ({ by: 'zones', zones, name: offsetName(offset) }))
}

const rest = (name: string): WaveSpec => ({ by: 'rest', name })
const share = (percent: number): WaveSpec => ({
  by: 'percent',
  percent,
  cumulative: true,
  name: `${percent}%`,
})

function specsOf(template: WaveTemplate, stores: readonly PlanStore[], now: number): WaveSpec[] {
  switch (template.template) {
    case 'single':
      return [rest('all')]
    case 'pilotEvenOdd':
      return [
        { by: 'count', count: template.pilotStores ?? 1, name: 'pilot' },
        { by: 'parity', parity: 'even', name: 'even' },
        { by: 'parity', parity: 'odd', name: 'odd' },
      ]
    case 'canary':
      return [
        { by: 'count', count: template.stores ?? 1, name: 'canary' },
        ...(template.percents ?? [5, 25]).map(share),
        rest('rest'),
      ]
    case 'eastToWest':
      return eastToWest(stores, now)
    case 'stratifiedPilot': {
      const percent = template.percent ?? 25
      const between = percent === 100 ? [] : [share(percent)]
      return [{ by: 'cover', name: 'pilot' }, ...between, rest('rest')]
    }
  }
}

/**
 * The waves that were asked for, templates written out.
 * @param stores those of the targets
 * @param now milliseconds since 1970: offsets are those of this moment
 */
export function waveSpecs(waves: WavePlan, stores: readonly PlanStore[], now: number): readonly WaveSpec[] {
  if (!('template' in waves)) return waves
  const specs = specsOf(waves, stores, now)
  const [first, ...others] = specs
  if (first === undefined || waves.pilotGate === undefined) return specs
  return [{ ...first, gate: waves.pilotGate }, ...others]
}

/** An inventory in JSON, or what `ansible-inventory --list` prints. */
import type { Draft } from './check.ts'
import type { FaultCollector } from './faults.ts'
import { JsonFault, type PlacedJson, parsePlaced, placesIn } from './json-places.ts'

const NONE: ReadonlySet<string> = new Set()

export interface ReadPlaced {
  readonly json: PlacedJson
  readonly placeOf: ReturnType<typeof placesIn>
}

/** Undefined: no JSON, which `faults` tells of. */
export function readPlacedJson(text: string, faults: FaultCollector): ReadPlaced | undefined {
  const placeOf = placesIn(text)
  try {
    const json = parsePlaced(text)
    for (const { key, offset } of json.twice) {
      const detail = 'an object has a key once: take one of them out'
      faults.add({ code: 'keyTwice', place: placeOf(offset), field: key, detail })
    }
    return { json, placeOf }
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    faults.add({ code: error.code, place: placeOf(error.offset), detail: error.message })
    return undefined
  }
}

export const draftOfJson = ({ json, placeOf }: ReadPlaced): Draft => ({
  value: json.value,
  place: (path) => placeOf(json.offsetOf(path)),
  name: (path) => path.join('.'),
  broken: NONE,
})

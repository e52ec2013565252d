/** Virtual time: what happens next happens now. A binary heap of events; equal times in the order in which they were made. */

interface Entry {
  readonly at: number
  readonly place: number
  readonly run: () => void
}

export interface Agenda {
  /** Milliseconds since 1970. */
  now(): number
  /** Not before now. */
  at(time: number, run: () => void): void
  /** A step of a worker goes on (+1), or waits or has ended (-1): no event comes in between. */
  awake(change: 1 | -1): void
  /** Plays everything up to this time, and stands there afterwards. @throws what stop() was told */
  until(end: number): Promise<void>
  stop(error: unknown): void
  events(): number
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.place < b.place)

function sinkUp(heap: Entry[], entry: Entry): void {
  let at = heap.length
  heap.push(entry)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Entry
    if (!isBefore(entry, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = entry
}

function takeFirst(heap: Entry[]): Entry {
  const first = heap[0] as Entry
  const last = heap.pop() as Entry
  const { length } = heap
  if (length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= length) break
    if (child + 1 < length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1
    if (!isBefore(heap[child] as Entry, last)) break
    heap[at] = heap[child] as Entry
    at = child
  }
  heap[at] = last
  return first
}

export function createAgenda(start: number): Agenda {
  const heap: Entry[] = []
  let now = start
  let made = 0
  let played = 0
  let awake = 0
  let stopped: { readonly error: unknown } | undefined
  return {
    now: () => now,
    at: (time, run) => {
      made += 1
      sinkUp(heap, { at: Math.max(time, now), place: made, run })
    },
    awake: (change) => {
      awake += change
    },
    until: async (end) => {
      for (let first = heap[0]; first !== undefined && first.at <= end; first = heap[0]) {
        takeFirst(heap)
        now = first.at
        played += 1
        first.run()
        while (awake > 0) await null
        if (stopped !== undefined) throw stopped.error
      }
      now = Math.max(now, end)
    },
    stop: (error) => {
      stopped ??= { error }
    },
    events: () => played,
  }
}

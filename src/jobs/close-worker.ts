/** Ends BullMQ workers without waiting for the poll they hang in. */
import type { Worker } from 'bullmq'

/** Counts a worker's jobs, so that its end can wait for exactly those. */
export function countActive(worker: Pick<Worker, 'on'>): () => number {
  let active = 0
  worker.on('active', () => {
    active += 1
  })
  worker.on('completed', () => {
    active -= 1
  })
  // A stalled job of another worker is reported without having been ours.
  worker.on('failed', (job) => {
    if (job !== undefined) active = Math.max(0, active - 1)
  })
  return () => active
}

const LIMIT_MS = 30_000

/**
 * BullMQ's own orderly close waits for its blocking poll, up to `drainDelay` seconds a queue. This fetches nothing more,
 * waits until the jobs under way have been recorded, and then cuts the poll. What is fetched in between is delivered
 * again elsewhere, and begin() refuses it here or there.
 */
export async function closeWorker(
  worker: Pick<Worker, 'pause' | 'close'>,
  active: () => number,
): Promise<void> {
  await worker.pause(true)
  const end = Date.now() + LIMIT_MS
  while (active() > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  await worker.close(true)
}

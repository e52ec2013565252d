/** Ends BullMQ workers without waiting for the poll they hang in. */
import type { Processor, Worker } from 'bullmq'

/** A worker's jobs under way, so that its end can wait for exactly those. */
export interface ActiveJobs {
  /** Counts what the processor runs. */
  track<T, R>(process: Processor<T, R>): Processor<T, R>
  /** Learns from the worker when a job's end has been recorded. */
  watch(worker: Pick<Worker, 'on'>): void
  count(): number
}

/** A job whose end is not recorded by then was lost by its queue (an emptied Redis): nobody will record it. */
const RECORDED_MS = 2000

export function trackActive(): ActiveJobs {
  const active = new Set<string>()
  return {
    track: (process) => async (job, token, signal) => {
      const id = job.id ?? ''
      active.add(id)
      try {
        return await process(job, token, signal)
      } finally {
        setTimeout(() => active.delete(id), RECORDED_MS).unref()
      }
    },
    watch: (worker) => {
      worker.on('completed', (job) => active.delete(job.id ?? ''))
      // A stalled job of another worker is reported without having been ours.
      worker.on('failed', (job) => active.delete(job?.id ?? ''))
    },
    count: () => active.size,
  }
}

const LIMIT_MS = 30_000

/**
 * BullMQ's own orderly close waits for its blocking poll, up to `drainDelay` seconds a queue. This fetches nothing more,
 * waits until the jobs under way have been recorded, and then cuts the poll. What is fetched in between is delivered
 * again elsewhere, and begin() refuses it here or there.
 */
export async function closeWorker(
  worker: Pick<Worker, 'pause' | 'close'>,
  active: ActiveJobs,
): Promise<void> {
  await worker.pause(true)
  const end = Date.now() + LIMIT_MS
  while (active.count() > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  await worker.close(true)
}

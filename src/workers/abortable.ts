import { setTimeout as delay } from 'node:timers/promises'

/** Waits. Rejects with the signal's reason as soon as it is aborted. */
export async function abortable(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}

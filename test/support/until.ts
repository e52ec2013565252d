/** Waits for a condition, never for a time. Throws with the label and the last thing seen. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { within, label, every = 20 }: { within: number; label: string; every?: number },
): Promise<NonNullable<Exclude<T, false>>> {
  const end = Date.now() + within
  let seen: unknown
  for (;;) {
    // Who slept over the end looks once more: what was waited for may have come meanwhile.
    const isLast = Date.now() > end
    try {
      const value = await condition()
      if (value) return value as NonNullable<Exclude<T, false>>
      seen = value
    } catch (error) {
      seen = error
    }
    if (isLast) throw new Error(`not within ${within} ms: ${label}; last seen: ${String(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, every))
  }
}

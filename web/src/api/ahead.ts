/** The answer that web/public/ahead.js asked for before the page's scripts were there. */
interface Ahead {
  readonly address: string
  /** Milliseconds since 1970, by this machine's clock. */
  readonly sentAt: number
  readonly answer: Promise<Response>
}

/** An answer that has waited longer is old news. */
const LONGEST_MS = 10_000

/** Once, and only for just this address; undefined: it is to be asked for. */
export function takeAhead(address: string): Ahead | undefined {
  const { ahead } = globalThis as { ahead?: Ahead }
  if (ahead?.address !== address) return undefined
  Reflect.deleteProperty(globalThis, 'ahead')
  return Date.now() - ahead.sentAt < LONGEST_MS ? ahead : undefined
}

/** A wait for something that may never end: it then fails with its name, and with what is known by that time. */

export interface Bound {
  /** Milliseconds. */
  readonly within: number
  /** What should have happened. */
  readonly label: string
  /** What tells why it did not: states, the last lines of logs. */
  readonly evidence?: () => string | Promise<string>
}

/** Evidence is looked for where something hangs: the look must not hang as well. */
const EVIDENCE_MS = 5000

async function evidenceOf({ evidence }: Bound): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('(the look at it hangs too)'), EVIDENCE_MS)
  })
  const found = Promise.resolve()
    .then(() => evidence?.() ?? '')
    .catch((error: unknown) => `(the look at it failed: ${String(error)})`)
  return Promise.race([found, late]).finally(() => clearTimeout(timer))
}

/** The work's own end. What is late goes on, and nobody waits for it. @throws Error with label and evidence */
export async function bounded<T>(work: Promise<T>, bound: Bound): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), bound.within)
  })
  const won = await Promise.race([work.then((value) => ({ value })), late]).finally(() => clearTimeout(timer))
  if (won !== 'late') return won.value
  work.catch(() => {})
  throw new Error(`not within ${bound.within} ms: ${bound.label}\n${await evidenceOf(bound)}`)
}

/** The end of a log. */
export const lastLines = (text: string, count = 30): string =>
  text.trimEnd().split('\n').slice(-count).join('\n')

/** What the live stream tells, held against what an answer is made of. Pure. */

/**
 * `devices` touches `devices:1` and the other way round: the part and the whole. The stream tells of a kind and of the
 * names with it: then only those of that kind are meant.
 */
export function touches(own: readonly string[] | undefined, news: readonly string[]): boolean {
  if (own === undefined) return false
  const isNamed = (kind: string): boolean => news.some((one) => one.startsWith(`${kind}:`))
  return own.some((one) =>
    news.some(
      (two) =>
        one === two || isWhole(one, two) || (isWhole(two, one) && (two.endsWith(':*') || !isNamed(two))),
    ),
  )
}
const isWhole = (whole: string, part: string): boolean =>
  part.startsWith(`${whole}:`) || (whole.endsWith(':*') && part.startsWith(whole.slice(0, -1)))

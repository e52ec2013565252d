/** Ranges in the names of hosts: `shop[01:50]-till[a:c]`, with a step as `[0:20:5]`. */

const RANGE = /\[([0-9]+|[a-zA-Z]):([0-9]+|[a-zA-Z])(?::([0-9]+))?\]/

function members(from: string, to: string, step: number, max: number): string[] | undefined {
  const isNumber = /^\d+$/.test(from)
  if (isNumber !== /^\d+$/.test(to) || step < 1) return undefined
  const [first, last] = isNumber ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)]
  // Zeros in front are kept, and then both ends are as long.
  if (last < first || (from.startsWith('0') && isNumber && from.length > 1 && from.length !== to.length))
    return undefined
  const count = Math.floor((last - first) / step) + 1
  if (count > max) return undefined
  const width = isNumber && from.startsWith('0') ? from.length : 0
  return Array.from({ length: count }, (_, i) => {
    const value = first + i * step
    return isNumber ? String(value).padStart(width, '0') : String.fromCharCode(value)
  })
}

/** All names that the pattern stands for; undefined: no range as it must be, or more than `max`. */
export function expandRanges(pattern: string, max: number): string[] | undefined {
  const found = RANGE.exec(pattern)
  if (found === null) return /[[\]]/.test(pattern) ? undefined : [pattern]
  const [all, from = '', to = '', step] = found
  const values = members(from, to, step === undefined ? 1 : Number(step), max)
  const tails = expandRanges(pattern.slice(found.index + all.length), max)
  if (values === undefined || tails === undefined || values.length * tails.length > max) return undefined
  const head = pattern.slice(0, found.index)
  if (/[[\]]/.test(head)) return undefined
  return values.flatMap((value) => tails.map((tail) => head + value + tail))
}

/** Chance that can be had again: everything of an attack comes from one number. */

export interface Dice {
  /** From 0 up to, and without, `n`. */
  below(n: number): number
  pick<T>(of: readonly T[]): T
  /** True in so many of a hundred. */
  percent(n: number): boolean
  uuid(): string
}

/** Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function rollDice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number): number => Math.floor(next() * n)
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('')
  return {
    below,
    pick: (of) => of[below(of.length)] as (typeof of)[number],
    percent: (n) => below(100) < n,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  }
}

const long = (length: number) => 'x'.repeat(length)

/** What texts, names and numbers of an attacker look like. */
export const nasty: readonly unknown[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfff',
  '\u202e\u202d',
  '\u200b\u200d\ufeff',
  'ı̇ŞßǅﬃΩ',
  '🧨'.repeat(300),
  'é'.normalize('NFD').repeat(400),
  long(5000),
  long(60_000),
  '../../etc/passwd',
  '..\\..\\windows',
  '%00%2e%2e%2f',
  "'; DROP TABLE store; --",
  "1' OR '1'='1",
  '$(touch pwned)',
  '`reboot`',
  '; reboot #',
  '| cat',
  '\r\nSet-Cookie: a=b',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '{{7*7}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of somebody else's
  '${7*7}',
  '%s%n%x',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '-0',
  '٠٠٠٩٦٠٠٠',
  '2026-02-30T25:61:61Z',
  '9999999999999999999999',
  0,
  -0,
  -1,
  1e308,
  -1e308,
  1e-320,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  0.1,
  true,
  false,
  null,
  [],
  {},
  [[]],
  [null],
  { length: 1e9 },
  { toString: 1, valueOf: null },
  { $ne: null },
]

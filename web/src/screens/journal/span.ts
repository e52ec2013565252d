/** From when to when the journal is shown: moments in the address, the viewer's clock in the fields. Pure. */

export interface Ends {
  /** A moment, `2026-11-22T15:00Z`, or so long before now, `-24h`; left out: no end. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export const spanNames = ['hour', 'thisNight', 'lastNight', 'day', 'week', 'month'] as const
export type SpanName = (typeof spanNames)[number]

/** A night is from six in the evening to noon: whoever comes in the morning looks at that of before. */
const [EVENING, NOON] = [18, 12]
const before = { hour: '-1h', day: '-24h', week: '-7d', month: '-30d' } as const

const isoOf = (at: Date): string => `${at.toISOString().slice(0, 16)}Z`

/** By the viewer's clock; `ago` 1 is the night before. */
function nightOf(now: Date, ago: 0 | 1): Ends {
  const begun = now.getHours() >= EVENING ? 0 : 1
  const hour = (day: number, hours: number) =>
    isoOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() + day, hours))
  return { from: hour(-begun - ago, EVENING), to: hour(1 - begun - ago, NOON) }
}

/** What a choice stands for, now. */
export function endsOf(name: SpanName, now: Date): Ends {
  if (name === 'thisNight') return nightOf(now, 0)
  if (name === 'lastNight') return nightOf(now, 1)
  return { from: before[name] }
}

/** Undefined: somebody chose the ends themselves, or none. */
export const nameOf = ({ from, to }: Ends, now: Date): SpanName | undefined =>
  spanNames.find((name) => {
    const ends = endsOf(name, now)
    return ends.from === from && ends.to === to
  })

const AGO = /^-\d{1,6}[smhdw]$/
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/
const isMoment = (text: string): boolean => MOMENT.test(text) && !Number.isNaN(Date.parse(text))

/** Whatever an address says that is no end is none. */
export function readEnds({ from, to }: Ends): Ends {
  const of = (end: string | undefined) =>
    end !== undefined && (AGO.test(end) || isMoment(end)) ? end : undefined
  return { from: of(from), to: of(to) }
}

/** As the list's filter says it; both ends are in. */
export function termsOf(ends: Ends): string {
  const { from, to } = readEnds(ends)
  return [...(from === undefined ? [] : [`at:>=${from}`]), ...(to === undefined ? [] : [`at:<=${to}`])].join(
    ' ',
  )
}

const two = (number: number): string => String(number).padStart(2, '0')

/** As a field of date and time has it, by the viewer's clock; empty for what is counted from now. */
export function fieldOf(end: string | undefined): string {
  if (end === undefined || !isMoment(end)) return ''
  const at = new Date(end)
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** What was typed there: undefined when it is no time. */
export function endOfField(text: string): string | undefined {
  const at = new Date(text)
  return text === '' || Number.isNaN(at.getTime()) ? undefined : isoOf(at)
}

/** The end before the beginning finds nothing, and is a slip. */
export function isBackwards(ends: Ends): boolean {
  const { from, to } = readEnds(ends)
  if (from === undefined || to === undefined || AGO.test(from) || AGO.test(to)) return false
  return Date.parse(from) > Date.parse(to)
}

/**
 * Lists as CSV for Excel, as the reports have it: a byte order mark, CRLF, `;` in Russian and `,` in English, and an
 * apostrophe before what a spreadsheet would run (src/report/csv.ts tells why each of it).
 */
type Cell = string | number | null | undefined

const SEPARATORS = { ru: ';', en: ',' } as const

function cellText(value: Cell, separator: string): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return safe.includes(separator) || /["\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}

export function csvOf(language: 'ru' | 'en', rows: readonly (readonly Cell[])[]): string {
  const separator = SEPARATORS[language]
  const lines = rows.map((row) => row.map((cell) => cellText(cell, separator)).join(separator))
  return `\uFEFF${lines.join('\r\n')}\r\n`
}

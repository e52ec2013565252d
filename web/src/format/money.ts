/** `1 252,05` of 125205 hundredths, as the old page wrote it: no currency. */
export function formatMoney(language: string, hundredths: number): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
    hundredths / 100,
  )
}

/** `3 МБ`, `1.4 GB`: powers of 1000, as carriers count. */
export function formatBytes(language: string, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const unit = units[step] ?? 'byte'
  const options = {
    style: 'unit',
    unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  } as const
  return new Intl.NumberFormat(language, options).format(bytes / 1000 ** step)
}

export const formatCount = (language: string, count: number): string =>
  new Intl.NumberFormat(language).format(count)

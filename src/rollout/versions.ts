/**
 * Versions are eight digits, major × 1000 + build: `00095000`. The till's card shows only the major,
 * so `95` is how any 00095xxx may be displayed; only two full numbers prove that versions are the same.
 */

/** A full version as a whole number: `00095000` is 95000. Compare with < and ===. */
export type Version = number & { readonly brand: 'Version' }

const FULL = /^\d{8}$/
const MAJOR = /^\d{1,5}$/

/** Reads exactly eight digits; anything else is undefined, never a guess. */
export function parseVersion(text: string): Version | undefined {
  return FULL.test(text) ? (Number(text) as Version) : undefined
}

/** A version that was stored as a number before. Throws RangeError outside 0 … 99999999. */
export function toVersion(value: number): Version {
  if (!Number.isInteger(value) || value < 0 || value > 99_999_999) {
    throw new RangeError(`not a version: ${value}`)
  }
  return value as Version
}

/** Eight digits, as packages and messages write it. */
export function formatVersion(version: number): string {
  return String(version).padStart(8, '0')
}

/** What the card shows: `95`. */
export function displayVersion(version: number): string {
  return String(Math.floor(version / 1000))
}

/** What a device says of its version: the full number, only the major, or nothing that can be read. */
export type VersionReading =
  | { readonly kind: 'full'; readonly version: Version }
  | { readonly kind: 'majorOnly'; readonly major: number }
  | { readonly kind: 'unknown' }

export function readVersion(text: string | null): VersionReading {
  if (text === null) return { kind: 'unknown' }
  const full = parseVersion(text)
  if (full !== undefined) return { kind: 'full', version: full }
  return MAJOR.test(text) ? { kind: 'majorOnly', major: Number(text) } : { kind: 'unknown' }
}

/** True only when the reading proves it: a short version never equals a full one. */
export function isProvenEqual(reading: VersionReading, version: number): boolean {
  return reading.kind === 'full' && reading.version === version
}

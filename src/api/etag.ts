/** What a client has seen of a thing, and whether it still is so. RFC 9110, 13.1.1: compared strongly. */
import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

export const etagOf = ({ revision }: { readonly revision: number }): string => `"${revision}"`

/** The revisions that a client would change; null: whichever it is (`*`). @throws Problem preconditionRequired */
export function readIfMatch(request: IncomingMessage): readonly string[] | null {
  const header = request.headers['if-match']
  if (header === undefined || header.trim() === '') throw new Problem('preconditionRequired')
  if (header.trim() === '*') return null
  return header.split(',').map((one) => one.trim())
}

/** @param more what else is told of what it is now @throws Problem preconditionFailed, with what it is now */
export function refuseStale(
  wanted: readonly string[] | null,
  row: { readonly revision: number },
  more: Readonly<Record<string, unknown>> = {},
): void {
  if (wanted === null || wanted.includes(etagOf(row))) return
  throw new Problem('preconditionFailed', { more: { etag: etagOf(row), revision: row.revision, ...more } })
}

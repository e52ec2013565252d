/** JSON bodies: whole, in time, of no more bytes and depth than agreed, and without names that programs stumble over. */
import type { IncomingMessage } from 'node:http'
import type { Limits } from './limits.ts'
import { faultsProblem, Problem } from './problem.ts'

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** The media type without its parameters. */
export const typeOf = ({ headers }: IncomingMessage): string | undefined =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase()

const MAX_DEPTH = 32
/** Names of what every object of JavaScript has. */
export const UNFIT_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i
const CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii'])

/**
 * The whole body.
 * @throws Problem bodyTooLarge, requestTooSlow, uploadTruncated
 */
export function readBytes(request: IncomingMessage, limit: number, withinMs: number): Promise<Buffer> {
  const tooLarge = new Problem('bodyTooLarge', { more: { limit } })
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (problem?: Problem) => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      // What still comes is read and thrown away; errors of a socket that is gone interest nobody.
      request.on('error', () => {}).resume()
      if (problem === undefined) resolve(Buffer.concat(chunks))
      else reject(problem)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) return settle(tooLarge)
      chunks.push(chunk)
    }
    const onEnd = () => settle()
    const onClose = () => settle(new Problem('uploadTruncated'))
    const timer = setTimeout(() => settle(new Problem('requestTooSlow')), withinMs)
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
    if (request.destroyed) onClose()
  })
}

interface Node {
  readonly value: object
  readonly key: string
  readonly depth: number
  readonly parent: Node | undefined
}

function pathOf(node: Node, key: string): string {
  const keys = [key]
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) keys.unshift(at.key)
  return keys.join('.').slice(0, 200)
}

/** @throws Problem bodyTooDeep, fieldUnknown */
function checkTree(root: object): void {
  const open: Node[] = [{ value: root, key: '', depth: 1, parent: undefined }]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.depth > MAX_DEPTH) throw new Problem('bodyTooDeep', { more: { limit: MAX_DEPTH } })
    const isList = Array.isArray(node.value)
    for (const [key, value] of Object.entries(node.value)) {
      if (!isList && UNFIT_NAMES.has(key))
        throw faultsProblem([{ code: 'fieldUnknown', path: pathOf(node, key) }])
      if (typeof value === 'object' && value !== null)
        open.push({ value, key, depth: node.depth + 1, parent: node })
    }
  }
}

function parseJson(bytes: Buffer): object {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Problem('bodyNotJson')
  }
  if (typeof value !== 'object' || value === null) throw new Problem('bodyNotJson')
  return value
}

/**
 * The JSON object or list of a body; `{}` where there is none.
 * @throws Problem contentTypeUnsupported, bodyTooLarge, requestTooSlow, uploadTruncated, bodyNotJson, bodyTooDeep, fieldUnknown
 */
export async function readJson(
  request: IncomingMessage,
  limit: number,
  { bodyMs }: Pick<Limits, 'bodyMs'>,
): Promise<object> {
  if (!hasBody(request)) return {}
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? 'utf-8'
  const isOurs = typeOf(request) === 'application/json' && CHARSETS.has(charset)
  if (!isOurs || encoding.toLowerCase() !== 'identity') throw new Problem('contentTypeUnsupported')
  const bytes = await readBytes(request, limit, bodyMs)
  if (bytes.length === 0) return {}
  const value = parseJson(bytes)
  checkTree(value)
  return value
}

/** The built page, as scripts/web.mjs leaves it in dist/web, in memory: an upgrade under a running server changes nothing. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
/** What the build puts beside a file; the first that a client takes is sent. */
export const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const
type Encoding = (typeof ENCODINGS)[number]['name']

export interface PageFile {
  readonly type: string
  readonly body: Buffer
  readonly packed: ReadonlyMap<Encoding, Buffer>
  readonly etag: string
  /** Its name carries its digest: another content would have another name. */
  readonly isForEver: boolean
}

export interface PageFiles {
  /** index.html, with places to fill in. */
  readonly index: string
  /** By path below the page's root, `assets/index-B2c4.js`. */
  readonly files: ReadonlyMap<string, PageFile>
}

/** `index-DxK3v9_a.js`, as Vite names them. */
const HASHED = /^assets\/.*-[\w-]{8,}\.\w+$/
const PACKED = /\.(br|gz)$/

/** Names below the folder, `/` between; nothing that begins with a dot. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
}

async function readOne(folder: string, name: string, names: ReadonlySet<string>): Promise<PageFile> {
  const body = await readFile(path.join(folder, name))
  const packed = new Map<Encoding, Buffer>()
  for (const encoding of ENCODINGS)
    if (names.has(name + encoding.ending))
      packed.set(encoding.name, await readFile(path.join(folder, name + encoding.ending)))
  return {
    type: TYPES[path.extname(name)] ?? 'application/octet-stream',
    body,
    packed,
    etag: createHash('sha256').update(body).digest('base64url').slice(0, 27),
    isForEver: HASHED.test(name),
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/** Undefined: nobody has built it. */
export async function readPageFiles(folder: string): Promise<PageFiles | undefined> {
  try {
    const index = await readFile(path.join(folder, 'index.html'), 'utf8')
    const all = await namesIn(folder)
    const names = new Set(all)
    const files = new Map<string, PageFile>()
    for (const name of all.filter((one) => one !== 'index.html' && !PACKED.test(one)))
      files.set(name, await readOne(folder, name, names))
    return { index, files }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The page: one index.html for every address of its own, and the files that it asks for. It holds nothing secret. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { Log } from '../../log.ts'
import { html } from '../../report/markup.ts'
import type { ApiDeps } from '../call.ts'
import { addressKey, type RateLimit } from '../rate.ts'
import { sendPage } from './layout.ts'
import { ENCODINGS, type PageFile, type PageFiles, readPageFiles } from './page-files.ts'
import { rootFrom } from './place.ts'
import { type Language, languageOf, say } from './words.ts'

/** First parts of the page's own addresses; `/` is one, too. The page's router has the same. */
export const PAGE_PARTS = [
  'stores',
  'chain',
  'rollouts',
  'packages',
  'schedule',
  'reports',
  'settings',
  'journal',
] as const

/** Answered to programs, whatever they say that they accept. */
const NOT_PAGES = new Set(['api', 'queues', 'assets'])
const BUILT = fileURLToPath(new URL('../../../dist/web', import.meta.url))

/** Styles in elements carry the nonce; styles that a script sets on an element are not asked about. */
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const fill = (index: string, root: string, nonce: string, language: Language): string =>
  index
    .replace(/<base href="[^"]*"/, `<base href="${root}"`)
    .replace(/<meta name="csp-nonce" content="[^"]*"/, `<meta name="csp-nonce" content="${nonce}"`)
    .replace(/<html lang="[^"]*"/, `<html lang="${language}"`)

const firstPart = (path: string): string => path.split('/', 2)[1] ?? ''
const isPage = (path: string): boolean =>
  path === '/' || (PAGE_PARTS as readonly string[]).includes(firstPart(path))

const isAskedByBrowser = ({ method, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true

function sendNotBuilt(response: Response, language: Language): void {
  const body = [html`<p>${say(language, 'notBuiltText')}</p>\n<p><code>npm run build</code></p>\n`]
  sendPage(response, { language, title: 'notBuilt', body, status: 503 })
}

function sendFile(request: Request, response: Response, file: PageFile): void {
  const found = ENCODINGS.find(({ name }) => file.packed.has(name) && request.acceptsEncodings(name) === name)
  const packed = found && file.packed.get(found.name)
  response.set({
    'Cache-Control': file.isForEver ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': file.type,
    Vary: 'Accept-Encoding',
    ETag: packed === undefined ? `"${file.etag}"` : `"${file.etag}-${found?.name}"`,
  })
  if (request.fresh) return void response.status(304).end()
  if (packed !== undefined) response.set('Content-Encoding', found?.name)
  const body = packed ?? file.body
  response.set('Content-Length', String(body.length))
  response.end(request.method === 'HEAD' ? undefined : body)
}

export interface PageOptions {
  /** Left out: dist/web. */
  readonly pageFolder?: string
}
interface AppPageDeps extends ApiDeps, PageOptions {
  readonly rate: RateLimit
}

/** Looks until it is there, and never again. */
function openFiles(folder: string): () => Promise<PageFiles | undefined> {
  let kept: PageFiles | undefined
  let look: Promise<PageFiles | undefined> | undefined
  return async () => {
    if (kept !== undefined) return kept
    look ??= readPageFiles(folder).finally(() => {
      look = undefined
    })
    kept = await look
    return kept
  }
}

function warnMissing(open: () => Promise<PageFiles | undefined>, log: Log): void {
  open().then(
    (files) => {
      if (files === undefined) log.warn('the page is not built: npm run build')
    },
    (error: unknown) => log.error({ err: error }, 'the page cannot be read'),
  )
}

/** To stand after everything else: it takes what a browser asks for and nothing else has answered. */
export function appRouter(deps: AppPageDeps): Router {
  const router = express.Router()
  const open = openFiles(deps.pageFolder ?? BUILT)
  warnMissing(open, deps.log)
  const page = async (request: Request, response: Response, status: number): Promise<void> => {
    response.locals.route = status === 200 ? 'page' : 'none'
    await deps.rate.count(request, response, addressKey(request.ip))
    const language = languageOf(request, deps.config.language)
    const files = await open()
    if (files === undefined) return sendNotBuilt(response, language)
    const nonce = randomBytes(16).toString('base64url')
    // With no-referrer a browser would not say from where it sends something.
    response.set({ 'Content-Security-Policy': policyOf(nonce), 'Referrer-Policy': 'same-origin' })
    response
      .status(status)
      .type('html')
      .send(fill(files.index, rootFrom(request), nonce, language))
  }
  const files: RequestHandler = async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    const file = (await open())?.files.get(request.path.slice(1))
    if (file === undefined) return next()
    response.locals.route = 'page file'
    sendFile(request, response, file)
  }
  const pages: RequestHandler = async (request, response, next) => {
    if (!isAskedByBrowser(request) || NOT_PAGES.has(firstPart(request.path))) return next()
    await page(request, response, isPage(request.path) ? 200 : 404)
  }
  router.use(files, pages)
  return router
}

/** What a page gets of a request: its form's fields, and faults as words. */
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { ApiDeps } from '../call.ts'
import { Problem } from '../problem.ts'
import { isPageWord, type Language, languageOf, type PageWord } from './words.ts'

export interface Visit extends ApiDeps {
  readonly request: Request
  readonly response: Response
  readonly language: Language
}

const FORM_BYTES = 16 * 1024
/** Every field a text; the same name twice is none. */
const readForm = express.urlencoded({ extended: false, limit: FORM_BYTES, parameterLimit: 20 })

/** As long as a JSON body may take. @throws Problem requestTooSlow */
export const readFormWithin =
  (ms: number): RequestHandler =>
  (request, response, next) => {
    let isOver = false
    const end = (error?: unknown) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      next(error)
    }
    const timer = setTimeout(() => end(new Problem('requestTooSlow')), ms)
    readForm(request, response, end)
  }

export const visitOf = (deps: ApiDeps, request: Request, response: Response): Visit => ({
  ...deps,
  ...{ request, response, language: languageOf(request, deps.config.language) },
})

export function textOf({ request }: Visit, name: string): string {
  const body: unknown = request.body
  const value =
    typeof body === 'object' && body !== null && Object.hasOwn(body, name)
      ? (body as Record<string, unknown>)[name]
      : undefined
  return typeof value === 'string' ? value : ''
}

export interface Told {
  readonly word: PageWord
  readonly more: string
  readonly status: number
}

/** How a problem is said on a page; what is nobody's fault goes on to the log. */
export function toldOf(error: unknown, { response }: Visit): Told {
  if (!(error instanceof Problem) || error.status === 500) throw error
  const { retryAfter } = error.options
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
  const word = isPageWord(error.code) ? error.code : 'fieldInvalid'
  return { word, more: retryAfter === undefined ? '' : String(retryAfter), status: error.status }
}

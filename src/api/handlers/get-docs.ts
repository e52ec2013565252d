import type { Answer, Call, Handled, Route } from '../call.ts'
import { openApiDocument } from '../openapi.ts'
import { openApiPage } from '../openapi-page.ts'
import { softwareVersion } from '../software-version.ts'

type Routes = () => readonly Route[]

/** Made once a process: the table does not change. */
function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined
  return () => {
    made ??= { it: make() }
    return made.it
  }
}

/** @param routes the whole table; asked for when somebody asks, since it holds these two as well */
export function docsHandlers(routes: Routes) {
  const document = once(() => openApiDocument(routes(), softwareVersion()))
  const page = once(() => openApiPage(document()))
  const json = async (): Promise<Answer> => ({ body: document() })
  const html = async ({ response, request }: Call): Handled => {
    const { text, policy } = page()
    response.statusCode = 200
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.setHeader('Content-Security-Policy', policy)
    response.end(request.method === 'HEAD' ? undefined : text)
    return undefined
  }
  return { json, html }
}

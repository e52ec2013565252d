/** The API's own description. */
import { z } from 'zod'
import { type Route, route } from '../call.ts'
import { docsHandlers } from '../handlers/get-docs.ts'

const documentAnswer = z
  .looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
  .meta({ description: 'An OpenAPI 3.1 document.' })

/** @param routes the whole table, these among it */
export function docRoutes(routes: () => readonly Route[]): readonly Route[] {
  const { json, html } = docsHandlers(routes)
  const open = { method: 'get', permission: 'anyone', reach: 'none' } as const
  return [
    route({
      ...open,
      path: '/openapi.json',
      summary: 'This description, as OpenAPI 3.1',
      answer: documentAnswer,
      handler: json,
    }),
    route({
      ...open,
      path: '/docs',
      summary: 'This description, as a page to read and to print',
      answer: null,
      statuses: [200],
      media: ['text/html'],
      handler: html,
    }),
  ]
}

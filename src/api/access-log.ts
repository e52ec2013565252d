import type { RequestHandler } from 'express'
import type { Log } from '../log.ts'

/**
 * One line a request, when its answer has ended or its client has gone. The route is its pattern and not the address:
 * nothing of a query, a token or a body comes into the log.
 */
export const logAccess =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const began = performance.now()
    response.once('close', () => {
      const { requestId, route, actor } = response.locals as Record<string, string | undefined>
      const line = {
        method: request.method,
        route: route ?? 'none',
        status: response.headersSent ? response.statusCode : 0,
        ms: Math.round(performance.now() - began),
        ...(actor === undefined || actor === '' ? {} : { actor }),
        requestId,
        ...(response.writableFinished ? {} : { isCut: true }),
      }
      log.info(line, 'request')
    })
    next()
  }

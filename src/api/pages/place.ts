/** Where a page is, seen from its own root: no proxy's prefix has to be known. */
import type { Request } from 'express'

/**
 * From the address that a browser is at up to our root: `./`, `../`, `../../`. A proxy takes its prefix off as a
 * whole, so what is left is as deep here as it is there.
 */
export function rootFrom({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const [path = ''] = originalUrl.split('?', 1)
  const depth = path.split('/').length - 2
  return depth < 1 ? './' : '../'.repeat(depth)
}

/**
 * For a link, a form or a redirect.
 * @param path from our root, `/sign-in?to=%2F`
 */
export const linkTo = (request: Pick<Request, 'originalUrl'>, path: string): string =>
  rootFrom(request) + path.slice(1)

/** Every answer of the API that a test gets is held against what its route says of it. */
import type { Route } from '../../src/api/call.ts'
import { routes } from '../../src/api/routes.ts'

const patternOf = ({ path }: Route): RegExp => new RegExp(`^${path.replace(/:[A-Za-z]+/g, '[^/]+')}$`)
const known = routes.map((route) => ({ route, pattern: patternOf(route) }))

/** The route that serves it; the first that fits, as in the server. */
export const routeOf = (method: string, where: string): Route | undefined => {
  const path = where.split('?')[0] ?? ''
  return known.find(({ route, pattern }) => route.method === method.toLowerCase() && pattern.test(path))
    ?.route
}

/** @param json undefined: it was no JSON. @throws Error with what is not as the route says */
export function checkAnswer(method: string, where: string, status: number, json: unknown): void {
  const route = routeOf(method, where)
  if (route?.answer === undefined) return
  const { answer, statuses } = route
  const wanted = statuses ?? [answer === null ? 204 : 200]
  if (!wanted.includes(status))
    throw new Error(`${method} ${where} answered ${status}, not ${wanted.join(' or ')}`)
  if (json === undefined || answer === null) return
  const read = answer.safeParse(json)
  if (read.success) return
  const issues = JSON.stringify(read.error.issues.slice(0, 5), null, 1)
  throw new Error(`the answer of ${method} ${where} is not as it is told: ${issues}`)
}

/** The demo's way in: signed in by one click, as often as it is clicked. No other head office has one. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { findCredentials } from '../../db/users.ts'
import { Problem } from '../problem.ts'
import { openSession } from '../sign-in.ts'
import { HOME } from './local-path.ts'
import { linkTo } from './place.ts'
import type { Visit } from './visit.ts'

export interface Entrance {
  /** The last part of its address. */
  readonly secret: string
  /** Who comes in by it. */
  readonly login: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

export async function enter(visit: Visit, { secret, login }: Entrance): Promise<void> {
  const isRight = timingSafeEqual(digest(String(visit.request.params.secret)), digest(secret))
  const user = isRight ? await findCredentials(visit.db.pool, login) : undefined
  if (user === undefined) throw new Problem('routeUnknown')
  await openSession(visit, user, 'link')
  visit.response.redirect(303, linkTo(visit.request, HOME))
}

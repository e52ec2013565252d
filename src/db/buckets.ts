/** rollout/page/bucket.ts as SQL says it, derived from its table. */
import { bucketOfState } from '../rollout/page/bucket.ts'
import { networkReasons } from '../rollout/reasons.ts'

const quoted = (texts: readonly string[]): string => texts.map((text) => `'${text}'`).join(', ')
const statesOf = (...wanted: readonly string[]): string =>
  quoted(Object.entries(bucketOfState).flatMap(([state, bucket]) => (wanted.includes(bucket) ? [state] : [])))

const PLAIN = Object.entries(bucketOfState)
  .map(([state, bucket]) => `WHEN '${state}' THEN '${bucket}'`)
  .join(' ')

/** For `device_update u`: what BUCKET and TROUBLE read besides. */
export const BUCKET_FROM = `JOIN rollout r ON r.id = u.rollout_id
LEFT JOIN store_package p ON p.store_id = u.store_id AND p.package_id = u.package_id AND p.state = 'absent'`

/** Its reason; while it waits for its package, why that is not there. */
export const TROUBLE = `(CASE WHEN u.state = 'waiting' AND u.reason IS NULL THEN p.reason ELSE u.reason END)`

export const BUCKET = `(CASE
  WHEN r.kind = 'rollback' AND u.state = 'succeeded' THEN 'failed'
  WHEN u.state IN (${statesOf('waiting', 'skipped')}) AND ${TROUBLE} IN (${quoted(networkReasons)}) THEN 'unreachable'
  ELSE CASE u.state ${PLAIN} END END)`

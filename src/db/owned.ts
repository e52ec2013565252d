/** Which devices another rollout has: a retry refuses them, and whoever counts beforehand leaves them out likewise. */
import { LIVE } from './state-lists.ts'

/** Of a `device_update u` that has ended: another one of its device has not. */
export const OWNED = `EXISTS (SELECT 1 FROM device_update o WHERE o.device_id = u.device_id AND o.id <> u.id AND o.state ${LIVE})`
/** With its `device d`: nobody can have it now. */
export const HELD = `(d.removed_at IS NOT NULL OR ${OWNED})`

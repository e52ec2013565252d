/** Who needs a package on a store's server: derived from the rows, so that ending one rollout takes nothing from another. */
import { LIVE } from './state-lists.ts'

/** `p` is a store package. An update that may fetch it (again) needs it, and a download that was asked for. */
export const NEEDED = `(
  EXISTS (SELECT 1 FROM device_update u JOIN rollout r ON r.id = u.rollout_id
    WHERE u.store_id = p.store_id AND u.package_id = p.package_id AND u.state ${LIVE} AND NOT u.carried AND r.kind = 'update')
  OR EXISTS (SELECT 1 FROM command c JOIN device d ON d.id = c.device_id
    WHERE d.store_id = p.store_id AND c.package_id = p.package_id AND c.state IN ('waiting', 'running')))`

/** Withdrawn, and nothing wants or needs it: it is to go. A removal that was cut off left the row absent. */
export const TO_REMOVE = `(p.withdrawn_by IS NOT NULL AND p.wanted_by IS NULL AND p.state IN ('present', 'absent') AND NOT ${NEEDED})`

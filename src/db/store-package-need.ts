/** Who needs a package on a store's server: derived from the rows, so that ending one rollout takes nothing from another. */
import { LIVE } from './state-lists.ts'

/** `p` is a store package. An update that may fetch it (again) needs it, and a download that was asked for. */
const needed = (p: string): string => `(
  EXISTS (SELECT 1 FROM device_update u JOIN rollout r ON r.id = u.rollout_id
    WHERE u.store_id = ${p}.store_id AND u.package_id = ${p}.package_id AND u.state ${LIVE} AND NOT u.carried AND r.kind = 'update')
  OR EXISTS (SELECT 1 FROM command c JOIN device d ON d.id = c.device_id
    WHERE d.store_id = ${p}.store_id AND c.package_id = ${p}.package_id AND c.state IN ('waiting', 'running')))`
export const NEEDED = needed('p')

/** Files are named by digest: two packages may be one file, and two stores may share a server. `q` stands for p's file too. */
const sameFile = (where: string): string => `EXISTS (
  SELECT 1 FROM store_package q JOIN package qk ON qk.id = q.package_id JOIN store qs ON qs.id = q.store_id,
    package pk, store ps
  WHERE pk.id = p.package_id AND ps.id = p.store_id AND q.id <> p.id AND qk.sha256 = pk.sha256 AND qs.host = ps.host
    AND qs.port = ps.port AND rtrim(qs.package_folder, '/') = rtrim(ps.package_folder, '/') AND ${where})`

/** Another store package has its file there, or brings it, and is not to go. */
export const FILE_KEPT = sameFile(
  `q.state NOT IN ('absent', 'removing') AND (q.withdrawn_by IS NULL OR q.wanted_by IS NOT NULL OR ${needed('q')})`,
)
/** Its file is on its way for another store package: when it is there, nothing more is sent. */
export const FILE_COMING = sameFile(`q.state = 'uploading'`)
/** Its file is being removed for another store package: what is brought now might be gone at once. */
export const FILE_GOING = sameFile(`q.state = 'removing'`)

/** Withdrawn, and nothing wants or needs it: it is to go. A removal that was cut off left the row absent. */
export const TO_REMOVE = `(p.withdrawn_by IS NOT NULL AND p.wanted_by IS NULL AND p.state IN ('present', 'absent') AND NOT ${NEEDED})`

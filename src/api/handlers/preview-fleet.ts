/** What a file would change in the fleet, and then just that. */
import { z } from 'zod'
import { applyFleet, compareWithFleet, FleetRefused } from '../../db/fleet.ts'
import { findFleetPreview, keepFleetPreview } from '../../db/fleet-previews.ts'
import { type FleetDiff, importModes } from '../../fleet/diff.ts'
import type { Faults } from '../../fleet/faults.ts'
import { type FleetFormat, fleetFormats } from '../../fleet/file.ts'
import { readFleet } from '../../fleet/read.ts'
import type { Call, Handled } from '../call.ts'
import { FLEET_BYTES } from '../fleet-schema.ts'
import { type Fault, Problem } from '../problem.ts'
import { readBytes, typeOf } from '../read-json.ts'
import { sha256 } from '../schemas.ts'
import { refusedProblem } from './import-fleet.ts'

export const previewQuery = z.strictObject({
  /** Left out: as the content type says. */
  format: z.enum(fleetFormats).optional(),
  mode: z.enum(importModes).default('merge'),
})
export const applyBody = z.strictObject({ previewId: z.uuid(), hash: sha256 })

const types: Readonly<Record<string, FleetFormat>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'text/yaml': 'yaml',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/plain': 'ini',
}

/** Every fault of the file, under the first one's code. */
function fileProblem({ list, more }: Faults): Problem {
  const errors = list.map(
    ({ code, line, column, field, value, detail }): Fault => ({
      ...{ code, path: field ?? '', detail },
      ...(line === null ? {} : { line }),
      ...(column === null ? {} : { column }),
      ...(value === null ? {} : { value }),
    }),
  )
  return new Problem(errors[0]?.code ?? 'syntaxInvalid', {
    ...{ status: 422, errors, more: more === 0 ? {} : { errorsInAll: list.length + more } },
    detail: `${list.length + more} in this file; nothing was changed`,
  })
}

const countsOf = ({ stores, devices }: FleetDiff) => {
  const count = ({ added, changed, removed, unchanged }: FleetDiff['stores'] | FleetDiff['devices']) => ({
    ...{ added: added.length, changed: changed.length, removed: removed.length, unchanged },
  })
  return { stores: count(stores), devices: count(devices) }
}

/** Nothing is changed; the outcome is kept for a day. */
export async function previewFleetHandler(call: Call<unknown, z.output<typeof previewQuery>>): Handled {
  const { db, request, query, actor, limits } = call
  const type = typeOf(request) ?? ''
  const format = query.format ?? (Object.hasOwn(types, type) ? types[type] : undefined)
  if (format === undefined) throw new Problem('contentTypeUnsupported')
  const read = readFleet(await readBytes(request, FLEET_BYTES, limits.bodyMs), { format })
  if (!read.ok) throw fileProblem(read.faults)
  const { stores, notes, encoding } = read
  const diff = await compareWithFleet(db.pool, stores, query.mode)
  const { id, hash } = await keepFleetPreview(db, { diff, stores }, actor)
  const canApply = diff.refusals.length === 0
  return { body: { previewId: id, hash, format, encoding, canApply, counts: countsOf(diff), ...diff, notes } }
}

/** Just what the preview showed, if that is still what the file would change. */
export async function applyFleetHandler({
  db,
  body,
  actor,
}: Call<unknown, unknown, z.output<typeof applyBody>>): Handled {
  const preview = await findFleetPreview(db, body.previewId)
  if (preview === undefined) throw new Problem('notFound')
  if (preview.hash !== body.hash) throw new Problem('previewDiffers')
  const { stores, diff } = preview
  try {
    const applied = await applyFleet(db, { stores, mode: diff.mode, shown: diff, actor })
    if (applied.ok) return { body: { previewId: body.previewId, counts: countsOf(applied.diff) } }
    const changed = applied.changed.slice(0, 100)
    throw new Problem('fleetChanged', {
      detail: `make a new preview: ${changed.slice(0, 10).join(', ')}`,
      more: { changed, changedInAll: applied.changed.length },
    })
  } catch (error) {
    throw error instanceof FleetRefused ? refusedProblem(error) : error
  }
}

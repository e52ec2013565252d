/** What comes with an upload: whose package it is, and what is to be known of it before it is planned with. */
import { z } from 'zod'
import type { PackageTraits } from '../db/packages.ts'
import { coded, fileName, flag, kind, sha256, text, version } from './schemas.ts'

/** `ffd=1.05,1.2` */
const formats = text(100)
  .transform((value) => value.split(','))
  .refine(
    (all) => all.every((one) => /^\d{1,2}(\.\d{1,3})*$/.test(one)),
    'formats of fiscal documents, as 1.05,1.2',
  )

const traits = {
  minVersion: version.optional(),
  needsServer: flag.optional(),
  updatesTills: flag.optional(),
  firmware: flag.optional(),
  ffd: formats.optional(),
  canGoBack: flag.optional(),
}
const uploaded = z.strictObject({ kind, version, fileName, sha256: sha256.optional(), ...traits })

/** A package that nothing could ever be installed over, or one of a kind that such a thing is not said of. */
function checkTraits(upload: z.output<typeof uploaded>, context: z.RefinementCtx): void {
  const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (upload.minVersion !== undefined && upload.minVersion >= upload.version)
    context.addIssue({ code: 'custom', path: ['minVersion'], ...toIssue('minVersionInvalid') })
  if (upload.needsServer === true && upload.kind === 'storeServer')
    wrong('needsServer', 'a store server waits for no other one')
  if (upload.updatesTills === true && upload.kind !== 'storeServer')
    wrong('updatesTills', 'only a store server brings its tills along')
}

const toIssue = (code: 'minVersionInvalid') => {
  const { params, error } = coded(code)
  return { params, message: error }
}

export const uploadQuery = uploaded.superRefine(checkTraits)
export type UploadQuery = z.output<typeof uploaded>

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Those that were said. */
export function traitsOf(query: UploadQuery): PackageTraits {
  const said: Writable<PackageTraits> = {}
  if (query.minVersion !== undefined) said.minVersion = query.minVersion
  if (query.needsServer !== undefined) said.needsServer = query.needsServer
  if (query.updatesTills !== undefined) said.updatesTills = query.updatesTills
  if (query.firmware !== undefined) said.firmware = query.firmware
  if (query.ffd !== undefined) said.ffd = query.ffd
  if (query.canGoBack !== undefined) said.canGoBack = query.canGoBack
  return said
}

/** Whether a package that is there already is what is said of it now; what is not said is not compared. */
export function hasTraits(row: Readonly<Record<keyof PackageTraits, unknown>>, said: PackageTraits): boolean {
  return (Object.keys(said) as (keyof PackageTraits)[]).every(
    (key) => JSON.stringify(row[key]) === JSON.stringify(said[key]),
  )
}

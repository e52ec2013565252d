/** A fleet as it comes in: the shape, the bounds and the defaults. What no schema can say is in rollout/inventory.ts. */
import { z } from 'zod'
import { hours } from './calendar-schema.ts'
import { identifier, kind, text } from './schemas.ts'

const port = z.int().min(1).max(65_535)
/** A name or an address; it becomes no part of a command line. */
const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9:]([A-Za-z0-9._:-]*[A-Za-z0-9])?$/)
const user = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_][A-Za-z0-9._-]*$/)
/** The name of a file in the keys folder, which cannot lead out of it; or the comment or fingerprint of an agent's key. */
const credential = z.string().regex(/^(?:[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}|SHA256:[A-Za-z0-9+/]{43})$/)
const hostKeys = z
  .array(
    z
      .string()
      .max(4096)
      .regex(/^[a-z0-9@.-]{1,64} [A-Za-z0-9+/]{16,}={0,3}$/),
  )
  .max(16)
/** One path, never a command line. */
const agent = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9._/+@~][A-Za-z0-9._/+@~-]*$/)
const isAbsolute = (folder: string) => folder.startsWith('/') && !folder.split('/').includes('..')
const packageFolder = text(400).refine(isAbsolute, 'an absolute path without ..')

/** A folder by http, or by sftp with a user; a password would be a secret in a row. */
function isPackageUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  if (url.password !== '' || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'sftp:' || (url.protocol === 'http:' && url.username === '')
}
const packageUrl = text(500).refine(isPackageUrl, 'http://host/folder or sftp://user@host/folder')

/** Part of addresses, where these two mean folders. */
const nameable = identifier(64).refine((value) => value !== '.' && value !== '..', 'not . or ..')

const labels = z.array(identifier(64)).max(32).default([])

export const fleetDevice = z.strictObject({
  kind,
  cashId: nameable,
  number: z.int().min(0).max(999_999).default(0),
  name: text(200),
  host: host.nullable().default(null),
  port: port.default(22),
  user: user.default('nightshift'),
  credential: credential.default('default'),
  /** Left out: as they were pinned before. */
  hostKeys: hostKeys.optional(),
  agent: agent.default('nightctl'),
  /** Left out: as it was set before. */
  blocked: z.boolean().optional(),
  inReserve: z.boolean().default(false),
  configuration: identifier(64).nullable().default(null),
  /** By its maker, and by the tax office; these and the next, left out: as they were set before. */
  makerNumber: text(64).nullable().optional(),
  registrationNumber: text(64).nullable().optional(),
  legacyAlgorithms: z.boolean().optional(),
  labels,
})

export const fleetStore = z.strictObject({
  code: nameable,
  name: text(200),
  timeZone: text(64),
  phone: text(64).nullable().default(null),
  host,
  port: port.default(22),
  user: user.default('nightshift'),
  credential: credential.default('default'),
  /** Left out: as they were pinned before. */
  hostKeys: hostKeys.optional(),
  packageFolder,
  packageUrl,
  maxDownloads: z.int().min(1).max(64).default(4),
  maxInstalls: z.int().min(1).max(64).default(1),
  group: identifier(64).nullable().default(null),
  /** Left out, both: as they were set before. */
  legacyAlgorithms: z.boolean().optional(),
  deviceKeysFile: packageFolder.nullable().optional(),
  labels,
  calendar: hours.nullable().default(null),
  devices: z.array(fleetDevice).max(1000),
})

export const fleetBody = z.strictObject({ stores: z.array(fleetStore).min(1).max(20_000) })
export const FLEET_BYTES = 20 * 1024 * 1024

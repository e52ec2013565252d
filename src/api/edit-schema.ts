/** Changes of one store or device: any of these members, each as in an inventory. */
import { z } from 'zod'
import { fleetDevice, fleetStore } from './fleet-schema.ts'
import { text } from './schemas.ts'

const bare = <T extends z.ZodType>(schema: z.ZodDefault<T>) => z.optional(schema.unwrap() as T)
const { shape: store } = fleetStore
const { shape: device } = fleetDevice

const isAbsolute = (file: string) => file.startsWith('/') && !file.split('/').includes('..')
const keysFile = text(400).refine(isAbsolute, 'an absolute path without ..').nullable()
const isAny = (body: object) => Object.keys(body).length > 0

/** Names, labels and limits. */
const storeTraits = z.strictObject({
  name: store.name.optional(),
  phone: bare(store.phone),
  group: bare(store.group),
  labels: bare(store.labels),
  maxDownloads: bare(store.maxDownloads),
  maxInstalls: bare(store.maxInstalls),
})
/** How it is reached, and what is kept there. */
const storeAddress = z.strictObject({
  timeZone: store.timeZone.optional(),
  host: store.host.optional(),
  port: bare(store.port),
  user: bare(store.user),
  credential: bare(store.credential),
  packageFolder: store.packageFolder.optional(),
  packageUrl: store.packageUrl.optional(),
  deviceKeysFile: keysFile.optional(),
  legacyAlgorithms: z.boolean().optional(),
})
export const storeEdit = storeTraits
  .extend(storeAddress.shape)
  .refine(isAny, 'nothing to change')
  .meta({ description: 'Any of these. What `fleet.import` is needed for: how the store is reached.' })

const deviceTraits = z.strictObject({
  name: device.name.optional(),
  number: bare(device.number),
  labels: bare(device.labels),
  configuration: bare(device.configuration),
  inReserve: bare(device.inReserve),
  makerNumber: text(64).nullable().optional(),
  registrationNumber: text(64).nullable().optional(),
})
const deviceAddress = z.strictObject({
  host: bare(device.host),
  port: bare(device.port),
  user: bare(device.user),
  credential: bare(device.credential),
  agent: bare(device.agent),
  legacyAlgorithms: z.boolean().optional(),
})
export const deviceEdit = deviceTraits
  .extend(deviceAddress.shape)
  .refine(isAny, 'nothing to change')
  .meta({ description: 'Any of these. What `fleet.import` is needed for: how the device is reached.' })

/** Members that only those may change who may import a fleet. */
export const addressFields: ReadonlySet<string> = new Set([
  ...Object.keys(storeAddress.shape),
  ...Object.keys(deviceAddress.shape),
])

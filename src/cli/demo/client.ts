/** The demo speaks to its head office as anybody would: over HTTP, with a token. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { PackageSigner } from './signing.ts'

const update = z.object({
  id: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  doneBytes: z.number(),
  device: z.object({ cashId: z.string(), name: z.string(), kind: z.string() }),
  store: z.object({ code: z.string(), timeZone: z.string() }),
})
const rollout = z.object({
  id: z.string(),
  state: z.string(),
  counts: z.object({ total: z.number(), byState: z.record(z.string(), z.number()) }),
  storePackages: z.array(
    z.object({ store: z.string(), state: z.string(), doneBytes: z.number(), wanBytes: z.number() }),
  ),
})
const failedJobs = z.object({
  queues: z.array(z.object({ name: z.string(), jobs: z.array(z.object({ id: z.string() })) })),
})

export type UpdateLine = z.infer<typeof update>
export type RolloutFacts = z.infer<typeof rollout>

export interface OfficeClient {
  importFleet(inventory: object): Promise<void>
  /** @param signer undefined: it goes unsigned */
  addPackage(file: Buffer, version: string, signer: PackageSigner | undefined): Promise<string>
  createRollout(packageId: string, policy: object): Promise<string>
  start(id: string): Promise<void>
  rollout(id: string): Promise<RolloutFacts>
  updates(id: string): Promise<UpdateLine[]>
  /** Presses retry in the queue board for every failed job of a queue; how many were let through. */
  retryFailedOnBoard(queue: string): Promise<number>
}

const CALL_MS = 60_000

export function officeClient(url: string, token: string): OfficeClient {
  async function call<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    body?: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
    more: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...more,
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(CALL_MS),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
    return schema.parse(text === '' ? undefined : JSON.parse(text))
  }
  const post = <T>(path: string, schema: z.ZodType<T>, body: object) =>
    call('POST', `/api/v1${path}`, schema, JSON.stringify(body))
  const made = z.object({ id: z.string() })
  return {
    importFleet: async (inventory) => void (await post('/fleet', z.unknown(), inventory)),
    addPackage: async (file, version, signer) => {
      const fileName = `till-${version}.tgz`
      const sha256 = createHash('sha256').update(file).digest('hex')
      const headers = await signer?.sign({ fileName, version: Number(version), size: file.length, sha256 })
      const path = `/api/v1/packages?kind=till&version=${version}&fileName=${fileName}`
      return (await call('POST', path, made, new Uint8Array(file), 'application/octet-stream', headers)).id
    },
    createRollout: async (packageId, policy) =>
      (await post('/rollouts', made, { name: 'demo', packageId, policy })).id,
    start: async (id) => void (await post(`/rollouts/${id}/start`, z.unknown(), {})),
    rollout: (id) => call('GET', `/api/v1/rollouts/${id}`, rollout),
    updates: async (id) =>
      (await call('GET', `/api/v1/rollouts/${id}/updates`, z.object({ items: z.array(update) }))).items,
    retryFailedOnBoard: async (queue) => {
      const list = await call(
        'GET',
        `/queues/api/queues?activeQueue=${queue}&status=failed&page=1&jobsPerPage=50`,
        failedJobs,
      )
      const jobs = list.queues.find((one) => one.name === queue)?.jobs ?? []
      for (const job of jobs) await call('PUT', `/queues/api/queues/${queue}/${job.id}/retry`, z.unknown())
      return jobs.length
    },
  }
}

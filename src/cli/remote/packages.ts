/** Packages as the command line names them. */
import { z } from 'zod'
import { CommandFailed } from '../errors.ts'
import type { Client } from './client.ts'
import { isId } from './values.ts'

export const packageShape = z.looseObject({
  id: z.string(),
  kind: z.string(),
  version: z.string(),
  display: z.string(),
  fileName: z.string(),
  size: z.number(),
  sha256: z.string(),
  retiredAt: z.string().nullable(),
  createdAt: z.string(),
})
export type PackageShape = z.infer<typeof packageShape>
export const packagePage = z.looseObject({ items: z.array(packageShape) })

/** An id, KIND:VERSION, or KIND:latest (the highest that is not retired). @throws CommandFailed */
export async function findPackageId(client: Client, said: string): Promise<string> {
  if (isId(said)) return said
  const [kind, version] = said.split(':')
  if (kind === undefined || version === undefined || version === '')
    throw new CommandFailed(`a package is an id, KIND:VERSION or KIND:latest, not ${said}`)
  const { items } = await client.get('/packages?limit=1000', packagePage)
  const ofKind = items.filter((one) => one.kind === kind && one.retiredAt === null)
  const found =
    version === 'latest'
      ? [...ofKind].sort((a, b) => b.version.localeCompare(a.version))[0]
      : ofKind.find((one) => one.version === version || one.display === version)
  if (found !== undefined) return found.id
  const known = ofKind.map((one) => one.version).join(', ')
  throw new CommandFailed(`there is no package ${said}; of ${kind} there are: ${known || 'none'}`)
}

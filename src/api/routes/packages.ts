/** Packages: what may be rolled out. */
import { type Route, route } from '../call.ts'
import { addPackageHandler } from '../handlers/add-package.ts'
import { getPackage } from '../handlers/get-package.ts'
import { listPackagesHandler } from '../handlers/list-packages.ts'
import { uploadQuery } from '../package-schema.ts'
import { byId } from '../schemas.ts'

export const packageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/packages',
    summary: 'Packages',
    permission: 'packages.read',
    reach: 'none',
    handler: listPackagesHandler,
  }),
  route({
    method: 'post',
    path: '/packages',
    summary: 'Upload a package',
    permission: 'packages.write',
    reach: 'chain',
    query: uploadQuery,
    streams: 'application/octet-stream',
    handler: addPackageHandler,
  }),
  route({
    method: 'get',
    path: '/packages/:id',
    summary: 'One package',
    permission: 'packages.read',
    reach: 'none',
    params: byId,
    handler: getPackage,
  }),
]

/** Packages: what may be rolled out. */
import {
  distributeAnswer,
  packageAnswer,
  packageCheckAnswer,
  packageDetail,
  packagesAnswer,
  storePackagesAnswer,
} from '../answers/packages.ts'
import { counts } from '../answers/pieces.ts'
import { type Route, route } from '../call.ts'
import { addPackageHandler } from '../handlers/add-package.ts'
import { checkBody, checkPackageHandler } from '../handlers/check-package.ts'
import { distributeBody, distributeHandler, retireHandler, withdrawHandler } from '../handlers/distribute.ts'
import { getPackage } from '../handlers/get-package.ts'
import { countsHandler } from '../handlers/list-devices.ts'
import {
  listPackagesHandler,
  listPackagesOfStoreHandler,
  listStorePackagesHandler,
  packagesQuery,
  storePackagesQuery,
} from '../handlers/list-packages.ts'
import { countsQuery } from '../list.ts'
import { packageList, storePackageList } from '../lists/packages.ts'
import { uploadQuery } from '../package-schema.ts'
import { byCode, byId, noFields } from '../schemas.ts'

export const packageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/packages',
    summary: 'Packages',
    permission: 'packages.read',
    reach: 'none',
    query: packagesQuery,
    list: packageList,
    answer: packagesAnswer,
    handler: listPackagesHandler,
  }),
  route({
    method: 'get',
    path: '/store-packages',
    summary: 'Which package lies on which store server, and why not',
    permission: 'packages.read',
    reach: 'own',
    query: storePackagesQuery,
    list: storePackageList,
    answer: storePackagesAnswer,
    handler: listStorePackagesHandler,
  }),
  route({
    method: 'get',
    path: '/store-packages/counts',
    summary: 'How many of them by state, reason, store, group, version or package',
    permission: 'packages.read',
    reach: 'own',
    query: countsQuery(['state', 'reason', 'store', 'group', 'version', 'package']),
    list: storePackageList,
    answer: counts,
    handler: countsHandler(storePackageList),
  }),
  route({
    method: 'get',
    path: '/stores/:code/packages',
    summary: 'Which packages lie on the server of a store',
    permission: 'packages.read',
    reach: 'store',
    params: byCode,
    query: storePackagesQuery,
    list: storePackageList,
    answer: storePackagesAnswer,
    handler: listPackagesOfStoreHandler,
  }),
  route({
    method: 'post',
    path: '/packages',
    summary: 'Upload a package; the headers Nightshift-Manifest and Nightshift-Signature (base64) sign it',
    permission: 'packages.write',
    reach: 'chain',
    query: uploadQuery,
    streams: 'application/octet-stream',
    answer: packageAnswer,
    statuses: [201, 200],
    handler: addPackageHandler,
  }),
  route({
    method: 'post',
    path: '/packages/check',
    summary: 'Who signed a manifest, before the package is uploaded; nothing is kept',
    permission: 'packages.write',
    reach: 'none',
    idempotent: false,
    body: checkBody,
    answer: packageCheckAnswer,
    handler: checkPackageHandler,
  }),
  route({
    method: 'get',
    path: '/packages/:id',
    summary: 'One package',
    permission: 'packages.read',
    reach: 'none',
    params: byId,
    answer: packageDetail,
    handler: getPackage,
  }),
  route({
    method: 'post',
    path: '/packages/:id/distribute',
    summary: 'Bring a package to store servers, rollout or not',
    permission: 'packages.write',
    reach: 'own',
    params: byId,
    body: distributeBody,
    answer: distributeAnswer,
    statuses: [202, 200],
    handler: distributeHandler,
  }),
  route({
    method: 'post',
    path: '/packages/:id/withdraw',
    summary: 'Take a package off store servers, as soon as nothing needs it there',
    permission: 'packages.write',
    reach: 'own',
    params: byId,
    body: distributeBody,
    answer: distributeAnswer,
    statuses: [202, 200],
    handler: withdrawHandler,
  }),
  route({
    method: 'post',
    path: '/packages/:id/retire',
    summary: 'Leave a package out of new plans',
    permission: 'packages.write',
    reach: 'chain',
    params: byId,
    body: noFields,
    answer: packageDetail,
    handler: retireHandler(true),
  }),
  route({
    method: 'post',
    path: '/packages/:id/unretire',
    summary: 'Let a retired package into plans again',
    permission: 'packages.write',
    reach: 'chain',
    params: byId,
    body: noFields,
    answer: packageDetail,
    handler: retireHandler(false),
  }),
]

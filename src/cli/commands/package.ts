/** `nightshift package …`: signed here, added there, and where each lies. */
import { access } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { CommandFailed } from '../errors.ts'
import { addPackageSign } from '../package-sign-options.ts'
import { confirm, remote, remoteOptions } from '../remote/context.ts'
import { bar, bytes, fields, flat, table } from '../remote/output.ts'
import { findPackageId, type PackageShape, packagePage, packageShape } from '../remote/packages.ts'
import { type SelectionOptions, saysWhom, selectionOf } from '../remote/selection.ts'
import { signedHeaders } from '../remote/signed.ts'
import { collect } from '../remote/values.ts'

interface AddOptions {
  readonly kind?: string
  readonly version?: string
  readonly allowOlder?: boolean
}

const add = remote<[string], AddOptions>(async ({ client, out }, [file, ..._rest], options) => {
  await access(file).catch((error: Error) => Promise.reject(new CommandFailed(error.message)))
  const { kind, version, allowOlder } = options
  const headers = await signedHeaders(file)
  if (headers === undefined && (kind === undefined || version === undefined))
    throw new CommandFailed(
      `${file}.manifest is not there: sign it (nightshift package sign), or say --kind and --version of a package that nobody signs`,
    )
  const query = new URLSearchParams({
    ...(headers === undefined ? { fileName: path.basename(file) } : {}),
    ...(kind === undefined ? {} : { kind }),
    ...(version === undefined ? {} : { version }),
    ...(allowOlder === true ? { allowOlder: 'true' } : {}),
  })
  const onBytes = (sent: number, of: number) =>
    out.progress(`${bar(sent, of)}  ${bytes(sent)} of ${bytes(of)}`)
  const made = await client.upload(`/packages?${query}`, file, packageShape, {
    headers: headers ?? {},
    onBytes,
  })
  out.result(made, (one) => [`${one.id}  ${one.kind} ${one.version}, ${bytes(one.size)}`])
})

const line = (one: PackageShape) => [
  one.id,
  one.kind,
  one.version,
  bytes(one.size),
  one.signer ?? 'unsigned',
  one.retiredAt === null ? '' : 'retired',
  one.fileName,
]

const list = remote<[]>(async ({ client, out }) => {
  out.result(await client.get('/packages?limit=1000', packagePage), ({ items }) =>
    table(['id', 'kind', 'version', 'size', 'signed by', '', 'file'], items.map(line)),
  )
})

const show = remote<[string]>(async ({ client, out }, [said]) => {
  const id = await findPackageId(client, said)
  out.result(await client.get(`/packages/${id}`, packageShape), (one) =>
    fields(Object.entries(one).map(([name, value]) => [name, flat(value)] as const)),
  )
})

const retire = (verb: 'retire' | 'unretire') =>
  remote<[string], { yes?: boolean }>(async ({ client, out }, [said], { yes }) => {
    const id = await findPackageId(client, said)
    if (verb === 'retire') await confirm(out, `${said} goes into no new rollout. Retire it?`, yes)
    const done = await client.send('POST', `/packages/${id}/${verb}`, packageShape, { body: {} })
    out.result(done, (one) => [
      `${one.kind} ${one.version}: ${one.retiredAt === null ? 'in use' : 'retired'}`,
    ])
  })

interface WhereOptions extends SelectionOptions {
  readonly all?: boolean
  readonly yes?: boolean
}

const moved = z.looseObject({ stores: z.number() })

const carry = (verb: 'distribute' | 'withdraw') =>
  remote<[string], WhereOptions>(async ({ client, out }, [said], options) => {
    const id = await findPackageId(client, said)
    if (!saysWhom(options) && options.all !== true)
      throw new CommandFailed('which stores? say --store, --group, --label or --all')
    await confirm(out, `${verb} ${said}?`, options.yes)
    const body = { selection: selectionOf(options) }
    out.result(await client.send('POST', `/packages/${id}/${verb}`, moved, { body }), ({ stores }) => [
      `${stores} stores`,
    ])
  })

export function addPackage(program: Command): void {
  const parent = program.command('package').description('packages of software')
  addPackageSign(parent)
  remoteOptions(
    parent.command('add <file>').description('upload a package, with FILE.manifest and FILE.manifest.sig'),
  )
    .option('--kind <kind>', 'of one that nobody signed')
    .option('--version <version>', 'of one that nobody signed: eight digits')
    .option('--allow-older', 'also a version below the newest: to go back to')
    .action(add)
  remoteOptions(parent.command('list').description('packages, and who signed them')).action(list)
  remoteOptions(
    parent.command('show <package>').description('one package, and whether it is good now'),
  ).action(show)
  remoteOptions(parent.command('retire <package>').description('into no new rollout any more'))
    .option('-y, --yes', 'do not ask')
    .action(retire('retire'))
  remoteOptions(parent.command('unretire <package>').description('into new rollouts again')).action(
    retire('unretire'),
  )
  for (const [verb, what] of [
    ['distribute', 'bring it to store servers now, rollout or not'],
    ['withdraw', 'take it off store servers where nothing needs it'],
  ] as const)
    remoteOptions(parent.command(`${verb} <package>`).description(what))
      .option('--store <codes>', 'stores', collect)
      .option('--group <names>', 'groups of stores', collect)
      .option('--label <names>', 'labels of stores', collect)
      .option('--all', 'every store')
      .option('-y, --yes', 'do not ask')
      .action(carry(verb))
}

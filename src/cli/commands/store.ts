/** `nightshift store …`. */
import type { Command } from 'commander'
import { z } from 'zod'
import { remote, remoteOptions } from '../remote/context.ts'
import { type ListOptions, listOptions, listPath } from '../remote/lists.ts'
import { clean, fields, flat, table } from '../remote/output.ts'

const store = z.looseObject({
  code: z.string(),
  name: z.string(),
  timeZone: z.string(),
  group: z.string().nullable(),
  host: z.string(),
})

const listStores = remote<[], ListOptions>(async ({ client, out }, _args, options) => {
  const page = await client.get(listPath('/stores', options), z.looseObject({ items: z.array(store) }))
  out.result(page, ({ items }) =>
    table(
      ['code', 'group', 'time zone', 'host', 'name'],
      items.map((one) => [one.code, one.group, one.timeZone, one.host, one.name]),
    ),
  )
})

const showStore = remote<[string]>(async ({ client, out }, [code]) => {
  const one = await client.get(
    `/stores/${encodeURIComponent(code)}`,
    store.extend({ devices: z.array(z.looseObject({ cashId: z.string(), name: z.string() })) }),
  )
  out.result(one, ({ devices, ...own }) => [
    ...fields(Object.entries(own).map(([name, value]) => [name, flat(value)] as const)),
    '',
    ...devices.map((each) => `${each.cashId}  ${clean(each.name)}`),
  ])
})

export function addStore(program: Command): void {
  const parent = program.command('store').description('stores')
  listOptions(parent.command('list').description('stores')).action(listStores)
  remoteOptions(parent.command('show <code>').description('one store with its devices')).action(showStore)
}

/** `nightshift device …` and `nightshift command …`: what devices last said, and errands to them. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { CommandFailed, UsageFailed } from '../errors.ts'
import { confirm, type Remote, remote, remoteOptions } from '../remote/context.ts'
import { type ListOptions, listOptions, listPath } from '../remote/lists.ts'
import { bar, fields, flat, shortened, table } from '../remote/output.ts'
import { findPackageId } from '../remote/packages.ts'
import { type SelectionOptions, saysWhom, selectionOf, selectionOptions } from '../remote/selection.ts'

const status = z
  .looseObject({
    readAt: z.string().nullable(),
    ageSeconds: z.number().nullable(),
    source: z.string(),
    reason: z.string().nullable(),
    version: z.string().nullable(),
    display: z.string().nullable(),
  })
  .nullable()
const device = z.looseObject({
  cashId: z.string(),
  number: z.number(),
  name: z.string(),
  kind: z.string(),
  store: z.string(),
  host: z.string().nullable(),
  blocked: z.boolean(),
  status,
})
type Device = z.infer<typeof device>

/** `3 min ago`: an age, never a bare time that could be yesterday's. */
function age(seconds: number | null): string {
  if (seconds === null) return 'never'
  if (seconds < 90) return `${seconds} s ago`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`
}

const deviceLine = (one: Device) => [
  one.store,
  one.cashId,
  one.number,
  one.kind,
  one.status?.display ?? 'unknown',
  one.status?.reason ?? (one.blocked ? 'blocked' : ''),
  age(one.status?.ageSeconds ?? null),
  one.name,
]

const list = remote<[], ListOptions>(async ({ client, out }, _args, options) => {
  const page = await client.get(listPath('/devices', options), z.looseObject({ items: z.array(device) }))
  out.result(page, ({ items }) =>
    table(['store', 'cash id', 'no', 'kind', 'version', 'why', 'read', 'name'], items.map(deviceLine)),
  )
})

const show = remote<[string]>(async ({ client, out }, [cashId]) => {
  const one = await client.get(`/devices/${encodeURIComponent(cashId)}`, device)
  out.result(one, ({ status: said, ...own }) => [
    ...fields(Object.entries(own).map(([name, value]) => [name, flat(value)] as const)),
    '',
    ...(said === null
      ? ['it was never asked']
      : fields(Object.entries(said).map(([name, value]) => [name, flat(value)] as const))),
  ])
})

const sent = z.looseObject({
  id: z.string().optional(),
  devices: z.number(),
  leftOut: z.record(z.string(), z.number()),
})
const outcome = z.looseObject({
  cashId: z.string(),
  state: z.string(),
  reason: z.string().nullable().optional(),
})
const requestShape = z.looseObject({
  id: z.string(),
  kind: z.string(),
  counts: z.record(z.string(), z.number()),
  isOver: z.boolean(),
  items: z.array(outcome.extend({ store: z.string().optional() })),
})
type Request = z.infer<typeof requestShape>

const requestLines = ({ kind, counts, items }: Request): string[] => [
  `${kind}: ${Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(' · ')}`,
  ...shortened(
    table(
      ['store', 'cash id', 'state', 'reason'],
      items.map((one) => [one.store, one.cashId, one.state, one.reason]),
    ),
    61,
  ),
]

/** Until nothing of it waits or runs. */
async function follow({ client, out }: Remote, id: string): Promise<Request> {
  for (;;) {
    const request = await client.get(`/commands/${id}`, requestShape)
    const all = Object.values(request.counts).reduce((sum, count) => sum + count, 0)
    const open = (request.counts.waiting ?? 0) + (request.counts.running ?? 0)
    out.progress(`${bar(all - open, all)}  ${all - open} of ${all}`)
    if (request.isOver) return request
    await wait(500)
  }
}

interface SendOptions extends SelectionOptions {
  readonly all?: boolean
  readonly yes?: boolean
  readonly wait?: boolean
  readonly preview?: boolean
}

function whomOf(options: SendOptions, cashIds: readonly string[]): Record<string, unknown> {
  if (cashIds.length > 0 && (saysWhom(options) || options.all === true))
    throw new UsageFailed('name devices, or select them; not both')
  if (cashIds.length > 0) return { cashIds }
  if (!saysWhom(options) && options.all !== true)
    throw new UsageFailed('whom? name cash ids, or say --store, --group, --label, --kind, --running or --all')
  return { selection: selectionOf(options) }
}

/** More than one device is shown and asked about first. */
async function send(
  context: Remote,
  errand: Readonly<Record<string, unknown>>,
  cashIds: readonly string[],
  options: SendOptions,
): Promise<void> {
  const { client, out } = context
  const body = { ...errand, ...whomOf(options, cashIds) }
  const preview = await client.send('POST', '/commands', sent, { body: { ...body, preview: true } })
  const leftOut = Object.entries(preview.leftOut).map(([why, count]) => `${count} ${why}`)
  const whom = `${preview.devices} devices${leftOut.length === 0 ? '' : `, left out: ${leftOut.join(', ')}`}`
  if (options.preview === true) return out.result(preview, () => [whom])
  if (preview.devices !== 1) await confirm(out, `${String(errand.kind)} to ${whom}?`, options.yes)
  const made = await client.send('POST', '/commands', sent.extend({ id: z.string() }), { body })
  if (options.wait === false) {
    out.result(made, (value) => [`${whom}; look: nightshift command show ${value.id}`])
    return
  }
  const request = await follow(context, made.id)
  out.result(request, requestLines)
  const bad = (request.counts.failed ?? 0) + (request.counts.expired ?? 0)
  if (bad > 0) throw new CommandFailed(`${bad} of ${made.devices} did not do it`)
}

const plain = (kind: string) =>
  remote<[string[]], SendOptions>((context, [cashIds], options) => send(context, { kind }, cashIds, options))

const switched = (kind: 'block' | 'autoUpdate', on: boolean) =>
  remote<[string[]], SendOptions>((context, [cashIds], options) =>
    send(context, { kind, on }, cashIds, options),
  )

const message = remote<[string, string[]], SendOptions>((context, [text, cashIds], options) =>
  send(context, { kind: 'message', text }, cashIds, options),
)

const download = remote<[string[]], SendOptions & { package?: string }>(
  async (context, [cashIds], options) => {
    const { package: said } = options
    const packageId = said === undefined ? {} : { packageId: await findPackageId(context.client, said) }
    await send(context, { kind: 'downloadStart', ...packageId }, cashIds, options)
  },
)

const showCommand = remote<[string]>(async ({ client, out }, [id]) => {
  out.result(await client.get(`/commands/${encodeURIComponent(id)}`, requestShape), requestLines)
})

const request = z.looseObject({
  id: z.string(),
  kind: z.string(),
  requestedBy: z.string(),
  createdAt: z.string(),
  devices: z.number(),
  isOver: z.boolean(),
})

const listCommands = remote<[], ListOptions>(async ({ client, out }, _args, options) => {
  const page = await client.get(listPath('/commands', options), z.looseObject({ items: z.array(request) }))
  out.result(page, ({ items }) =>
    table(
      ['id', 'kind', 'devices', 'made', 'by', 'over'],
      items.map((one) => [
        one.id,
        one.kind,
        one.devices,
        one.createdAt.slice(0, 16),
        one.requestedBy,
        one.isOver,
      ]),
    ),
  )
})

const cancel = remote<[string]>(async ({ client, out }, [id]) => {
  const done = await client.send('POST', `/commands/${encodeURIComponent(id)}/cancel`, z.looseObject({}), {
    body: {},
  })
  out.result(done, () => ['what had not begun is cancelled'])
})

const errand = (parent: Command, name: string, what: string): Command =>
  selectionOptions(remoteOptions(parent.command(`${name} [cashIds...]`).description(what)))
    .option('--all', 'every device')
    .option('--preview', 'only whom it would reach')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'do not wait for what becomes of it')

export function addDevice(program: Command): void {
  const parent = program.command('device').description('devices: what they last said, and errands to them')
  listOptions(parent.command('list').description('devices with what they last said')).action(list)
  remoteOptions(parent.command('show <cashId>').description('one device with all that it last said')).action(
    show,
  )
  errand(parent, 'status', 'ask them now').action(plain('look'))
  selectionOptions(
    remoteOptions(parent.command('message <text> [cashIds...]').description('show a text to the cashier')),
  )
    .option('--all', 'every device')
    .option('--preview', 'only whom it would reach')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'do not wait for what becomes of it')
    .action(message)
  errand(parent, 'close-shift', 'close their shift').action(plain('closeShift'))
  errand(parent, 'block', 'block them, here and at the device').action(switched('block', true))
  errand(parent, 'unblock', 'let them sell again').action(switched('block', false))
  errand(parent, 'auto-update-on', 'the standing switch: the next delivery may install by itself').action(
    switched('autoUpdate', true),
  )
  errand(parent, 'auto-update-off', 'the standing switch').action(switched('autoUpdate', false))
  errand(parent, 'download', 'fetch a package from their store server ahead of time')
    .option('--package <package>', 'an id, KIND:VERSION or KIND:latest; else the newest that lies there')
    .action(download)
  errand(parent, 'download-stop', 'stop fetching').action(plain('downloadStop'))

  const commands = program.command('command').description('errands that were sent')
  listOptions(commands.command('list').description('requests, newest first')).action(listCommands)
  remoteOptions(commands.command('show <id>').description('what became of one, device by device')).action(
    showCommand,
  )
  remoteOptions(commands.command('cancel <id>').description('end what has not begun')).action(cancel)
}

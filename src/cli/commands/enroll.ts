/** `nightshift enroll …`: host keys are learnt, compared by a person, and pinned; devices make keys of their own. */
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { CommandFailed } from '../errors.ts'
import { confirm, type Remote, remote, remoteOptions } from '../remote/context.ts'
import { bar, shortened, table } from '../remote/output.ts'
import { commas, given } from '../remote/values.ts'

const key = z.looseObject({ type: z.string(), fingerprint: z.string() })
const enrolment = z.looseObject({
  id: z.string(),
  requestId: z.string(),
  storeCode: z.string().optional(),
  store: z.string().optional(),
  cashId: z.string().nullable(),
  kind: z.string(),
  state: z.string(),
  verdict: z.string().nullable(),
  reason: z.string().nullable().optional(),
  found: z.array(key),
  line: z.string().nullable(),
})
type Enrolment = z.infer<typeof enrolment>
const page = z.looseObject({ items: z.array(enrolment) })

interface WhomOptions {
  readonly store?: string
  readonly group?: string
  readonly label?: string
  readonly cashId?: string
  readonly unpinned?: boolean
  readonly renew?: boolean
  readonly what?: string
}

function whomOf({
  store,
  group,
  label,
  cashId,
  unpinned,
  renew,
  what,
}: WhomOptions): Record<string, unknown> {
  const all = {
    what,
    stores: commas(store),
    groups: commas(group),
    labels: commas(label),
    cashIds: commas(cashId),
    unpinned,
    renew,
  }
  return given(all)
}

const lines = ({ items }: { readonly items: readonly Enrolment[] }): string[] =>
  shortened(
    table(
      ['store', 'cash id', 'state', 'verdict', 'fingerprints'],
      items.map((one) => [
        one.storeCode ?? one.store,
        one.cashId ?? 'store server',
        one.reason == null ? one.state : `${one.state}: ${one.reason}`,
        one.verdict,
        one.line ?? one.found.map((each) => `${each.type} ${each.fingerprint}`).join(', '),
      ]),
    ),
    101,
  )

const listOf = ({ client }: Remote, request: string): Promise<{ items: Enrolment[] }> =>
  client.get(`/enrolments?limit=10000&request=${encodeURIComponent(request)}`, page)

const isOpen = ({ state }: Enrolment): boolean => state === 'waiting' || state === 'running'

/** Until every host was asked. */
async function follow(context: Remote, request: string): Promise<{ items: Enrolment[] }> {
  for (;;) {
    const found = await listOf(context, request)
    const open = found.items.filter(isOpen).length
    context.out.progress(
      `${bar(found.items.length - open, found.items.length)}  ${found.items.length - open} asked`,
    )
    if (open === 0) return found
    await wait(500)
  }
}

const begun = z.looseObject({ requestId: z.string(), enrolments: z.number(), leftOutCount: z.number() })

const scan = (what?: string) =>
  remote<[], WhomOptions>(async (context, _args, options) => {
    const body = whomOf({ ...options, ...(what === undefined ? {} : { what }) })
    const { client, out } = context
    const made = await client.send('POST', '/enrolments', begun, { body })
    if (made.leftOutCount > 0) out.say(`${made.leftOutCount} are not asked: GET /enrolments tells why`)
    const found = await follow(context, made.requestId)
    out.result({ requestId: made.requestId, ...found }, (value) => [
      ...lines(value),
      '',
      `Compare them with the shops by another way, then: nightshift enroll confirm ${made.requestId} --fingerprints FILE`,
    ])
  })

const done = z.looseObject({
  confirmed: z.number(),
  notConfirmed: z.array(z.looseObject({})),
})

interface ConfirmOptions {
  readonly fingerprints?: string
  readonly asShown?: boolean
  readonly add?: boolean
  readonly yes?: boolean
}

/** What people compared, as a file; or all that is shown, where somebody says that they compared all of it. */
const confirmKeys = remote<[string], ConfirmOptions>(async (context, [request], options) => {
  const { client, out } = context
  const mode = options.add === true ? 'add' : 'replace'
  if (options.fingerprints !== undefined) {
    const file = await readFile(options.fingerprints, 'utf8').catch((error: Error) =>
      Promise.reject(new CommandFailed(error.message)),
    )
    const answer = await client.send('POST', '/enrolments/confirm', done, { body: { request, file, mode } })
    return out.result(answer, (value) => [`${value.confirmed} pinned, ${value.notConfirmed.length} not`])
  }
  if (options.asShown !== true)
    throw new CommandFailed(
      'say --fingerprints FILE (lines store,cashId,fingerprint), or --as-shown when you compared every one',
    )
  const { items } = await listOf(context, request)
  const shown = items.filter((one) => one.state === 'shown' && one.found.length > 0)
  for (const text of lines({ items: shown })) out.say(text)
  await confirm(out, `Did you compare these ${shown.length}? They are pinned then.`, options.yes)
  const enrolments = shown.map(({ id, found }) => ({
    id,
    fingerprints: found.map((one) => one.fingerprint),
    mode,
  }))
  const answer = await client.send('POST', '/enrolments/confirm', done, { body: { enrolments } })
  out.result(answer, (value) => [`${value.confirmed} pinned, ${value.notConfirmed.length} not`])
})

const list = remote<[string | undefined], { state?: string }>(
  async ({ client, out }, [request], { state }) => {
    const query = new URLSearchParams({ limit: '1000' })
    if (request !== undefined) query.set('request', request)
    if (state !== undefined) query.set('state', state)
    out.result(await client.get(`/enrolments?${query}`, page), lines)
  },
)

const refuse = remote<[string], { why?: string }>(async ({ client, out }, [id], { why }) => {
  const body = why === undefined ? {} : { why }
  const answer = await client.send(
    'POST',
    `/enrolments/${encodeURIComponent(id)}/refuse`,
    z.looseObject({}),
    { body },
  )
  out.result(answer, () => ['nothing of it is pinned'])
})

const host = z.looseObject({
  store: z.string().optional(),
  storeCode: z.string().optional(),
  cashId: z.string().nullable(),
  keys: z.array(key),
  changed: z.boolean(),
})

const keys = remote<[], { state?: string }>(async ({ client, out }, _args, { state }) => {
  const query = new URLSearchParams({ limit: '1000', ...(state === undefined ? {} : { state }) })
  out.result(await client.get(`/host-keys?${query}`, z.looseObject({ items: z.array(host) })), ({ items }) =>
    table(
      ['store', 'cash id', '', 'pinned'],
      items.map((one) => [
        one.storeCode ?? one.store,
        one.cashId ?? 'store server',
        one.changed ? 'CHANGED' : '',
        one.keys.map((each) => each.fingerprint).join(', ') || 'nothing',
      ]),
    ),
  )
})

const preview = z.looseObject({
  previewHash: z.string(),
  changes: z.array(z.looseObject({})),
  contradictions: z.array(z.looseObject({})),
  faults: z.array(z.looseObject({})),
})

const importKeys = remote<[string], { format?: string; add?: boolean; yes?: boolean }>(
  async ({ client, out }, [file], options) => {
    const text = await readFile(file, 'utf8').catch((error: Error) =>
      Promise.reject(new CommandFailed(error.message)),
    )
    const format = options.format ?? (file.endsWith('.csv') ? 'csv' : 'knownHosts')
    const body = { format, text, mode: options.add === true ? 'add' : 'replace' }
    const found = await client.send('POST', '/host-keys/import', preview, { body })
    const { changes, contradictions, faults, previewHash } = found
    for (const one of [...faults, ...contradictions].slice(0, 20)) out.say(JSON.stringify(one))
    out.say(
      `${changes.length} to pin, ${contradictions.length} contradict what is pinned, ${faults.length} lines cannot be read`,
    )
    if (changes.length === 0) return out.result(found, () => ['nothing to do'])
    await confirm(out, `Pin these ${changes.length}?`, options.yes)
    const pinned = z.looseObject({ pinned: z.number() })
    const answer = await client.send('POST', '/host-keys/import', pinned, { body: { ...body, previewHash } })
    out.result(answer, (value) => [`${value.pinned} pinned`])
  },
)

const whom = (command: Command): Command =>
  remoteOptions(command)
    .option('--store <codes>', 'stores; with commas')
    .option('--group <names>', 'groups of stores')
    .option('--label <names>', 'labels')
    .option('--cash-id <ids>', 'single devices')

export function addEnroll(program: Command): void {
  const parent = program.command('enroll').description('host keys and devices’ own keys (docs/hosts.md)')
  whom(parent.command('scan').description('learn the keys that hosts show; nothing is pinned'))
    .option('--what <what>', 'both, storeServers or devices')
    .option('--unpinned', 'only who has none pinned')
    .action(scan())
  whom(parent.command('device-keys').description('have devices make their own key for their store server'))
    .option('--renew', 'a new one, also where there is one')
    .action(scan('deviceKeys'))
  remoteOptions(parent.command('confirm <request>').description('pin what you compared'))
    .option('--fingerprints <file>', 'lines store,cashId,fingerprint; cash id empty: the store server')
    .option('--as-shown', 'all that is shown: you compared every one')
    .option('--add', 'beside what is pinned, for a change of keys with an overlap')
    .option('-y, --yes', 'do not ask')
    .action(confirmKeys)
  remoteOptions(parent.command('list [request]').description('what was found, and what became of it'))
    .option('--state <state>', 'waiting, shown, confirmed, refused, failed, expired')
    .action(list)
  remoteOptions(parent.command('refuse <id>').description('pin nothing of what one host showed'))
    .option('--why <text>', 'kept in the journal')
    .action(refuse)
  remoteOptions(parent.command('keys').description('pinned keys of every host'))
    .option('--state <state>', 'changed, unpinned or several')
    .action(keys)
  remoteOptions(
    parent.command('import <file>').description('pin keys from known_hosts or a list; shown first'),
  )
    .option('--format <format>', 'knownHosts or csv')
    .option('--add', 'beside what is pinned')
    .option('-y, --yes', 'do not ask')
    .action(importKeys)
}

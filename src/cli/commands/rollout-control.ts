/** What moves a rollout. Each says what it would do, in devices, before it does it. */
import type { Command } from 'commander'
import { z } from 'zod'
import { CommandFailed } from '../errors.ts'
import { confirm, type Remote, remote, remoteOptions } from '../remote/context.ts'
import { fields, shortened, table } from '../remote/output.ts'
import { findRolloutId, planLines, planShape } from '../remote/rollouts.ts'

interface ControlOptions {
  readonly reason?: string
  readonly yes?: boolean
}

const state = z.looseObject({ state: z.string().optional() })
const consequences = z.looseObject({ consequence: z.record(z.string(), z.number()).optional() })

/** Only what is not nought is worth a line. */
async function tellConsequences({ client, out }: Remote, id: string, query: string): Promise<void> {
  const answer = await client.get(`/rollouts/${id}/consequences?${query}`, consequences)
  const counts = Object.entries(answer.consequence ?? answer).filter(
    (pair): pair is [string, number] => typeof pair[1] === 'number' && pair[1] > 0,
  )
  if (counts.length > 0) for (const line of fields(counts)) out.say(`  ${line}`)
}

const reasonBody = ({ reason }: ControlOptions) => (reason === undefined ? {} : { reason })

const steer = (verb: 'pause' | 'resume' | 'stop') =>
  remote<[string], ControlOptions>(async (context, [said], options) => {
    const { client, out } = context
    const id = await findRolloutId(client, said)
    if (options.yes !== true) await tellConsequences(context, id, `verb=${verb}`)
    await confirm(out, `${verb} ${said}?`, options.yes)
    const done = await client.send('POST', `/rollouts/${id}/${verb}`, state, { body: reasonBody(options) })
    out.result(done, (value) => [`${said}: ${value.state ?? 'done'}`])
  })

const approve = remote<[string], { hash: string }>(async ({ client, out }, [said], { hash }) => {
  const id = await findRolloutId(client, said)
  const done = await client.send('POST', `/rollouts/${id}/approve`, state, { body: { planHash: hash } })
  out.result(done, (value) => [`${said}: ${value.state ?? 'approved'}`])
})

const start = remote<[string], { hash?: string }>(async ({ client, out }, [said], { hash }) => {
  const id = await findRolloutId(client, said)
  const body = hash === undefined ? {} : { planHash: hash }
  out.result(await client.send('POST', `/rollouts/${id}/start`, state, { body }), (value) => [
    `${said}: ${value.state ?? 'started'}`,
  ])
})

const plain = (verb: 'submit' | 'reject') =>
  remote<[string], ControlOptions>(async ({ client, out }, [said], options) => {
    const id = await findRolloutId(client, said)
    const done = await client.send('POST', `/rollouts/${id}/${verb}`, state, { body: reasonBody(options) })
    out.result(done, (value) => [`${said}: ${value.state ?? 'done'}`])
  })

const release = remote<[string, string], ControlOptions>(async (context, [said, wave], options) => {
  const { client, out } = context
  const id = await findRolloutId(client, said)
  if (options.yes !== true)
    await tellConsequences(context, id, `verb=release&wave=${encodeURIComponent(wave)}`)
  await confirm(out, `release wave ${wave} of ${said}?`, options.yes)
  const path = `/rollouts/${id}/waves/${encodeURIComponent(wave)}/release`
  out.result(await client.send('POST', path, state, { body: reasonBody(options) }), () => [
    `wave ${wave} is released`,
  ])
})

const line = z.looseObject({
  cashId: z.string(),
  store: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
})
const preview = z.looseObject({
  previewId: z.string(),
  hash: z.string(),
  retries: z.array(line),
  refused: z.array(line.extend({ why: z.string() })),
})

interface RetryOptions extends ControlOptions {
  readonly state?: string
  readonly preview?: boolean
}

const retry = remote<[string], RetryOptions>(async ({ client, out }, [said], options) => {
  const id = await findRolloutId(client, said)
  const states = options.state === undefined ? {} : { states: options.state.split(',') }
  const found = await client.send('POST', `/rollouts/${id}/retry`, preview, {
    body: { ...states, preview: true },
  })
  const lines = (value: z.infer<typeof preview>): string[] => [
    `${value.retries.length} would be retried, ${value.refused.length} not`,
    ...shortened(
      table(
        ['store', 'cash id', 'state', 'reason', 'why not'],
        [
          ...value.retries.map((one) => [one.store, one.cashId, one.state, one.reason, '']),
          ...value.refused.map((one) => [one.store, one.cashId, one.state, one.reason, one.why]),
        ],
      ),
      41,
    ),
  ]
  if (options.preview === true || found.retries.length === 0) return out.result(found, lines)
  for (const text of lines(found)) out.say(text)
  await confirm(out, `retry these ${found.retries.length}?`, options.yes)
  const body = { previewId: found.previewId, hash: found.hash }
  const done = await client.send('POST', `/rollouts/${id}/retry`, z.looseObject({}), { body })
  out.result(done, () => [`${found.retries.length} asked for; watch: nightshift rollout watch ${id}`])
})

const skip = remote<[string, string[]], ControlOptions>(async ({ client, out }, [said, cashIds], options) => {
  const id = await findRolloutId(client, said)
  if (options.reason === undefined) throw new CommandFailed('skipping needs --reason')
  const body = { cashIds, reason: options.reason }
  out.result(await client.send('POST', `/rollouts/${id}/skip`, z.looseObject({}), { body }), (value) => [
    JSON.stringify(value),
  ])
})

interface BackOptions {
  readonly wave?: string
  readonly cashId?: string
}

const rollback = remote<[string], BackOptions>(async ({ client, out }, [said], { wave, cashId }) => {
  const id = await findRolloutId(client, said)
  const body = {
    ...(wave === undefined ? {} : { wave: Number(wave) }),
    ...(cashId === undefined ? {} : { cashIds: cashId.split(',') }),
  }
  out.result(await client.send('POST', `/rollouts/${id}/rollback`, planShape, { body }), (value) => [
    ...planLines(value),
    '',
    `a draft; start it: nightshift rollout start ${value.id ?? ''} --hash ${value.planHash}`,
  ])
})

export function addRolloutControls(rollout: Command): void {
  const add = (name: string, what: string) => remoteOptions(rollout.command(name).description(what))
  const asking = (name: string, what: string) =>
    add(name, what).option('--reason <text>', 'why; kept in the journal').option('-y, --yes', 'do not ask')
  add('submit <rollout>', 'ask for an approval').action(plain('submit'))
  add('approve <rollout>', 'approve the plan that has this hash')
    .requiredOption('--hash <hash>', 'of the plan that you read')
    .action(approve)
  add('reject <rollout>', 'send a plan back to draft')
    .requiredOption('--reason <text>', 'why; kept in the journal')
    .action(plain('reject'))
  add('start <rollout>', 'start what needs no second person, or what waits for its time')
    .option('--hash <hash>', 'refuse it when the plan is another one by now')
    .action(start)
  asking('pause <rollout>', 'begin nothing more for now; what is armed is disarmed').action(steer('pause'))
  asking('resume <rollout>', 'go on; needs --reason after a gate stopped it').action(steer('resume'))
  asking('stop <rollout>', 'begin nothing more, for good').action(steer('stop'))
  asking(
    'release <rollout> <wave>',
    'release a wave; over a gate that is not fulfilled only with --reason',
  ).action(release)
  asking('retry <rollout>', 'show what would be retried, then retry just that')
    .option('--state <states>', 'failed, broken, rolledBack, skipped; with commas')
    .option('--preview', 'only show it')
    .action(retry)
  add('skip <rollout> <cashIds...>', 'take devices out that are at rest')
    .option('--reason <text>', 'why; kept in the journal')
    .action(skip)
  add('rollback <rollout>', 'plan the way back of devices that succeeded')
    .option('--wave <n>', 'only those of this wave')
    .option('--cash-id <ids>', 'only these')
    .action(rollback)
}

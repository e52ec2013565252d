/** `nightshift rollout …`: planned, approved, watched and steered. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { CommandFailed, UsageFailed } from '../errors.ts'
import { type Remote, remote, remoteOptions } from '../remote/context.ts'
import { table } from '../remote/output.ts'
import { findPackageId } from '../remote/packages.ts'
import {
  findRolloutId,
  planLines,
  planShape,
  rolloutHead,
  rolloutLines,
  rolloutShape,
} from '../remote/rollouts.ts'
import { type SelectionOptions, selectionOf, selectionOptions } from '../remote/selection.ts'
import { addRolloutControls } from './rollout-control.ts'
import { watchRollout } from './rollout-watch.ts'

interface PlanOptions extends SelectionOptions {
  readonly name?: string
  readonly package: string
  readonly serverPackage?: string
  readonly waves?: string
  readonly policy?: string
  readonly start?: boolean
  readonly live?: boolean
}

const TEMPLATES = ['single', 'pilotEvenOdd', 'canary', 'eastToWest', 'stratifiedPilot']

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: Error) =>
    Promise.reject(new CommandFailed(error.message)),
  )
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CommandFailed(`${file} is no JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

async function planBody({ client }: Remote, options: PlanOptions): Promise<Record<string, unknown>> {
  const { waves, policy, serverPackage } = options
  return {
    packageId: await findPackageId(client, options.package),
    ...(serverPackage === undefined ? {} : { serverPackageId: await findPackageId(client, serverPackage) }),
    selection: selectionOf(options),
    ...(waves === undefined
      ? {}
      : { waves: TEMPLATES.includes(waves) ? { template: waves } : await readJson(waves) }),
    ...(policy === undefined ? {} : { policy: await readJson(policy) }),
  }
}

const planOptions = (command: Command): Command =>
  selectionOptions(remoteOptions(command))
    .requiredOption('--package <package>', 'an id, KIND:VERSION, or KIND:latest')
    .option('--server-package <package>', "goes to the store servers, before their tills'")
    .option('--remaining', 'only who does not run the version yet')
    .option('--waves <template>', `${TEMPLATES.join(', ')}, or a JSON file`)
    .option('--policy <file>', 'JSON; what it leaves out is the default (docs/planning.md)')

const created = planShape.extend({ id: z.string(), state: z.string().optional() })

const create = remote<[], PlanOptions>(async (context, _args, options) => {
  const { client, out } = context
  const name = options.name ?? `${options.package} ${new Date().toISOString().slice(0, 10)}`
  const start = options.start === true ? { start: true } : {}
  const body = { name, ...(await planBody(context, options)), ...start }
  const made = await client.send('POST', '/rollouts', created, { body })
  out.result(made, (value) => [
    ...planLines(value),
    '',
    options.start === true
      ? `watch it: nightshift rollout watch ${value.id}`
      : `a draft; approve it: nightshift rollout approve ${value.id} --hash ${value.planHash}`,
  ])
})

const dryRun = z.looseObject({ state: z.string().optional(), done: z.boolean().optional() })

const plan = remote<[], PlanOptions>(async (context, _args, options) => {
  const { client, out } = context
  const body = { ...(await planBody(context, options)), live: options.live === true }
  if (options.live !== true) {
    out.result(await client.send('POST', '/rollouts/dry-run', planShape, { body }), planLines)
    return
  }
  const begun = await client.send('POST', '/rollouts/dry-run', planShape.extend({ id: z.string() }), { body })
  out.say(`looking at ${begun.plan.targets} devices: nightshift rollout dry-run ${begun.id}`)
  out.result(begun, planLines)
})

const page = z.looseObject({ items: z.array(rolloutHead) })

const list = remote<[], { limit: string }>(async ({ client, out }, _args, { limit }) => {
  out.result(await client.get(`/rollouts?limit=${encodeURIComponent(limit)}`, page), ({ items }) =>
    table(
      ['id', 'name', 'package', 'state', 'made', 'by'],
      items.map((one) => [
        one.id,
        one.name,
        `${one.package.kind} ${one.package.display}`,
        one.state,
        one.createdAt.slice(0, 16),
        one.createdBy,
      ]),
    ),
  )
})

const show = remote<[string]>(async ({ client, out }, [said]) => {
  const id = await findRolloutId(client, said)
  out.result(await client.get(`/rollouts/${id}`, rolloutShape), rolloutLines)
})

const showDryRun = remote<[string]>(async ({ client, out }, [id]) => {
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new UsageFailed('a dry run is named by its id')
  out.result(await client.get(`/dry-runs/${id}`, dryRun), (value) => [JSON.stringify(value, null, 2)])
})

const WHICH = 'an id, its beginning, a name, or `last`'

export function addRollout(program: Command): void {
  const rollout = program.command('rollout').description('plan, approve, watch and steer rollouts')
  planOptions(rollout.command('create').description('plan a rollout and keep it as a draft'))
    .option('--name <name>', 'what people call it')
    .addOption(new Option('--start', 'start it, or submit it where its policy asks for two persons'))
    .addHelpText(
      'after',
      `
Examples:
  nightshift rollout create --package till:00096000 --group north --remaining --waves canary
  nightshift rollout create --package till:latest --store M1,M2 --start`,
    )
    .action(create)
  planOptions(
    rollout.command('plan').description('the same as a dry run: what would happen; nothing is kept'),
  )
    .option('--live', 'look at every planned device, too')
    .action(plan)
  remoteOptions(rollout.command('dry-run <id>').description('how far a live dry run is')).action(showDryRun)
  remoteOptions(rollout.command('list').description('rollouts, newest first'))
    .option('--limit <n>', 'at most', '50')
    .action(list)
  remoteOptions(rollout.command('show <rollout>').description(`state, waves, counts (${WHICH})`)).action(show)
  remoteOptions(rollout.command('watch <rollout>').description('follow it to its end'))
    .addHelpText('after', '\nExit status: 0 everybody updated or left out, 1 somebody needs a person.')
    .action(watchRollout)
  addRolloutControls(rollout)
}

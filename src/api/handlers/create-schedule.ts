/** A schedule: its hours, and what each of its rollouts is made of. Whatever would fail every night fails now. */
import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { planNow } from '../../db/rollouts.ts'
import { addSchedule, findRunPackage, type ScheduleTemplate } from '../../db/schedules.ts'
import { defaultPolicy } from '../../rollout/policy.ts'
import { checkCron } from '../../rollout/time/schedule.ts'
import type { Call, Handled } from '../call.ts'
import { unknownNames } from '../plan-names.ts'
import { planFaults } from '../plan-problems.ts'
import { mergePolicy, policyBody } from '../policy-schema.ts'
import { type Fault, faultsProblem } from '../problem.ts'
import { planBody, selectionOf } from '../rollout-schema.ts'
import { scheduleView } from '../schedule-view.ts'
import { kind, text } from '../schemas.ts'
import { withTwoPersons } from '../two-persons.ts'

const template = z
  .strictObject({
    ...planBody,
    name: text(180),
    packageId: z.uuid().optional(),
    /** Whatever is the newest of this kind by then. */
    newest: kind.optional(),
    /** A night has no date of its own: these come with each run. */
    policy: policyBody.omit({ preloadFrom: true, startsAt: true, endsAt: true }).optional(),
  })
  .refine(({ packageId, newest }) => (packageId === undefined) !== (newest === undefined), {
    path: ['packageId'],
    error: 'either packageId or newest',
  })
export const scheduleBody = z.strictObject({
  name: text(200),
  cron: z.string().max(200),
  timeZone: z.string().max(64),
  template,
})
type Body = z.output<typeof scheduleBody>

const within = (faults: readonly Fault[]): Fault[] =>
  faults.map((one) => ({ ...one, path: `template.${one.path}` }))

/** Nothing to do tonight says nothing of other nights. */
const TONIGHT: ReadonlySet<string> = new Set(['nothingToDo'])

async function checkPlan(db: Database, made: ScheduleTemplate, body: Body): Promise<Fault[]> {
  const target = await findRunPackage(db, made.package)
  const { serverPackageId, selection, waves, policy } = made
  const serverTarget = serverPackageId === null ? null : await findRunPackage(db, { id: serverPackageId })
  if (target === null) {
    const path = body.template.newest === undefined ? 'template.packageId' : 'template.newest'
    return [{ code: 'packageUnknown', path, detail: 'none that is not retired' }]
  }
  if (serverPackageId !== null && serverTarget?.kind !== 'storeServer')
    return [
      { code: serverTarget === null ? 'packageUnknown' : 'packageUnfit', path: 'template.serverPackageId' },
    ]
  const request = { kind: 'update', target, serverTarget, selection, waves, policy } as const
  const { planned } = await planNow(db.pool, request)
  if (planned.ok) return []
  return within(planFaults(planned.problems.filter((one) => !TONIGHT.has(one.code))))
}

function templateOf(config: Call['config'], { template: given }: Body): ScheduleTemplate {
  const { name, packageId, newest, serverPackageId, waves } = given
  const target = packageId === undefined ? { newest: newest ?? '' } : { id: packageId }
  return {
    name,
    package: target,
    serverPackageId: serverPackageId ?? null,
    selection: selectionOf(given),
    waves: waves ?? { template: 'canary' },
    policy: withTwoPersons(config, mergePolicy(defaultPolicy, given.policy), given.policy?.twoPersons),
  }
}

export async function createScheduleHandler(call: Call<unknown, unknown, Body>): Handled {
  const { db, body, actor, config, principal } = call
  const { name, cron, timeZone } = body
  const wrong = checkCron(cron, timeZone)
  if (wrong !== null)
    throw faultsProblem([
      wrong === 'timeZoneUnknown'
        ? { code: wrong, path: 'timeZone', value: timeZone }
        : { code: wrong, path: 'cron', value: cron },
    ])
  const made = templateOf(config, body)
  const direct = (['stores', 'cashIds'] as const).filter((member) => body.template[member] !== undefined)
  const asked = { selection: made.selection, direct, waves: made.waves }
  const names = await unknownNames(db.pool, asked, principal)
  const faults = [...within(names), ...(names.length > 0 ? [] : await checkPlan(db, made, body))]
  if (faults.length > 0) throw faultsProblem(faults)
  const row = await addSchedule(db, { name, cron, timeZone, template: made, actor }, Date.now())
  return {
    status: 201,
    headers: { Location: `/api/v1/schedules/${row.id}` },
    body: scheduleView(row),
  }
}

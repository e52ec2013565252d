/** The core, broken on purpose in one place each: the nights must see every one of them. */
import type { DeviceStepRules, StepContext } from '../../src/device/step.ts'
import type { Machine } from '../../src/rollout/states.ts'
import type { Calendar, InstallTime } from '../../src/rollout/time/calendar.ts'
import type { InstallTimesInput } from '../../src/rollout/time/install-times.ts'
import { type Core, coreOfToday } from './core.ts'

export interface Mutation {
  readonly name: string
  readonly core: Core
  /** What the nights must say. */
  readonly seen: RegExp
}

const mutation = (name: string, seen: RegExp, change: Partial<Core>): Mutation => ({
  name,
  seen,
  core: { ...coreOfToday, ...change },
})

const times =
  (change: (input: InstallTimesInput) => InstallTimesInput): Core['installTimeOf'] =>
  (input) =>
    coreOfToday.installTimeOf(change(input))

const elsewhere = new Map<Calendar, Calendar>()
/** One object per calendar: what is read of it is kept. */
function moved(calendar: Calendar, timeZone: string): Calendar {
  const known = elsewhere.get(calendar)
  if (known?.timeZone === timeZone) return known
  const made = { ...calendar, timeZone }
  elsewhere.set(calendar, made)
  return made
}

/** Windows by another clock. @param zoneOf the zone that is taken instead */
const clock = (zoneOf: (timeZone: string) => string): Core['installTimeOf'] =>
  times((input) => {
    const { present, approved } = input.times
    const [a, b] = [present, approved].map((one) => moved(one, zoneOf(one.timeZone)))
    return { ...input, times: { ...input.times, present: a as Calendar, approved: b as Calendar } }
  })

function untilTheEnd(found: InstallTime): InstallTime {
  return found.may ? { ...found, latestStart: found.deadline - 1 } : found
}

const noNeed = { installSeconds: 0, confirmSeconds: 0, rollbackSeconds: 0, marginSeconds: 0 }

/** A step with another context. */
function step(rules: DeviceStepRules, change: (context: StepContext) => StepContext): DeviceStepRules {
  return {
    observe: (context) => rules.observe(change(context)),
    act: (context) => rules.act(change(context)),
    confirm: (context) => rules.confirm(change(context)),
    deadlineSeconds: rules.deadlineSeconds,
  }
}

const { steps, release, judgeWaves, judgeRows } = coreOfToday
const cell = (state: string, event: string, to: string): Machine => {
  const table: Machine = coreOfToday.updates
  return { ...table, [state]: { ...table[state], [event]: to } }
}

export const mutations: readonly Mutation[] = [
  mutation('lanes are not kept', /lanes stay open/, {
    release: (due, loads, room) =>
      release(due, new Map([...loads].map(([id, load]) => [id, { ...load, lanes: null }])), room),
  }),
  mutation('the limit of a store is not kept', /places are taken/, {
    release: (due, loads, room) =>
      release(due, new Map([...loads].map(([id, load]) => [id, { ...load, maxInstalls: 99 }])), room),
  }),
  mutation('the latest start is ignored', /must be over by/, {
    installTimeOf: (input) => untilTheEnd(coreOfToday.installTimeOf({ ...input, need: noNeed })),
  }),
  mutation('windows are in UTC', /the window (is closed|closes)|the shop (opens|trades)/, {
    installTimeOf: clock(() => 'UTC'),
  }),
  mutation('Berlin has winter time all year', /\(Europe\/Berlin\).*(window|shop)/, {
    installTimeOf: clock((zone) => (zone === 'Europe/Berlin' ? 'Etc/GMT-1' : zone)),
  }),
  mutation('Lord Howe’s summer is half an hour early', /\(Australia\/Lord_Howe\).*(window|shop)/, {
    installTimeOf: clock((zone) => (zone === 'Australia/Lord_Howe' ? 'Etc/GMT-10' : zone)),
  }),
  mutation('freezes do not hold', /frozen|a freeze begins/, {
    installTimeOf: times((input) => ({ ...input, freezes: [] })),
  }),
  mutation('a gate opens without its sample', /the gate of wave .* its sample is/, {
    judgeWaves: (rollout, now) => {
      const waves = rollout.waves.map((wave) => ({ ...wave, gate: { ...wave.gate, minimumSample: 1 } }))
      return judgeWaves({ ...rollout, waves }, now)
    },
  }),
  mutation('waves do not wait', /wave \d+ is not released/, {
    judgeRows: (rows, world) =>
      judgeRows(
        rows.map((row) => ({ ...row, waveReleased: true })),
        world,
      ),
  }),
  mutation('arming knows no latest start', /it is armed.*beyond the latest start/, {
    steps: { ...steps, activate: step(steps.activate, (context) => ({ ...context, latestStart: null })) },
  }),
  mutation('what is fetched is not verified', /never verified/, {
    updates: cell('downloading', 'downloaded', 'ready'),
  }),
  mutation('a lost activation is taken for nothing done', /its update is ready, a lane that is open/, {
    updates: cell('activating', 'contactLost', 'ready'),
  }),
  mutation('an unhealthy device is called rolled back', /its update is rolledBack, and/, {
    updates: cell('restarting', 'unhealthy', 'rolledBack'),
  }),
  mutation('a device obeys an older claim', /was there before/, {
    device: { refusesOlder: false, expiresArming: true },
  }),
]

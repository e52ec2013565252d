/** What a check works with: calls that are watched, the device's status, packages of its own, and what to clear away. */
import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { type Call, type Claim, describe, operation, type PackageRef, status } from '../device/commands.ts'
import {
  type DeviceReason,
  type Download,
  describeData,
  downloadData,
  type Operation,
  operationData,
  type Status,
  statusData,
} from '../device/contract.ts'
import { readVersion } from '../rollout/versions.ts'
import { type Channel, NoAnswer } from './channel.ts'
import { CheckSkipped, expect, fail, skip, Unreachable } from './check.ts'
import { type Answer, type FormFault, type FormRule, readForm, wordsOf } from './ledger.ts'
import type { ServedPackage, Source } from './source.ts'

export interface BenchOptions {
  readonly channel: Channel
  /** For every call. */
  readonly deadlineMs: number
  /** For a transfer, an installation, an arming to run out. */
  readonly patienceMs: number
  /** Serves packages of the run's own; without it what needs them is left out, for this reason. */
  readonly source: Source | string
  /** A package that can really be installed, and where the device finds it. */
  readonly real: RealPackage | undefined
  readonly isDestructive: boolean
  /** Ends the run early: after the check that is being made, with everything cleared up. */
  readonly signal?: AbortSignal
  /** Brings the device into the state of an open receipt, and out of it; a text says why it cannot. */
  readonly receipt: ((what: 'open' | 'close') => Promise<void>) | string
}

export interface RealPackage extends PackageRef {
  readonly url: string
}

export interface OwnPackage extends PackageRef {
  readonly served: ServedPackage
}

export interface Described {
  readonly agent: string
  readonly capabilities: Readonly<Record<string, boolean>>
}

export interface Bench extends BenchOptions {
  /** Faults of form of every call so far. */
  readonly formFaults: FormFault[]
  /** Calls made and answered so far. */
  readonly answered: () => number
  /** The device as it was found. */
  readonly found: Status
  /** Of the claims of this run: what the device has already, so that the head office's own count does not fall behind. */
  readonly generation: number
  readonly described: Described
  /** Everything armed or put there by the run, to be cleared away. */
  readonly own: PackageRef[]
  /** What `status` says now. Where it cannot be read the check is left out: another one says so. */
  status(): Promise<Status>
  /** Any answer; a `later deviceBusy` is tried again for a while. */
  ask(call: Call): Promise<Answer>
  /** As it comes, at once. */
  askOnce(call: Call): Promise<Answer>
  /** @throws CheckFailed unless it is done, with data of this shape */
  done<T>(call: Call, shape: z.ZodType<T>): Promise<T>
  /** @throws CheckFailed unless it is refused for this reason */
  refused(call: Call, reason: DeviceReason): Promise<void>
  operation(id: string): Promise<Operation>
  download(sha256: string): Promise<Download>
  /** A claim of this run: its generation, an operation id that nobody had. */
  claim(more?: Partial<Claim>): Claim
  /** What looks at a device that may be starting: where it does not answer, undefined, and no fault of it. */
  forgiving<T>(work: () => Promise<T>): Promise<T | undefined>
  /** Looks again and again, until it is not undefined; undefined when patience has run out. */
  until<T>(look: () => Promise<T | undefined>, withinMs?: number): Promise<T | undefined>
  /** Bytes that nobody has seen before, offered to the device. Left out where nothing can be served. */
  offer(size?: number): OwnPackage
}

const BUSY_TRIES = 25
const PAUSE_MS = 200
/** They read the whole package. */
const HASHING = new Set(['verify', 'arm'])
const OWN_BYTES = 256 * 1024

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const verbOf = ([first = '', second = '']: readonly string[]): string =>
  first === 'download' ? `${first} ${second}` : first
const shown = (answer: Answer): string =>
  [answer.class, answer.reason, answer.class === 'done' ? JSON.stringify(answer.data).slice(0, 300) : null]
    .filter((part) => part !== null)
    .join(' ')

export const came = (call: Call, answer: Answer): string => `${wordsOf(call.args)} → ${shown(answer)}`

/** Calls that are watched: one that hung is not made again, so that a run ends. */
function watched({ channel, ...limits }: BenchOptions, formFaults: FormFault[]) {
  const hung = new Set<string>()
  let answered = 0
  const askOnce = async (call: Call): Promise<Answer> => {
    const verb = verbOf(call.args)
    const deadlineMs = HASHING.has(verb) ? Math.max(limits.deadlineMs, limits.patienceMs) : limits.deadlineMs
    if (hung.has(verb)) skip(`${verb} does not answer: see deadline`)
    const note = (rule: FormRule, text: string): void =>
      void formFaults.push({ rule, call: wordsOf(call.args), came: text })
    const input = call.input === undefined ? {} : { input: call.input }
    const printed = await channel.call(call.args, { deadlineMs, ...input }).catch((error: unknown) => {
      if (!(error instanceof NoAnswer)) throw error
      note(error.kind === 'deadline' ? 'deadline' : 'marked-line', error.message)
      if (error.kind === 'deadline') hung.add(verb)
      return skip(`${verb} does not answer: see ${error.kind === 'deadline' ? 'deadline' : 'marked-line'}`)
    })
    const isMissing = printed.exitStatus === 126 || printed.exitStatus === 127
    if (isMissing && answered === 0)
      throw new Unreachable(`there is no nightctl: ${printed.stderr.trim().slice(0, 200)}`)
    const answer = readForm(printed, note)
    answered++
    return answer ?? skip(`the answer to ${verb} cannot be read: see marked-line`)
  }
  const ask = async (call: Call): Promise<Answer> => {
    for (let tries = 1; ; tries++) {
      const answer = await askOnce(call)
      if (answer.class !== 'later' || answer.reason !== 'deviceBusy' || tries >= BUSY_TRIES) return answer
      await pause(PAUSE_MS)
    }
  }
  const forgiving = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const [faults, before] = [formFaults.length, [...hung]]
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof CheckSkipped)) throw error
      formFaults.length = faults
      hung.clear()
      for (const verb of before) hung.add(verb)
      return undefined
    }
  }
  return { askOnce, ask, forgiving, answered: () => answered }
}

export const problems = (error: z.ZodError): string =>
  error.issues
    .map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`)
    .join('; ')
    .slice(0, 500)

function packages({ source }: BenchOptions, takesHttp: boolean, found: Status, own: PackageRef[]) {
  const runs = readVersion(found.version)
  const version = runs.kind === 'full' ? Math.min(runs.version + 1, 99_999_999) : 99_999_998
  return (size = OWN_BYTES): OwnPackage => {
    if (typeof source === 'string') skip(source)
    if (!takesHttp) skip('it says that it fetches nothing over http, and packages of the run are served so')
    const bytes = randomBytes(size)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const p = {
      version,
      size,
      sha256,
      served: source.offer(`nightshift-conformance-${sha256.slice(0, 16)}`, bytes),
    }
    own.push(p)
    return p
  }
}

async function until<T>(look: () => Promise<T | undefined>, withinMs: number): Promise<T | undefined> {
  const end = performance.now() + withinMs
  for (;;) {
    const value = await look()
    if (value !== undefined || performance.now() > end) return value
    await pause(PAUSE_MS)
  }
}

function asked(ask: (call: Call) => Promise<Answer>) {
  const done = async <T>(call: Call, shape: z.ZodType<T>): Promise<T> => {
    const answer = await ask(call)
    if (answer.class !== 'done') fail(came(call, answer))
    const data = shape.safeParse(answer.data ?? {})
    return data.success ? data.data : fail(`${wordsOf(call.args)} → ${problems(data.error)}`)
  }
  return {
    done,
    refused: async (call: Call, reason: DeviceReason): Promise<void> => {
      const answer = await ask(call)
      expect(answer.class === 'refused' && answer.reason === reason, came(call, answer))
    },
    operation: async (id: string) => (await done(operation(id), operationData)).operation,
    download: async (sha256: string) =>
      (await done({ args: ['download', 'status', '--sha256', sha256] }, downloadData)).download,
    status: async (): Promise<Status> => {
      const answer = await ask(status())
      const data = statusData.safeParse(answer.data)
      if (answer.class !== 'done' || !data.success) return skip('status cannot be read: see status')
      return data.data
    },
  }
}

async function describeIt(ask: (call: Call) => Promise<Answer>): Promise<Described> {
  const answer = await ask(describe())
  const data = describeData.loose().safeParse(answer.data)
  if (!data.success) return { agent: 'an unknown agent', capabilities: {} }
  const said = (answer.data as { capabilities: Record<string, unknown> }).capabilities
  const capabilities = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value === true]))
  return { agent: data.data.agent, capabilities }
}

/** Nothing is known of a device whose status cannot be read; the checks that look at it say so. */
const NOTHING: Status = statusData.parse({
  ...Object.fromEntries(Object.keys(statusData.shape).map((name) => [name, null])),
  activity: 'unknown',
  generation: 0,
  staged: [],
})

const orSkipped = async <T>(work: Promise<T>, otherwise: T): Promise<T> =>
  work.catch((error: unknown) => {
    if (error instanceof Unreachable) throw error
    return otherwise
  })

/** A device that is in the middle of something is not tried: the checks would stop its download and end its arming. */
function leaveInPeace({ armed, download }: Status): void {
  if (armed !== null) throw new Unreachable(`it is armed with ${armed.version}: disarm it first, or wait`)
  if (download?.state === 'running') throw new Unreachable('it is downloading: stop that first, or wait')
}

/**
 * Meets the device: what it says it is, and how it stands.
 * @throws Unreachable when it never answers, or is at work
 */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const formFaults: FormFault[] = []
  const own: PackageRef[] = []
  const calls = watched(options, formFaults)
  const questions = asked(calls.ask)
  const described = await orSkipped(describeIt(calls.ask), { agent: 'an unknown agent', capabilities: {} })
  const found = await orSkipped(questions.status(), NOTHING)
  leaveInPeace(found)
  const run = randomBytes(4).toString('hex')
  const generation = Math.max(1, found.generation)
  let last = 0
  return {
    ...options,
    ...calls,
    ...questions,
    formFaults,
    found,
    generation,
    described,
    own,
    claim: (more = {}) => ({
      cashId: found.cashId ?? skip('the device does not say its cash id'),
      operation: `conformance-${run}-${++last}`,
      generation,
      ...more,
    }),
    until: (look, withinMs = options.patienceMs) => until(look, withinMs),
    offer: packages(options, described.capabilities.http !== false, found, own),
  }
}

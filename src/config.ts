/** The only reader of the environment. Every setting is in .env.example with its reason. */
import path from 'node:path'
import { z } from 'zod'

const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback)

/** A time of day, `17:00`. */
const clock = (fallback: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, as 17:00')
    .default(fallback)

const settings = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  NIGHTSHIFT_DATA: z.string().min(1).default('.nightshift'),
  NIGHTSHIFT_KEYS: z.string().min(1).optional(),
  NIGHTSHIFT_HOST: z.string().min(1).default('127.0.0.1'),
  NIGHTSHIFT_PORT: whole(7300, 0, 65_535),
  NIGHTSHIFT_LOG: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NIGHTSHIFT_WORKER_CAPACITY: whole(64, 1, 1000),
  NIGHTSHIFT_LEASE_SECONDS: whole(60, 1, 3600),
  NIGHTSHIFT_TOTAL_LIMIT: whole(500, 1, 100_000),
  NIGHTSHIFT_POLL_MS: whole(1000, 20, 60_000),
  NIGHTSHIFT_EVENING_AT: clock('17:00'),
  NIGHTSHIFT_MORNING_AT: clock('06:30'),
  NIGHTSHIFT_LANGUAGE: z.enum(['ru', 'en']).default('ru'),
  NIGHTSHIFT_CRASH_AT: z.string().optional(),
})

export interface Config {
  /** Undefined: the embedded PostgreSQL under `dataFolder`. */
  readonly databaseUrl: string | undefined
  /** Undefined: queues in PostgreSQL. */
  readonly redisUrl: string | undefined
  readonly dataFolder: string
  readonly keysFolder: string
  readonly packagesFolder: string
  readonly host: string
  readonly port: number
  readonly logLevel: z.infer<typeof settings>['NIGHTSHIFT_LOG']
  readonly workerCapacity: number
  readonly leaseSeconds: number
  readonly totalLimit: number
  /** Milliseconds between two looks at a device that is busy. */
  readonly pollMs: number
  /** When reports are made, `HH:MM` of each zone's own clock. */
  readonly reportHours: { readonly evening: string; readonly morning: string }
  /** Of messages on tills, and of reports where nobody asks for another. */
  readonly language: 'ru' | 'en'
  /** For tests: the process ends by SIGKILL at this named point (src/workers/crash-points.ts). */
  readonly crashAt: string | undefined
}

/** Thrown when a setting cannot be used; the message names each variable and what it should be. */
export class ConfigError extends Error {}

/** @throws ConfigError */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = settings.safeParse(present)
  if (!read.success) {
    const lines = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(`these settings cannot be used (see .env.example):\n  ${lines.join('\n  ')}`)
  }
  const s = read.data
  const dataFolder = path.resolve(s.NIGHTSHIFT_DATA)
  return {
    databaseUrl: s.DATABASE_URL,
    redisUrl: s.REDIS_URL,
    dataFolder,
    keysFolder: path.resolve(s.NIGHTSHIFT_KEYS ?? path.join(dataFolder, 'keys')),
    packagesFolder: path.join(dataFolder, 'packages'),
    host: s.NIGHTSHIFT_HOST,
    port: s.NIGHTSHIFT_PORT,
    logLevel: s.NIGHTSHIFT_LOG,
    workerCapacity: s.NIGHTSHIFT_WORKER_CAPACITY,
    leaseSeconds: s.NIGHTSHIFT_LEASE_SECONDS,
    totalLimit: s.NIGHTSHIFT_TOTAL_LIMIT,
    pollMs: s.NIGHTSHIFT_POLL_MS,
    reportHours: { evening: s.NIGHTSHIFT_EVENING_AT, morning: s.NIGHTSHIFT_MORNING_AT },
    language: s.NIGHTSHIFT_LANGUAGE,
    crashAt: s.NIGHTSHIFT_CRASH_AT,
  }
}

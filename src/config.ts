/** The only reader of the environment. Every setting is in .env.example with its reason. */
import path from 'node:path'
import { z } from 'zod'
import { checkOidc, type OidcSettings, oidcFields, oidcSettings } from './oidc-settings.ts'

const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback)

/** A time of day, `17:00`. */
const clock = (fallback: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, as 17:00')
    .default(fallback)

/** `https://updates.example.org`, or `https://intranet.example.org/nightshift` where a proxy puts that before it. */
const place = z
  .url({ protocol: /^https?$/ })
  .refine((text) => new URL(text).search + new URL(text).hash === '', 'an address without ? and #')
  .transform((text) => new URL(text).origin + new URL(text).pathname.replace(/\/+$/, ''))

const addresses = z.string().transform((text) => text.split(',').map((one) => one.trim()))

const fields = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  NIGHTSHIFT_DATA: z.string().min(1).default('.nightshift'),
  NIGHTSHIFT_KEYS: z.string().min(1).optional(),
  /** Of systemd's LoadCredential. */
  CREDENTIALS_DIRECTORY: z.string().min(1).optional(),
  NIGHTSHIFT_AGENT: z.enum(['true', 'false']).default('false'),
  NIGHTSHIFT_SSH_AUTH_SOCK: z.string().min(1).optional(),
  SSH_AUTH_SOCK: z.string().min(1).optional(),
  NIGHTSHIFT_SIGNERS: z.string().min(1).optional(),
  NIGHTSHIFT_UNSIGNED: z.enum(['refuse', 'allow']).default('refuse'),
  NIGHTSHIFT_TWO_PERSONS: z.enum(['asPlanned', 'always']).default('asPlanned'),
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
  NIGHTSHIFT_PUBLIC_URL: place.optional(),
  NIGHTSHIFT_TRUST_PROXY: addresses.optional(),
  ...oidcFields,
  NIGHTSHIFT_RATE_PER_MINUTE: whole(3000, 0, 1_000_000),
  NIGHTSHIFT_CONNECTIONS_PER_ADDRESS: whole(200, 1, 100_000),
  NIGHTSHIFT_DRAIN_SECONDS: whole(0, 0, 300),
  NIGHTSHIFT_ALIVE_FILE: z.string().min(1).optional(),
  NIGHTSHIFT_CRASH_AT: z.string().optional(),
})
const settings = fields.superRefine(checkOidc)

export interface Config {
  /** Undefined: the embedded PostgreSQL under `dataFolder`. */
  readonly databaseUrl: string | undefined
  /** Undefined: queues in PostgreSQL. */
  readonly redisUrl: string | undefined
  readonly dataFolder: string
  readonly keysFolder: string
  /** Keys that the service manager hands over; undefined: it hands over none. */
  readonly credentialsFolder: string | undefined
  /** Socket of an SSH agent; undefined: none is asked. */
  readonly agentSocket: string | undefined
  readonly packagesFolder: string
  /** Who may sign packages: an allowed-signers file of ssh-keygen's. */
  readonly signersFile: string
  /** What becomes of packages that nobody signed. */
  readonly unsigned: 'refuse' | 'allow'
  /** Whether every plan needs a second person's approval, or those whose policy says so. */
  readonly twoPersons: 'asPlanned' | 'always'
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
  /** Where browsers find it, as `https://updates.example.org`, with its path where it has one. Undefined: where it listens. */
  readonly publicUrl: string | undefined
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[]
  readonly oidc: OidcSettings | undefined
  /** Requests of one principal at one API process; 0: unlimited. */
  readonly ratePerMinute: number
  /** At one API process. Trusted proxies are not counted. */
  readonly connectionsPerAddress: number
  /** For how long health says `draining` before the API closes. */
  readonly drainSeconds: number
  /** Touched by a conductor and a worker whenever they got something done; for health checks. */
  readonly aliveFile: string | undefined
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
    credentialsFolder: s.CREDENTIALS_DIRECTORY,
    agentSocket: s.NIGHTSHIFT_SSH_AUTH_SOCK ?? (s.NIGHTSHIFT_AGENT === 'true' ? s.SSH_AUTH_SOCK : undefined),
    packagesFolder: path.join(dataFolder, 'packages'),
    signersFile: path.resolve(s.NIGHTSHIFT_SIGNERS ?? path.join(dataFolder, 'allowed_signers')),
    unsigned: s.NIGHTSHIFT_UNSIGNED,
    twoPersons: s.NIGHTSHIFT_TWO_PERSONS,
    host: s.NIGHTSHIFT_HOST,
    port: s.NIGHTSHIFT_PORT,
    logLevel: s.NIGHTSHIFT_LOG,
    workerCapacity: s.NIGHTSHIFT_WORKER_CAPACITY,
    leaseSeconds: s.NIGHTSHIFT_LEASE_SECONDS,
    totalLimit: s.NIGHTSHIFT_TOTAL_LIMIT,
    pollMs: s.NIGHTSHIFT_POLL_MS,
    reportHours: { evening: s.NIGHTSHIFT_EVENING_AT, morning: s.NIGHTSHIFT_MORNING_AT },
    language: s.NIGHTSHIFT_LANGUAGE,
    publicUrl: s.NIGHTSHIFT_PUBLIC_URL,
    trustProxy: s.NIGHTSHIFT_TRUST_PROXY ?? [],
    oidc: oidcSettings(s),
    ratePerMinute: s.NIGHTSHIFT_RATE_PER_MINUTE,
    connectionsPerAddress: s.NIGHTSHIFT_CONNECTIONS_PER_ADDRESS,
    drainSeconds: s.NIGHTSHIFT_DRAIN_SECONDS,
    aliveFile: s.NIGHTSHIFT_ALIVE_FILE,
    crashAt: s.NIGHTSHIFT_CRASH_AT,
  }
}

export interface ClientConfig {
  readonly server: string
  /** Not only the usual address. */
  readonly isServerSaid: boolean
  readonly token: string | undefined
  readonly tokenFile: string | undefined
}

/** What the command line needs to speak to a head office elsewhere. */
export function loadClientConfig(env: Record<string, string | undefined> = process.env): ClientConfig {
  const given = (name: string) => (env[name] === '' ? undefined : env[name])
  return {
    server: given('NIGHTSHIFT_SERVER') ?? 'http://127.0.0.1:7300',
    isServerSaid: given('NIGHTSHIFT_SERVER') !== undefined,
    token: given('NIGHTSHIFT_TOKEN'),
    tokenFile: given('NIGHTSHIFT_TOKEN_FILE'),
  }
}

/** Redis, where it holds the queues. */
import { Redis } from 'ioredis'
import { type Check, type Finding, fail, inWords, ok, skipped, warn } from './check.ts'

const MS = 10_000
const MAJOR = 7

/** Managed Redis often forbids CONFIG: then INFO has to say it. */
async function setting(redis: Redis, name: string): Promise<string | undefined> {
  const answer = (await redis.config('GET', name).catch(() => undefined)) as string[] | undefined
  return answer?.[1]
}

const infoOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim()

async function lookAt(redis: Redis): Promise<Finding[]> {
  const info = await redis.info()
  const version = infoOf(info, 'redis_version') ?? infoOf(info, 'valkey_version') ?? '0'
  const policy = (await setting(redis, 'maxmemory-policy')) ?? infoOf(info, 'maxmemory_policy')
  const isAppending = infoOf(info, 'aof_enabled') === '1'
  const isReplica = infoOf(info, 'role') === 'slave'
  return [
    Number(version.split('.')[0]) >= MAJOR
      ? ok(`Redis ${version}`)
      : fail(`Redis ${version} is too old`, `use ${MAJOR} or later`),
    policy === 'noeviction' || policy === undefined
      ? ok('never throws jobs away')
      : fail(
          `it throws jobs away when memory is short (${policy})`,
          'redis.conf: maxmemory-policy noeviction',
        ),
    isAppending
      ? ok('keeps its queues on disk')
      : warn(
          'forgets its queues when it ends; they are filled again from the database',
          'redis.conf: appendonly yes',
        ),
    ...(isReplica
      ? [fail('it is a replica, and cannot be written to', 'name the primary in REDIS_URL')]
      : []),
  ]
}

const queues: Check = {
  id: 'redis',
  title: 'Redis',
  look: async ({ config }) => {
    if (config.redisUrl === undefined) return [skipped('REDIS_URL is not set: the queues are in PostgreSQL')]
    const redis = new Redis(config.redisUrl, {
      lazyConnect: true,
      connectTimeout: MS,
      commandTimeout: MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    redis.on('error', () => {})
    try {
      await redis.connect()
      return await lookAt(redis)
    } catch (error) {
      return [
        fail(
          `REDIS_URL cannot be used: ${inWords(error)}`,
          'start it, or check host, port and password: redis-cli -u "$REDIS_URL" ping',
        ),
      ]
    } finally {
      redis.disconnect()
    }
  },
}

export const redisChecks: readonly Check[] = [queues]

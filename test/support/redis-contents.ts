import { Redis } from 'ioredis'

/** Everything that a Redis holds, as text. */
export async function redisContents(url: string): Promise<string> {
  const redis = new Redis(url)
  redis.on('error', () => {})
  try {
    const all: string[] = []
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key)
      const value =
        type === 'string'
          ? await redis.get(key)
          : type === 'hash'
            ? await redis.hgetall(key)
            : type === 'list'
              ? await redis.lrange(key, 0, -1)
              : type === 'set'
                ? await redis.smembers(key)
                : type === 'zset'
                  ? await redis.zrange(key, '0', '-1')
                  : await redis.xrange(key, '-', '+')
      all.push(`${key} ${JSON.stringify(value)}`)
    }
    return all.join('\n')
  } finally {
    redis.disconnect()
  }
}

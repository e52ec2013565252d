/** A Redis of the test's own: a free port of loopback, a folder of its own, nothing kept on disk. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { findProgram } from './needs.ts'
import { until } from './until.ts'

export interface TestRedis {
  readonly url: string
  readonly pid: number
  /** Forgets everything, as a Redis that was lost. */
  flush(): Promise<void>
  /** Ends the connections of all its clients; it goes on. */
  cut(): Promise<void>
  /** Ends it as a power cut does, and what it held with it. */
  kill(): Promise<void>
  /** Starts it again on the same port, after `kill`: empty, with another pid. */
  startAgain(): Promise<TestRedis>
  stop(): Promise<void>
}

async function ask<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

/** @returns undefined when somebody else took the port meanwhile */
async function launch(program: string, dir: string, port: number): Promise<TestRedis | undefined> {
  const url = `redis://127.0.0.1:${port}`
  const flags = ['--port', port, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no']
  const rules = ['--maxmemory-policy', 'noeviction', '--daemonize', 'no']
  const child = spawn(program, [...flags.map(String), ...rules], { stdio: 'ignore' })
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  // It is ours: somebody else's may have the port, and ours ends a moment later.
  const answers = () =>
    ask(url, (redis) => redis.info('server')).then(
      (said) => said.includes(`process_id:${child.pid}\r\n`),
      () => false,
    )
  await until(async () => isOver() || (await answers()), { within: 30_000, label: 'redis answers' })
  if (isOver()) return undefined
  const kill = async () => {
    child.kill('SIGKILL')
    await until(isOver, { within: 30_000, label: 'redis ends' })
  }
  const startAgain = async () => {
    const again = await launch(program, dir, port)
    if (again === undefined) throw new Error(`redis-server could not have port ${port} again`)
    return again
  }
  const stop = async () => {
    await kill()
    await rm(dir, { recursive: true, force: true })
  }
  return {
    url,
    pid: child.pid as number,
    flush: () => ask(url, (redis) => redis.flushall()).then(() => {}),
    cut: () =>
      ask(url, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')).then(() => {}),
    kill,
    startAgain,
    stop,
  }
}

/** Use it in `describeWith(['redis-server'], …)`. */
export async function startRedis(): Promise<TestRedis> {
  const program = findProgram('redis-server')
  if (program === undefined) throw new Error('redis-server is not installed')
  const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-redis-'))
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const redis = await launch(program, dir, await freePort())
    if (redis !== undefined) return redis
  }
  throw new Error('redis-server found no free port')
}

import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Download, downloadData, statusData } from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import { claimOf, NEW, OLD, PATIENCE, packageWords, remove, temporary, underEachShell } from './flow.ts'
import { type Served, serve } from './serve.ts'
import { type MadePackage, makePackage, makeTill, pidOf, type Till } from './support.ts'

vi.setConfig(PATIENCE)

/** Processes that work in this folder: a transfer's worker, its tool, its watchdog and what that one runs. Zombies do not. */
function workingIn(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || readlinkSync(`/proc/${pid}/cwd`) !== folder) return []
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
      return words === '' ? [] : [words]
    } catch {
      return []
    }
  })
}

underEachShell('download', (shell) => {
  let dir: string
  let till: Till
  let made: MadePackage
  let store: Served

  beforeEach(async () => {
    dir = temporary()
    till = await makeTill({ dir, shell, cashId: 'T-1', version: OLD })
    // An uncompressed package, so that it is large enough to be cut.
    made = makePackage(dir, NEW, { format: 'tar', filling: 3_000_000 })
    store = await serve(readFileSync(made.file))
  })
  afterEach(async () => {
    await till.stop()
    await store.close()
    remove(dir)
  })

  const read = async (words: string[]): Promise<Download> =>
    downloadData.parse((await till.run(words)).answer.data).download
  const start = (id: string, p = made) =>
    read(['download', 'start', '--source', store.url, ...packageWords(p), ...claimOf(till, id)])
  const look = (p = made) => read(['download', 'status', '--sha256', p.sha256])
  const ended = (p = made) =>
    until(
      async () => {
        const seen = await look(p)
        return seen.state === 'running' ? false : seen
      },
      { within: 60_000, label: 'the download ends' },
    )
  const staged = () => path.join(till.root, 'staged', `${made.version}-${made.sha256}`)
  const partGrown = () =>
    until(() => statSync(`${staged()}.part`, { throwIfNoEntry: false })?.size, {
      within: 40_000,
      label: 'bytes came',
    })
  /** The worker of the transfer, or its tool: bytes may come before it is written down which process brings them. */
  const processOf = (name: 'download.lock' | 'download.transfer') =>
    until(() => pidOf(path.join(till.root, 'state', name)), { within: 40_000, label: name })

  it('comes whole, is answered from what is there, and is kept under a name of our own', async () => {
    const first = await start('d1')
    expect(['running', 'done']).toContain(first.state)
    expect(await ended()).toEqual({
      state: 'done',
      received: made.size,
      size: made.size,
      version: NEW,
      sha256: made.sha256,
      reason: null,
    })
    expect((await start('d1')).state).toBe('done')
    expect((await start('d2')).state).toBe('done')
    expect(store.asked).toHaveLength(1)
    expect(readFileSync(staged()).equals(store.bytes)).toBe(true)
  })

  it('goes on from where a cut connection left it', async () => {
    store.cutAfter = 2_000_000
    await start('d1')
    expect(await ended()).toMatchObject({ state: 'done' })
    expect(store.asked[0]).toBe('')
    expect(Number(store.asked[1])).toBeGreaterThan(0)
  })

  it('can be stopped and started again, and keeps what it has', async () => {
    store.stallAfter = 1_000_000
    expect((await start('d1')).state).toBe('running')
    await partGrown()
    const stopped = await read(['download', 'stop', ...claimOf(till, 's1')])
    expect(stopped.state).toBe('none')
    expect(stopped.received).toBeGreaterThan(0)
    expect((await look()).received).toBe(stopped.received)
    store.stallAfter = undefined
    await start('d2')
    expect(await ended()).toMatchObject({ state: 'done', received: made.size })
    expect(store.asked.at(-1)).toBe(String(stopped.received))
  })

  it('is failed when its process died, and recover takes it up again', async () => {
    store.stallAfter = 1_000_000
    await start('d1')
    await partGrown()
    const transfer = await processOf('download.transfer')
    for (const pid of [await processOf('download.lock'), transfer]) process.kill(pid, 'SIGKILL')
    await until(async () => (await look()).state === 'failed', { within: 40_000, label: 'seen as failed' })
    expect(await look()).toMatchObject({ state: 'failed', reason: 'transferFailed', version: NEW })
    store.stallAfter = undefined
    expect(await till.exit(['recover'])).toBe(0)
    expect(await ended()).toMatchObject({ state: 'done' })
  })

  it.each(['done', 'stopped'] as const)(
    'leaves no process behind once it is %s, not even the sleep of its watchdog',
    async (end) => {
      const processes = () => workingIn(path.join(till.root, 'staged'))
      const sleeps = () => processes().some((words) => /\bsleep 5$/.test(words))
      store.stallAfter = 1_000_000
      await start('d1')
      await partGrown()
      await until(sleeps, { within: 40_000, label: 'the watchdog sleeps' })
      if (end === 'stopped') await read(['download', 'stop', ...claimOf(till, 's1')])
      else {
        store.stallAfter = undefined
        process.kill(await processOf('download.transfer'), 'SIGKILL')
        expect(await ended()).toMatchObject({ state: 'done' })
        const lock = path.join(till.root, 'state', 'download.lock')
        await until(() => !existsSync(lock), { within: 40_000, label: 'the worker ends' })
      }
      // Less than the watchdog's five seconds, which would be waiting it out.
      await until(() => !sleeps(), { within: 2500, label: 'nobody sleeps' })
      await until(() => processes().length === 0, { within: 40_000, label: 'nobody works' })
    },
  )

  it('stops another package that is being fetched', async () => {
    store.stallAfter = 1_000_000
    await start('d1')
    await partGrown()
    const other = makePackage(dir, '00097000')
    store.stallAfter = undefined
    store.bytes = readFileSync(other.file)
    await start('d2', other)
    expect(await ended(other)).toMatchObject({ state: 'done', version: '00097000' })
    expect(await look()).toMatchObject({ state: 'none', received: 0 })
  })

  it('starts over once when the content is wrong, then says packageDamaged', async () => {
    writeFileSync(made.file, Buffer.alloc(made.size, 'x'))
    store.bytes = readFileSync(made.file)
    await start('d1')
    expect(await ended()).toMatchObject({ state: 'failed', reason: 'packageDamaged', received: 0 })
    expect(store.asked).toEqual(['', ''])
    const { staged: list } = statusData.parse((await till.run(['status'])).answer.data)
    expect(list).toEqual([])
  })

  it('starts over where the server cannot go on from an offset', async () => {
    store.ranges = false
    store.stallAfter = 500_000
    await start('d1')
    await partGrown()
    await read(['download', 'stop', ...claimOf(till, 's1')])
    store.stallAfter = undefined
    await start('d2')
    expect(await ended()).toMatchObject({ state: 'done' })
  })

  it('takes no more bytes than the package has', async () => {
    store.bytes = Buffer.alloc(60_000_000)
    await start('d1')
    expect((await ended()).state).toBe('failed')
    expect(statSync(staged(), { throwIfNoEntry: false })).toBeUndefined()
  })
})

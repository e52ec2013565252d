import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { claimOf, OLD, PATIENCE, remove, temporary, underEachShell } from './flow.ts'
import { makeTill, type Till } from './support.ts'

vi.setConfig(PATIENCE)

underEachShell('the lock', (shell) => {
  let dir: string
  let till: Till
  const lock = () => path.join(till.root, 'state', 'lock')
  const block = (id: string) => till.run(['block', '--on', 'true', ...claimOf(till, id)])

  beforeEach(async () => {
    dir = temporary()
    till = await makeTill({ dir, shell, cashId: 'T-1', version: OLD })
    await till.run(['status'])
  })
  afterEach(async () => {
    writeFileSync(lock(), '')
    await till.stop()
    remove(dir)
  })

  /** pid-starttime-bootid of this process, as nightctl would write it. */
  const token = (change: { start?: number; boot?: string } = {}): string => {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const boot = change.boot ?? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${process.pid}-${Number(fields[19]) + (change.start ?? 0)}-${boot}\n`
  }

  it('is not taken from a live process', async () => {
    writeFileSync(lock(), token())
    expect((await block('b1')).answer).toMatchObject({ class: 'later', reason: 'deviceBusy' })
    expect(readFileSync(lock(), 'utf8')).toBe(token())
  })

  it('is taken from a dead one: another start of the same pid, another boot, a torn file', async () => {
    for (const [number, text] of [
      token({ start: -5 }),
      token({ boot: 'earlier-boot' }),
      '',
      'rubbish',
    ].entries()) {
      writeFileSync(lock(), text)
      expect((await block(`b${number}`)).answer.class).toBe('done')
    }
    expect(readdirSync(path.join(till.root, 'state')).filter((n) => /^lock|^break|mine/.test(n))).toEqual([])
  })

  it('is taken from a dead one although a breaker of locks died as well', async () => {
    const dead = token({ start: -5 })
    writeFileSync(lock(), dead)
    writeFileSync(path.join(till.root, 'state', `break.${dead.trim()}`), token({ start: -7 }))
    expect((await block('b1')).answer.class).toBe('done')
  })

  it('has one holder, however many want it: each call is done or later, and every done is on disk', async () => {
    writeFileSync(lock(), token({ start: -5 }))
    const ids = Array.from({ length: 12 }, (_, number) => `race-${number}`)
    // One generation for all, so that none is superseded by the order of arrival.
    const answers = await Promise.all(
      ids.map((id) => till.run(['block', '--on', 'true', ...claimOf(till, id, 1000)])),
    )
    const done = ids.filter((_, index) => answers[index]?.answer.class === 'done')
    expect(done.length).toBeGreaterThan(0)
    expect(answers.every(({ answer }) => answer.class === 'done' || answer.reason === 'deviceBusy')).toBe(
      true,
    )
    const records = readdirSync(path.join(till.root, 'state', 'operations')).sort()
    expect(records).toEqual(done.map((id) => `op.${id}`).sort())
  })
})

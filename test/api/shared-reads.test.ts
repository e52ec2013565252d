import { describe, expect, test } from 'vitest'
import { createSharedReads } from '../../src/db/shared-reads.ts'
import { until } from '../support/until.ts'

/** Reads that end when they are told to. */
function openReads() {
  const shared = createSharedReads()
  const begun: ((fail?: Error) => void)[] = []
  const work = () =>
    new Promise<number>((resolve, reject) => {
      const number = begun.length
      begun.push((fail) => (fail === undefined ? resolve(number) : reject(fail)))
    })
  return { begun, read: (key: string) => shared.read([key], work) }
}

describe('reads that are shared', () => {
  test('whoever comes while one runs waits for the next one, which begins after they asked', async () => {
    const { begun, read } = openReads()
    const first = read('board')
    const later = [read('board'), read('board'), read('board')]
    expect(begun).toHaveLength(1)
    begun[0]?.()
    expect(await first).toBe(0)
    await until(() => begun.length === 2, { within: 20_000, label: 'the next one begins' })
    begun[1]?.()
    expect(await Promise.all(later)).toEqual([1, 1, 1])
    expect(begun).toHaveLength(2)
  })

  test('what was asked after the end of one is read anew', async () => {
    const { begun, read } = openReads()
    const first = read('board')
    begun[0]?.()
    await first
    const second = read('board')
    begun[1]?.()
    expect(await second).toBe(1)
  })

  test('a read that fails fails for those who asked for it, and the next is made all the same', async () => {
    const { begun, read } = openReads()
    const first = read('board')
    const second = read('board')
    begun[0]?.(new Error('the database went away'))
    await expect(first).rejects.toThrow('went away')
    await until(() => begun.length === 2, { within: 20_000, label: 'the next one begins' })
    begun[1]?.()
    expect(await second).toBe(1)
  })

  test('one that fails before it waits for anything fails once, and not for ever', async () => {
    const { begun, read } = openReads()
    const shared = createSharedReads()
    const broken = () => {
      throw new Error('not even begun')
    }
    await expect(async () => shared.read(['board'], broken)).rejects.toThrow('not even begun')
    const first = shared.read(['board'], () => read('slow'))
    const second = shared.read(['board'], broken)
    begun[0]?.()
    await first
    await expect(second).rejects.toThrow('not even begun')
    expect(await shared.read(['board'], async () => 'as ever')).toBe('as ever')
  })

  test('another question is a read of its own', async () => {
    const { begun, read } = openReads()
    const both = [read('board of one group'), read('board of another')]
    expect(begun).toHaveLength(2)
    for (const end of begun) end()
    expect(await Promise.all(both)).toEqual([0, 1])
  })
})

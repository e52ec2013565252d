import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createDatabase } from '../support/database.ts'

test('databases of tests are migrated and know nothing of each other', async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()])
  const db = openDatabase(one.url)
  const other = openDatabase(two.url)
  await db.prisma.workerNode.create({ data: { id: 'w', capacity: 1 } })
  expect(await db.prisma.workerNode.count()).toBe(1)
  expect(await other.prisma.workerNode.count()).toBe(0)
  await Promise.all([db.close(), other.close()])
  await Promise.all([one.drop(), two.drop()])
})

test('a leaked connection is told', async () => {
  const one = await createDatabase()
  const db = openDatabase(one.url, { name: 'leaky' })
  await db.pool.query('SELECT 1')
  await expect(one.drop(2000)).rejects.toThrow('leaky')
  await db.close()
})

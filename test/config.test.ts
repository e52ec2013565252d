import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../src/config.ts'

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '..', file), 'utf8')

test('.env.example names every setting that is read', () => {
  const settings = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((found) => found[1])
  const shown = [...read('.env.example').matchAll(/^#([A-Z][A-Z_]+)=/gm)].map((found) => found[1])
  expect(settings.length).toBeGreaterThan(8)
  expect(shown).toEqual(expect.arrayContaining(settings))
})

test('the values of .env.example can be used', () => {
  const shown = [...read('.env.example').matchAll(/^#([A-Z][A-Z_]+)=(.*)$/gm)].map((found) => [
    found[1],
    found[2],
  ])
  expect(() => loadConfig(Object.fromEntries(shown))).not.toThrow()
})

test('without an environment: the embedded database, loopback, and folders of our own', () => {
  const config = loadConfig({})
  expect([config.databaseUrl, config.redisUrl, config.host, config.port]).toEqual([
    undefined,
    undefined,
    '127.0.0.1',
    7300,
  ])
  expect(config.keysFolder).toBe(path.resolve('.nightshift/keys'))
})

test.each([
  ['NIGHTSHIFT_PORT', '70000'],
  ['NIGHTSHIFT_LEASE_SECONDS', '0'],
  ['NIGHTSHIFT_LOG', 'loud'],
  ['DATABASE_URL', 'not a url'],
  ['REDIS_URL', 'http://redis'],
])('%s=%s is refused by its name', (name, value) => {
  expect(() => loadConfig({ [name]: value })).toThrow(ConfigError)
  expect(() => loadConfig({ [name]: value })).toThrow(name)
})

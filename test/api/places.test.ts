/** Who is refused a place: a stream that is not opened counts as a request; signatures are judged a few at once. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/db/tokens.ts'
import { makeSigners, type Signers, textFor } from '../signing/rig.ts'
import { describeWith, findProgram } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { type HeadOffice, type HeadOfficeOptions, openHeadOffice } from './head-office.ts'
import { openSse } from './sse.ts'

async function inOffice(options: HeadOfficeOptions, work: (own: HeadOffice) => Promise<void>): Promise<void> {
  const own = await openHeadOffice(options)
  try {
    await work(own)
  } finally {
    await own.close()
  }
}

describe('refused streams', () => {
  const settings = { NIGHTSHIFT_RATE_PER_MINUTE: '5' }
  const headers = { Accept: 'text/event-stream' }

  test('are counted, open ones are not; who has used up their minute by them asks nothing else', () =>
    inOffice({ settings, limits: { streamsPerPrincipal: 8 } }, async (own) => {
      const open = () => openSse(`${own.url}/api/v1/live`, { Authorization: `Bearer ${own.token}` })
      const clients = await Promise.all(Array.from({ length: 8 }, open))
      let ended = 0
      for (const client of clients) void client.ended.then(() => (ended += 1))
      const ask = (where: string) => own.ask('GET', where, { headers })
      const refused = [
        await ask('/live'),
        await ask('/events'),
        await ask('/live?after=9999999999-1'),
        await ask('/live?rollout=00000000-0000-4000-8000-000000000000'),
        await ask('/live?nothing=1'),
      ]
      expect(refused.map(({ json }) => json.code)).toEqual([
        ...['tooManyStreams', 'tooManyStreams', 'cursorInvalid', 'notFound', 'fieldUnknown'],
      ])
      expect(refused.at(-1)?.headers.get('ratelimit')).toContain('r=0')
      const over = await ask('/live')
      expect([over.status, over.json.code]).toEqual([429, 'tooManyRequests'])
      expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await own.ask('GET', '/me')).status).toBe(429)
      // Those that are open are left alone.
      expect(ended).toBe(0)
      for (const client of clients) client.close()
    }))

  test('whoever guesses at tokens is counted, whatever they would accept', () =>
    inOffice({ settings }, async (own) => {
      const guess = () => own.ask('GET', '/events', { token: 'ns_guess', headers })
      for (let n = 0; n < 5; n += 1) expect((await guess()).status).toBe(401)
      expect((await guess()).status).toBe(429)
    }))
})

describeWith(['ssh-keygen'], 'signatures that are judged before an upload', () => {
  let dir: string
  let signers: Signers
  let former: string | undefined
  /** The real ssh-keygen, which begins when it is let. */
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'nightshift-places-'))
    signers = makeSigners(dir, 'alice')
    signers.allow('alice')
    const real = findProgram('ssh-keygen') ?? ''
    const slow = path.join(dir, 'ssh-keygen')
    writeFileSync(
      slow,
      `#!/bin/sh\necho x >> ${dir}/begun\nwhile [ ! -e ${dir}/go ]; do sleep 0.05; done\nexec ${real} "$@"\n`,
    )
    chmodSync(slow, 0o755)
    former = process.env.PATH
    process.env.PATH = `${dir}:${former}`
  })
  afterAll(() => {
    if (former !== undefined) process.env.PATH = former
    rmSync(dir, { recursive: true, force: true })
  })
  const begun = () =>
    existsSync(`${dir}/begun`) ? readFileSync(`${dir}/begun`, 'utf8').trim().split('\n').length : 0

  test('fifty at once are two of one account and four in all, and whatever else is asked is answered', () =>
    inOffice({ settings: { NIGHTSHIFT_SIGNERS: signers.file } }, async (own) => {
      const [other, third] = [await createToken(own.db, 'another'), await createToken(own.db, 'a third')]
      let version = 97_000
      const check = (token: string) => {
        version += 1
        const manifest = textFor(Buffer.from('x'), { version })
        return own.ask('POST', '/packages/check', { token, json: { manifest, signature: 'none' } })
      }
      const untilBegun = (count: number) =>
        until(() => begun() === count, { within: 40_000, label: `${count} are judged` })
      const running = [check(own.token), check(own.token)]
      await untilBegun(2)
      const mine = await check(own.token)
      expect([mine.status, mine.json.code, mine.headers.get('retry-after')]).toEqual([
        ...[429, 'tooManyChecks', '2'],
      ])
      running.push(check(other), check(other))
      await untilBegun(4)
      const rest = await Promise.all(Array.from({ length: 45 }, () => check(third)))
      expect(new Set(rest.map(({ status, json }) => `${status} ${json.code}`))).toEqual(
        new Set(['503 tooManyChecks']),
      )
      expect((await own.ask('GET', '/stores')).status).toBe(200)
      expect(begun()).toBe(4)
      writeFileSync(`${dir}/go`, '')
      const ended = await Promise.all(running)
      expect(ended.map(({ status, json }) => [status, json.code])).toEqual(
        ended.map(() => [200, 'signatureInvalid']),
      )
      expect((await check(third)).status).toBe(200)
    }))
})

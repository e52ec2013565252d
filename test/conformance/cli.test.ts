/** `nightshift conformance` as a person types it; and the minimal nightctl of docs/integrate.md, which must conform. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { remove, temporary } from '../nightctl/flow.ts'
import { describeWith } from '../support/needs.ts'
import { startProcess } from '../support/process.ts'
import { describeSshd, makeKey, startSshd } from '../support/sshd.ts'

const root = path.resolve(import.meta.dirname, '../..')

let dir: string
beforeEach(() => {
  dir = temporary()
})
afterEach(() => remove(dir))

async function run(...args: string[]): Promise<{ status: number | string; text: string }> {
  const one = startProcess(['conformance', ...args], {})
  return { status: await one.ended(120_000), text: one.output() }
}

/** The minimal one with its two lines edited, as the page says. */
function minimal(shell: string): string {
  const file = path.join(dir, 'nightctl')
  const source = readFileSync(path.join(root, 'adapters/minimal/nightctl'), 'utf8')
    .replace(/^#!.*/, `#!${shell}`)
    .replace(/^STATE=.*/m, `STATE=${dir}/state`)
    .replace(/^CASH_ID=.*/m, 'CASH_ID=T-7')
  writeFileSync(file, source, { mode: 0o755 })
  return file
}

const ids = (json: string, verdict: string): string[] =>
  (JSON.parse(json) as { outcomes: { id: string; verdict: string }[] }).outcomes
    .filter((one) => one.verdict === verdict)
    .map(({ id }) => id)

const LEFT_OUT =
  'close-shift own-key auto-update signature restart-unarmed receipt-open restart rollback'.split(' ')

const page = readFileSync(path.join(root, 'docs/integrate.md'), 'utf8')

describeWith(['dash', 'curl', 'flock', 'setsid'], 'the minimal nightctl, dash', () => {
  it('conforms as far as nothing is restarted, in the words of docs/integrate.md', async () => {
    const { status, text } = await run('--local', minimal('/usr/bin/env dash'))
    expect(text).not.toContain('✗')
    expect(status).toBe('0')
    const leftOut = [...text.matchAll(/^ {2}– (\S+)/gm)].map(([, id]) => id)
    expect(leftOut.toSorted()).toEqual(LEFT_OUT.toSorted())
    expect(page).toContain(text.split('\n').find((line) => line.includes(' left out: it conforms')))
  }, 500_000)

  it('broken as docs/integrate.md says, it is named for that', async () => {
    const file = minimal('/usr/bin/env dash')
    const source = readFileSync(file, 'utf8')
    expect(page).toContain('Change `no superseded` in `begin` into `:`')
    writeFileSync(file, source.replace('no superseded', ':'))
    const { status, text } = await run('--local', file, '--only', 'generation-kept')
    expect(status).toBe('1')
    for (const line of [
      '✗ generation         refuses a stale generation',
      '– generation-kept    left out: rests on generation',
    ])
      expect([text.includes(line), page.includes(line)]).toEqual([true, true])
  }, 180_000)
})

describeWith(['busybox', 'curl', 'flock', 'setsid'], 'the minimal nightctl, BusyBox', () => {
  it('conforms as far as nothing is restarted', async () => {
    const command = minimal('/bin/busybox sh')
    const { status, text } = await run('--local', command, '--json')
    expect(ids(text, 'fail')).toEqual([])
    expect(status).toBe('0')
  }, 500_000)
})

describeWith(['dash', 'curl', 'flock', 'setsid'], 'over ssh', () => {
  describeSshd('the command', () => {
    it('reaches it by --known-hosts, and by nothing less', async () => {
      const key = makeKey(dir, 'office')
      const server = await startSshd({ dir: path.join(dir, 'sshd'), authorizedKeys: [key.line] })
      try {
        const reach = [server.host, '--port', String(server.port), '--user', server.user, '--key', key.file]
        const agent = [
          '--agent',
          minimal('/usr/bin/env dash'),
          '--only',
          'status',
          'download-resume',
          'deadline',
        ]
        const unknown = await run(...reach, ...agent)
        expect(unknown.status).toBe('64')
        expect(unknown.text).toContain('no host key of 127.0.0.1 is pinned')
        const other = await run(...reach, ...agent, '--host-key', makeKey(dir, 'other').line)
        expect(other.status).toBe('69')
        expect(other.text).toContain('hostKeyChanged')
        const known = path.join(dir, 'known_hosts')
        writeFileSync(known, `[${server.host}]:${server.port} ${server.hostKey}\n`)
        const right = await run(...reach, ...agent, '--known-hosts', known)
        expect(right.text).toContain('✓ download-resume')
        expect(right.text).toContain('5 pass, 0 fail, 0 left out: it conforms, as far as it was tried.')
        expect(right.status).toBe('0')
        const missing = await run(...reach, '--agent', `${dir}/nothing`, '--known-hosts', known)
        expect([missing.status, missing.text]).toEqual([
          '69',
          expect.stringContaining('there is no nightctl'),
        ])
      } finally {
        await server.stop()
      }
    }, 500_000)
  })
})

it.each([
  [[], 'say HOST'],
  [['10.0.0.1', '--local', './x'], 'not both'],
  [['10.0.0.1'], '--key FILE'],
  [['--local', './x', '--only', 'everything'], 'no such check: everything'],
  [['--local', 'true', '--deadline', 'soon'], '--deadline is a whole number'],
  [['--local', 'true', '--package', '/etc/hostname'], '--package needs --version'],
])('%j is a usage error', async (args, words) => {
  const { status, text } = await run(...args)
  expect(text).toContain(words)
  expect(status).toBe('64')
})

it('a wrong one ends with 1, and says what the contract says', async () => {
  const file = path.join(dir, 'nightctl')
  writeFileSync(file, `#!/bin/sh\necho 'NIGHTCTL/1 {"class":"done","reason":null,"data":{}}'\n`, {
    mode: 0o755,
  })
  const { status, text } = await run('--local', file)
  expect(status).toBe('1')
  expect(text).toContain('✗ describe: says what it is')
  expect(text).toContain('docs/nightctl.md, Verbs')
  expect(text).toContain('✗ status:')
})

/** What each check rests on really stands in the contract; and the small parts of the command. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/conformance/check.ts'
import { checks } from '../../src/conformance/checks/all.ts'
import { pinnedFor } from '../../src/conformance/known-hosts.ts'
import { type FormFault, readForm } from '../../src/conformance/ledger.ts'
import { openSource } from '../../src/conformance/source.ts'
import { outcomeLine, verdictText } from '../../src/conformance/verdict.ts'

const root = path.resolve(import.meta.dirname, '../..')
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('the checks', () => {
  /** Heading → what stands below it. */
  const sections = new Map(
    readFileSync(path.join(root, 'docs/nightctl.md'), 'utf8')
      .split(/^## /m)
      .map((part) => [part.split('\n')[0] ?? '', oneLine(part)]),
  )

  it.each(checks.map((check) => [check.id, check] as const))(
    '%s: its words stand in docs/nightctl.md',
    (_, check) => {
      expect(sections.get(check.section), `no heading ${check.section}`).toContain(oneLine(check.says))
    },
  )

  it('ids are their own, and rest on what comes before', () => {
    const seen = new Set<string>()
    for (const { id, needs = [] } of checks) {
      expect(seen.has(id)).toBe(false)
      for (const need of needs) expect(seen, `${id} needs ${need}`).toContain(need)
      seen.add(id)
    }
  })

  it('docs/integrate.md names each of them', () => {
    const page = readFileSync(path.join(root, 'docs/integrate.md'), 'utf8')
    expect(checks.map(({ id }) => id).filter((id) => !page.includes(`\`${id}\``))).toEqual([])
  })
})

describe('an answer is read as far as it goes', () => {
  const read = (stdout: string, exitStatus: number, truncated = false) => {
    const faults: FormFault[] = []
    const printed = { stdout, stderr: '', exitStatus, signal: null, truncated }
    const answer = readForm(printed, (rule, came) => faults.push({ rule, call: '', came }))
    return { class: answer?.class, rules: faults.map(({ rule }) => rule) }
  }
  const done = 'NIGHTCTL/1 {"class":"done","reason":null,"data":{}}\n'

  it.each([
    [done, 0, 'done', []],
    [`noise\n NIGHTCTL/1 x\n${done}logout\n`, 0, 'done', []],
    [done + done, 0, 'done', ['marked-line']],
    [done, 77, 'done', ['exit-status']],
    [`NIGHTCTL/1 {"class":"refused","reason":"because","data":null}\n`, 77, 'refused', ['reasons']],
    [`NIGHTCTL/1 {"class":"later","reason":null,"data":null}\n`, 75, 'later', ['reasons']],
    ['NIGHTCTL/1 {"class":"done"\n', 0, undefined, ['marked-line']],
    ['NIGHTCTL/1 {"class":"perhaps","reason":null}\n', 0, undefined, ['marked-line']],
    ['hello\n', 0, undefined, ['marked-line']],
    [done.replace('{}', `{"x":"${'я'.repeat(33_000)}"}`), 0, 'done', ['answer-size']],
  ])('%#', (stdout, status, kind, rules) => {
    expect(read(stdout, status)).toEqual({ class: kind, rules })
  })
})

describe('known_hosts', () => {
  const salt = Buffer.from('twenty bytes of salt').toString('base64')
  const hashed = createHmac('sha1', Buffer.from(salt, 'base64')).update('[till7]:2222').digest('base64')
  const text = [
    '# a comment',
    'till7,10.1.2.3 ssh-ed25519 PLAIN a comment',
    '[till7]:2222 ssh-rsa OTHER',
    `|1|${salt}|${hashed} ssh-ed25519 HASHED`,
    '@revoked till7 ssh-ed25519 REVOKED',
    'till70 ssh-ed25519 NEIGHBOUR',
    'broken',
  ].join('\n')

  it.each([
    ['till7', 22, ['ssh-ed25519 PLAIN']],
    ['10.1.2.3', 22, ['ssh-ed25519 PLAIN']],
    ['till7', 2222, ['ssh-rsa OTHER', 'ssh-ed25519 HASHED']],
    ['till8', 22, []],
  ])('%s port %i', (host, port, keys) => {
    expect(pinnedFor(text, host, port)).toEqual(keys)
  })
})

describe('the server of packages', () => {
  it('knows what it sent: held, cut, asked from the middle', async () => {
    const source = await openSource('127.0.0.1', 0)
    try {
      const bytes = Buffer.alloc(100_000, 'x')
      const served = source.offer('a', bytes)
      served.serving = { kind: 'hold', bytes: 1000 }
      const answer = await fetch(served.url)
      const reader = answer.body?.getReader()
      const first = await reader?.read()
      expect([first?.value?.length, served.sent()]).toEqual([1000, 1000])
      served.serving = { kind: 'whole' }
      let rest = 0
      for (let more = await reader?.read(); more && !more.done; more = await reader?.read())
        rest += more.value.length
      expect([rest, served.sent()]).toEqual([99_000, 100_000])
      served.serving = { kind: 'cutOnce', bytes: 500 }
      await expect(fetch(served.url).then((cut) => cut.arrayBuffer())).rejects.toThrow()
      const part = await fetch(served.url, { headers: { range: 'bytes=99990-' } })
      expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 10])
      expect((await fetch(served.url, { headers: { range: 'bytes=100000-' } })).status).toBe(416)
      expect((await fetch(`${served.url}b`)).status).toBe(404)
      expect(served.asked).toEqual([0, 0, 99_990])
    } finally {
      await source.close()
    }
  })
})

describe('the verdict', () => {
  const rest = { section: 'Calling', says: 'words', mend: 'mend it', ms: 10 }
  const outcomes: Outcome[] = [
    { ...rest, id: 'one', title: 'is good', verdict: 'pass', saw: 'all of it' },
    { ...rest, id: 'two', title: 'is bad', verdict: 'fail', saw: 'this\nand that' },
    { ...rest, id: 'three', title: 'is not there', verdict: 'skipped', saw: 'no reason' },
  ]

  it('says what the contract says, what came, how to mend it, and what is left behind', () => {
    expect(outcomes.map(outcomeLine)).toEqual([
      '  ✓ one                all of it',
      '  ✗ two                is bad',
      '  – three              left out: no reason',
    ])
    const report = {
      target: 'here',
      agent: 'a',
      cashId: 'T-1',
      outcomes,
      conforms: false,
      left: ['it is armed'],
    }
    expect(verdictText(report)).toBe(`
✗ two: is bad
    contract “words”
             docs/nightctl.md, Calling
    came     this
             and that
    mend     mend it

1 pass, 1 fail, 1 left out: it does not conform.
The device is as it was found, but: it is armed.`)
  })
})

import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { describeData, statusData } from '../../src/device/contract.ts'
import { claimOf, OLD, PATIENCE, remove, temporary, underEachShell } from './flow.ts'
import { makeTill, type Till } from './support.ts'

vi.setConfig(PATIENCE)

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

underEachShell('the forced command', (shell) => {
  const dir = temporary()
  let till: Till
  const ssh = (line: string, input = '') =>
    till.run(['--ssh'], { env: { SSH_ORIGINAL_COMMAND: line }, input })

  beforeAll(async () => {
    till = await makeTill({ dir, shell, cashId: `it's $HOME "x"`, version: OLD })
  })
  afterAll(async () => {
    await till?.stop()
    remove(dir)
  })

  it('reads the words that the head office sends', async () => {
    const words = ['/opt/nightctl/nightctl', 'block', '--on', 'true', ...claimOf(till, 'o1')]
    expect((await ssh(words.map(quote).join(' '))).answer).toMatchObject({ class: 'done' })
    const { answer } = await ssh(`nightctl status`)
    expect(statusData.parse(answer.data)).toMatchObject({ blocked: true, cashId: till.cashId })
    const { answer: byWord } = await till.run(['--ssh', `sudo -n nightctl "describe"`])
    expect(describeData.parse(byWord.data).contract).toBe(1)
  })

  it('runs nothing else', async () => {
    const pwned = path.join(dir, 'pwned')
    const lines = [
      '',
      'sh',
      `sh -c 'touch ${pwned}'`,
      `nightctl status; touch ${pwned}`,
      `nightctl status && touch ${pwned}`,
      `nightctl $(touch ${pwned})`,
      `nightctl "$(touch ${pwned})"`,
      `nightctl \`touch ${pwned}\``,
      `nightctl 'status`,
      `nightctl status\ntouch ${pwned}`,
      `nightctl status > ${pwned}`,
      `nightctl recover`,
      `nightctl --install`,
      `nightctl --ssh 'nightctl status'`,
      `env NIGHTCTL_CONF=/tmp/x nightctl status`,
      `'nightctl' 'operation' '"; touch ${pwned}; "'`,
    ]
    for (const line of lines) expect([line, (await ssh(line)).answer.class]).toEqual([line, 'usage'])
    expect(existsSync(pwned)).toBe(false)
  })
})

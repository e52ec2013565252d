/** The device's own key: made once, renewed when told to, and good for fetching from a store server set up as docs/hosts.md says. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Download, describeData, downloadData, keyData } from '../../src/device/contract.ts'
import { withDeviceKey } from '../../src/hosts/authorized-keys.ts'
import { formatKnownHosts } from '../../src/hosts/known-hosts.ts'
import { describeWith } from '../support/needs.ts'
import { describeSshd, type Sshd, startSshd } from '../support/sshd.ts'
import { until } from '../support/until.ts'
import { claimOf, NEW, OLD, packageWords, remove, temporary } from './flow.ts'
import { type MadePackage, makePackage, makeTill, type Till } from './support.ts'

let dir: string
let till: Till
beforeEach(() => {
  dir = temporary()
})
afterEach(async () => {
  await till?.stop()
  remove(dir)
})

const CASH_ID = '10000001'
const open = async (shell: 'dash' | 'busybox', conf: Record<string, string> = {}) => {
  till = await makeTill({ dir, cashId: CASH_ID, version: OLD, shell, conf })
}
const key = async (id: string, more: string[] = [], input = '') => {
  const { answer } = await till.run(['key', ...more, ...claimOf(till, id)], { input })
  return answer
}
const keyOf = async (id: string, more: string[] = [], input = '') =>
  keyData.parse((await key(id, more, input)).data).publicKey
const mode = (file: string) => statSync(file).mode & 0o777

describe.each(['dash', 'busybox'] as const)('%s', (shell) => {
  describeWith([shell, 'ssh-keygen'], 'its key', () => {
    it('is made where there is none, for its account alone, and stays until it is to be renewed', async () => {
      await open(shell)
      const said = describeData.parse((await till.run(['describe'])).answer.data)
      expect(said.capabilities).toMatchObject({ ownKey: true, sftp: false })
      const first = await keyOf('k1', [], 'store ssh-ed25519 AAAA\n')
      expect(first).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+={0,2}$/)
      const file = path.join(till.root, 'key', 'id')
      expect([mode(file), mode(path.dirname(file))]).toEqual([0o600, 0o700])
      const own = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })
      expect(own.trim()).toBe(first)
      expect(readFileSync(path.join(till.root, 'key', 'known_hosts'), 'utf8')).toBe(
        'store ssh-ed25519 AAAA\n',
      )

      // Nothing on standard input: what it checks against stays.
      expect(await keyOf('k2')).toBe(first)
      expect(await keyOf('k3', ['--renew', 'false'])).toBe(first)
      expect(readFileSync(path.join(till.root, 'key', 'known_hosts'), 'utf8')).toBe(
        'store ssh-ed25519 AAAA\n',
      )
      const second = await keyOf('k4', ['--renew', 'true'])
      expect(second).not.toBe(first)
      // The same operation again is answered from its record: no third key.
      expect(await keyOf('k4', ['--renew', 'true'])).toBe(second)
      expect(await keyOf('k5')).toBe(second)
      expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY')
      expect(till.log().join('\n')).not.toContain('PRIVATE')
    })

    it('of another device, of an older generation, with a bad flag: nothing is made', async () => {
      await open(shell)
      const meant = ['--cash-id', 'another', '--operation', 'k1', '--generation', '1']
      expect((await till.run(['key', ...meant])).answer.reason).toBe('wrongDevice')
      await till.run(['block', '--on', 'false', ...claimOf(till, 'b', 7)])
      expect((await till.run(['key', ...claimOf(till, 'k2', 6)])).answer.reason).toBe('superseded')
      expect((await key('k3', ['--renew', 'maybe'])).class).toBe('usage')
      expect((await key('k4', ['--renew'])).class).toBe('usage')
      expect(statSync(path.join(till.root, 'key'), { throwIfNoEntry: false })).toBeUndefined()
    })

    it('that cannot be read is not replaced unless it is to be renewed', async () => {
      const file = path.join(dir, 'somewhere', 'else')
      await open(shell, { SFTP_KEY: file })
      await keyOf('k1')
      writeFileSync(file, 'rubbish', { mode: 0o600 })
      expect((await key('k2')).reason).toBe('internalError')
      expect(readFileSync(file, 'utf8')).toBe('rubbish')
      expect(await keyOf('k3', ['--renew', 'true'])).toMatch(/^ssh-ed25519 /)
    })
  })
})

describeWith(['dash', 'sftp', 'ssh-keygen'], 'with its own key', () => {
  describeSshd('it fetches from its store server', () => {
    let server: Sshd
    let made: MadePackage
    let keysFile: string
    beforeEach(async () => {
      keysFile = path.join(dir, 'device_keys')
      writeFileSync(keysFile, '')
      // docs/hosts.md, without the chroot: that needs a folder which belongs to root all the way up.
      server = await startSshd({
        dir: path.join(dir, 'sshd'),
        authorizedKeys: [],
        extraConfig: [
          `Match User ${userInfo().username}`,
          '  AuthorizedKeysFile none',
          `  AuthorizedKeysCommand /bin/cat ${keysFile}`,
          `  AuthorizedKeysCommandUser ${userInfo().username}`,
          '  ForceCommand internal-sftp -R',
          '  DisableForwarding yes',
          '  PermitTTY no',
          'Match all',
        ],
      })
      await open('dash')
      made = makePackage(dir, NEW, { format: 'tar', filling: 300_000 })
      await till.run(['status'])
    })
    afterEach(() => server?.stop())

    const read = async (words: string[]): Promise<Download> =>
      downloadData.parse((await till.run(words)).answer.data).download
    const fetchIt = async (id: string): Promise<Download> => {
      const source = `sftp://${server.user}@${server.host}:${server.port}${made.file}`
      await read(['download', 'start', '--source', source, ...packageWords(made), ...claimOf(till, id)])
      return until(
        async () => {
          const seen = await read(['download', 'status', '--sha256', made.sha256])
          return seen.state === 'running' ? false : seen
        },
        { within: 40_000, label: 'the download ends' },
      )
    }
    const authorise = (text: string, publicKey: string) =>
      writeFileSync(keysFile, withDeviceKey(text, CASH_ID, publicKey))

    it('as soon as its line is there, and no longer with a key that was renewed away', async () => {
      const lines = formatKnownHosts(server.host, server.port, [server.hostKey])
      const first = await keyOf('k1', [], lines)
      expect(await fetchIt('d1')).toMatchObject({ state: 'failed', reason: 'transferFailed' })
      authorise(readFileSync(keysFile, 'latin1'), first)
      expect(await fetchIt('d2')).toMatchObject({ state: 'done', received: made.size })
      const said = describeData.parse((await till.run(['describe'])).answer.data)
      expect(said.capabilities.sftp).toBe(true)

      await till.run(['clean', '--keep', '0', ...claimOf(till, 'c1')])
      const second = await keyOf('k2', ['--renew', 'true'])
      expect(await fetchIt('d3')).toMatchObject({ state: 'failed', reason: 'transferFailed' })
      authorise(readFileSync(keysFile, 'latin1'), second)
      expect(await fetchIt('d4')).toMatchObject({ state: 'done' })
    })

    it('its key opens nothing but reading: no command, no writing, no way onwards', async () => {
      const publicKey = await keyOf('k1', [], formatKnownHosts(server.host, server.port, [server.hostKey]))
      authorise('', publicKey)
      const folder = path.join(till.root, 'key')
      const options = [
        ...['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes'],
        `UserKnownHostsFile="${folder}/known_hosts"`,
      ].flatMap((one) => ['-o', one])
      const ways = ['-F', '/dev/null', '-i', path.join(folder, 'id'), ...options]
      const place = `${server.user}@${server.host}`
      const run = (program: string, args: string[], input = '') => {
        try {
          return execFileSync(program, args, { encoding: 'utf8', input, timeout: 20_000, stdio: 'pipe' })
        } catch (error) {
          return `failed: ${(error as { stderr?: string }).stderr ?? ''}`
        }
      }
      const ssh = ['-p', String(server.port)]
      expect(run('ssh', [...ways, ...ssh, place, 'echo in'])).not.toContain('in\n')
      expect(run('ssh', [...ways, ...ssh, '-W', `127.0.0.1:${server.port}`, place])).toContain('failed')
      const target = path.join(dir, 'written')
      const sftp = run(
        'sftp',
        [...ways, '-P', String(server.port), '-b', '-', place],
        `put ${made.file} ${target}\n`,
      )
      expect(sftp).toContain('failed')
      expect(statSync(target, { throwIfNoEntry: false })).toBeUndefined()
      const copy = path.join(dir, 'copy')
      expect(
        run('sftp', [...ways, '-P', String(server.port), '-b', '-', place], `get ${made.file} ${copy}\n`),
      ).not.toContain('failed')
      expect(statSync(copy).size).toBe(made.size)
    })
  })
})

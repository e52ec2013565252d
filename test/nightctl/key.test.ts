/** The device's own key: made once, renewed when told to, and good for fetching from a store server set up as docs/hosts.md says. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Download, describeData, downloadData, keyData } from '../../src/device/contract.ts'
import { withDeviceKey, withNextDeviceKey } from '../../src/hosts/authorized-keys.ts'
import { formatKnownHosts } from '../../src/hosts/known-hosts.ts'
import { describeWith } from '../support/needs.ts'
import { describeSshd, type Sshd, startSshd } from '../support/sshd.ts'
import { until } from '../support/until.ts'
import { claimOf, NEW, OLD, PATIENCE, packageWords, remove, temporary } from './flow.ts'
import { type MadePackage, makePackage, makeTill, type Till } from './support.ts'

vi.setConfig(PATIENCE)

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
const use = (publicKey: string) => ['--use', publicKey.split(' ')[1] ?? '']
const ownOf = (file: string) => execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()
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
      expect(ownOf(file)).toBe(first)
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
      // The old one is used until it is told.
      expect([await keyOf('k5'), ownOf(file)]).toEqual([first, first])
      expect(mode(`${file}.next`)).toBe(0o600)
      expect(await keyOf('k6', use(second))).toBe(second)
      expect([await keyOf('k7'), ownOf(file), mode(file)]).toEqual([second, second, 0o600])
      expect(readFileSync(`${file}.pub`, 'utf8').trim()).toBe(second)
      expect(readdirSync(path.dirname(file)).sort()).toEqual(['id', 'id.pub', 'known_hosts'])
      expect(await keyOf('k8', use(second))).toBe(second)
      expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY')
      expect(till.log().join('\n')).not.toContain('PRIVATE')
    })

    it('renewed twice, only the later one is to be used; of any other nothing comes', async () => {
      await open(shell)
      const file = path.join(till.root, 'key', 'id')
      // Where there is none, the first one is used at once.
      const first = await keyOf('k1', ['--renew', 'true'])
      expect([ownOf(file), await keyOf('k2', use(first))]).toEqual([first, first])
      const [second, third] = [await keyOf('k3', ['--renew', 'true']), await keyOf('k4', ['--renew', 'true'])]
      expect(await key('k5', use(second))).toMatchObject({ class: 'refused', reason: 'internalError' })
      expect(await keyOf('k6')).toBe(first)
      expect(await keyOf('k7', use(third))).toBe(third)
      expect((await key('k8', use(first))).class).toBe('refused')
      expect((await key('k9', ['--use', 'a b'])).class).toBe('usage')
      expect((await key('k10', ['--use', ''])).class).toBe('usage')
      expect((await key('k11', [...use(third), '--renew', 'true'])).class).toBe('usage')
      expect([await keyOf('k12'), ownOf(file)]).toEqual([third, third])
    })

    it.each(['key-parted', 'key-moved'])(
      'killed at %s while it changes: there is one that works',
      async (point) => {
        await open(shell, { TEST: '1' })
        const file = path.join(till.root, 'key', 'id')
        const first = await keyOf('k1')
        const second = await keyOf('k2', ['--renew', 'true'])
        const env = { NIGHTCTL_CRASH_AT: point }
        await till.run(['key', ...use(second), ...claimOf(till, 'k3')], { env }).catch(() => {})
        const now = point === 'key-moved' ? second : first
        expect(ownOf(file)).toBe(now)
        // ssh goes by the public half where there is one: it is never that of the other key.
        expect(statSync(`${file}.pub`, { throwIfNoEntry: false })).toBeUndefined()
        expect(await keyOf('k4')).toBe(now)
        expect(readFileSync(`${file}.pub`, 'utf8').trim()).toBe(now)
        expect(await keyOf('k3', use(second))).toBe(second)
        expect(readFileSync(`${file}.pub`, 'utf8').trim()).toBe(second)
        expect(readdirSync(path.dirname(file)).sort()).toEqual(['id', 'id.pub'])
      },
    )

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
      const made = await keyOf('k3', ['--renew', 'true'])
      expect(readFileSync(file, 'utf8')).toBe('rubbish')
      expect(await keyOf('k4', use(made))).toBe(made)
      expect(ownOf(file)).toBe(made)
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
      await open('dash', { TEST: '1' })
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
        { within: 60_000, label: 'the download ends' },
      )
    }
    const authorise = (text: string, publicKey: string) =>
      writeFileSync(keysFile, withDeviceKey(text, CASH_ID, publicKey))

    it('as soon as its line is there, and all the time while its key is changed', async () => {
      const lines = formatKnownHosts(server.host, server.port, [server.hostKey])
      const first = await keyOf('k1', [], lines)
      expect(await fetchIt('d1')).toMatchObject({ state: 'failed', reason: 'transferFailed' })
      authorise(readFileSync(keysFile, 'latin1'), first)
      expect(await fetchIt('d2')).toMatchObject({ state: 'done', received: made.size })
      const said = describeData.parse((await till.run(['describe'])).answer.data)
      expect(said.capabilities.sftp).toBe(true)

      const again = async (id: string) => {
        await till.run(['clean', '--keep', '0', ...claimOf(till, `c${id}`)])
        return (await fetchIt(id)).state
      }
      const second = await keyOf('k2', ['--renew', 'true'])
      expect(await again('d3')).toBe('done')
      writeFileSync(keysFile, withNextDeviceKey(readFileSync(keysFile, 'latin1'), CASH_ID, second))
      expect(await again('d4')).toBe('done')
      // A power cut in the middle of the change.
      const env = { NIGHTCTL_CRASH_AT: 'key-moved' }
      await till.run(['key', ...use(second), ...claimOf(till, 'k3')], { env }).catch(() => {})
      expect(await again('d5')).toBe('done')
      await keyOf('k3', use(second))
      expect(await again('d6')).toBe('done')
      authorise(readFileSync(keysFile, 'latin1'), second)
      expect(await again('d7')).toBe('done')
      authorise('', first)
      expect(await again('d8')).toBe('failed')
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
          return execFileSync(program, args, { encoding: 'utf8', input, timeout: 60_000, stdio: 'pipe' })
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

/** Only root may chroot, and sshd wants every folder above to be root's and writable for nobody else: /tmp is not. */
const CHROOTS = '/run'
const describeRoot = (name: string, body: () => void): void => {
  if (process.getuid?.() === 0 && existsSync(CHROOTS)) {
    describeSshd(name, body)
    return
  }
  const reason = `only root may chroot, below ${CHROOTS}`
  console.log(`${name}: skipped: ${reason}`)
  describe.skip(`${name} (skipped: ${reason})`, body)
}

describeWith(['dash', 'sftp', 'ssh-keygen'], 'with its own key', () => {
  describeRoot('it fetches from the chroot of docs/hosts.md', () => {
    let root: string
    let server: Sshd
    beforeEach(() => {
      root = mkdtempSync(path.join(CHROOTS, 'nightshift-chroot-'))
      chmodSync(root, 0o755)
    })
    afterEach(async () => {
      await server?.stop()
      remove(root)
    })

    it('by the path as it is seen from inside, and sees nothing above', async () => {
      const keysFile = path.join(dir, 'device_keys')
      server = await startSshd({
        dir: path.join(dir, 'sshd'),
        authorizedKeys: [],
        extraConfig: [
          `Match User ${userInfo().username}`,
          '  AuthorizedKeysFile none',
          `  AuthorizedKeysCommand /bin/cat ${keysFile}`,
          '  AuthorizedKeysCommandUser root',
          `  ChrootDirectory ${root}`,
          '  ForceCommand internal-sftp -R',
          '  DisableForwarding yes',
          '  PermitTTY no',
          'Match all',
        ],
      })
      await open('dash')
      const made = makePackage(dir, NEW, { format: 'tar', filling: 300_000 })
      mkdirSync(path.join(root, 'packages'))
      const name = `nightshift-${made.sha256}.pkg`
      copyFileSync(made.file, path.join(root, 'packages', name))
      const lines = formatKnownHosts(server.host, server.port, [server.hostKey])
      writeFileSync(keysFile, withDeviceKey('', CASH_ID, await keyOf('k1', [], lines)))
      const fetchIt = async (id: string, file: string): Promise<Download> => {
        const source = `sftp://${server.user}@${server.host}:${server.port}${file}`
        await till.run(['download', 'start', '--source', source, ...packageWords(made), ...claimOf(till, id)])
        return until(
          async () => {
            const { answer } = await till.run(['download', 'status', '--sha256', made.sha256])
            const seen = downloadData.parse(answer.data).download
            return seen.state === 'running' ? false : seen
          },
          { within: 60_000, label: 'the download ends' },
        )
      }
      expect(await fetchIt('d1', `/packages/${name}`), server.log()).toMatchObject({ state: 'done' })
      await till.run(['clean', '--keep', '0', ...claimOf(till, 'c1')])
      // Its name outside: from inside there is no such thing.
      expect((await fetchIt('d2', `${root}/packages/${name}`)).state).toBe('failed')
    })
  })
})

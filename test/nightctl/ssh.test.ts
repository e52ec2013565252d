/** Over a real sshd: the device's own key and pinned host for sftp sources, and the forced command of an account. */
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Download, downloadData, statusData } from '../../src/device/contract.ts'
import { quoteCommand } from '../../src/ssh/quote.ts'
import { describeWith } from '../support/needs.ts'
import { describeSshd, type KeyPair, makeKey, type Sshd, startSshd } from '../support/sshd.ts'
import { until } from '../support/until.ts'
import { claimOf, NEW, OLD, PATIENCE, packageWords, remove, stage, temporary } from './flow.ts'
import { serve } from './serve.ts'
import { type MadePackage, makePackage, makeTill, readOutcome, type Till } from './support.ts'

vi.setConfig(PATIENCE)

describeWith(['dash', 'sftp'], 'over ssh', () => {
  describeSshd('nightctl', () => {
    let dir: string
    let till: Till
    let made: MadePackage
    let server: Sshd
    let key: KeyPair

    const pin = (line: string) =>
      writeFileSync(path.join(dir, 'known hosts'), `[${server.host}]:${server.port} ${line}\n`)

    beforeEach(async () => {
      dir = temporary()
      key = makeKey(dir, 'device')
      const forced = `restrict,command="${dir}/nightctl/nightctl --ssh" `
      const account = makeKey(dir, 'office')
      server = await startSshd({
        dir: path.join(dir, 'sshd'),
        authorizedKeys: [`restrict,command="internal-sftp -R" ${key.line}`, forced + account.line],
        // bash reads ~/.bashrc under sshd only at the first level: what a person has there is no part of this.
        extraConfig: ['SetEnv SHLVL=1'],
      })
      const conf = { SFTP_KEY: key.file, SFTP_KNOWN_HOSTS: path.join(dir, 'known hosts') }
      till = await makeTill({ dir, cashId: `it's "T-1"`, version: OLD, conf })
      made = makePackage(dir, NEW, { format: 'tar', filling: 3_000_000 })
      await till.run(['status'])
    })
    afterEach(async () => {
      await till?.stop()
      await server?.stop()
      remove(dir)
    })

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

    it('fetches by sftp with its own key, and goes on from its part', async () => {
      pin(server.hostKey)
      const part = `${stage(till, made)}.part`
      cpSync(made.file, part)
      truncateSync(part, 1_000_000)
      remove(part.replace('.part', ''))
      expect(await fetchIt('d1')).toMatchObject({ state: 'done', received: made.size })
      expect(server.accepted()).toBe(1)
    })

    it('starts over when its part is of something else', async () => {
      pin(server.hostKey)
      const part = path.join(till.root, 'staged', `${NEW}-${made.sha256}.part`)
      writeFileSync(part, Buffer.alloc(1_000_000))
      expect(await fetchIt('d1')).toMatchObject({ state: 'done', received: made.size })
      expect(server.accepted()).toBe(2)
    })

    it('takes nothing from a server whose key is not the pinned one', async () => {
      pin(makeKey(dir, 'other').line)
      expect(await fetchIt('d1')).toMatchObject({ state: 'failed', reason: 'transferFailed', received: 0 })
      expect(server.accepted()).toBe(1)
    })

    const overSsh = async (words: readonly string[]) => {
      const options = [
        'BatchMode=yes',
        'StrictHostKeyChecking=yes',
        `UserKnownHostsFile="${dir}/known hosts"`,
      ]
      const flags = ['-F', '/dev/null', '-i', path.join(dir, 'office'), '-p', String(server.port)]
      const line = quoteCommand(['/opt/nightctl/nightctl', ...words])
      const all = [...options.flatMap((o) => ['-o', o]), ...flags, `${server.user}@${server.host}`, line]
      const { stdout, stderr } = await promisify(execFile)('ssh', all, { timeout: 60_000 })
      return readOutcome(0, stdout, stderr)
    }

    it('answers the head office through a forced command, and a transfer outlives its session', async () => {
      pin(server.hostKey)
      const store = await serve(readFileSync(made.file))
      store.stallAfter = 1_000_000
      const words = [
        'download',
        'start',
        '--source',
        store.url,
        ...packageWords(made),
        ...claimOf(till, 'd1'),
      ]
      expect(downloadData.parse((await overSsh(words)).answer.data).download.state).toBe('running')
      await until(() => server.sessions().length === 0, { within: 40_000, label: 'the session is over' })
      const part = path.join(till.root, 'staged', `${NEW}-${made.sha256}.part`)
      await until(() => statSync(part, { throwIfNoEntry: false })?.size, {
        within: 40_000,
        label: 'bytes come',
      })
      expect(statusData.parse((await overSsh(['status'])).answer.data).download?.state).toBe('running')
      await store.close()
    })
  })
})

/** Enrolment day with real parts: nothing is pinned; at its end a till fetches with a key that nobody carried to its store. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { confirmEnrolment } from '../../src/db/enrolment-decisions.ts'
import { type EnrolmentTarget, readShown, requestEnrolments } from '../../src/db/enrolments.ts'
import { type Download, downloadData } from '../../src/device/contract.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { alwaysNight } from '../../src/sim/inventory.ts'
import { claimOf, NEW, OLD, packageWords } from '../nightctl/flow.ts'
import { makePackage, makeTill, type Till } from '../nightctl/support.ts'
import { describeWith } from '../support/needs.ts'
import { importInventory, type Office, openOffice } from '../support/office.ts'
import { describeSshd, type Sshd, startSshd } from '../support/sshd.ts'
import { until } from '../support/until.ts'

describeWith(['dash', 'sftp', 'ssh-keygen'], 'over a real sshd', () => {
  describeSshd('enrolment day', () => {
    let office: Office
    let server: Sshd
    let machine: Sshd
    let till: Till
    let keysFile: string
    beforeEach(async () => {
      office = await openOffice()
      await office.startWorker()
      keysFile = path.join(office.dir, 'device_keys')
      writeFileSync(keysFile, '# tills\n')
      const own = path.join(office.dir, 'store', 'authorized_keys')
      server = await startSshd({
        dir: path.join(office.dir, 'store'),
        authorizedKeys: [office.publicKey],
        hostKeyTypes: ['ed25519', 'ecdsa'],
        // The first of two holds, in sshd's own way.
        extraConfig: [`AuthorizedKeysFile "${own}" "${keysFile}"`],
      })
      till = await makeTill({ dir: path.join(office.dir, 'till'), cashId: 'T1', version: OLD })
      machine = await startSshd({
        dir: path.join(office.dir, 'machine'),
        authorizedKeys: [`restrict,command="${till.nightctl} --ssh" ${office.publicKey}`],
        extraConfig: ['SetEnv SHLVL=1'],
      })
      const { host, user } = server
      const device = {
        ...{ kind: 'till', cashId: 'T1', number: 1, name: 'till', host, port: machine.port, user },
        ...{ credential: 'default', hostKeys: [], agent: till.nightctl },
      }
      const store = {
        ...{ code: 'M1', name: 'M1', timeZone: 'Europe/Moscow', phone: null, host, port: server.port, user },
        ...{ credential: 'default', hostKeys: [], packageFolder: path.join(office.dir, 'packages-there') },
        packageUrl: `sftp://${user}@${host}:${server.port}${office.dir}`,
        calendar: alwaysNight,
        devices: [device],
      }
      await importInventory(office, { stores: [store] })
      await office.db.pool.query('UPDATE store SET device_keys_file = $1', [keysFile])
    })
    afterEach(async () => {
      await till?.stop()
      await machine?.stop()
      await server?.stop()
      await office?.close()
    })

    const ask = async (what: EnrolmentTarget) => {
      const wanted = { what, selection: {}, storeGroups: null, renew: false, requestedBy: 'Анна' } as const
      const made = await requestEnrolments(office.db, wanted, false)
      if (made === 'outOfScope') throw new Error('out of scope')
      return made.requestId
    }
    const shown = (requestId: string, cashId: string | null) =>
      until(
        async () => {
          const rows = await readShown(office.db.pool, requestId, null)
          return rows.find((row) => row.cashId === cashId)
        },
        { within: 60_000, label: `${cashId ?? 'the store'} is shown` },
      )

    test('scan, compare, confirm, through the store to the till, and its own key', async () => {
      const requestId = await ask('both')
      const first = await shown(requestId, null)
      expect(first.keys.toSorted()).toEqual([...server.hostKeys].toSorted())
      // Nobody has signed in anywhere yet, and the till was not even tried.
      expect(server.log()).not.toContain('Accepted publickey')
      expect(machine.accepted()).toBe(0)
      const [ed = ''] = server.hostKeys
      await confirmEnrolment(
        office.db,
        { id: first.id, fingerprints: [fingerprintOf(ed)], mode: 'replace' },
        'Пётр',
      )
      const second = await shown(requestId, 'T1')
      expect(second.keys).toEqual(machine.hostKeys)
      const fingerprints = second.keys.map(fingerprintOf)
      await confirmEnrolment(office.db, { id: second.id, fingerprints, mode: 'replace' }, 'Пётр')

      const keys = await ask('deviceKeys')
      await until(
        async () =>
          (await office.db.prisma.enrolment.findFirstOrThrow({ where: { requestId: keys } })).state ===
          'confirmed',
        { within: 60_000, label: 'the key is authorised' },
      )
      const { publicKey } = await office.db.prisma.device.findUniqueOrThrow({ where: { cashId: 'T1' } })
      expect(readFileSync(keysFile, 'utf8')).toBe(`# tills\nrestrict ${publicKey} nightshift:T1\n`)

      const made = makePackage(office.dir, NEW, { format: 'tar', filling: 300_000 })
      const read = async (words: string[]): Promise<Download> =>
        downloadData.parse((await till.run(words)).answer.data).download
      const source = `sftp://${server.user}@${server.host}:${server.port}${made.file}`
      await read([
        'download',
        'start',
        '--source',
        source,
        ...packageWords(made),
        ...claimOf(till, 'd1', 1000),
      ])
      const end = await until(
        async () => {
          const seen = await read(['download', 'status', '--sha256', made.sha256])
          return seen.state === 'running' ? false : seen
        },
        { within: 60_000, label: 'the download ends' },
      )
      expect(end).toMatchObject({ state: 'done', received: made.size })
    }, 180_000)
  })
})

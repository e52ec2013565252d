/** Before a package is sent or installed the worker asks whether it is good by the signers of now. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addPackage, signPackage } from '../../src/db/packages.ts'
import { steerRollout } from '../../src/db/rollouts.ts'
import { requestRetry } from '../../src/db/updates.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { remove, temporary } from '../nightctl/flow.ts'
import { describeWith } from '../support/needs.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'
import { makeSigners, manifestFor, type Signers, sha256Of, textFor } from './rig.ts'

const WITHIN = 60_000

describeWith(['ssh-keygen'], 'a night with signatures', () => {
  let dir: string
  let signers: Signers
  let office: Office
  let fleet: Fleet
  const bytes = randomBytes(100_000)

  beforeEach(async () => {
    dir = temporary()
    signers = makeSigners(dir, 'alice', 'bob')
    signers.allow('alice', 'bob')
    office = await openOffice({
      settings: { NIGHTSHIFT_UNSIGNED: 'refuse', NIGHTSHIFT_SIGNERS: signers.file, NIGHTSHIFT_LOG: 'silent' },
    })
    fleet = await openFleet(office, { signers: signers.file })
  })
  afterEach(async () => {
    await office.close()
    await fleet.stop()
    remove(dir)
  })

  const signatureBy = (name: string) => {
    const manifest = textFor(bytes)
    const signature = signers.sign(name, manifest)
    return { manifest, signature, signer: name, signerKey: 'SHA256:x', expiresAt: null }
  }
  async function add(by: string | undefined): Promise<string> {
    writeFileSync(path.join(office.config.packagesFolder, `${sha256Of(bytes)}.pkg`), bytes)
    const { signedAt: _s, expires: _e, minVersion: _m, canGoBack: _c, ...facts } = manifestFor(bytes)
    const signed = by === undefined ? {} : { signed: signatureBy(by) }
    const row = await addPackage(office.db, { ...facts, ...signed }, 'test')
    if (row === undefined) throw new Error('it is there already')
    return row.id
  }
  const rollout = (id: string) => office.db.prisma.rollout.findUniqueOrThrow({ where: { id } })
  const paused = (id: string) =>
    until(async () => (await rollout(id)).state === 'paused', { within: WITHIN, label: 'paused' })
  const events = async (code: string) =>
    (await office.db.pool.query<{ params: object }>('SELECT params FROM event WHERE code = $1', [code])).rows
  const storePackage = () => office.db.prisma.storePackage.findFirstOrThrow()

  test('a signed package goes out, and each device keeps what was signed', async () => {
    await office.startWorker()
    const id = await office.rollOut(await add('alice'))
    expect(await rolloutEnds(office, id)).toBe('finished')
    const states = Object.values(await updateStates(office, id))
    expect(states).toEqual(['succeeded', 'succeeded', 'succeeded'])
    const kept = fleet.devices.map((device) => device.state.signed?.[sha256Of(bytes)]?.manifest)
    expect(kept).toEqual(kept.map(() => expect.stringContaining(sha256Of(bytes))))
    expect(await events('packageDistrusted')).toEqual([])
  }, 300_000)

  test('a signer who was removed stops the rollout before a byte is sent; put back, it goes on', async () => {
    const packageId = await add('alice')
    const id = await office.rollOut(packageId)
    signers.allow('bob')
    await office.startWorker()
    await paused(id)
    expect((await rollout(id)).reason).toBe('signatureInvalid')
    expect(await events('packageDistrusted')).toEqual([
      { params: { packageId, kind: 'till', version: 96_000, reason: 'signatureInvalid', rollouts: 1 } },
    ])
    await until(async () => (await storePackage()).state === 'absent', { within: WITHIN, label: 'put back' })
    expect((await storePackage()).reason).toBe('signatureInvalid')
    expect(fleet.stores.map((store) => store.sftpBytesReceived)).toEqual([0])
    // Without a word of a person's nothing goes on; with one, and still bad, it stops again.
    const steer = (reason?: string) =>
      steerRollout(office.db, id, 'resume', { actor: 'test', ...(reason === undefined ? {} : { reason }) })
    expect(await steer()).toMatchObject({ ok: false, why: 'reasonNeeded' })
    await steer('I believe it')
    await until(async () => (await events('packageDistrusted')).length === 2, {
      within: WITHIN,
      label: 'stopped again',
    })
    await paused(id)
    signers.allow('alice')
    await steer('alice is back')
    expect(await rolloutEnds(office, id)).toBe('finished')
    expect(Object.values(await updateStates(office, id))).toEqual(['succeeded', 'succeeded', 'succeeded'])
  }, 400_000)

  test('a signer removed after the downloads: nothing is armed; signed anew by somebody else, a retry installs', async () => {
    for (const device of fleet.devices) await device.setStatus({ activity: 'receipt' })
    await office.startWorker()
    const packageId = await add('alice')
    const id = await office.rollOut(packageId)
    await until(
      async () =>
        Object.values(await updateStates(office, id)).every((state) => state === 'ready: receiptOpen'),
      { within: WITHIN, label: 'everybody is ready, and sells' },
    )
    signers.allow('bob')
    for (const device of fleet.devices) await device.setStatus({ activity: 'idle' })
    await paused(id)
    const failed = await until(
      async () => {
        const states = Object.values(await updateStates(office, id))
        return states.includes('failed: signatureInvalid') && !states.some((one) => one === 'activating')
          ? states
          : false
      },
      { within: WITHIN, label: 'what had begun has ended' },
    )
    expect(failed.filter((state) => !/^(failed: signatureInvalid|ready)/.test(state))).toEqual([])
    expect(fleet.devices.map((device) => [device.state.armed, device.activations])).toEqual(
      fleet.devices.map(() => [null, 0]),
    )
    await signPackage(office.db, packageId, signatureBy('bob'), 'test')
    await steerRollout(office.db, id, 'resume', { actor: 'test', reason: 'bob signed it' })
    // Those at rest get the new signature when they are armed; those that ended are a person's to retry.
    expect(await rolloutEnds(office, id)).toBe('finished')
    const rows = await office.db.prisma.deviceUpdate.findMany({ where: { rolloutId: id, state: 'failed' } })
    for (const row of rows) await requestRetry(office.db, row.id, { actor: 'test', via: 'api' })
    await until(
      async () => Object.values(await updateStates(office, id)).every((state) => state === 'succeeded'),
      { within: WITHIN, label: 'everybody is updated' },
    )
  }, 400_000)

  test('unsigned, where the policy has become strict: the rollout stops', async () => {
    const id = await office.rollOut(await add(undefined))
    await office.startWorker()
    await paused(id)
    expect((await rollout(id)).reason).toBe('signatureInvalid')
    expect(fleet.stores.map((store) => store.sftpBytesReceived)).toEqual([0])
  }, 300_000)

  test('no list of signers on this machine: nobody can say, so it waits, and no till is held guilty', async () => {
    const id = await office.rollOut(await add('alice'))
    writeFileSync(signers.file, '')
    await office.startWorker()
    await until(async () => (await storePackage()).reason === 'signersMissing', {
      within: WITHIN,
      label: 'it waits',
    })
    expect((await rollout(id)).state).toBe('running')
    signers.allow('alice')
    expect(await rolloutEnds(office, id)).toBe('finished')
    expect(Object.values(await updateStates(office, id))).toEqual(['succeeded', 'succeeded', 'succeeded'])
  }, 400_000)
})

/** Verifying and arming: nothing is installed by these. */
import { z } from 'zod'
import { arm, disarm, downloadStart, verify } from '../../device/commands.ts'
import { armData, disarmData, downloadData, type Status, verifyData } from '../../device/contract.ts'
import { type Bench, came, type OwnPackage } from '../bench.ts'
import { type Check, expect, fail, skip } from '../check.ts'
import { autoUpdateCall, verifySigned } from '../words.ts'
import { ended } from './download.ts'

/** A package of the run's own, staged. A device that wants signatures takes none of these. */
async function staged(bench: Bench): Promise<OwnPackage> {
  const p = bench.offer()
  await bench.done(downloadStart(bench.claim(), p.served.url, p), downloadData)
  const d = await ended(bench, p.sha256)
  if (d.state !== 'done') fail(`a package did not arrive: ${d.state} ${d.reason ?? ''}`)
  const answer = await bench.ask(verify(p))
  if (answer.reason === 'signatureInvalid')
    skip('it takes only signed packages, and those of the run are not signed')
  return p
}

const verifyCheck: Check = {
  id: 'verify',
  title: 'verifies what is staged, and misses what is not',
  section: 'Verbs',
  says: '`{verified: true}`. Refused: `packageMissing`, `packageDamaged` (the damaged file is removed)',
  mend: 'hash the staged file every time verify is called; no file → packageMissing',
  needs: ['download'],
  run: async (bench) => {
    const p = await staged(bench)
    await bench.done(verify(p), verifyData)
    await bench.refused(verify({ ...p, sha256: 'f'.repeat(64) }), 'packageMissing')
    return 'a whole one verified; one that is not there is missing'
  },
}

const verifyDamaged: Check = {
  id: 'verify-damaged',
  title: 'a staged package of another size is damaged, and removed',
  section: 'Verbs',
  says: '`packageDamaged` (the damaged file is removed)',
  mend: 'compare --size as well as the hash; remove the file before packageDamaged is answered',
  needs: ['verify'],
  run: async (bench) => {
    const p = await staged(bench)
    await bench.refused(verify({ ...p, size: p.size + 1 }), 'packageDamaged')
    const { staged: left } = await bench.status()
    expect(
      !left.some(({ sha256 }) => sha256 === p.sha256),
      'refused packageDamaged, and status.staged lists it still',
    )
    return 'refused, and gone'
  },
}

const armMissing: Check = {
  id: 'arm-missing',
  title: 'does not arm what it has not',
  section: 'Verbs',
  says: 'Verifies once more',
  mend: 'arm verifies as verify does, and only then writes the arming down',
  needs: ['status'],
  run: async (bench) => {
    const missing = { version: 99_999_998, size: 10, sha256: 'e'.repeat(64) }
    await bench.refused(arm(bench.claim(), missing, 60), 'packageMissing')
    expect((await bench.status()).armed === null, 'refused, and status.armed is not null')
    return 'refused packageMissing, not armed'
  },
}

const LONG_SECONDS = 600

const disarmCheck: Check = {
  id: 'disarm',
  title: 'arms, and disarms with the switch as it was',
  section: 'Verbs',
  says: 'the switch stands as it stood before arming. Not armed: done',
  mend: 'keep the auto-update switch as it was beside the arming; disarm puts it back',
  needs: ['verify'],
  run: async (bench) => {
    const p = await staged(bench)
    const before = (await bench.status()).autoUpdate
    const claim = bench.claim()
    const { armed, formerAutoUpdate } = await bench.done(arm(claim, p, LONG_SECONDS), armData)
    expect(
      armed.sha256 === p.sha256 && armed.operation === claim.operation,
      `armed: ${JSON.stringify(armed)}`,
    )
    expect(formerAutoUpdate === before, `formerAutoUpdate ${formerAutoUpdate}; it was ${before}`)
    expect(
      (await bench.status()).armed?.sha256 === p.sha256,
      'armed was done, and status.armed does not say so',
    )
    const end = await bench.done(disarm(bench.claim()), disarmData)
    const now = await bench.status()
    expect(now.armed === null, 'disarmed, and status.armed is not null')
    expect(
      end.autoUpdate === before && now.autoUpdate === before,
      `the switch is ${now.autoUpdate}; it was ${before}`,
    )
    await bench.done(disarm(bench.claim()), disarmData)
    return `the switch is ${before} before and after`
  },
}

const SHORT_SECONDS = 2
/** Over the arming's own time: for a device's clock that counts whole seconds, and for a slow one to answer. */
const GRACE_SECONDS = 10

/** Left uncertain by a device without a clock: then only the end is looked at. */
const lastsTooLong = (status: Status, until: string): boolean =>
  status.clock !== null && Date.parse(until) - Date.parse(status.clock) > (SHORT_SECONDS + 3) * 1000

/** @returns what was seen */
async function runsOut(bench: Bench, p: OwnPackage): Promise<string> {
  const before = (await bench.status()).autoUpdate
  const { armed } = await bench.done(arm(bench.claim(), p, SHORT_SECONDS), armData)
  const first = await bench.status()
  if (first.armed !== null && lastsTooLong(first, armed.until))
    fail(`armed for ${SHORT_SECONDS} s at ${first.clock}, until ${armed.until}`)
  const over = await bench.until(
    async () => {
      const now = await bench.status()
      return now.armed === null ? now : undefined
    },
    (SHORT_SECONDS + GRACE_SECONDS) * 1000,
  )
  if (over === undefined)
    return fail(`armed for ${SHORT_SECONDS} s, and still armed ${GRACE_SECONDS} s after that`)
  expect(over.autoUpdate === before, `it ran out, and the switch is ${over.autoUpdate}; it was ${before}`)
  return `armed for ${SHORT_SECONDS} s, and then no more; the switch is ${before}`
}

const armExpiry: Check = {
  id: 'arm-expiry',
  title: 'an arming ends by itself',
  section: 'Promises a device keeps by itself',
  says: 'Armed is for a time: after `--expires-in` a restart installs nothing, though the head office be dead.',
  mend: 'write the end of the arming to disk with it; every verb looks at it first, and ends what is over',
  needs: ['disarm'],
  run: async (bench) => {
    const p = await staged(bench)
    try {
      return await runsOut(bench, p)
    } finally {
      // One that does not end by itself must not stay.
      await bench.ask(disarm(bench.claim()))
    }
  },
}

const autoUpdate: Check = {
  id: 'auto-update',
  title: 'sets the standing switch, also while armed',
  section: 'Promises a device keeps by itself',
  says: 'the auto-update switch stands as it stood before',
  mend: 'auto-update writes the switch; while armed it changes what disarm puts back',
  needs: ['disarm'],
  run: async (bench) => {
    if (bench.described.capabilities.autoUpdate !== true) skip('it does not say that it can: autoUpdate')
    const before = (await bench.status()).autoUpdate
    const shape = z.object({ autoUpdate: z.boolean().nullable() })
    for (const on of [before !== true, before === true]) {
      const said = await bench.done(autoUpdateCall(bench.claim(), on), shape)
      const now = (await bench.status()).autoUpdate
      expect(
        said.autoUpdate === on && now === on,
        `auto-update --on ${on} → ${said.autoUpdate}; status says ${now}`,
      )
    }
    const p = await staged(bench)
    await bench.done(arm(bench.claim(), p, LONG_SECONDS), armData)
    await bench.done(autoUpdateCall(bench.claim(), before !== true), shape)
    const end = await bench.done(disarm(bench.claim()), disarmData)
    await bench.done(autoUpdateCall(bench.claim(), before === true), shape)
    expect(
      end.autoUpdate === (before !== true),
      `set to ${before !== true} while armed; disarm put it to ${end.autoUpdate}`,
    )
    return `set, and set while armed; it is ${before === true} again`
  },
}

const signature: Check = {
  id: 'signature',
  title: 'refuses a signature that is none',
  section: 'Verbs',
  says: '`signatureInvalid`',
  mend: 'ssh-keygen -Y verify over the manifest exactly as it came; anything but success is signatureInvalid',
  needs: ['download'],
  run: async (bench) => {
    if (bench.described.capabilities.signature !== true) skip('it does not say that it can: signature')
    const p = bench.offer()
    await bench.done(downloadStart(bench.claim(), p.served.url, p), downloadData)
    const d = await ended(bench, p.sha256)
    if (d.state !== 'done') fail(`a package did not arrive: ${d.state} ${d.reason ?? ''}`)
    const manifest = JSON.stringify({ version: p.version, size: p.size, sha256: p.sha256 })
    const forged = '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n'
    const call = verifySigned(p, JSON.stringify({ manifest, signature: forged }))
    const answer = await bench.ask(call)
    expect(answer.class === 'refused' && answer.reason === 'signatureInvalid', came(call, answer))
    return 'refused signatureInvalid'
  },
}

export const packages = [
  verifyCheck,
  verifyDamaged,
  armMissing,
  disarmCheck,
  armExpiry,
  autoUpdate,
  signature,
]

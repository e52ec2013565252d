/** Restarting and going back: only where the engineer said that this device is there to be tried. */
import { arm, disarm, downloadStart, restart, rollback, verify } from '../../device/commands.ts'
import {
  armData,
  disarmData,
  downloadData,
  type Operation,
  operationData,
  type Status,
  verifyData,
} from '../../device/contract.ts'
import { formatVersion } from '../../rollout/versions.ts'
import { type Bench, came, type RealPackage } from '../bench.ts'
import { type Check, expect, fail, skip } from '../check.ts'
import { blockCall } from '../words.ts'
import { ended } from './download.ts'

const ARMED_SECONDS = 900

const real = (bench: Bench): RealPackage =>
  bench.real ?? skip('needs a package that can be installed: --package FILE --version 00096000')

async function stageReal(bench: Bench, p: RealPackage): Promise<void> {
  const isOwn = [...bench.found.staged, ...bench.own].every(({ sha256 }) => sha256 !== p.sha256)
  if (isOwn) bench.own.push(p)
  await bench.done(downloadStart(bench.claim(), p.url, p), downloadData)
  const d = await ended(bench, p.sha256)
  if (d.state !== 'done') fail(`the package did not arrive: ${d.state} ${d.reason ?? ''}`)
  await bench.done(verify(p), verifyData)
}

async function overWith(bench: Bench, id: string): Promise<Operation> {
  let last: Operation | undefined
  const over = await bench.until(async () => {
    // It may start anew in the middle of it.
    const seen = await bench.forgiving(() => bench.operation(id))
    last = seen ?? last
    return seen === undefined || seen.state === 'running' ? undefined : seen
  })
  return over ?? fail(`after ${bench.patienceMs / 1000} s operation ${id} is ${last?.state}`)
}

const restartUnarmed: Check = {
  id: 'restart-unarmed',
  title: 'restarts nothing that is not armed, or no longer',
  section: 'Verbs',
  says: '`notArmed` as `armingExpired`',
  mend: 'restart looks at the arming, and at its end, before anything else: refused armingExpired',
  needs: ['arm-expiry'],
  isDestructive: true,
  run: async (bench) => {
    const p = real(bench)
    const before = await bench.status()
    await bench.refused(restart(bench.claim(), p.version), 'armingExpired')
    await stageReal(bench, p)
    await bench.done(arm(bench.claim(), p, 2), armData)
    const over = await bench.until(
      async () => ((await bench.status()).armed === null ? true : undefined),
      20_000,
    )
    expect(over === true, 'armed for 2 s, and still armed after 20 s')
    await bench.refused(restart(bench.claim(), p.version), 'armingExpired')
    const after = await bench.status()
    expect(
      after.version === before.version,
      `refused, and it runs ${after.version}; it ran ${before.version}`,
    )
    return 'refused before arming, and after the arming ran out'
  },
}

const isSelling = ({ activity }: Status): boolean => activity === 'receipt' || activity === 'payment'

/** What must be as it was when a restart was refused. */
const kept = ({ version, armed, bootId, blocked, staged }: Status): string =>
  JSON.stringify({ version, armed: armed?.operation ?? null, bootId, blocked, staged: staged.length })

async function refusedWhileOpen(bench: Bench, p: RealPackage): Promise<string> {
  await bench.done(arm(bench.claim(), p, ARMED_SECONDS), armData)
  const before = await bench.status()
  await bench.refused(restart(bench.claim(), p.version), 'receiptOpen')
  const after = await bench.status()
  expect(kept(after) === kept(before), `refused, and changed: ${kept(before)} became ${kept(after)}`)
  await bench.done(disarm(bench.claim()), disarmData)
  return 'refused receiptOpen; armed and running as before'
}

const receiptOpen: Check = {
  id: 'receipt-open',
  title: 'does not restart while a receipt is open',
  section: 'Verbs',
  says: 'Atomically with the check, restarts and installs. Refused, nothing changed: `receiptOpen`',
  mend: 'look at the receipt under the lock, right before the restart; when you cannot see it, activityUnknown',
  needs: ['disarm'],
  isDestructive: true,
  run: async (bench) => {
    if (typeof bench.receipt === 'string') skip(bench.receipt)
    const p = real(bench)
    await stageReal(bench, p)
    const { receipt } = bench
    await receipt('open')
    try {
      const seen = await bench.until(async () => (isSelling(await bench.status()) ? true : undefined), 30_000)
      if (seen !== true) fail(`a receipt is open, and status.activity is ${(await bench.status()).activity}`)
      return await refusedWhileOpen(bench, p)
    } finally {
      await receipt('close')
    }
  },
}

/** The restart itself: answered, then its connection cut, and followed to its end from another session. */
async function restarted(bench: Bench, p: RealPackage): Promise<{ operation: Operation; wasBusy: boolean }> {
  const claim = bench.claim()
  const { operation } = await bench.done(restart(claim, p.version), operationData)
  expect(operation.state === 'running' || operation.state === 'done', `restart → ${operation.state}`)
  const meanwhile = await bench.askOnce(blockCall(bench.claim(), false))
  await bench.channel.renew()
  const end = await overWith(bench, claim.operation)
  const again = await bench.done(restart(claim, p.version), operationData)
  expect(again.operation.state === end.state, `repeated: ${again.operation.state}; it ended ${end.state}`)
  return { operation: end, wasBusy: meanwhile.reason === 'deviceBusy' }
}

const restartCheck: Check = {
  id: 'restart',
  title: 'installs, without the connection that asked for it',
  section: 'What holds for every mutating verb',
  says: 'once answered `done` with `state: "running"`, the work goes on without the head office',
  mend: 'journal, answer, then work detached: unpack beside, switch in one step, look at your own health',
  needs: ['disarm', 'download'],
  isDestructive: true,
  run: async (bench) => {
    const p = real(bench)
    const before = await bench.status()
    const wanted = formatVersion(p.version)
    if (before.version === wanted) skip(`it runs ${wanted} already`)
    await stageReal(bench, p)
    await bench.done(arm(bench.claim(), p, ARMED_SECONDS), armData)
    const { operation, wasBusy } = await restarted(bench, p)
    expect(
      operation.state === 'done',
      `restart ended ${operation.state} ${operation.reason ?? ''}: ${operation.detail ?? ''}`,
    )
    const after = await bench.status()
    expect(after.version === wanted, `done, and the running version is ${after.version}`)
    expect(after.armed === null, 'installed, and still armed')
    expect(
      after.autoUpdate === before.autoUpdate,
      `the switch is ${after.autoUpdate}; it was ${before.autoUpdate}`,
    )
    return `${before.version} → ${after.version}${wasBusy ? ', deviceBusy meanwhile' : ''}`
  },
}

const rollbackCheck: Check = {
  id: 'rollback',
  title: 'goes back, or says that it cannot',
  section: 'Verbs',
  says: '`rollbackUnsupported`',
  mend: 'a device that cannot go back says rollback: false and refuses; one that can is on the version before',
  needs: ['restart'],
  isDestructive: true,
  run: async (bench) => {
    const p = real(bench)
    if (bench.described.capabilities.rollback !== true) {
      await bench.refused(rollback(bench.claim(), p.version), 'rollbackUnsupported')
      return 'refused rollbackUnsupported, as it says'
    }
    const claim = bench.claim()
    const call = rollback(claim, p.version)
    const answer = await bench.ask(call)
    if (answer.class !== 'done') fail(came(call, answer))
    const end = await overWith(bench, claim.operation)
    expect(end.state === 'done', `rollback ended ${end.state} ${end.reason ?? ''}`)
    const { version } = await bench.status()
    expect(
      version === bench.found.version,
      `it runs ${version}; it ran ${bench.found.version} before the update`,
    )
    await bench.done(rollback(bench.claim(), p.version), operationData)
    return `${formatVersion(p.version)} → ${version}`
  },
}

export const installing = [restartUnarmed, receiptOpen, restartCheck, rollbackCheck]

/** Identity, generations, operations that are done once, one at a time: what holds for every mutating verb. */
import { downloadStop } from '../../device/commands.ts'
import { doneData, downloadData } from '../../device/contract.ts'
import { type Bench, came } from '../bench.ts'
import { type Check, expect, fail, skip } from '../check.ts'
import { blockCall } from '../words.ts'

const SECTION = 'What holds for every mutating verb'

/** Raises the device's generation to that of the run, by the verb that changes nothing else. */
const raise = async (bench: Bench): Promise<void> => {
  await bench.done(downloadStop(bench.claim()), downloadData)
}
const stale = (bench: Bench) => bench.claim({ generation: bench.generation - 1 })

const wrongDevice: Check = {
  id: 'wrong-device',
  title: 'refuses what is meant for another device, before anything else',
  section: SECTION,
  says: '`--cash-id ID`: the device it is meant for. Another one: refused `wrongDevice`, before anything else is looked at.',
  mend: 'compare --cash-id with the local cash id first: before generation, operation record, lock',
  run: async (bench) => {
    const other = `${bench.claim().cashId}-other`
    await bench.refused(blockCall(bench.claim({ cashId: other }), true), 'wrongDevice')
    const high = bench.claim({ cashId: other, generation: bench.generation + 1000 })
    await bench.refused(downloadStop(high), 'wrongDevice')
    const { generation } = await bench.status()
    expect(
      generation <= bench.generation,
      `the generation of a command for another device was kept: ${generation}`,
    )
    await bench.refused(downloadStop({ ...stale(bench), cashId: other }), 'wrongDevice')
    return `refused commands for ${other}, and did not keep their generation`
  },
}

const generation: Check = {
  id: 'generation',
  title: 'refuses a stale generation, and keeps the highest',
  section: SECTION,
  says: 'A lower one: refused `superseded`.',
  mend: 'keep the highest generation in a file; lower than it → refused superseded; equal or higher → go on, and keep it',
  needs: ['status'],
  run: async (bench) => {
    await raise(bench)
    const kept = (await bench.status()).generation
    expect(kept === bench.generation, `given ${bench.generation}; status says ${kept}`)
    await bench.refused(downloadStop(stale(bench)), 'superseded')
    await raise(bench)
    return `${kept} kept; ${bench.generation - 1} refused, ${kept} once more taken`
  },
}

const generationKept: Check = {
  id: 'generation-kept',
  title: 'remembers the generation in another session',
  section: SECTION,
  says: 'The device keeps the highest generation it was given, under a lock and on disk before it acts, for ever.',
  mend: 'on disk (written beside, synced, renamed), not in memory, in the environment or in /tmp',
  needs: ['generation'],
  run: async (bench) => {
    await bench.channel.renew()
    const kept = (await bench.status()).generation
    await bench.refused(downloadStop(stale(bench)), 'superseded')
    expect(kept === bench.generation, `status of a new session says ${kept}`)
    return `${kept} in a new session`
  },
}

const refusedUnchanged: Check = {
  id: 'refused-unchanged',
  title: 'a refused command has changed nothing',
  section: 'Calling',
  says: 'will not do it; `reason` says why; nothing was changed',
  mend: 'decide first and act afterwards, under one lock: no step of a verb before its last check',
  needs: ['generation', 'wrong-device'],
  run: async (bench) => {
    await raise(bench)
    const before = await bench.status()
    if (before.blocked === null) skip('the device does not say whether it is blocked, so nothing can be seen')
    const calls = [
      blockCall(stale(bench), !before.blocked),
      blockCall(bench.claim({ cashId: `${bench.claim().cashId}-other` }), !before.blocked),
    ]
    for (const call of calls) {
      const answer = await bench.ask(call)
      expect(answer.class === 'refused', came(call, answer))
      const { blocked } = await bench.status()
      expect(
        blocked === before.blocked,
        `${came(call, answer)}; blocked is ${blocked} now, and was ${before.blocked}`,
      )
    }
    return 'blocking, refused twice, did not block'
  },
}

const operationKept: Check = {
  id: 'operation',
  title: 'keeps a record of what it did',
  section: SECTION,
  says: 'A repeated operation id is answered from its record',
  mend: 'write id, verb, generation and answer to a file before the answer is given',
  run: async (bench) => {
    const claim = bench.claim()
    await bench.done(downloadStop(claim), downloadData)
    const said = await bench.operation(claim.operation)
    const isRight =
      said.state === 'done' && said.verb === 'download stop' && said.generation === claim.generation
    expect(isRight, `operation ${claim.operation} → ${JSON.stringify(said)}`)
    return `${said.verb}, ${said.state}`
  },
}

const repeated: Check = {
  id: 'repeated',
  title: 'answers a repeated operation from its record, and does not do it again',
  section: SECTION,
  says: 'whatever its generation was, and not done again',
  mend: 'look for the record of the operation id before the generation, and answer what was answered then',
  needs: ['operation'],
  run: async (bench) => {
    const { blocked } = await bench.status()
    if (blocked !== false) skip(`blocked is ${blocked}: an unblocked device is needed to see it`)
    const [first, second] = [bench.claim(), bench.claim()]
    await bench.done(blockCall(first, true), doneData)
    if ((await bench.status()).blocked !== true)
      fail('block --on true was done, and status says blocked: false')
    await bench.done(blockCall(second, false), doneData)
    for (const [what, claim] of [
      ['repeated', first],
      ['repeated with a stale generation', { ...first, generation: bench.generation - 1 }],
    ] as const) {
      const call = blockCall(claim, true)
      const answer = await bench.ask(call)
      expect(answer.class === 'done', `${what}: ${came(call, answer)}`)
      expect((await bench.status()).blocked === false, `${what}: block --on true was done a second time`)
    }
    return 'blocked once, unblocked, and stayed so when the first was sent again'
  },
}

const ROUNDS = 4
const AT_ONCE = 6

const oneAtATime: Check = {
  id: 'one-at-a-time',
  title: 'does one mutating verb at a time',
  section: SECTION,
  says: 'One mutating verb at a time: meanwhile another is `later` `deviceBusy`.',
  mend: 'take a lock that a killed process cannot leave behind (mkdir with the pid inside, or flock); do not wait for it',
  needs: ['operation'],
  run: async (bench) => {
    let busy = 0
    for (let round = 0; round < ROUNDS && busy === 0; round++) {
      const claims = Array.from({ length: AT_ONCE }, () => bench.claim())
      const answers = await Promise.all(
        claims.map(async (claim) => ({ claim, answer: await bench.askOnce(downloadStop(claim)) })),
      )
      for (const { claim, answer } of answers) {
        const isBusy = answer.class === 'later' && answer.reason === 'deviceBusy'
        if (isBusy) busy++
        else expect(answer.class === 'done', came(downloadStop(claim), answer))
        const { state } = await bench.operation(claim.operation)
        expect(
          state === (isBusy ? 'unknown' : 'done'),
          `answered ${answer.class}, and its record says ${state}`,
        )
      }
    }
    if (busy === 0) skip(`of ${ROUNDS} times ${AT_ONCE} calls no two met at the device, so nothing was seen`)
    return `${busy} of ${AT_ONCE} at once were put off`
  },
}

const cutCall: Check = {
  id: 'cut-call',
  title: 'a call whose connection is cut is done or not, and can be repeated',
  section: SECTION,
  says: 'It survives its SSH connection',
  mend: 'ignore SIGHUP and SIGPIPE, or be ready to be killed at any line: the record is written last',
  needs: ['operation'],
  run: async (bench) => {
    const claim = bench.claim()
    const call = downloadStop(claim)
    await bench.channel.cut(call.args, { deadlineMs: bench.deadlineMs })
    const { state } = await bench.operation(claim.operation)
    expect(state === 'done' || state === 'unknown', `operation → ${state}`)
    await bench.done(call, downloadData)
    const after = await bench.operation(claim.operation)
    expect(after.state === 'done', `repeated, and then operation → ${after.state}`)
    return `${state === 'done' ? 'it was done' : 'it was not done'}; repeated, it is`
  },
}

export const claims = [
  wrongDevice,
  generation,
  generationKept,
  refusedUnchanged,
  operationKept,
  repeated,
  oneAtATime,
  cutCall,
]

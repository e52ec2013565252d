/** The rules around every verb of docs/nightctl.md: identity, generation, operations done once, one at a time. */
import type { DeviceReason } from '../device/contract.ts'
import type { OperationRecord } from './agent-state.ts'
import { type Call, readCall } from './call.ts'
import { continueInstall } from './install.ts'
import type { Machine } from './machine.ts'
import { done, later, type Reply, refused, usage } from './reply.ts'
import { downloadOf, operationOf } from './status.ts'
import { verbTable } from './verbs.ts'

const isMeant = (wanted: string | undefined, verb: string): boolean => wanted === undefined || wanted === verb

/** What a repeated operation id is told: how it stands now where that can change, else what it was told. */
async function answerAgain(machine: Machine, record: OperationRecord): Promise<Reply> {
  switch (record.verb) {
    case 'restart':
    case 'rollback':
      return done({ operation: operationOf(record, record.id) })
    case 'download start':
    case 'download stop':
      return done({ download: await downloadOf(machine) })
    default:
      return done(record.data)
  }
}

function newRecord(machine: Machine, call: Call, reply: Reply): OperationRecord {
  const id = call.text('operation')
  const isRunning = machine.state.install?.operation === id
  return {
    id,
    verb: call.verb,
    generation: call.number('generation'),
    state: reply.failed ? 'failed' : isRunning ? 'running' : 'done',
    reason: reply.failed ?? null,
    detail: null,
    data: reply.data ?? {},
  }
}

/** Acts under the lock, with the generation on disk before. A refusal is no operation: nothing was changed. */
async function act(machine: Machine, call: Call, input: string): Promise<Reply> {
  const { state, faults } = machine
  state.generation = call.number('generation')
  machine.expireArming()
  await machine.save()
  const told = faults.take('refuseVerb', ({ verb }) => isMeant(verb, call.verb))
  const reply = told ? refused(told.reason) : await verbTable[call.verb](machine, call, input)
  if (reply.class !== 'done') return reply
  const record = newRecord(machine, call, reply)
  state.operations.push(record)
  await machine.save()
  if (record.state === 'running') continueInstall(machine)
  return call.verb === 'restart' || call.verb === 'rollback' ? answerAgain(machine, record) : reply
}

async function mutate(machine: Machine, call: Call, input: string): Promise<Reply> {
  const { state, faults } = machine
  if (call.text('cash-id') !== machine.cashId) {
    faults.take('wrongCashId')
    return refusedAs(machine, call, 'wrongDevice')
  }
  const known = machine.record(call.text('operation'))
  if (known && known.verb !== call.verb) return usage('this operation id belongs to another verb')
  if (known) return answerAgain(machine, known)
  if (call.number('generation') < state.generation) return refusedAs(machine, call, 'superseded')
  if (machine.isBusy || state.install !== null) return later('deviceBusy')
  machine.isBusy = true
  try {
    return await act(machine, call, input)
  } finally {
    machine.isBusy = false
  }
}

async function refusedAs(machine: Machine, call: Call, reason: DeviceReason): Promise<Reply> {
  const operation = `operation=${call.text('operation')} generation=${call.text('generation')}`
  machine.log(`refused ${reason} ${call.verb} ${operation} highest=${machine.state.generation}`)
  await machine.save()
  return refused(reason)
}

/**
 * Runs one call of nightctl. Throws PowerLost when the device died before it could answer.
 * @param words what follows `nightctl` on the command line
 * @param input standard input
 */
export async function runAgent(machine: Machine, words: readonly string[], input: string): Promise<Reply> {
  const call = readCall(words)
  if (typeof call === 'string') return usage(call)
  machine.expireArming()
  if (!call.isMutating) return verbTable[call.verb](machine, call, input)
  const reply = await mutate(machine, call, input)
  if (call.verb === 'arm' && reply.class === 'done') {
    const death = machine.faults.take('dieAfterArm')
    if (death) machine.die(death.backAfterMs)
  }
  return reply
}

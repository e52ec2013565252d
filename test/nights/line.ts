/** The way to a device: the store's line, the device's power, answers that are lost, commands that come late. */
import type { Call } from '../../src/device/commands.ts'
import { DeviceFailure } from '../../src/device/failure.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import { obey } from './device.ts'
import type { Device, World } from './shapes.ts'
import { SECOND } from './wall.ts'

/** Why nobody answers now; undefined: it is there. */
export function unreachable({ agenda }: World, device: Device): ReasonCode | undefined {
  const now = agenda.now()
  if (now < device.store.offlineUntil) return 'storeOffline'
  if (!device.hasPower || now < device.awayUntil) return 'tillOffline'
  return undefined
}

/** Milliseconds until the answer; what hashes a package takes longer. */
export function answersIn({ random }: World, { args }: Call): number {
  if (args[0] === 'verify') return random.between(3, 90) * SECOND
  if (args[0] === 'arm') return random.between(2, 45) * SECOND
  return random.between(100, 900)
}

/** How long a connection is waited for. */
export const givesUpIn = ({ random }: World): number => random.between(2, 10) * SECOND

const lost = (reason: ReasonCode): DeviceFailure => new DeviceFailure(reason, { mayHaveActed: true })

/** The call arrives, or does not; its answer, or what the caller is told instead. @throws DeviceFailure */
export function arrive(world: World, device: Device, call: Call): unknown {
  const { random, agenda, accidents } = world
  const away = unreachable(world, device)
  if (away !== undefined) throw lost(away === 'storeOffline' ? 'connectionLost' : away)
  if (call.mutates === true) {
    const fate = random.next() / accidents
    if (fate < 0.0005) throw lost('connectionLost')
    if (fate < 0.001) {
      agenda.at(agenda.now() + random.between(1, 120) * SECOND, () => arriveLate(world, device, call))
      throw lost('connectionLost')
    }
  }
  const reply = obey(world, device, call)
  if (random.chance(0.0007 * accidents)) throw lost('connectionLost')
  if ('refused' in reply) throw new DeviceFailure(reply.refused, { mayHaveActed: false })
  return reply.data
}

/** Nobody waits for it any more. */
export function arriveLate(world: World, device: Device, call: Call): void {
  if (unreachable(world, device) !== undefined) return
  const reply = obey(world, device, call)
  world.tell(
    device.store,
    device,
    `${call.args[0]} arrives late`,
    'refused' in reply ? reply.refused : 'done',
  )
}

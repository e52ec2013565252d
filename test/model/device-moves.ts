/** What devices, their lines and the queue do without being asked. */
import { cyclePower, goOn } from './device.ts'
import { type Move, type MoveKind, nameOf } from './move.ts'
import { type Device, deviceAt, type Job, rowAt, type World, withDevice, withRow } from './world.ts'

/** The device's own clock ends its arming; the row's, its own. */
function armingMoves(world: World, at: number): Move[] {
  const device = deviceAt(world, at)
  if (!device.isArmed || (device.phase !== 'none' && device.phaseOf === 0)) return []
  const expired = withDevice(world, at, { isArmed: false })
  const label = `the arming of ${nameOf(at)} expires`
  const moves: Move[] = [{ label, kind: 'fault', world: expired }]
  if (rowAt(world, at).armedUntil === 'ahead')
    moves.push({
      label: `${label}, also for the row`,
      kind: 'fault',
      world: withRow(expired, at, { armedUntil: 'past' }),
    })
  return moves
}

function movesOfDevice(world: World, at: number): Move[] {
  const device = deviceAt(world, at)
  const moves: Move[] = []
  const add = (kind: MoveKind, label: string, change: Partial<typeof device> | undefined) =>
    change && moves.push({ label: `${nameOf(at)} ${label}`, kind, world: withDevice(world, at, change) })
  for (const next of goOn(device)) add('device', tellPhase(device.phase, next), next)
  add('fault', 'is switched off and on', cyclePower(device))
  if (device.isReachable) add('fault', 'is out of reach', { isReachable: false })
  else add('recovery', 'is in reach again', { isReachable: true })
  if (device.isSelling) add('recovery', 'closes its receipt', { isSelling: false })
  else if ((device.phase === 'none' || device.phase === 'stopping') && device.health === 'ok')
    add('fault', 'opens a receipt', { isSelling: true })
  if (device.staged === 'good' && !device.isArmed && device.phase === 'none')
    add('fault', 'damages what it fetched', { staged: 'damaged' })
  if (device.staged === 'running') add('fault', 'fails to fetch', { staged: 'none' })
  return [...moves, ...armingMoves(world, at)]
}

function tellPhase(before: string, device: Device): string {
  if (before === 'none') return 'has fetched the package'
  const health = { ok: 'healthy', bad: 'unhealthy', starting: 'starting' }[device.health]
  return `goes on: the ${device.version} version, ${health}${device.phase === 'none' ? '' : ` (${device.phase})`}`
}

function queueMoves(world: World): Move[] {
  const moves: Move[] = []
  if (world.jobs.some((job) => job.state !== 'active'))
    moves.push({
      label: 'the queue is emptied',
      kind: 'fault',
      world: { ...world, jobs: world.jobs.filter((job) => job.state === 'active') },
    })
  for (const [at, job] of world.jobs.entries()) {
    if (job.state !== 'active') continue
    const again: Job = { ...job, state: 'waiting' }
    moves.push({
      label: `the job of ${nameOf(job.target)} is delivered again while it runs`,
      kind: 'fault',
      world: { ...world, jobs: world.jobs.map((one, i) => (i === at ? again : one)) },
    })
  }
  return moves
}

function lineMoves(world: World): Move[] {
  if (!world.isStoreReachable)
    return [
      { label: 'the store is in reach again', kind: 'recovery', world: { ...world, isStoreReachable: true } },
    ]
  if (world.storePackage.state === 'present') return []
  return [{ label: 'the store is out of reach', kind: 'fault', world: { ...world, isStoreReachable: false } }]
}

export const deviceMoves = (world: World): Move[] => [
  ...world.devices.flatMap((_, at) => movesOfDevice(world, at)),
  ...queueMoves(world),
  ...lineMoves(world),
]

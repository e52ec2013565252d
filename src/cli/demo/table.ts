/** The night as a table of text. Pure: facts and a time in, lines out. */

import { isReason } from '../../rollout/reasons.ts'
import type { DeviceUpdateState } from '../../rollout/states.ts'
import { isTerminalUpdate } from '../../rollout/states.ts'
import type { Catalogue } from '../../words/catalogue.ts'
import type { RolloutFacts, UpdateLine } from './client.ts'

export interface Scene {
  readonly title: string
  readonly rollout: RolloutFacts
  readonly updates: readonly UpdateLine[]
  readonly packageBytes: number
  readonly elapsedMs: number
  readonly colour: boolean
}

const BAR = 20
/** How far along each state is; downloading counts its bytes between waiting and downloaded. */
const share: Readonly<Record<DeviceUpdateState, number>> = {
  waiting: 0,
  downloading: 0,
  downloaded: 0.5,
  verifying: 0.55,
  ready: 0.6,
  activating: 0.7,
  armed: 0.75,
  restarting: 0.85,
  disarming: 0.7,
  inDoubt: 0.85,
  unhealthy: 0.9,
  rollingBack: 0.9,
  succeeded: 1,
  rolledBack: 1,
  failed: 1,
  broken: 1,
  skipped: 1,
  cancelled: 1,
}

const paint = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const
type Paint = keyof typeof paint

const painter = (colour: boolean) => (text: string, how: Paint) =>
  colour ? `\u001b[${paint[how]}m${text}\u001b[0m` : text

const bar = (part: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, part)) * BAR)
  return '█'.repeat(full) + '░'.repeat(BAR - full)
}

const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

function paintOf(state: string): Paint {
  if (state === 'succeeded') return 'green'
  if (state === 'rolledBack' || state === 'failed' || state === 'broken') return 'red'
  return state === 'skipped' || state === 'cancelled' ? 'dim' : 'yellow'
}

function tillLine(words: Catalogue, scene: Scene, update: UpdateLine): string {
  const draw = painter(scene.colour)
  const state = update.state as DeviceUpdateState
  const part = state === 'downloading' ? (update.doneBytes / scene.packageBytes) * 0.5 : share[state]
  const why =
    update.reason !== null && isReason(update.reason) ? `: ${words.reasons[update.reason].label}` : ''
  const label = draw(`${words.updateStates[state].label}${why}`, paintOf(state))
  return `  ${update.device.cashId}  ${draw(bar(part), paintOf(state))}  ${label}  ${draw(update.device.name, 'dim')}`
}

function storeLine(words: Catalogue, scene: Scene, code: string): string {
  const held = scene.rollout.storePackages.find((one) => one.store === code)
  const label = held === undefined ? '' : words.storePackageStates[held.state as 'absent'].label
  const wan = mib(held?.wanBytes ?? 0)
  const part = held === undefined ? 0 : held.state === 'present' ? 1 : held.doneBytes / scene.packageBytes
  return `${painter(scene.colour)(code.padEnd(4), 'bold')}        ${bar(part)}  ${label}, ${wan} MiB over the WAN`
}

const clock = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

/** Rate and time left, from what was done so far; no figure before there is one. */
export function pace(scene: Scene): string {
  const ended = scene.updates.filter((one) => isTerminalUpdate(one.state)).length
  const updated = scene.updates.filter((one) => one.state === 'succeeded').length
  const left = scene.updates.length - ended
  const perMinute = updated / (scene.elapsedMs / 60_000)
  const rate = updated === 0 ? 'no rate yet' : `${perMinute.toFixed(0)} a minute`
  const time =
    left === 0
      ? 'nothing left'
      : updated === 0
        ? 'time left unknown'
        : `about ${clock((left / perMinute) * 60_000)} left`
  return `${updated} of ${scene.updates.length} updated · ${rate} · ${time}`
}

export function drawScene(words: Catalogue, scene: Scene): string[] {
  const stores = [...new Set(scene.updates.map((one) => one.store.code))]
  const draw = painter(scene.colour)
  return [
    `${draw(scene.title, 'bold')}   ${words.rolloutStates[scene.rollout.state as 'running'].label}   ${clock(scene.elapsedMs)}`,
    ...stores.flatMap((code) => [
      storeLine(words, scene, code),
      ...scene.updates.filter((one) => one.store.code === code).map((one) => tillLine(words, scene, one)),
    ]),
    pace(scene),
  ]
}

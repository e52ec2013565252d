/** Sets of states as SQL says them, derived from the tables of rollout/states.ts. */
import {
  deviceUpdateStates,
  isActiveUpdate,
  isTerminalUpdate,
  laneClosedStates,
  type Machine,
} from '../rollout/states.ts'

const list = (states: readonly string[]): string => `(${states.map((state) => `'${state}'`).join(', ')})`
const states = Object.keys(deviceUpdateStates)

/** `state ${LIVE}`: the update has not ended. */
export const LIVE = `NOT IN ${list(states.filter(isTerminalUpdate))}`
/** `state ${AT_REST}`: something may be due for it. */
export const AT_REST = `IN ${list(states.filter((state) => !isTerminalUpdate(state) && !isActiveUpdate(state)))}`
/** `state ${INSTALLING}`: between arming and its end, so that it takes one of the store's places. */
export const INSTALLING = `IN ${list([...laneClosedStates].filter((state) => !isTerminalUpdate(state)))}`
/** `state ${LANE_CLOSED}`: the till may be restarting, or may not sell. */
export const LANE_CLOSED = `IN ${list([...laneClosedStates])}`

/** The cells of a machine's table for one event: from these states, to those. */
export function cells(machine: Machine, event: string): { before: string[]; after: string[] } {
  const pairs = Object.entries(machine).flatMap(([state, row]) =>
    Object.hasOwn(row, event) ? [[state, row[event] as string]] : [],
  )
  return { before: pairs.map((pair) => pair[0] as string), after: pairs.map((pair) => pair[1] as string) }
}

/** States that nothing leads out of. */
export const endStates = (machine: Machine): string[] =>
  Object.entries(machine).flatMap(([state, row]) => (Object.keys(row).length === 0 ? [state] : []))

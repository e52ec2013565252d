/** Sets of states as SQL says them, derived from the tables of rollout/states.ts. */
import { deviceUpdateStates, isActiveUpdate, isTerminalUpdate, laneClosedStates } from '../rollout/states.ts'

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

/** Breadth first through every state: the shortest way to the first broken promise, and whether every state comes to an end. */
import { canonical, textOf } from './canonical.ts'
import type { Core } from './core.ts'
import { broken, brokenBy, isOver } from './invariants.ts'
import { type Move, type MoveKind, nameOf } from './move.ts'
import { movesOf } from './moves.ts'
import type { Scenario } from './scenarios.ts'
import type { World } from './world.ts'

export interface Violation {
  readonly what: string
  /** Labels of the moves from a start to the violation. */
  readonly trace: readonly string[]
}
export interface Explored {
  readonly states: number
  readonly moves: number
  readonly isComplete: boolean
  readonly violation: Violation | undefined
}

/** What happens once faults have ceased, the sooner first: nobody waits for a back-off while a device still restarts. */
const order = ['recovery', 'device', 'progress', 'time', 'lastResort'] as const satisfies readonly MoveKind[]

function fairMoves(moves: readonly Move[]): readonly Move[] {
  const kind = order.find((one) => moves.some((move) => move.kind === one))
  return moves.filter((move) => move.kind === kind)
}

interface Graph {
  readonly ids: Map<string, number>
  readonly worlds: World[]
  readonly parents: number[]
  readonly labels: string[]
  /** Fair successors of each state. */
  readonly fair: number[][]
}

function traceTo(graph: Graph, id: number): string[] {
  const trace: string[] = []
  for (let at = id; (graph.parents[at] ?? -1) >= 0; at = graph.parents[at] ?? -1)
    trace.unshift(graph.labels[at] ?? '')
  return trace
}

/** Depth first, iterative: a circle of fair moves is a loop without an end; a state without any is stuck unless over. */
function endless(graph: Graph): Violation | undefined {
  const OPEN = 1
  const DONE = 2
  const colour = new Uint8Array(graph.worlds.length)
  for (let root = 0; root < colour.length; root += 1) {
    if (colour[root] !== 0) continue
    const path: { id: number; next: number }[] = [{ id: root, next: 0 }]
    colour[root] = OPEN
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const successors = graph.fair[top.id] ?? []
      const to = successors[top.next]
      top.next += 1
      if (to === undefined) {
        colour[top.id] = DONE
        path.pop()
        if (successors.length === 0 && !isOver(graph.worlds[top.id] as World))
          return { what: `stuck: ${summary(graph.worlds[top.id])}`, trace: traceTo(graph, top.id) }
      } else if (colour[to] === OPEN) {
        const round = path
          .slice(path.findIndex(({ id }) => id === to))
          .map(({ id }) => `  … ${summary(graph.worlds[id])}`)
        return { what: 'a loop without an end', trace: [...traceTo(graph, to), ...round] }
      } else if (colour[to] === 0) {
        colour[to] = OPEN
        path.push({ id: to, next: 0 })
      }
    }
  }
  return undefined
}

function summary(world: World | undefined): string {
  if (world === undefined) return ''
  const rows = world.rows.map((row, at) => {
    const device = world.devices[at]
    return `${nameOf(at)} ${row.state} (${device?.version} ${device?.health} ${device?.phase}${device?.isArmed ? ' armed' : ''})`
  })
  return `${world.hour}, rollout ${world.rollout}: ${rows.join('; ')}`
}

/** @param limit states at most; beyond it the answer says that it is not complete */
export function explore(core: Core, { starts, setting }: Scenario, limit: number): Explored {
  const graph: Graph = { ids: new Map(), worlds: [], parents: [], labels: [], fair: [] }
  let moves = 0
  const enter = (world: World, parent: number, label: string): number => {
    const plain = canonical(core, setting, world)
    const key = textOf(plain)
    const known = graph.ids.get(key)
    if (known !== undefined) return known
    const id = graph.worlds.length
    graph.ids.set(key, id)
    graph.worlds.push(plain)
    graph.parents.push(parent)
    graph.labels.push(label)
    return id
  }
  const told = (isComplete: boolean, violation: Violation | undefined): Explored => ({
    states: graph.worlds.length,
    moves,
    isComplete,
    violation,
  })
  for (const start of starts) enter(start, -1, '')
  for (let id = 0; id < graph.worlds.length; id += 1) {
    if (graph.worlds.length > limit) return told(false, undefined)
    const world = graph.worlds[id] as World
    const all = movesOf(core, setting, world)
    const ids = new Map<Move, number>()
    for (const move of all) {
      moves += 1
      const isAsked = move.isAsked === true
      const what = move.wrong ?? broken(setting, move.world) ?? brokenBy(setting, world, move.world, isAsked)
      if (what !== undefined) return told(false, { what, trace: [...traceTo(graph, id), move.label] })
      ids.set(move, enter(move.world, id, move.label))
    }
    graph.fair[id] = fairMoves(all).map((move) => ids.get(move) as number)
  }
  return told(true, endless(graph))
}

/** The violation, and the way to it, a move a line. */
export const storyOf = ({ what, trace }: Violation): string =>
  [...trace.map((move, at) => `${String(at + 1).padStart(4)}. ${move}`), `   => ${what}`].join('\n')

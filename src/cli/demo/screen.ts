/** Where the night is shown: redrawn in place on a terminal, line by line elsewhere. */

import { isReason } from '../../rollout/reasons.ts'
import type { DeviceUpdateState } from '../../rollout/states.ts'
import type { Catalogue } from '../../words/catalogue.ts'
import { drawScene, pace, type Scene } from './table.ts'

export interface Screen {
  show(scene: Omit<Scene, 'colour'>): void
  say(line: string): void
  /** What is shown now stays. */
  keep(): void
}

const ESCAPE = '\u001b['

/** Cuts a line to the terminal's width; colours take no room. */
const cutTo = (columns: number, line: string): string => {
  const [first = '', ...coloured] = line.split(ESCAPE)
  let room = columns
  const take = (text: string): string => {
    const kept = [...text].slice(0, Math.max(0, room)).join('')
    room -= [...text].length
    return kept
  }
  const rest = coloured.map((part) => {
    const end = part.indexOf('m') + 1
    return ESCAPE + part.slice(0, end) + take(part.slice(end))
  })
  return take(first) + rest.join('')
}

function terminalScreen(stream: NodeJS.WriteStream, words: Catalogue): Screen {
  let drawn = 0
  const clear = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`)
    drawn = 0
  }
  return {
    show: (scene) => {
      clear()
      const lines = drawScene(words, { ...scene, colour: true }).slice(0, (stream.rows ?? 40) - 1)
      stream.write(lines.map((line) => `${cutTo(stream.columns ?? 120, line)}\n`).join(''))
      drawn = lines.length
    },
    say: (line) => {
      clear()
      stream.write(`${line}\n`)
    },
    keep: () => {
      drawn = 0
    },
  }
}

/** Each change once, as a log would have it. */
function lineScreen(stream: NodeJS.WritableStream, words: Catalogue): Screen {
  const known = new Map<string, string>()
  return {
    show: (scene) => {
      const changed = scene.updates.filter((one) => known.get(one.id) !== one.state)
      for (const one of changed) {
        known.set(one.id, one.state)
        const why = one.reason !== null && isReason(one.reason) ? `: ${words.reasons[one.reason].label}` : ''
        stream.write(
          `${one.store.code} ${one.device.cashId} ${words.updateStates[one.state as DeviceUpdateState].label}${why}\n`,
        )
      }
      if (changed.length > 0) stream.write(`  ${pace({ ...scene, colour: false })}\n`)
    },
    say: (line) => stream.write(`${line}\n`),
    keep: () => {},
  }
}

export const openScreen = (stream: NodeJS.WriteStream, words: Catalogue): Screen =>
  stream.isTTY ? terminalScreen(stream, words) : lineScreen(stream, words)

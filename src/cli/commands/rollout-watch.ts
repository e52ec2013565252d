import { setTimeout as wait } from 'node:timers/promises'
import { CommandFailed } from '../errors.ts'
import { remote } from '../remote/context.ts'
import {
  findRolloutId,
  isOver,
  needsPerson,
  progressLine,
  rolloutLines,
  rolloutShape,
} from '../remote/rollouts.ts'

const LOOK_MS = 1000

/** A line in place on a terminal, a line for every change elsewhere; the whole at its end. */
export const watchRollout = remote<[string]>(async ({ client, out }, [said]) => {
  const id = await findRolloutId(client, said)
  let last = ''
  for (;;) {
    const rollout = await client.get(`/rollouts/${id}`, rolloutShape)
    const line = progressLine(rollout)
    if (out.isTerminal) out.progress(line)
    else if (line !== last) out.say(line)
    last = line
    if (isOver(rollout.state)) {
      out.result(rollout, rolloutLines)
      const open = needsPerson(rollout.counts)
      if (open > 0) throw new CommandFailed(`${open} need a person: nightshift rollout retry ${id}`)
      return
    }
    await wait(LOOK_MS)
  }
})

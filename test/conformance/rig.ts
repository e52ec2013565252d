/** Tries a nightctl as `nightshift conformance` does, with little patience. */
import { openLocal } from '../../src/conformance/local-channel.ts'
import { type Report, type RunOptions, runConformance } from '../../src/conformance/run.ts'
import { openSource } from '../../src/conformance/source.ts'

export const NOBODY = 'nobody is there to open a receipt'

/** @param command the program and its words, none of which holds a space */
export async function tryLocal(command: string, more: Partial<RunOptions> = {}): Promise<Report> {
  return tryOn({ channel: openLocal(command), ...more })
}

export async function tryOn(options: Partial<RunOptions> & Pick<RunOptions, 'channel'>): Promise<Report> {
  const source = await openSource('127.0.0.1', 0)
  try {
    return await runConformance({
      source,
      real: undefined,
      deadlineMs: 50_000,
      patienceMs: 120_000,
      isDestructive: false,
      receipt: NOBODY,
      only: [],
      ...options,
    })
  } finally {
    await options.channel.close()
    await source.close()
  }
}

/** Ids of the checks that failed, with what came. */
export const failures = ({ outcomes }: Report): Record<string, string> =>
  Object.fromEntries(outcomes.filter(({ verdict }) => verdict === 'fail').map(({ id, saw }) => [id, saw]))

export const verdictsOf = ({ outcomes }: Report): Record<string, string> =>
  Object.fromEntries(outcomes.map(({ id, verdict }) => [id, verdict]))

/** Speaks to a nightctl as the head office does: over SSH, with pinned host keys, through the store server where told. */
import { readFile } from 'node:fs/promises'
import { SshFailure } from '../ssh/failure.ts'
import { createSshPool, type SshPool } from '../ssh/pool.ts'
import type { Route } from '../ssh/types.ts'
import { type Channel, type ChannelOptions, KEPT_BYTES, NoAnswer } from './channel.ts'
import { Unreachable } from './check.ts'

/** From the moment when the connection stands to the cut: the device has the command, and is at work on it or through. */
const CUT_AFTER_MS = 60

export interface SshTarget {
  /** Credentials are names of private key files. */
  readonly route: Route
  readonly agent: string
}

const titleOf = ({ route: { store, device } }: SshTarget): string => {
  const end = device ?? store
  const way = device === undefined ? '' : `, through ${store.user}@${store.host}:${store.port}`
  return `${end.user}@${end.host}:${end.port}${way}`
}

function explained(error: unknown): unknown {
  if (!(error instanceof SshFailure)) return error
  if (!error.sent) return new Unreachable(error.message, { cause: error })
  const kind = error.code === 'timedOut' ? 'deadline' : 'lost'
  return new NoAnswer(kind, `no answer: ${error.message}`)
}

export function openSsh(target: SshTarget): Channel {
  const open = (): SshPool => createSshPool({ readKey: (file) => readFile(file) })
  let pool = open()
  const exec = (args: readonly string[], { input, deadlineMs }: ChannelOptions) =>
    pool.exec(target.route, [target.agent, ...args], {
      deadlineMs,
      maxOutputBytes: KEPT_BYTES,
      ...(input === undefined ? {} : { input }),
    })
  const renew = async () => {
    const former = pool
    pool = open()
    await former.close()
  }
  return {
    title: titleOf(target),
    call: (args, options) =>
      exec(args, options).catch((error: unknown) => {
        throw explained(error)
      }),
    cut: async (args, options) => {
      await exec(['describe'], options).catch(() => {})
      const call = exec(args, options).catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, CUT_AFTER_MS))
      await renew()
      await call
    },
    renew,
    close: () => pool.close(),
  }
}

/** What is still there of a test after its end: processes that name its folder, or came in through its sshds. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { until } from '../support/until.ts'

const quietly = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

function isOurs(pid: string, dir: string, ports: readonly number[]): boolean {
  const of = (name: string) => quietly(() => readFileSync(`/proc/${pid}/${name}`, 'utf8'))
  const environment = of('environ').split('\0')
  const cameIn = environment.find((line) => line.startsWith('SSH_CONNECTION='))
  if (ports.some((port) => cameIn?.endsWith(` ${port}`))) return true
  const words = [of('cmdline'), quietly(() => readlinkSync(`/proc/${pid}/cwd`)), ...environment]
  return words.some((word) => word.includes(dir))
}

const isZombie = (pid: string): boolean =>
  / Z /.test(quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).replace(/\(.*\)/s, ''))

const describeProcess = (pid: string): string =>
  `${pid} ${quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')}`

/** Waits until nothing is left. @throws with the command lines of what is */
export async function nothingIsLeft(
  dir: string,
  sshds: { readonly ports: readonly number[]; readonly pids: readonly number[] },
): Promise<void> {
  await until(
    () => {
      const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      const left = all.filter(
        (pid) => !isZombie(pid) && (sshds.pids.includes(Number(pid)) || isOurs(pid, dir, sshds.ports)),
      )
      if (left.length > 0) throw new Error(left.map(describeProcess).join('; '))
      return true
    },
    { within: 60_000, label: `nothing of ${dir} runs`, every: 200 },
  )
}

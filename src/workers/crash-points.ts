/**
 * Named places around every remote effect and every write, where a test ends or stops the process as a power cut
 * or a hung machine would: `STEP.beforeObserve|beforeAct|afterAct|afterConfirm|beforeWrite|afterWrite`,
 * for example `restart.afterAct`, or `restart.beforeAct:SIGSTOP`.
 */
export type CrashPoint = (name: string) => void

/** @param at `NAME` (SIGKILL) or `NAME:SIGSTOP`; once in the life of the process. */
export function createCrashPoint(at: string | undefined): CrashPoint {
  const [point, signal] = (at ?? '').split(':')
  let isSpent = at === undefined
  return (name) => {
    if (isSpent || name !== point) return
    isSpent = true
    process.kill(process.pid, signal === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL')
  }
}

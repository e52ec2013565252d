/**
 * Named places around every remote effect and every write, where a test ends the process as a power cut would:
 * `STEP.beforeObserve|beforeAct|afterAct|afterConfirm|beforeWrite|afterWrite`, for example `restart.afterAct`.
 */
export type CrashPoint = (name: string) => void

export function createCrashPoint(at: string | undefined): CrashPoint {
  return (name) => {
    if (name === at) process.kill(process.pid, 'SIGKILL')
  }
}

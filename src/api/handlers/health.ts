import type { Call, Handled } from '../call.ts'

const WITHIN_MS = 2000

/** True when it answers in time. */
async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), WITHIN_MS)
  })
  const asked = ask().then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** 200 when the database and the queues answer, else 503 with which does not. Needs no token. */
export async function health({ db, queues, isDraining }: Call): Handled {
  const [database, backend] = await Promise.all([
    answers(() => db.pool.query('SELECT 1')),
    answers(() => queues.queue('observe').getJobCounts('wait')),
  ])
  const isUp = database && backend && !isDraining
  return {
    status: isUp ? 200 : 503,
    body: {
      status: isDraining ? 'draining' : isUp ? 'up' : 'down',
      database: { up: database },
      queues: { kind: queues.kind, up: backend },
    },
  }
}

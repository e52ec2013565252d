/**
 * Equal reads that many ask for at once, made once for all of them: every page of the chain reads the board anew when
 * the stream of changes has begun anew. Whoever comes while one runs waits for the next, which begins after they asked:
 * nobody is given what is older than their question.
 */
export interface SharedReads {
  /** @param question everything that the answer hangs on, as JSON has it: what is asked, and whose stores may be seen */
  read<T>(question: readonly unknown[], work: () => Promise<T>): Promise<T>
}

interface Turn {
  readonly running: Promise<unknown>
  /** Not begun yet. */
  next?: Promise<unknown>
}

export function createSharedReads(): SharedReads {
  const turns = new Map<string, Turn>()
  const begin = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    // What it throws at once is its answer, too.
    const running = new Promise<T>((resolve) => resolve(work()))
    const turn: Turn = { running }
    turns.set(key, turn)
    const end = () => {
      if (turns.get(key) === turn && turn.next === undefined) turns.delete(key)
    }
    running.then(end, end)
    return running
  }
  return {
    read: <T>(question: readonly unknown[], work: () => Promise<T>): Promise<T> => {
      const key = JSON.stringify(question)
      const turn = turns.get(key)
      if (turn === undefined) return begin(key, work)
      const again = () => begin(key, work)
      turn.next ??= turn.running.then(again, again)
      return turn.next as Promise<T>
    },
  }
}

import type { List } from '../../api/hooks.ts'

/** Rows that are all here already, as a list that is shown in a ListTable. */
export const localList = <T>(rows: readonly T[], total = rows.length): List<T> => ({
  rows: [...rows],
  total,
  error: null,
  isLoading: false,
  isOld: false,
  restSeconds: 0,
  hasMore: false,
  more: () => undefined,
  again: () => undefined,
})

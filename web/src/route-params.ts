/** Filters, selections and open drawers are in the address. All of them are texts, and every screen shares their names. */
import { useNavigate, useSearch } from '@tanstack/react-router'

export const paramNames = [
  'filter',
  'sort',
  /** Open drawer: cash id of a till, id of a device update. */
  'till',
  'update',
  /** Of the till's drawer, beside the screen's own. */
  'tillTab',
  'tab',
  'group',
  'by',
  'rollout',
  'package',
  'selected',
  'from',
  'to',
  'step',
  'view',
  'reason',
  'state',
  'wave',
  'store',
  'id',
  'kind',
  'zone',
  'preview',
] as const
export type ParamName = (typeof paramNames)[number]
export type RouteParams = Partial<Record<ParamName, string>>

/** Whatever else an address says is left out. */
export function readParams(raw: Record<string, unknown>): RouteParams {
  const found: RouteParams = {}
  for (const name of paramNames) {
    const value = raw[name]
    if (typeof value === 'string' && value !== '') found[name] = value
  }
  return found
}

/** Texts stay as they are: `?till=50001002`, not quoted JSON. */
export const parseSearch = (text: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(text))
export function writeSearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search))
    if (typeof value === 'string' && value !== '') query.set(name, value)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

export const useParams = (): RouteParams => useSearch({ strict: false }) as RouteParams

/** Changes some of them and keeps the rest; undefined takes one away. `replace`: Back does not stop here. */
export function useSetParams(): (change: RouteParams, options?: { replace?: boolean }) => void {
  const navigate = useNavigate()
  return (change, options = {}) => {
    const search = (former: RouteParams) => readParams({ ...former, ...change })
    void navigate({ to: '.', search: search as never, replace: options.replace ?? false })
  }
}

/** One of them. */
export function useParam(name: ParamName): [string | undefined, (value: string | undefined) => void] {
  const params = useParams()
  const set = useSetParams()
  return [params[name], (value) => set({ [name]: value } as RouteParams, { replace: true })]
}

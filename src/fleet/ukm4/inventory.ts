/** What a UKM 4 head office knows, as a file would have said it: the rest comes from the defaults. */
import { checkDraft, type Draft, type FleetDefaults } from '../check.ts'
import { collectFaults, type Faults } from '../faults.ts'
import { fieldOf } from '../fields.ts'
import type { FileStore } from '../file.ts'
import type { Ukm4Fleet } from './till.ts'

export type Ukm4Inventory =
  | { readonly ok: true; readonly stores: readonly FileStore[] }
  | { readonly ok: false; readonly faults: Faults }

const said = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))

/** Nothing of a store or till that this system does not know is touched, where they are there already. */
export function inventoryOfUkm4({ stores, tills }: Ukm4Fleet, defaults: FleetDefaults): Ukm4Inventory {
  const faults = collectFaults()
  const value = {
    stores: stores.map(({ code, name, host }) => ({
      code,
      ...said({ name, host }),
      devices: tills
        .filter((till) => till.store === code)
        .map(({ cashId, kind, number, name: own, host: address }) => ({
          ...{ cashId, kind, number, name: own, host: address },
        })),
    })),
  }
  const draft: Draft = {
    value,
    place: () => null,
    name: (path) => {
      const store = value.stores[Number(path[1])]
      const device = path[2] === 'devices' ? store?.devices[Number(path[3])]?.cashId : undefined
      return [String(store?.code ?? ''), device, fieldOf(path)?.key]
        .filter((one) => one !== undefined)
        .join(' ')
    },
    broken: new Set(),
    missing: (path) => ({
      code: 'fieldMissing',
      detail: `that system does not know it: say it in the defaults file, under ${path[2] === 'devices' ? 'device' : 'store'}`,
    }),
  }
  const checked = checkDraft(draft, faults, defaults)
  return checked === undefined ? { ok: false, faults: faults.all() } : { ok: true, stores: checked }
}

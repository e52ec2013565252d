/** A fleet as a file brought it. */
import type { InventoryDevice, InventoryStore } from '../rollout/inventory.ts'

interface Sparse {
  /** Keys that the file says nothing of: what is there already keeps them, what is new gets the default. */
  readonly keeps?: readonly string[]
  /** Left out: as they are pinned in the head office. */
  readonly hostKeys?: readonly string[] | undefined
  /** Left out: as it is set there. */
  readonly legacyAlgorithms?: boolean | undefined
}
export type FileDevice = Omit<InventoryDevice, 'hostKeys' | 'legacyAlgorithms'> & Sparse
export type FileStore = Omit<InventoryStore, 'devices' | 'hostKeys' | 'legacyAlgorithms'> &
  Sparse & { readonly devices: readonly FileDevice[] }

export const fleetFormats = ['json', 'csv', 'ini', 'yaml'] as const
/** `json` and `yaml`: an inventory of ours or one of Ansible's, as its content says. */
export type FleetFormat = (typeof fleetFormats)[number]

/** What was found in reading, worth a look, and no fault. */
export interface FileNote {
  readonly code: 'decodedAs' | 'passwordIgnored' | 'hostIgnored' | 'keyFileRenamed'
  readonly line: number | null
  readonly value: string
}

/** One thing that a new installation gets wrong: what was found, and how to mend it. */
import type pg from 'pg'
import type { Config } from '../../config.ts'

export type Grade = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  readonly grade: Grade
  /** What is so. */
  readonly says: string
  /** What to do about it; where there is nothing wrong, left out. */
  readonly mend?: string
}

export interface Ground {
  readonly config: Config
  /** Undefined: there is no database to ask. */
  readonly client: pg.Client | undefined
  /** Why not. */
  readonly databaseProblem: string | undefined
  /** The embedded database was started for this look alone: no process of Nightshift runs. */
  readonly isAlone: boolean
}

export interface Check {
  /** Stable; for scripts. */
  readonly id: string
  readonly title: string
  readonly needsDatabase?: boolean
  look(ground: Ground): Promise<readonly Finding[]>
}

export const ok = (says: string): Finding => ({ grade: 'ok', says })
export const warn = (says: string, mend: string): Finding => ({ grade: 'warn', says, mend })
export const fail = (says: string, mend: string): Finding => ({ grade: 'fail', says, mend })
export const skipped = (says: string): Finding => ({ grade: 'skipped', says })

/** `a, b and 7 more` */
export function few(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}

export const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error))

import type { Call, Handled } from '../call.ts'
import type { Principal } from '../principal.ts'
import { softwareVersion } from '../software-version.ts'

const server = { version: softwareVersion() }

const meView = ({ actor, userId, sessionId, role, permissions, storeGroups }: Principal) => ({
  ...{ actor, userId, by: sessionId === null ? 'token' : 'session', role },
  ...{ permissions: [...permissions].sort(), storeGroups },
})

export const meHandler = async ({ principal, config }: Call): Handled => ({
  body: { ...meView(principal), server, language: config.language, twoPersons: config.twoPersons },
})

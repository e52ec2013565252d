import { createHash, randomBytes } from 'node:crypto'
import type { Database } from './database.ts'
import type { ApiToken } from './generated/client.ts'

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Makes a token and keeps its SHA-256 only: 256 random bits need no slow hash. The token is returned this once. */
export async function createToken(db: Database, name: string): Promise<string> {
  const token = `ns_${randomBytes(32).toString('base64url')}`
  await db.prisma.apiToken.create({ data: { name, hash: hashOf(token) } })
  return token
}

/** Makes the first token of an installation; undefined when there is one already. */
export async function createFirstToken(db: Database): Promise<string | undefined> {
  return (await db.prisma.apiToken.count()) === 0 ? createToken(db, 'first') : undefined
}

/** Undefined: unknown, revoked or expired. */
export async function findToken(db: Database, token: string): Promise<ApiToken | undefined> {
  const row = await db.prisma.apiToken.findUnique({ where: { hash: hashOf(token) } })
  if (row === null || row.revokedAt !== null) return undefined
  return row.expiresAt !== null && row.expiresAt.getTime() <= Date.now() ? undefined : row
}

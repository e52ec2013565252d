import { createHash, randomBytes } from 'node:crypto'
import type { Database } from './database.ts'

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

/** The token's name, or undefined: unknown or revoked. */
export async function findToken(db: Database, token: string): Promise<string | undefined> {
  const row = await db.prisma.apiToken.findUnique({ where: { hash: hashOf(token) } })
  return row !== null && row.revokedAt === null ? row.name : undefined
}

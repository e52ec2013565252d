/** Secrets that are made here: 256 random bits, of which only the SHA-256 is kept. They need no slow hash. */
import { createHash, randomBytes } from 'node:crypto'

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const newSecret = (prefix = ''): string => `${prefix}${randomBytes(32).toString('base64url')}`

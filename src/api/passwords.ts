/** Passwords: scrypt of Node, its parameters beside each hash (docs/adr/0008-sign-in.md). */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { normalLogin } from '../db/actors.ts'
import { Problem } from './problem.ts'

/** OWASP's for scrypt: 32 MiB and some 100 ms each. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const NOW = { N: 2 ** 15, r: 8, p: 3 }
const SALT_BYTES = 16
const KEY_BYTES = 32
const MAX_MEMORY = 128 * 1024 * 1024
/** So many at once: 128 MiB, and threads are left for files and names. */
const AT_ONCE = 4
const MAX_WAITING = 64
const MIN_LETTERS = 12
const MAX_BYTES = 1024

type Parameters = typeof NOW

let running = 0
const waiting: (() => void)[] = []

/** @throws Problem unavailable */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running += 1
  else if (waiting.length >= MAX_WAITING) throw new Problem('unavailable')
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    // The place goes from hand to hand.
    if (next === undefined) running -= 1
    else next()
  }
}

const derive = (password: string, salt: Buffer, { N, r, p }: Parameters): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        const options: ScryptOptions = { N, r, p, maxmem: MAX_MEMORY }
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        )
      }),
  )

/** @returns `scrypt$32768$8$3$salt$key` */
export async function hashPassword(password: string, parameters: Parameters = NOW): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, parameters)
  const { N, r, p } = parameters
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

function parseHash(hash: string) {
  const [kind, N, r, p, salt, key] = hash.split('$')
  if (kind !== 'scrypt' || salt === undefined || key === undefined) return undefined
  const parameters = { N: Number(N), r: Number(r), p: Number(p) }
  return { parameters, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

export interface Checked {
  readonly isRight: boolean
  /** Made with other parameters than those of today. */
  readonly isOld: boolean
}

/** @param hash null: there is nobody, or no password; takes as long as if there were */
export async function checkPassword(password: string, hash: string | null): Promise<Checked> {
  const kept = hash === null ? undefined : parseHash(hash)
  if (Buffer.byteLength(password) > MAX_BYTES) return { isRight: false, isOld: false }
  const { parameters, salt } = kept ?? { parameters: NOW, salt: Buffer.alloc(SALT_BYTES) }
  const key = await derive(password, salt, parameters)
  const isRight = kept !== undefined && key.length === kept.key.length && timingSafeEqual(key, kept.key)
  const isOld = JSON.stringify(parameters) !== JSON.stringify(NOW)
  return { isRight, isOld }
}

/** Undefined: it will do. */
export function passwordFault(password: string, login: string): 'short' | 'long' | 'login' | undefined {
  if ([...password].length < MIN_LETTERS) return 'short'
  if (Buffer.byteLength(password) > MAX_BYTES) return 'long'
  return normalLogin(password) === normalLogin(login) ? 'login' : undefined
}

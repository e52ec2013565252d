/** Lines of a known_hosts file that are meant for one server. Pure. */
import { createHmac } from 'node:crypto'

function isFor(names: string, wanted: string): boolean {
  const [, version, salt, hash] = /^\|(\d)\|([^|]+)\|(.+)$/.exec(names) ?? []
  if (version === '1' && salt !== undefined)
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(wanted).digest('base64') === hash
  return names.split(',').includes(wanted)
}

/** `ssh-ed25519 AAAA…` of each key that is pinned for this host and port. Revoked ones and authorities are left out. */
export function pinnedFor(text: string, host: string, port: number): string[] {
  const wanted = port === 22 ? host : `[${host}]:${port}`
  return text.split('\n').flatMap((line) => {
    const [names = '', type, key] = line.trim().split(/\s+/)
    if (names.startsWith('#') || names.startsWith('@') || type === undefined || key === undefined) return []
    return isFor(names, wanted) ? [`${type} ${key}`] : []
  })
}

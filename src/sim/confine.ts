/** Keeps a simulated store's account inside its own folder. */
import path from 'node:path'

/** An absolute path inside `root`, or undefined: it leads out. Relative paths start at `root`. */
export function confine(root: string, name: string): string | undefined {
  if (name.includes('\0')) return undefined
  const full = path.resolve(root, name)
  return full === root || full.startsWith(root + path.sep) ? full : undefined
}

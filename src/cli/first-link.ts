import type { Config } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { firstLink } from '../db/links.ts'
import { anyDatabase } from './database.ts'
import { CommandFailed } from './errors.ts'

const addressOf = ({ publicUrl, host, port }: Config): string =>
  publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** The one that was made before is good no more. @throws CommandFailed when there are users: one of them adds the next */
export async function firstLinkCommand(config: Config, print: (line: string) => void): Promise<void> {
  const opened = await anyDatabase(config)
  const db = openDatabase(opened.url)
  try {
    const made = await firstLink(db, 'command line', { anew: true })
    if (made?.kind !== 'made')
      throw new CommandFailed(
        'there are users already: an administrator makes others by `nightshift user add`',
      )
    print(`${addressOf(config)}/welcome/${made.secret}`)
    print(`good once, until ${made.expiresAt.toISOString()}; \`nightshift serve\` or \`api\` has to run`)
  } finally {
    await db.close()
    await opened.stop()
  }
}

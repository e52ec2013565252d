import type { Config } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { createToken } from '../db/tokens.ts'
import { anyDatabase } from './database.ts'
import { CommandFailed } from './errors.ts'

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u

export async function tokenCommand(config: Config, name: string): Promise<void> {
  if (!NAME.test(name)) throw new CommandFailed('a name is up to 64 letters, digits, spaces and . _ @ -')
  const opened = await anyDatabase(config)
  const db = openDatabase(opened.url)
  try {
    if ((await db.prisma.apiToken.count({ where: { name } })) > 0)
      throw new CommandFailed(`there is a token named ${name}`)
    console.log(await createToken(db, name))
  } finally {
    await db.close()
    await opened.stop()
  }
}

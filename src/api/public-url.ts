import type { IncomingMessage } from 'node:http'
import type { Config } from '../config.ts'

interface Asked {
  readonly config: Pick<Config, 'publicUrl' | 'host'>
  readonly request: IncomingMessage
}

/** Where links to this server begin: as it was set, or where the one who asks reached it. */
export const publicUrl = ({ config, request }: Asked): string =>
  config.publicUrl ?? `http://${request.headers.host ?? config.host}`

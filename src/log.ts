import { destination, type Logger, pino } from 'pino'

export type Log = Logger

/**
 * JSON lines on standard error: standard output belongs to the answers of commands.
 * Names that may hold secrets are cut out wherever they stand.
 */
export function createLog(level: string, file?: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: {
        paths: [
          'token',
          '*.token',
          'password',
          '*.password',
          'authorization',
          '*.authorization',
          'privateKey',
          '*.privateKey',
        ],
        censor: '[secret]',
      },
    },
    destination(file === undefined ? { fd: 2, sync: true } : { dest: file, sync: true, mkdir: true }),
  )
}

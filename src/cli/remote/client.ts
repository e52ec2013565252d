/** The head office as the command line reaches it: over HTTP, with a token; what it refuses becomes words and an exit status. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { ClientConfig } from '../../config.ts'

const problemShape = z.looseObject({
  code: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  path: z.string().optional(),
  errors: z
    .array(
      z.looseObject({
        code: z.string(),
        path: z.string(),
        detail: z.string().optional(),
        value: z.string().optional(),
      }),
    )
    .optional(),
  requestId: z.string().optional(),
})
export type ProblemAnswer = z.infer<typeof problemShape>

/** Thrown with what the head office answered; `status` 0: it did not answer. */
export class RemoteProblem extends Error {
  readonly problem: ProblemAnswer

  constructor(problem: ProblemAnswer) {
    super(problem.detail ?? problem.title)
    this.problem = problem
  }
}

export interface Asked {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Client {
  readonly server: string
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>
  /** Sent again after a broken connection under the same Idempotency-Key: it does its work once. */
  send<T>(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    schema: z.ZodType<T>,
    asked?: Asked,
  ): Promise<T>
  /** A file as it is, told about as it goes. */
  upload<T>(
    path: string,
    file: string,
    schema: z.ZodType<T>,
    options: { headers?: Readonly<Record<string, string>>; onBytes?: (sent: number, of: number) => void },
  ): Promise<T>
  /** The answer as text, for what is no JSON. */
  text(path: string, accept: string): Promise<string>
  /** With the ETag that an edit has to name. */
  tagged<T>(path: string, schema: z.ZodType<T>): Promise<{ body: T; etag: string }>
}

const CALL_MS = 120_000
const TRIES = 4

const away = (server: string, error: unknown): RemoteProblem => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  return new RemoteProblem({
    code: 'unreachable',
    title: `${server} cannot be reached`,
    status: 0,
    detail: `${server} cannot be reached: ${cause}`,
  })
}

/** Anything may stand where a head office is expected, a proxy's own page for instance. */
async function problemOf(response: Response): Promise<RemoteProblem> {
  const text = await response.text().catch(() => '')
  try {
    return new RemoteProblem(problemShape.parse(JSON.parse(text)))
  } catch {
    const title = `the server answered ${response.status}, and not as a head office does`
    return new RemoteProblem({ code: 'answerUnknown', title, status: response.status })
  }
}

/** Worth another try by itself: nothing was done, or the key keeps it from being done twice. */
const isPassing = (error: unknown): boolean =>
  error instanceof RemoteProblem &&
  (error.problem.status === 0 ||
    [429, 503].includes(error.problem.status) ||
    error.problem.code === 'keyInUse')

async function withTries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= TRIES || !isPassing(error)) throw error
      await wait(attempt * 500)
    }
  }
}

export function createClient({ server, token }: ClientConfig): Client {
  const base = `${server.replace(/\/+$/, '')}/api/v1`
  const authorised: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }

  async function ask(method: string, path: string, init: RequestInit): Promise<Response> {
    const headers = { ...authorised, ...(init.headers as Record<string, string>) }
    let response: Response
    try {
      response = await fetch(base + path, { ...init, method, headers, signal: AbortSignal.timeout(CALL_MS) })
    } catch (error) {
      throw away(server, error)
    }
    if (!response.ok) throw await problemOf(response)
    return response
  }

  async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
    const text = await response.text()
    return schema.parse(text === '' ? undefined : JSON.parse(text))
  }

  return {
    server,
    get: (path, schema) => withTries(async () => read(await ask('GET', path, {}), schema)),
    tagged: (path, schema) =>
      withTries(async () => {
        const response = await ask('GET', path, {})
        return { etag: response.headers.get('etag') ?? '*', body: await read(response, schema) }
      }),
    text: (path, accept) => withTries(async () => (await ask('GET', path, { headers: { accept } })).text()),
    send: (method, path, schema, asked = {}) => {
      const key: Record<string, string> =
        method === 'POST' ? { 'idempotency-key': `cli-${randomUUID()}` } : {}
      const isText = typeof asked.body === 'string'
      const type: Record<string, string> =
        asked.body === undefined || isText ? {} : { 'content-type': 'application/json' }
      const headers = { ...key, ...type, ...asked.headers }
      const body =
        asked.body === undefined ? null : isText ? (asked.body as string) : JSON.stringify(asked.body)
      return withTries(async () => read(await ask(method, path, { headers, body }), schema))
    },
    upload: async (path, file, schema, { headers = {}, onBytes }) => {
      const { size } = await stat(file)
      const source = createReadStream(file)
      let sent = 0
      async function* counted() {
        for await (const chunk of source) {
          sent += (chunk as Buffer).length
          onBytes?.(sent, size)
          yield chunk as Buffer
        }
      }
      const init = {
        body: counted(),
        duplex: 'half',
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size), ...headers },
      }
      try {
        // A body that is read once cannot be sent twice.
        const response = await fetch(base + path, {
          ...init,
          method: 'POST',
          headers: { ...authorised, ...init.headers },
        } as RequestInit).catch((error: unknown) => Promise.reject(away(server, error)))
        if (!response.ok) throw await problemOf(response)
        return await read(response, schema)
      } finally {
        source.destroy()
      }
    },
  }
}

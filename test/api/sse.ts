/** A client of server-sent events. */

export interface SseMessage {
  readonly id: string
  /** `message` where the stream names none. */
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
  readonly data: any
}

export interface SseClient {
  readonly messages: SseMessage[]
  readonly comments: string[]
  readonly headers: Headers
  /** Resolves when the stream has ended, by whomever. */
  readonly ended: Promise<void>
  close(): void
}

function take(block: string, client: Pick<SseClient, 'messages' | 'comments'>): void {
  const lines = block.split('\n')
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  const data = field('data')
  const comment = lines.find((line) => line.startsWith(':'))
  if (comment !== undefined) client.comments.push(comment.slice(1).trim())
  if (data === undefined) return
  const event = field('event') ?? 'message'
  client.messages.push({ id: field('id') ?? '', event, data: JSON.parse(data) })
}

export async function openSse(url: string, headers: Record<string, string>): Promise<SseClient> {
  const abort = new AbortController()
  const reply = await fetch(url, {
    headers: { Accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  })
  if (!reply.ok || reply.body === null) throw new Error(`${reply.status} ${await reply.text()}`)
  const client = { messages: [] as SseMessage[], comments: [] as string[] }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader()
  const read = async () => {
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) take(block, client)
    }
  }
  const ended = read().catch(() => {})
  return { ...client, headers: reply.headers, ended, close: () => abort.abort() }
}

/** Downloads: what is said of them is true, and they end right whatever happens on the way. */
import { type Claim, downloadStart, downloadStop, verify } from '../../device/commands.ts'
import { type Download, downloadData, verifyData } from '../../device/contract.ts'
import { type Bench, came, type OwnPackage } from '../bench.ts'
import { type Check, expect, fail, skip } from '../check.ts'

const start = async (bench: Bench, p: OwnPackage, claim: Claim = bench.claim()): Promise<Download> =>
  (await bench.done(downloadStart(claim, p.served.url, p), downloadData)).download

const shown = (d: Download): string =>
  `${d.state}, ${d.received} of ${d.size ?? '?'} bytes${d.reason === null ? '' : `, ${d.reason}`}`

/** Looks until the transfer runs no more. */
export async function ended(bench: Bench, sha256: string): Promise<Download> {
  let last: Download | undefined
  const over = await bench.until(async () => {
    last = await bench.download(sha256)
    return last.state === 'running' ? undefined : last
  })
  return (
    over ?? fail(`after ${bench.patienceMs / 1000} s it is ${last === undefined ? 'unknown' : shown(last)}`)
  )
}

/** Done, and what the device itself finds when it hashes the file. */
async function isWhole(bench: Bench, p: OwnPackage): Promise<void> {
  const d = await ended(bench, p.sha256)
  expect(d.state === 'done', `download status → ${shown(d)}`)
  expect(
    d.received === p.size && d.size === p.size,
    `done with ${d.received} of ${d.size} bytes; the package has ${p.size}`,
  )
  const { staged } = await bench.status()
  expect(
    staged.some(({ sha256 }) => sha256 === p.sha256),
    'done, and status.staged does not list it',
  )
}

/** Served up to the middle, and silent from there on: waits until something of it has arrived. */
async function heldInTheMiddle(bench: Bench, p: OwnPackage): Promise<Download> {
  const seen = await bench.until(async () => {
    const d = await bench.download(p.sha256)
    return d.state !== 'running' || (d.received > 0 && p.served.asked.length > 0) ? d : undefined
  })
  return (
    seen ??
    fail(
      `${p.served.sent()} bytes were sent, and nothing of it is received: ${shown(await bench.download(p.sha256))}`,
    )
  )
}

const download: Check = {
  id: 'download',
  title: 'fetches a package from its store server',
  section: 'Verbs',
  says: 'starts or goes on with a detached transfer into a name of our own',
  mend: 'curl or wget into VERSION-SHA256.part; hashed and renamed when it is whole',
  run: async (bench) => {
    const p = bench.offer()
    const claim = bench.claim()
    const begun = await start(bench, p, claim)
    expect(begun.state === 'running' || begun.state === 'done', `download start → ${shown(begun)}`)
    await isWhole(bench, p)
    const requests = p.served.asked.length
    await start(bench, p, claim)
    const again = await start(bench, p)
    expect(again.state === 'done', `started once more when it was complete: ${shown(again)}`)
    expect(p.served.asked.length === requests, 'a complete package was fetched once more')
    return `${p.size} bytes, ${requests} request${requests === 1 ? '' : 's'}`
  },
}

const bytes: Check = {
  id: 'download-bytes',
  title: 'the bytes that it says it has are those that it got',
  section: 'Verbs',
  says: '`{state: "none"|"running"|"done"|"failed", received: bytes, size: bytes|null',
  mend: 'received is the size of the file on disk (ls -ln, stat), nothing reckoned from time or size',
  needs: ['download'],
  run: async (bench) => {
    const p = bench.offer()
    p.served.serving = { kind: 'hold', bytes: p.size / 2 }
    await start(bench, p)
    const middle = await heldInTheMiddle(bench, p)
    const sent = p.served.sent()
    expect(middle.state === 'running', `served half, then silence: ${shown(middle)}`)
    expect(middle.received <= sent, `${sent} bytes were sent, and it says ${middle.received} are received`)
    expect(middle.size === p.size, `size → ${middle.size}; the package has ${p.size}`)
    const inStatus = (await bench.status()).download
    expect(inStatus !== null && inStatus.received <= sent, `status.download → ${inStatus && shown(inStatus)}`)
    p.served.serving = { kind: 'whole' }
    await isWhole(bench, p)
    return `${middle.received} of the ${sent} sent, then ${p.size}`
  },
}

const detached: Check = {
  id: 'download-detached',
  title: 'the transfer outlives the connection that began it',
  section: 'What holds for every mutating verb',
  says: '(A running detached download does not count',
  mend: 'setsid (or nohup) with stdin, stdout and stderr away from the connection; answer as soon as it has begun',
  needs: ['download'],
  run: async (bench) => {
    if (bench.described.capabilities.detachedDownload === false)
      skip('it says that it cannot: detachedDownload is false')
    const p = bench.offer()
    p.served.serving = { kind: 'hold', bytes: p.size / 2 }
    const begun = await start(bench, p)
    expect(begun.state === 'running', `answered only when it was over: ${shown(begun)}`)
    await heldInTheMiddle(bench, p)
    await bench.channel.renew()
    const now = await bench.download(p.sha256)
    expect(now.state === 'running', `in a new session: ${shown(now)}`)
    const requests = p.served.asked.length
    p.served.serving = { kind: 'whole' }
    await isWhole(bench, p)
    expect(p.served.asked.length === requests, 'the transfer died with its connection, and was begun anew')
    return 'went on, and ended done, without the session'
  },
}

const resume: Check = {
  id: 'download-resume',
  title: 'stops, and goes on from where it was',
  section: 'Verbs',
  says: 'what was received stays, for a later start',
  mend: 'download stop ends the transfer and leaves the .part; the next start asks for the rest (curl -C -, wget -c)',
  needs: ['download-bytes'],
  run: async (bench) => {
    const p = bench.offer()
    p.served.serving = { kind: 'hold', bytes: p.size / 2 }
    await start(bench, p)
    const middle = await heldInTheMiddle(bench, p)
    const { download: stopped } = await bench.done(downloadStop(bench.claim()), downloadData)
    expect(stopped.state === 'none', `download stop → ${shown(stopped)}`)
    const rest = await bench.download(p.sha256)
    expect(rest.state === 'none', `stopped, and download status → ${shown(rest)}`)
    expect(
      rest.received >= middle.received,
      `${middle.received} bytes were received, after the stop ${rest.received}`,
    )
    p.served.serving = { kind: 'whole' }
    const requests = p.served.asked.length
    await start(bench, p)
    await isWhole(bench, p)
    const from = p.served.asked[requests] ?? 0
    return from === 0 ? 'began again from its start, and ended right' : `went on from byte ${from}`
  },
}

const cut: Check = {
  id: 'download-cut',
  title: 'ends right when the server cuts the line in the middle',
  section: 'Promises a device keeps by itself',
  says: 'It never installs what it has not verified itself against the size and SHA-256',
  mend: 'judge a transfer by size and hash, never by how curl or wget ended; try again, or say failed transferFailed',
  needs: ['download'],
  run: async (bench) => {
    const p = bench.offer()
    p.served.serving = { kind: 'cutOnce', bytes: p.size / 2 }
    await start(bench, p)
    const first = await ended(bench, p.sha256)
    if (first.state !== 'done') {
      expect(
        first.state === 'failed' && first.reason === 'transferFailed',
        `cut in the middle: ${shown(first)}`,
      )
      await start(bench, p)
    }
    await isWhole(bench, p)
    await bench.done(verify(p), verifyData)
    const [, from = 0] = p.served.asked
    const how = from === 0 ? 'from its start' : `from byte ${from}`
    return `${first.state === 'done' ? 'went on by itself' : 'failed, started again'} ${how}`
  },
}

const damaged: Check = {
  id: 'download-damaged',
  title: 'keeps nothing whose digest is another one',
  section: 'Promises a device keeps by itself',
  says: 'It never installs what it has not verified itself against the size and SHA-256 it was armed with.',
  mend: 'hash the .part before it is renamed; another digest: remove it, failed packageDamaged',
  needs: ['download'],
  run: async (bench) => {
    const right = bench.offer()
    const wanted = { ...right, sha256: right.sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }
    bench.own.push(wanted)
    await start(bench, wanted)
    const d = await ended(bench, wanted.sha256)
    expect(d.state === 'failed' && d.reason === 'packageDamaged', `bytes of another digest: ${shown(d)}`)
    const { staged } = await bench.status()
    expect(!staged.some(({ sha256 }) => sha256 === wanted.sha256), 'status.staged lists it')
    const call = verify(wanted)
    const answer = await bench.ask(call)
    const isGone =
      answer.class === 'refused' && ['packageMissing', 'packageDamaged'].includes(answer.reason ?? '')
    expect(isGone, came(call, answer))
    return `failed ${d.reason}, and nothing is staged`
  },
}

export const downloads = [download, bytes, detached, resume, cut, damaged]

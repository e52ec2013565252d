/** `nightshift conformance`: its words, and from them the way to the device and the place that packages come from. */
import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import type { Channel } from '../conformance/channel.ts'
import { pinnedFor } from '../conformance/known-hosts.ts'
import { openLocal } from '../conformance/local-channel.ts'
import { openSource, type Source } from '../conformance/source.ts'
import { openSsh } from '../conformance/ssh-channel.ts'
import type { Endpoint } from '../ssh/types.ts'

export interface ConformanceArguments {
  readonly local?: string
  readonly user?: string
  readonly port?: string
  readonly key?: string
  readonly hostKey?: readonly string[]
  readonly knownHosts?: string
  readonly via?: string
  readonly viaKey?: string
  readonly viaHostKey?: readonly string[]
  readonly agent?: string
  readonly package?: string
  readonly version?: string
  readonly serve?: string
  readonly source?: string
  readonly destructive?: boolean
  readonly receiptHook?: string
  readonly yes?: boolean
  readonly only?: readonly string[]
  readonly deadline?: string
  readonly patience?: string
  readonly json?: boolean
}

/** The command line cannot be used; its message says why. */
export class ConformanceUsage extends Error {}

/** @throws ConformanceUsage */
export function wholeNumber(text: string, name: string, [low, high]: readonly [number, number]): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= low && value <= high) return value
  throw new ConformanceUsage(`--${name} is a whole number from ${low} to ${high}`)
}

/** `host:port`, `[::1]:port`, or either without its port. */
function splitAddress(text: string, otherwise: number): { host: string; port: number } {
  const [, host = text, port] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(text) ?? []
  return { host, port: port === undefined ? otherwise : wholeNumber(port, 'port', [0, 65_535]) }
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new ConformanceUsage(error.message)
  })
}

interface Pins {
  readonly lines: readonly string[]
  readonly knownHosts: string | undefined
  readonly flag: string
}

async function endpoint(at: Omit<Endpoint, 'hostKeys'>, pins: Pins): Promise<Endpoint> {
  const known = pins.knownHosts === undefined ? '' : await read(pins.knownHosts)
  const hostKeys = [...pins.lines, ...pinnedFor(known, at.host, at.port)]
  if (hostKeys.length > 0) return { ...at, hostKeys }
  const scan = `ssh-keyscan -t ed25519 -p ${at.port} ${at.host}`
  throw new ConformanceUsage(
    `no host key of ${at.host} is pinned: --${pins.flag} 'ssh-ed25519 AAAA…' or --known-hosts FILE.\n` +
      `\`${scan}\` shows it; compare it with what stands at the device before you believe it.`,
  )
}

async function viaEndpoint(options: ConformanceArguments, key: string): Promise<Endpoint | undefined> {
  if (options.via === undefined) return undefined
  const [, user, place] = /^([^@]+)@(.+)$/.exec(options.via) ?? []
  if (user === undefined || place === undefined) throw new ConformanceUsage('--via is user@store:port')
  const at = { ...splitAddress(place, 22), user, credential: options.viaKey ?? key }
  const pins = { lines: options.viaHostKey ?? [], knownHosts: options.knownHosts, flag: 'via-host-key' }
  return endpoint(at, pins)
}

/** @throws ConformanceUsage */
export async function openChannel(host: string | undefined, options: ConformanceArguments): Promise<Channel> {
  if (options.local !== undefined) {
    if (host !== undefined) throw new ConformanceUsage('either HOST or --local, not both')
    return openLocal(options.local)
  }
  if (host === undefined) throw new ConformanceUsage("say HOST, or --local './nightctl'")
  const key = options.key ?? ''
  if (key === '') throw new ConformanceUsage('--key FILE: the private key that the device lets in')
  await read(key)
  const port = wholeNumber(options.port ?? '22', 'port', [1, 65_535])
  const pins = { lines: options.hostKey ?? [], knownHosts: options.knownHosts, flag: 'host-key' }
  const device = await endpoint({ host, port, user: options.user ?? 'nightshift', credential: key }, pins)
  const store = await viaEndpoint(options, key)
  const route = store === undefined ? { store: device } : { store, device }
  return openSsh({ route, agent: options.agent ?? 'nightctl' })
}

/** The address of ours that the device sees: that of a connection to it. */
function ownAddress(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 5000 })
    const end = (address: string | undefined) => {
      socket.destroy()
      resolve(address)
    }
    socket.once('connect', () => end(socket.localAddress?.replace(/^::ffff:/, '')))
    socket.once('error', () => end(undefined))
    socket.once('timeout', () => end(undefined))
  })
}

/** Serves packages from this machine; a text says why it cannot. @throws ConformanceUsage */
export async function openOwnSource(
  host: string | undefined,
  options: ConformanceArguments,
): Promise<Source | string> {
  if (options.serve !== undefined) {
    const at = splitAddress(options.serve, 0)
    return openSource(at.host, at.port).catch((error: Error) => {
      throw new ConformanceUsage(`--serve ${options.serve}: ${error.message}`)
    })
  }
  if (options.source !== undefined)
    return 'needs packages of its own, served from this machine: --serve HOST:PORT instead of --source'
  if (host === undefined) return openSource('127.0.0.1', 0)
  if (options.via !== undefined)
    return 'the device is behind its store server: --serve HOST:PORT, an address of this machine that it reaches'
  const address = await ownAddress(host, Number(options.port ?? 22))
  if (address === undefined || address.includes(':'))
    return 'no IPv4 address of this machine was found that the device would reach: --serve HOST:PORT'
  return openSource(address, 0)
}

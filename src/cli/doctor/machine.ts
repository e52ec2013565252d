/** What the machine has to bring along. */
import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { runTool, ToolMissing } from '../../signing/ssh-keygen.ts'
import { type Check, type Finding, fail, inWords, ok, warn } from './check.ts'

const NODE = [20, 19] as const
const FILES = 4096
const GIB = 1024 ** 3
const ROOM_BYTES = 5 * GIB

const node: Check = {
  id: 'node',
  title: 'Node',
  look: async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1])
    if (!isNew)
      return [fail(`Node ${process.versions.node} is too old`, `install Node ${NODE.join('.')} or later`)]
    const zones = new Intl.DateTimeFormat('ru', { timeZone: 'Asia/Vladivostok', timeZoneName: 'long' })
    const isRussian = /[а-я]/.test(zones.format(new Date()))
    return [
      ok(`Node ${process.versions.node}`),
      ...(isRussian ? [] : [warn('Node has no Russian locale', 'install a Node with full ICU data')]),
    ]
  },
}

/** Of `/proc/self/limits`; undefined where there is no such thing. */
async function openFiles(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const found = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1]
  if (found === undefined) return undefined
  return found === 'unlimited' ? Number.POSITIVE_INFINITY : Number(found)
}

const files: Check = {
  id: 'files',
  title: 'Open files',
  look: async () => {
    const most = await openFiles()
    if (most === undefined || most >= FILES) return [ok(`${most ?? 'as many as the system has'} open files`)]
    const mend = `raise it: ulimit -n 65536, or LimitNOFILE=65536 in the unit`
    return [warn(`${most} open files are few for a worker with hundreds of connections`, mend)]
  },
}

async function lookAtFolder(name: string, folder: string, roomBytes: number): Promise<Finding[]> {
  try {
    if (!(await stat(folder)).isDirectory()) return [fail(`${folder} is no folder`, 'name another one')]
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (isMissing) return [warn(`${folder} is not there yet`, 'it is made at the first start')]
    const who = process.getuid?.() ?? ''
    return [fail(`${name} ${folder}: ${inWords(error)}`, `give it to this user: chown -R ${who} ${folder}`)]
  }
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const room = `${(free / GIB).toFixed(1)} GiB free`
  if (free >= roomBytes) return [ok(`${folder}, ${room}`)]
  return [warn(`${folder}: only ${room}`, 'packages, the database and its log lie there: make room')]
}

const folders: Check = {
  id: 'folders',
  title: 'Folders',
  look: async ({ config }) => [
    ...(await lookAtFolder('data', config.dataFolder, ROOM_BYTES)),
    ...(path.dirname(config.packagesFolder) === config.dataFolder
      ? []
      : await lookAtFolder('packages', config.packagesFolder, ROOM_BYTES)),
  ],
}

/** A folder where private keys lie is nobody else's business. */
const keys: Check = {
  id: 'keys',
  title: 'Keys folder',
  look: async ({ config }) => {
    const { keysFolder, credentialsFolder, agentSocket } = config
    const others = [
      ...(credentialsFolder === undefined ? [] : [ok(`also ${credentialsFolder}, from the service manager`)]),
      ...(agentSocket === undefined ? [] : [ok(`also the agent at ${agentSocket}`)]),
    ]
    const found = await stat(keysFolder).catch(() => undefined)
    if (found === undefined && others.length > 0) return others
    const make = `mkdir -m 700 -p ${keysFolder} && cp ~/.ssh/nightshift_ed25519 ${keysFolder}/default && chmod 600 ${keysFolder}/default`
    if (found === undefined)
      return [fail(`${keysFolder} is not there: no store server can be signed in to`, make)]
    if ((found.mode & 0o022) !== 0)
      return [fail(`others may write to ${keysFolder}`, `chmod 700 ${keysFolder}`), ...others]
    return [ok(keysFolder), ...others]
  },
}

const signing: Check = {
  id: 'signing',
  title: 'Signatures',
  look: async ({ config }) => {
    const { signersFile, unsigned } = config
    const loose =
      unsigned === 'allow'
        ? [
            warn(
              'packages that nobody signed are let in',
              'sign them (docs/packages.md), then NIGHTSHIFT_UNSIGNED=refuse',
            ),
          ]
        : []
    try {
      await runTool(['-Y', 'find-principals', '-f', '/dev/null', '-s', '/dev/null'], '')
    } catch (error) {
      if (error instanceof ToolMissing)
        return [
          fail('ssh-keygen is not installed: no signature can be checked', 'apt-get install openssh-client'),
          ...loose,
        ]
    }
    const text = await readFile(signersFile, 'utf8').catch(() => undefined)
    const write = `write it: echo "releases@example.org namespaces=\\"nightshift-package\\" $(cat release.pub)" >>${signersFile}`
    const count = (text ?? '').split('\n').filter((line) => /^[^#\s]/.test(line)).length
    if (count > 0) return [ok(`${count} signers in ${signersFile}`), ...loose]
    const says = text === undefined ? `${signersFile} is not there` : `${signersFile} names nobody`
    return [
      unsigned === 'allow' ? warn(says, write) : fail(`${says}: no package can be added`, write),
      ...loose,
    ]
  },
}

const LOOPBACK = /^(127\.|::1$|localhost$)/

const address: Check = {
  id: 'address',
  title: 'Address',
  look: async ({ config }) => {
    const { host, port, publicUrl } = config
    const listens = `listens on ${host}:${port}`
    if (publicUrl === undefined && !LOOPBACK.test(host))
      return [
        warn(
          `${listens}, beyond this machine, and no public address is known`,
          'put a proxy that speaks TLS before it, and set NIGHTSHIFT_PUBLIC_URL=https://… and NIGHTSHIFT_TRUST_PROXY',
        ),
      ]
    if (publicUrl?.startsWith('http:') && !LOOPBACK.test(new URL(publicUrl).hostname))
      return [warn(`${publicUrl} is not https: passwords and cookies can be read on the way`, 'use https')]
    if (publicUrl !== undefined && config.trustProxy.length === 0)
      return [
        warn(
          'behind a proxy everybody has its address, and shares its limits',
          'set NIGHTSHIFT_TRUST_PROXY to the addresses of the proxy',
        ),
      ]
    return [ok(`${listens}${publicUrl === undefined ? '' : `, known as ${publicUrl}`}`)]
  },
}

export const machineChecks: readonly Check[] = [node, files, folders, keys, signing, address]

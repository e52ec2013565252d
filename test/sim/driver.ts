/** Drives one simulated device through real connections, with the command builders and schemas of src/device. */
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as commands from '../../src/device/commands.ts'
import { armData, downloadData, operationData, statusData } from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import { nightctl, type Rig, storeOf } from './support.ts'

/** The first staffed till of every fleet. */
export const TILL = '50001002'

export interface Packed extends commands.PackageRef {
  readonly source: string
}

/** Each claim it makes has a higher generation than the one before. */
export function drive(rigged: Rig) {
  let generation = 0
  const device = (cashId = TILL) => rigged.fleet.device(cashId)
  const call = ({ args, input }: commands.Call, cashId = TILL) => nightctl(rigged.fleet, cashId, args, input)
  const status = async (cashId = TILL) => statusData.parse((await call(commands.status(), cashId)).data)
  const claim = (operation: string, cashId = TILL) => ({ cashId, operation, generation: ++generation })
  const operation = async (id: string, cashId = TILL) =>
    operationData.parse((await call(commands.operation(id), cashId)).data).operation
  const raw = (verb: string, id: string, more: string[] = [], input = '') =>
    call({ args: [verb, ...more, ...commands.disarm(claim(id)).args.slice(1)], input })

  async function publish(version = 96_000, size = 200_000): Promise<Packed> {
    const data = randomBytes(size)
    const name = `till-${version}.pkg`
    const { packageFolder, packageUrl } = storeOf(rigged.fleet)
    await writeFile(path.join(packageFolder, name), data)
    const sha256 = createHash('sha256').update(data).digest('hex')
    return { version, size, sha256, source: `${packageUrl}/${name}` }
  }

  async function download(packed: Packed, id = `d-${packed.version}`) {
    const answer = await call(commands.downloadStart(claim(id), packed.source, packed))
    if (answer.class === 'done') downloadData.parse(answer.data)
    return answer
  }

  async function staged(packed: Packed): Promise<void> {
    await download(packed)
    await until(async () => (await status()).download?.state === 'done', {
      within: 30_000,
      label: 'downloaded',
    })
  }

  async function install(packed: Packed): Promise<void> {
    await staged(packed)
    armData.parse((await call(commands.arm(claim(`a-${packed.version}`), packed, 60))).data)
    await call(commands.restart(claim(`r-${packed.version}`), packed.version))
    await until(async () => (await operation(`r-${packed.version}`)).state !== 'running', {
      within: 30_000,
      label: 'restarted',
    })
  }

  return {
    device,
    call,
    status,
    claim,
    operation,
    raw,
    publish,
    download,
    staged,
    install,
    generation: () => generation,
  }
}

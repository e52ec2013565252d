import type { Status } from '../../../../src/device/contract.ts'
import type { DeviceWhole } from '../../api/types.ts'

/** All that the till last said; parts of it may be missing where an older agent said it. */
export const saidOf = ({ said }: DeviceWhole): Partial<Status> | null => said as Partial<Status> | null

/** What can go wrong with a simulated store server or device, on demand. */
import type { DeviceReason } from '../device/contract.ts'

/** How the connection, the host or its power misbehaves. */
type HostFault =
  /** TCP refused. With `times`, that many connections are reset instead: nobody can count refused ones. */
  | { readonly kind: 'refuse' }
  /** Powered off: as `refuse`, and nothing it was doing goes on until the fault is gone. */
  | { readonly kind: 'off' }
  /** Accepts TCP and never speaks. */
  | { readonly kind: 'hang' }
  /** Closes before the handshake, as sshd does beyond MaxStartups. */
  | { readonly kind: 'throttled' }
  | { readonly kind: 'signInRefused' }
  /** Another host key from now on, for good. */
  | { readonly kind: 'hostKeyChanged' }
  /** Banner before sign-in, noise on both outputs around the marked line. */
  | { readonly kind: 'noise' }
  | { readonly kind: 'slow'; readonly bytesPerSecond?: number; readonly latencyMs?: number }
  /** A command (`status`, `download start`, `sha256sum`, `sftp`; none named: any) is accepted and never answers. */
  | { readonly kind: 'hangVerb'; readonly verb?: string }
  /**
   * Once, unless `times` says otherwise. Store: every connection of the uploader is cut when so many payload bytes
   * were written since the fault was set. Device: its download is cut when so many bytes came.
   */
  | { readonly kind: 'dropAtByte'; readonly bytes: number }
  /** Store: writes fail, `df` shows nothing free. Device: download and arming are refused. */
  | { readonly kind: 'diskFull' }
  /**
   * One byte differs. Store: `stored` in what is uploaded (default), `served` in what devices fetch.
   * Device: `received` in what it downloads (default), `staged` after its check, as a dying disk does.
   */
  | { readonly kind: 'corrupt'; readonly where?: 'stored' | 'served' | 'received' | 'staged' }

/** What only a device can do wrong. */
type AgentFault =
  /** The new version is never healthy; the device goes back by itself, or with `stay` cannot. */
  | { readonly kind: 'healthFails'; readonly stay?: boolean }
  | { readonly kind: 'installFails' }
  | { readonly kind: 'rollbackFails' }
  | { readonly kind: 'shiftOpen' }
  | { readonly kind: 'receiptOpen' }
  | { readonly kind: 'wrongCashId'; readonly cashId: string }
  | { readonly kind: 'agentMissing' }
  /** As agents were at first: `describe` knows nothing of what came later. */
  | { readonly kind: 'oldAgent' }
  /** Two marked lines, a marked line that is no JSON, an exit status that does not fit the class. */
  | { readonly kind: 'doubleAnswer' }
  | { readonly kind: 'garbageAnswer' }
  | { readonly kind: 'wrongExit'; readonly status?: number }
  /** A mutating verb is refused with this reason, whatever it is. */
  | { readonly kind: 'refuseVerb'; readonly verb?: string; readonly reason: DeviceReason }
  /** The verb is done and recorded, and the connection dies before its answer. */
  | { readonly kind: 'loseAnswer'; readonly verb?: string }
  /** Power cuts, once unless `times` says otherwise; back after so many ms with what its disk holds. */
  | { readonly kind: 'dieAfterArm'; readonly backAfterMs?: number }
  | {
      readonly kind: 'dieDuringRestart'
      readonly at?: 'beforeSwitch' | 'afterSwitch'
      readonly backAfterMs?: number
    }
  | { readonly kind: 'dieDuringDownload'; readonly bytes: number; readonly backAfterMs?: number }

/** `times`: gone after it struck so often; left out: until it is replaced. Lasting ones (slow, off, noise) do not count. */
export type Fault = (HostFault | AgentFault) & { readonly times?: number }
export type FaultKind = Fault['kind']
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

const ONCE: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'dropAtByte',
  'dieAfterArm',
  'dieDuringRestart',
  'dieDuringDownload',
  'loseAnswer',
])

interface Held {
  readonly fault: Fault
  left: number
}

/** The faults of one host. */
export class FaultBox {
  #held: Held[] = []

  /** Replaces all faults; null stands for none. */
  set(...faults: readonly (Fault | null)[]): void {
    this.#held = faults
      .filter((fault) => fault !== null)
      .map((fault) => ({
        fault,
        left: fault.times ?? (ONCE.has(fault.kind) ? 1 : Number.POSITIVE_INFINITY),
      }))
  }

  /** Looks, and uses nothing up. */
  has<K extends FaultKind>(
    kind: K,
    fits: (fault: FaultOf<K>) => boolean = () => true,
  ): FaultOf<K> | undefined {
    return this.#find(kind, fits)?.fault as FaultOf<K> | undefined
  }

  /** Strikes once: one of its `times` is used up. */
  take<K extends FaultKind>(
    kind: K,
    fits: (fault: FaultOf<K>) => boolean = () => true,
  ): FaultOf<K> | undefined {
    const held = this.#find(kind, fits)
    if (held === undefined) return undefined
    held.left--
    if (held.left <= 0) this.#held = this.#held.filter((other) => other !== held)
    return held.fault as FaultOf<K>
  }

  #find<K extends FaultKind>(kind: K, fits: (fault: FaultOf<K>) => boolean): Held | undefined {
    return this.#held.find(({ fault }) => fault.kind === kind && fits(fault as FaultOf<K>))
  }
}

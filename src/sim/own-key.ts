/** The key by which a simulated device signs in to its own store server. */
import { newKeyPair } from './keys.ts'
import { done, refused, usage, type Verb } from './reply.ts'

const makeOwnKey = () => {
  const { publicLine, privateKey } = newKeyPair()
  return { publicKey: publicLine, privateKey }
}

/** The private half never leaves the device. Another key lies beside the one in use until that one is to be used. */
export const key: Verb = async ({ state }, call, input) => {
  const [wanted, renews] = [call.text('use'), call.text('renew') === 'true']
  if (wanted !== '' && call.text('renew') !== '') return usage('--use and --renew')
  if (input.trim() !== '') state.knownHosts = input
  if (wanted !== '') {
    const is = ({ publicKey }: { publicKey: string }) => publicKey.split(' ')[1] === wanted
    if (state.nextKey !== undefined && is(state.nextKey)) {
      state.ownKey = state.nextKey
      delete state.nextKey
    }
    return state.ownKey !== undefined && is(state.ownKey)
      ? done({ publicKey: state.ownKey.publicKey })
      : refused('internalError')
  }
  if (state.ownKey !== undefined && renews) {
    state.nextKey = makeOwnKey()
    return done({ publicKey: state.nextKey.publicKey })
  }
  state.ownKey ??= makeOwnKey()
  return done({ publicKey: state.ownKey.publicKey })
}

/** What concerns the till's own software, as far as it can be tried without harm. */
import { z } from 'zod'
import { closeShift, key as keyCall, switchKey } from '../../device/commands.ts'
import { doneData } from '../../device/contract.ts'
import { type Check, expect, skip } from '../check.ts'
import { cleanCall, messageCall } from '../words.ts'

const TEXT = `Nightshift: проверка связи, not for you.
"quotes" 'quotes' \\ $(true) \`true\`
NIGHTCTL/1 {"class":"refused","reason":"internalError","data":null}
`

const message: Check = {
  id: 'message',
  title: 'takes a message from standard input, whatever it holds',
  section: 'Verbs',
  says: '`message` (at most 4000 bytes of text on stdin)',
  mend: 'read standard input as data; print nothing of it, and give it to no shell',
  run: async (bench) => {
    const claim = bench.claim()
    await bench.done(messageCall(claim, TEXT), doneData)
    await bench.done(messageCall(claim, TEXT), doneData)
    await bench.done(messageCall(bench.claim(), 'ж'.repeat(2000)), doneData)
    return 'quotes, a marked line of its own, 4000 bytes'
  },
}

const clean: Check = {
  id: 'clean',
  title: 'clears up, and keeps what it is told to keep',
  section: 'Verbs',
  says: '`clean --keep N` + common flags',
  mend: 'the newest N staged packages stay, and always what is armed or running',
  needs: ['status'],
  run: async (bench) => {
    const before = (await bench.status()).staged.length
    await bench.done(cleanCall(bench.claim(), 100), doneData)
    const after = (await bench.status()).staged.length
    expect(after === before, `clean --keep 100 with ${before} staged packages left ${after}`)
    return `kept all of ${before}`
  },
}

const closedShift: Check = {
  id: 'close-shift',
  title: 'closing a shift that is closed is done',
  section: 'Verbs',
  says: 'no shift is open',
  mend: 'look first: where no shift is open, answer done and print nothing',
  needs: ['status'],
  run: async (bench) => {
    const { shift } = await bench.status()
    if (shift?.open !== false) skip(`a shift would be closed: status.shift.open is ${shift?.open ?? null}`)
    await bench.done(closeShift(bench.claim()), doneData)
    const after = (await bench.status()).shift
    expect(after?.open === false, `done, and status.shift.open is ${after?.open ?? null}`)
    return 'done, and it is still closed'
  },
}

const ownKey: Check = {
  id: 'own-key',
  title: 'has a key of its own, and keeps it',
  section: 'Verbs',
  says: "with the device's own read-only key",
  mend: 'ssh-keygen -t ed25519 where there is no key yet, and beside it for --renew true; print its public half only',
  run: async (bench) => {
    if (bench.described.capabilities.ownKey !== true) skip('it does not say that it can: ownKey')
    const shape = z.object({ publicKey: z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/=]{68}( \S.*)?$/) })
    const first = await bench.done(keyCall(bench.claim(), ''), shape)
    const second = await bench.done(keyCall(bench.claim(), ''), shape)
    expect(first.publicKey === second.publicKey, 'asked twice, it showed two keys')
    // What is made beside it and never used does no harm to a device that sells.
    const next = await bench.done(keyCall(bench.claim(), '', { renew: true }), shape)
    expect(next.publicKey !== first.publicKey, '--renew true made no other key')
    const third = await bench.done(keyCall(bench.claim(), ''), shape)
    expect(
      third.publicKey === first.publicKey,
      'after --renew true it uses the new key before it was told to: its store server does not know that one yet',
    )
    const used = await bench.done(switchKey(bench.claim(), first.publicKey), shape)
    expect(used.publicKey === first.publicKey, '--use of the key in use ended with another one')
    return 'the same when it is asked twice; a new one lies beside it until it is told'
  },
}

export const till = [message, clean, closedShift, ownKey]

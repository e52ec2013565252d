/** Whether this head office always asks for two persons is told to whoever is signed in: before they plan anything. */
import { expect, test } from 'vitest'
import { openHeadOffice } from './head-office.ts'

test.each([
  [{}, 'asPlanned'],
  [{ NIGHTSHIFT_TWO_PERSONS: 'always' }, 'always'],
])('with %j /me says %s', async (settings, told) => {
  const office = await openHeadOffice({ settings })
  try {
    expect((await office.ask('GET', '/me')).json).toMatchObject({ twoPersons: told })
  } finally {
    await office.close()
  }
})

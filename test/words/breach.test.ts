import { describe, expect, test } from 'vitest'
import { languages } from '../../src/words/catalogue.ts'
import { renderBreach, renderEvent } from '../../src/words/render.ts'

const numbers = { count: 3, of: 41, percent: 300 / 41, allowed: 5, minimumSample: 20, usual: 1.25 }

describe('why a gate stopped its rollout', () => {
  test.each([
    ['en', 'failures', '3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20'],
    ['ru', 'failures', 'не удалось 3 из 41 оценённых: 7,3%, допустимо 5%, наименьшая выборка 20'],
    ['en', 'silent', '3 of 41 fell silent while they were installed: 7.3%, allowed 5%, known before 1.3'],
    ['ru', 'silent', 'во время установки замолчали 3 из 41: 7,3%, допустимо 5%, было известно 1,3'],
    ['en', 'unreachable', '3 of 41 are out of reach: 7.3% beyond the usual 1.3, allowed 5%'],
    ['ru', 'unreachable', 'нет связи с 3 из 41: 7,3% сверх обычных 1,3, допустимо 5%'],
  ] as const)('%s, %s', (language, breach, text) => {
    expect(renderBreach(language, breach, numbers)).toBe(text)
  })

  test('is no breach, or has lost its numbers', () => {
    expect(renderBreach('en', 'nightOver', numbers)).toBeUndefined()
    expect(renderBreach('en', 'toString', numbers)).toBeUndefined()
    for (const language of languages)
      for (const breach of ['failures', 'silent', 'unreachable'])
        expect(renderBreach(language, breach, {})).not.toMatch(/undefined|NaN|null/)
  })

  test('stands in the journal, with its wave', () => {
    const params = { ...numbers, event: 'pause', reason: 'failures', wave: 2, rollBack: false }
    const facts = { code: 'rolloutPaused', at: new Date('2026-11-22T01:00:00Z'), params, timeZone: 'UTC' }
    expect(renderEvent('en', facts)).toBe(
      '2026-11-22 01:00:00: Rollout paused, wave 2: 3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20',
    )
    expect(renderEvent('ru', facts)).toContain('волна 2: не удалось 3 из 41')
  })
})

/** Times in which nothing is installed: what holds for this rollout, and what a person says does not. */
import { Checkbox, Stack, Text, TextInput, Title } from '@mantine/core'
import { useAnswer } from '../../api/hooks.ts'
import type { Freeze, Page } from '../../api/types.ts'
import { Answered } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { policyOf, withValue } from './draft.ts'
import type { StepProps } from './step-props.ts'

/** Local date-times of each store, a day's margin for the zones. */
const isOver = ({ to }: Freeze): boolean => Date.parse(`${to}Z`) < Date.now() - 24 * 3600_000

/** `25.12.2026 00:00` of `2026-12-25T00:00`. */
function localText(language: string, local: string): string {
  const at = new Date(`${local}Z`)
  if (Number.isNaN(at.getTime())) return local
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at)
}

export function Freezes({ draft, change }: StepProps) {
  const { t } = useWords()
  const freezes = useAnswer<Page<Freeze>>(
    '/freezes',
    { filter: 'lifted:false', limit: 1000 },
    { topics: ['freezes'] },
  )
  return (
    <section aria-label={t('wizard.window.freezes')}>
      <Title order={3} size="h5" mb={6}>
        {t('wizard.window.freezes')}
      </Title>
      <Answered answer={freezes}>
        {({ items }) => {
          const coming = items.filter((one) => !isOver(one))
          if (coming.length === 0)
            return (
              <Text size="sm" c="dimmed">
                {t('wizard.window.noFreezes')}
              </Text>
            )
          return (
            <Stack gap="xs">
              {coming.map((one) => (
                <FreezeRow key={one.id} freeze={one} draft={draft} change={change} />
              ))}
            </Stack>
          )
        }}
      </Answered>
    </section>
  )
}

function FreezeRow({ freeze, draft, change }: StepProps & { readonly freeze: Freeze }) {
  const { t, language } = useWords()
  const overrides = policyOf(draft).overrideFreezes
  const own = overrides.find((one) => one.freezeId === freeze.id)
  const others = overrides.filter((one) => one.freezeId !== freeze.id)
  const write = (reason: string | undefined) =>
    change({
      policy: withValue(
        draft.policy,
        'overrideFreezes',
        reason === undefined ? others : [...others, { freezeId: freeze.id, reason }],
      ),
    })
  const { kind, name = '' } = freeze.scope
  const span = { from: localText(language, freeze.from), to: localText(language, freeze.to) }
  return (
    <div className="wizard-freeze">
      <div>
        <b>{freeze.name}</b> · {t(`wizard.window.scope.${kind}`, { name })}
      </div>
      <Text size="sm" c="dimmed">
        {t('wizard.window.freezeSpan', span)}
      </Text>
      <Checkbox
        size="xs"
        mt={4}
        label={t('wizard.window.override')}
        aria-label={`${t('wizard.window.override')}: ${freeze.name}`}
        checked={own !== undefined}
        onChange={(event) => write(event.currentTarget.checked ? '' : undefined)}
      />
      {own === undefined ? null : (
        <TextInput
          size="xs"
          mt={4}
          maw={420}
          required
          label={t('wizard.window.overrideReason')}
          error={own.reason.trim() === '' ? t('wizard.window.overrideReasonHint') : undefined}
          value={own.reason}
          maxLength={500}
          onChange={(event) => write(event.currentTarget.value)}
        />
      )}
    </div>
  )
}

/** One till of this rollout, as the address names it: where it stands, how it came to that, and what one does. */
import '../terminal/terminal.css'
import './update.css'
import { Anchor, Drawer, Group } from '@mantine/core'
import { retryOf } from '../../../../src/rollout/reasons.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { DeviceUpdateWhole, RolloutWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Answered, EmptyNotice } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { LogText } from '../terminal/log-text.tsx'
import { UpdateTimeline } from '../terminal/update-timeline.tsx'
import { RetryDialog } from './retry-dialog.tsx'
import { UpdateFacts } from './update-facts.tsx'
import { useAsked } from './use-asked.ts'
import { topicsOf } from './use-rollout.ts'

interface DrawerProps {
  readonly rollout: RolloutWhole
  readonly id: string
}
export function UpdateDrawer({ rollout, id }: DrawerProps) {
  const { t } = useWords()
  const set = useSetParams()
  const found = useAnswer<DeviceUpdateWhole>(
    `/updates/${encodeURIComponent(id)}`,
    {},
    { topics: topicsOf(rollout.id) },
  )
  const code = found.error?.code
  const isNone = found.data === undefined && (code === 'notFound' || code === 'fieldInvalid')
  const { asked, ask, close } = useAsked<true>()
  const isOther = found.data !== undefined && found.data.rolloutId !== rollout.id
  return (
    <Drawer
      opened
      onClose={() => set({ update: undefined })}
      // Escape closes the question before the drawer that it came from.
      closeOnEscape={asked === undefined}
      position="right"
      size="46rem"
      title={t('rollout.update.title')}
      classNames={{
        body: 'terminal-body',
        content: 'terminal-content',
        header: 'terminal-header',
        title: 'terminal-title',
      }}
      closeButtonProps={{ 'aria-label': t('rollout.update.close') }}
    >
      {isNone || isOther ? (
        <EmptyNotice glyph="question" title={t('rollout.update.gone')} hint={id} />
      ) : (
        <Answered answer={found}>
          {(update) => (
            <>
              <Shown rollout={rollout} update={update} onRetry={() => ask(true)} />
              {asked === undefined ? null : (
                <RetryDialog
                  rollout={rollout}
                  states={[update.state]}
                  cashIds={[update.device.cashId]}
                  onClose={close}
                />
              )}
            </>
          )}
        </Answered>
      )}
    </Drawer>
  )
}

interface ShownProps {
  readonly rollout: RolloutWhole
  readonly update: DeviceUpdateWhole
  readonly onRetry: () => void
}
function Shown({ rollout, update, onRetry }: ShownProps) {
  const { t } = useWords()
  const { timeZone } = update.store
  return (
    <div className="terminal-scroll rollout-update">
      <UpdateFacts update={update} />
      <Ways rollout={rollout} update={update} onRetry={onRetry} />
      <section aria-label={t('rollout.update.steps')}>
        <h3 className="rollout-update-title">{t('rollout.update.steps')}</h3>
        <UpdateTimeline attempts={update.attempts} zone={timeZone} />
      </section>
      <LogText title={t('terminal.updates.log')} events={update.events} />
    </div>
  )
}

/** From here: a retry of this till alone, and what else is known of it. */
function Ways({ rollout, update, onRetry }: ShownProps) {
  const { t, core } = useWords()
  const params = useParams()
  const set = useSetParams()
  const { state, reason, device } = update
  const isAllowed = rollout.allowed.includes('retry')
  const why = isAllowed ? undefined : t('rollout.notNow', { state: core.rolloutStates[rollout.state].label })
  const open = (tillTab: 'settings' | 'log') => set({ ...params, till: device.cashId, tillTab })
  return (
    <Group gap="sm" className="rollout-update-ways">
      {retryOf(rollout.kind, state, reason) === undefined ? null : (
        <ActButton
          permission="rollouts.control"
          why={why}
          onClick={onRetry}
          leftSection={<Glyph name="back" size={12} />}
        >
          {t('rollout.update.retry')}
        </ActButton>
      )}
      <Anchor component="button" type="button" size="sm" onClick={() => open('settings')}>
        {t('rollout.update.settings')}
      </Anchor>
      <Anchor component="button" type="button" size="sm" onClick={() => open('log')}>
        {t('rollout.update.tillLog')}
      </Anchor>
    </Group>
  )
}

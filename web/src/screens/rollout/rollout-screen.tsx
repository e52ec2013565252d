/** One rollout: how it stands in honest numbers, its waves on the clock, what is in the way, and its controls. */
import { Tabs } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { RolloutWhole } from '../../api/types.ts'
import { Answered } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { ApprovalPanel } from '../wizard/approval-panel.tsx'
import { Banners } from './banners.tsx'
import { Buckets } from './buckets.tsx'
import { Controls } from './controls.tsx'
import { Gates } from './gates.tsx'
import { RolloutCrumbs, RolloutFacts } from './rollout-facts.tsx'
import './rollout.css'
import { RolloutLog } from './rollout-log.tsx'
import { StorePackages } from './store-packages.tsx'
import { TimelinePanel } from './timeline-panel.tsx'
import { Troubles } from './troubles.tsx'
import { UpdateList } from './update-list.tsx'
import { hasBegun, useRollout, useRolloutId } from './use-rollout.ts'

const UpdateDrawer = lazy(async () => ({
  default: (await import('./update-drawer.tsx')).UpdateDrawer,
}))

const tabs = ['overview', 'tills', 'packages', 'log'] as const
type Tab = (typeof tabs)[number]

function Body({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const { tab: asked } = useParams()
  const set = useSetParams()
  const tab: Tab = tabs.find((one) => one === asked) ?? 'overview'
  return (
    <Tabs
      value={tab}
      onChange={(next) =>
        // Each list has fields of its own: the filter of one is none of another.
        set(
          {
            tab: next === null || next === 'overview' ? undefined : next,
            filter: undefined,
            sort: undefined,
          },
          { replace: true },
        )
      }
      keepMounted={false}
      className="rollout-tabs"
    >
      <Tabs.List>
        {tabs.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`rollout.tabs.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <div className="rollout-overview">
          <Troubles rollout={rollout} />
          <TimelinePanel rollout={rollout} />
          <Gates rollout={rollout} />
        </div>
      </Tabs.Panel>
      <Tabs.Panel value="tills">
        <UpdateList rollout={rollout} />
      </Tabs.Panel>
      <Tabs.Panel value="packages">
        <StorePackages rollout={rollout} />
      </Tabs.Panel>
      <Tabs.Panel value="log">
        <RolloutLog rollout={rollout} />
      </Tabs.Panel>
    </Tabs>
  )
}

const OPEN: ReadonlySet<string> = new Set(['draft', 'awaitingApproval'])

/** Before it has begun there is a plan and nothing else. */
function Planned({ rollout }: { readonly rollout: RolloutWhole }) {
  return (
    <div className="rollout-overview">
      {OPEN.has(rollout.state) ? <ApprovalPanel rollout={rollout} /> : null}
      <TimelinePanel rollout={rollout} />
      <RolloutLog rollout={rollout} />
    </div>
  )
}

/** A till's own drawer goes over everything: it has what this one has, and more. */
function OpenUpdate({ rollout }: { readonly rollout: RolloutWhole }) {
  const { update, till } = useParams()
  if (update === undefined || till !== undefined) return null
  return (
    <Suspense>
      <UpdateDrawer key={update} rollout={rollout} id={update} />
    </Suspense>
  )
}

function Whole({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const begun = hasBegun(rollout)
  return (
    <Screen
      title={rollout.name}
      actions={<Controls rollout={rollout} />}
      crumbs={<RolloutCrumbs rollout={rollout} />}
    >
      <RolloutFacts rollout={rollout} />
      <Banners rollout={rollout} />
      {begun && rollout.next !== null ? <ApprovalPanel rollout={rollout} /> : null}
      {begun ? <Buckets rollout={rollout} /> : null}
      <h2 className="rollout-unseen">{t('rollout.tabs.overview')}</h2>
      {begun ? <Body rollout={rollout} /> : <Planned rollout={rollout} />}
      <OpenUpdate rollout={rollout} />
    </Screen>
  )
}

export function RolloutScreen() {
  const rollout = useRollout(useRolloutId())
  return <Answered answer={rollout}>{(data) => <Whole rollout={data} />}</Answered>
}

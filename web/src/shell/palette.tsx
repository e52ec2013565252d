/** Jump anywhere without a mouse: type a part of a name, number or address, Enter goes there. */
import { Loader, Modal, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useMe } from '../api/hooks.ts'
import { ProblemNotice } from '../parts/notices.tsx'
import { useWords } from '../words/language.ts'
import { type Place, usePlaces } from './places.ts'
import { keepRecent, readRecent } from './recent.ts'
import { useFound } from './search.ts'

type GroupName = 'recent' | 'stores' | 'tills' | 'rollouts' | 'commands' | 'sections'
interface Group {
  readonly name: GroupName
  readonly places: readonly Place[]
}

const holds = (place: Place, text: string): boolean =>
  `${place.hint ?? ''} ${place.title}`.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase())

function useGroups(text: string, actor: string) {
  const found = useFound(text)
  const own = usePlaces()
  const isEmpty = text.trim() === ''
  const groups: readonly Group[] = [
    { name: 'recent', places: isEmpty ? readRecent(actor) : [] },
    { name: 'stores', places: found.stores },
    { name: 'tills', places: found.tills },
    { name: 'rollouts', places: found.rollouts },
    { name: 'commands', places: own.commands.filter((place) => holds(place, text)) },
    { name: 'sections', places: own.sections.filter((place) => holds(place, text)) },
  ]
  const shown = groups.filter(({ places }) => places.length > 0)
  return { found, groups: shown, places: shown.flatMap(({ places }) => places) }
}

const LIST = 'jump-list'
const optionOf = (at: number): string => `jump-option-${at}`

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const actor = useMe().data?.actor ?? ''
  const [text, setText] = useState('')
  const [asked, setAsked] = useState(0)
  /** Enter was pressed before the server had answered. */
  const [isDecided, setDecided] = useState(false)
  const { found, groups, places } = useGroups(text, actor)
  const at = Math.min(asked, Math.max(places.length - 1, 0))
  useEffect(() => {
    // Newer browsers answer with a promise, which is no way to clean up.
    void document.getElementById(optionOf(at))?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const go = (place: Place | undefined) => {
    if (place === undefined) return
    keepRecent(actor, place)
    onClose()
    void navigate({ to: place.to as string, search: (place.search ?? {}) as never })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when what was decided is known
  useEffect(() => {
    if (!isDecided || found.isBusy) return
    setDecided(false)
    go(places[at])
  }, [isDecided, found.isBusy])
  const keyed = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }
    const step = steps[event.key]
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) return setDecided(true)
    if (step === undefined || places.length === 0) return
    event.preventDefault()
    const next = at + step
    setAsked(
      Math.abs(step) === 1
        ? (next + places.length) % places.length
        : Math.max(0, Math.min(next, places.length - 1)),
    )
  }
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      title={t('shell.jump')}
      classNames={{ header: 'jump-header', body: 'jump-body' }}
      size="lg"
      yOffset="10vh"
    >
      <TextInput
        data-autofocus
        size="md"
        role="combobox"
        aria-label={t('shell.jump')}
        aria-expanded={places.length > 0}
        aria-controls={LIST}
        aria-autocomplete="list"
        aria-activedescendant={places.length === 0 ? undefined : optionOf(at)}
        placeholder={t('jump.hint')}
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setAsked(0)
          setDecided(false)
        }}
        onKeyDown={keyed}
        rightSection={found.isBusy ? <Loader size="xs" aria-label={t('common.loading')} /> : null}
      />
      <Options groups={groups} at={at} onGo={go} onPoint={setAsked} />
      {found.error === null ? null : <ProblemNotice error={found.error} />}
      <p className="jump-none" role="status">
        {places.length === 0 && !found.isBusy && found.error === null ? t('common.nothingFound') : ''}
      </p>
      <p className="jump-foot">{t('jump.keys')}</p>
    </Modal>
  )
}

interface OptionsProps {
  readonly groups: readonly Group[]
  readonly at: number
  readonly onGo: (place: Place) => void
  readonly onPoint: (at: number) => void
}
function Options({ groups, at, onGo, onPoint }: OptionsProps) {
  const { t } = useWords()
  let next = 0
  return (
    <div
      role="listbox"
      id={LIST}
      aria-label={t('shell.jump')}
      className="jump-list"
      hidden={groups.length === 0}
    >
      {groups.map(({ name, places }) => (
        // biome-ignore lint/a11y/useSemanticElements: options stand in groups of their list
        <div key={name} role="group" aria-label={t(`jump.groups.${name}`)}>
          <div className="jump-group" aria-hidden="true">
            {t(`jump.groups.${name}`)}
          </div>
          {places.map((place) => {
            const own = next
            next += 1
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's, which points at it
              <div
                key={place.id}
                id={optionOf(own)}
                role="option"
                tabIndex={-1}
                aria-selected={own === at}
                className="jump-option"
                onMouseMove={() => own !== at && onPoint(own)}
                onClick={() => onGo(place)}
              >
                <span>{place.title}</span>
                {place.hint === undefined ? null : <span className="jump-hint">{place.hint}</span>}
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}

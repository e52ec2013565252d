/** «Загрузить пакет»: three files, what is checked of them one by one, and how far the bytes are. */
import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useMay } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { NoPermission, ProblemNotice } from '../../parts/notices.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { CheckList } from './check-list.tsx'
import { DropZone } from './drop-zone.tsx'
import { PackageFields } from './package-fields.tsx'
import { useKindName } from './terms.ts'
import { checkOf, useChecks } from './upload-checks.ts'
import { addFiles, type FilePart, faultsOf, type UploadFiles, useFields } from './upload-files.ts'
import { UploadProgress } from './upload-progress.tsx'
import { type Upload, useUpload } from './use-upload.ts'

export function UploadDialog() {
  const { t } = useWords()
  const may = useMay('packages.write')
  const set = useSetParams()
  const upload = useUpload()
  const { isRunning, stop } = upload
  useEffect(() => stop, [stop])
  const close = () => set({ kind: undefined }, { replace: true })
  return (
    <Modal
      opened
      onClose={close}
      // A stray key must not throw gigabytes away.
      closeOnEscape={!isRunning}
      closeOnClickOutside={false}
      withCloseButton={!isRunning}
      title={t('packages.up.title')}
      size="42rem"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {may ? <UploadForm upload={upload} onClose={close} /> : <NoPermission />}
    </Modal>
  )
}

interface FormProps {
  readonly upload: Upload
  readonly onClose: () => void
}
function UploadForm({ upload, onClose }: FormProps) {
  const { t } = useWords()
  const [files, setFiles] = useState<UploadFiles>({})
  const [fields, setFields] = useFields()
  const [isOlderMeant, meanOlder] = useState(false)
  const { file } = files
  const { error, done, isRunning } = upload
  const { manifest, checks, isOlder } = useChecks(files, error, done !== undefined)
  const isSigned = files.manifest !== undefined || files.signature !== undefined
  const faults = faultsOf(fields)
  const isOld = isOlder || error?.code === 'versionLower'
  const isReady =
    file !== undefined &&
    file.size > 0 &&
    (isSigned
      ? manifest !== undefined &&
        files.signature !== undefined &&
        checks.every(({ state, code }) => state !== 'bad' || (code === 'versionLower' && isOlderMeant)) &&
        !checks.some(({ state }) => state === 'busy')
      : faults.size === 0) &&
    (!isOld || isOlderMeant)
  const change = (next: UploadFiles) => {
    upload.forget()
    setFiles(next)
  }
  const add = (chosen: readonly File[]) => void addFiles(files, chosen).then(change)
  const remove = (part: FilePart) => change({ ...files, [part]: undefined })
  const start = () => file !== undefined && upload.start({ file, files, fields, isOlderMeant })
  if (done !== undefined)
    return <Done upload={upload} checks={<CheckList checks={checks} />} onClose={onClose} />
  return (
    <Stack gap="sm">
      <DropZone files={files} isFixed={isRunning} onAdd={add} onRemove={remove} />
      {file?.size === 0 ? <Refused text={t('packages.up.fileEmpty')} /> : null}
      {manifest === undefined ? null : <Announced kind={manifest.kind} version={manifest.version} />}
      {isSigned ? (
        <CheckList checks={checks} />
      ) : file === undefined ? null : (
        <PackageFields fields={fields} faults={faults} isFixed={isRunning} onChange={setFields} />
      )}
      {isSigned && (files.manifest === undefined || files.signature === undefined) ? (
        <Refused text={t('packages.up.bothNeeded')} />
      ) : null}
      {isOld ? (
        <Checkbox
          label={t('packages.up.allowOlder')}
          checked={isOlderMeant}
          onChange={(event) => meanOlder(event.currentTarget.checked)}
        />
      ) : null}
      <UploadProgress upload={upload} size={file?.size ?? 0} />
      <Problem error={error} hasLine={isSigned} />
      <Group justify="flex-end">
        {isRunning ? (
          <Button variant="default" onClick={upload.stop}>
            {t('packages.up.stop')}
          </Button>
        ) : (
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
        )}
        <Button disabled={!isReady} loading={isRunning} onClick={start}>
          {t('packages.up.start')}
        </Button>
      </Group>
    </Stack>
  )
}

const Refused = ({ text }: { readonly text: string }) => (
  <Text size="sm" className="packages-warn">
    <Glyph name="bang" /> {text}
  </Text>
)

function Announced({ kind, version }: { readonly kind: string; readonly version: number }) {
  const { t } = useWords()
  const kindName = useKindName()
  const digits = String(version).padStart(8, '0')
  const words = { kind: kindName(kind as 'till'), version: String(Math.floor(version / 1000)), digits }
  return (
    <Text size="sm" fw={600}>
      {t('packages.up.announced', words)}
    </Text>
  )
}

/** What a line of the checks says already is not said again. */
function Problem({ error, hasLine }: { readonly error: ApiProblem | null; readonly hasLine: boolean }) {
  const { t } = useWords()
  if (error === null) return null
  if (error.code === 'cancelled')
    return (
      <Alert
        color="gray"
        p="xs"
        role="status"
        icon={<Glyph name="stop" />}
        title={t('packages.up.cancelled')}
      />
    )
  if (hasLine && checkOf(error) !== undefined) return null
  return <ProblemNotice error={error} />
}

interface DoneProps extends FormProps {
  readonly checks: React.ReactNode
}
function Done({ upload, checks, onClose }: DoneProps) {
  const { t } = useWords()
  const set = useSetParams()
  const { done } = upload
  if (done === undefined) return null
  return (
    <Stack gap="sm">
      <Alert
        color="green"
        role="status"
        icon={<Glyph name="check" />}
        title={t(done.isKnown ? 'packages.up.known' : 'packages.up.done')}
      />
      {checks}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common.close')}
        </Button>
        <Button onClick={() => set({ kind: undefined, package: done.package.id })} data-autofocus>
          {t('packages.up.open')}
        </Button>
      </Group>
    </Stack>
  )
}

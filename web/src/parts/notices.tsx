/** What stands where there is nothing to show: each says what to do next. */
import { Alert, Button, Center, Code, Group, Loader, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { type ApiProblem, asProblem } from '../api/problem.ts'
import { useWords } from '../words/language.ts'
import { Glyph, type GlyphName } from './glyph.tsx'

/** In the catalogue's words, with the code beside them. */
export function useProblemText(): (problem: ApiProblem) => string {
  const { t } = useWords()
  return ({ code }) => t(`problems.${code}`, { defaultValue: code })
}

interface ProblemProps {
  readonly error: unknown
  readonly onAgain?: (() => void) | undefined
}
export function ProblemNotice({ error, onAgain }: ProblemProps) {
  const { t } = useWords()
  const problem = asProblem(error)
  const text = useProblemText()
  if (problem.code === 'permissionMissing') return <NoPermission />
  const { path, errors, requestId } = problem
  const faults = errors.length > 0 ? errors : path === undefined ? [] : [{ code: problem.code, path }]
  return (
    <Alert color="red" role="alert" icon={<Glyph name="bang" />} title={text(problem)} className="problem">
      <Stack gap={4}>
        {faults.slice(0, 20).map((fault) => (
          <Text size="sm" key={`${fault.code} ${fault.path}`}>
            {t(`problems.${fault.code}`, { defaultValue: fault.code })} <Code>{fault.path}</Code>
          </Text>
        ))}
        <Text size="xs" c="dimmed">
          {t('common.code')} <Code>{problem.code}</Code>
          {requestId === undefined ? null : ` · ${t('common.requestId')} `}
          {requestId === undefined ? null : <Code>{requestId}</Code>}
        </Text>
        {onAgain === undefined ? null : (
          <Group>
            <Button size="compact-sm" variant="default" onClick={onAgain}>
              {t('common.again')}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  )
}

interface EmptyProps {
  readonly title: string
  readonly hint?: string | undefined
  readonly glyph?: GlyphName
  readonly children?: ReactNode
}
export function EmptyNotice({ title, hint, glyph = 'dash', children }: EmptyProps) {
  return (
    <Center className="notice">
      <Stack align="center" gap={6}>
        <span className="notice-glyph">
          <Glyph name={glyph} size={32} />
        </span>
        <Text fw={600}>{title}</Text>
        {hint === undefined ? null : (
          <Text size="sm" c="dimmed" ta="center">
            {hint}
          </Text>
        )}
        {children}
      </Stack>
    </Center>
  )
}

export function NoPermission() {
  const { t } = useWords()
  return <EmptyNotice glyph="lock" title={t('common.noPermission')} hint={t('common.noPermissionHint')} />
}

export function LoadingNotice() {
  const { t } = useWords()
  return (
    <Center className="notice waits" role="status" aria-label={t('common.loading')}>
      <Loader size="sm" />
    </Center>
  )
}

interface AnsweredProps<T> {
  readonly answer: { readonly data: T | undefined; readonly error: unknown; readonly refetch?: () => unknown }
  readonly children: (data: T) => ReactNode
}
/** Loading, failed, or what came; what came once stays shown while it is asked for again. */
export function Answered<T>({ answer, children }: AnsweredProps<T>) {
  if (answer.data !== undefined) return children(answer.data)
  if (answer.error != null)
    return <ProblemNotice error={answer.error} onAgain={() => void answer.refetch?.()} />
  return <LoadingNotice />
}

import { Button, Loader, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isUnreachable, Problem, sentenceOf } from '../api.ts'
import { paths } from '../paths.ts'
import { TextLink } from './Link.tsx'

export function WaitingScreen() {
  const { t } = useTranslation()
  return (
    <Stack align="center" justify="center" h="100dvh">
      <Loader size="sm" aria-label={t('common.loading')} />
    </Stack>
  )
}

/** Part of a screen, or a form, that is being fetched. */
export function WaitingPart() {
  const { t } = useTranslation()
  return (
    <Stack gap="sm" aria-busy role="status" aria-label={t('common.loading')}>
      {['40%', '100%', '100%', '60%'].map((width, index) => (
        <Skeleton key={index} h={index === 0 ? 14 : 34} w={width} animate={false} />
      ))}
    </Stack>
  )
}

export function MissingScreen() {
  const { t } = useTranslation()
  return (
    <Message title={t('missing.title')} detail={t('missing.detail')}>
      <TextLink href={paths.home()}>{t('missing.home')}</TextLink>
    </Message>
  )
}

export function FailedScreen({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation()
  const router = useRouter()
  const queries = useQueryClient()
  if (error instanceof Problem && error.status === 404) return <MissingScreen />
  const forbidden = error instanceof Problem && error.status === 403
  const again = async () => {
    // What could not be fetched stays so for this page; it is loaded again once somebody answers.
    if (isUnreachable(error)) {
      if ((await fetch('/readyz').catch(() => null))?.ok) location.reload()
      return
    }
    await queries.resetQueries({ predicate: (query) => query.state.status === 'error' })
    reset()
    await router.invalidate()
  }
  return (
    <Message title={forbidden ? t('failed.forbidden') : t('failed.title')} detail={sentenceOf(error)}>
      {!forbidden && (
        <Button variant="default" onClick={() => void again()}>
          {t('failed.again')}
        </Button>
      )}
    </Message>
  )
}

function Message(props: { title: string; detail: string; children: React.ReactNode }) {
  return (
    <Stack align="center" justify="center" gap="xs" p="xl" mih="60dvh" role="alert">
      <Title order={1}>{props.title}</Title>
      <Text c="dimmed" maw={460} ta="center">
        {props.detail}
      </Text>
      {props.children}
    </Stack>
  )
}

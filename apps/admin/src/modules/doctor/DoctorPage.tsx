import { Button, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { humanise } from '../../format.ts'
import { ErrorNotice, Notice } from '../../ui/Notice.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Facts, Section } from '../../ui/Section.tsx'

type Finding = {
  check: string
  status: 'ok' | 'warning' | 'problem'
  sentence: string
  advice?: string
  tenant?: string
}

/** How the installation is, and what to do where something is wrong: the worst first. */
export function DoctorPage() {
  const { t } = useTranslation()
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['doctor'],
    queryFn: () => api.get<{ status: Finding['status']; checks: Finding[] }>('/doctor'),
    staleTime: 0,
    retry: false,
  })
  const checks = data?.checks ?? []
  const found = [...checks.filter(of('problem')), ...checks.filter(of('warning'))]
  return (
    <>
      <PageHeader
        title={t('doctor.title')}
        actions={
          <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
            {t('doctor.again')}
          </Button>
        }
      />
      <PageColumns>
        <ErrorNotice error={error} />
        {!data && !error && <Skeleton h={200} />}
        {found.map((one, n) => (
          <Notice key={n} tone={one.status === 'problem' ? 'bad' : 'warn'}>
            <Stack gap={2}>
              <strong>{one.sentence}</strong>
              <Text>{one.advice}</Text>
            </Stack>
          </Notice>
        ))}
        {data && found.length === 0 && <Notice tone="info">{t('doctor.well')}</Notice>}
        {data && (
          <Section title={t('doctor.inOrder')}>
            <Facts
              facts={checks
                .filter(of('ok'))
                .map((one) => ({ label: humanise(one.check), value: one.sentence }))}
            />
          </Section>
        )}
      </PageColumns>
    </>
  )
}

const of = (status: Finding['status']) => (one: Finding) => one.status === status

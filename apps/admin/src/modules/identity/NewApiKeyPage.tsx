import { Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { NounForm } from '../../resource/NounForm.tsx'
import { LinkButton } from '../../ui/Link.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { Section } from '../../ui/Section.tsx'

/** The key itself is shown once, here; the server keeps only its hash. */
export function NewApiKeyPage() {
  const { t } = useTranslation()
  const noun = useNoun('api_key')
  const [token, setToken] = useState<string | null>(null)
  if (!noun?.can.create) return <MissingScreen />
  if (token === null) {
    return (
      <NounForm
        noun={noun}
        onCreated={(row) => setToken(String(row['token'] ?? ''))}
        aside={<Text c="dimmed">{t('apiKey.once')}</Text>}
      />
    )
  }
  return (
    <>
      <PageHeader title={t('apiKey.made')} back={{ href: paths.list(noun), label: noun.label_plural }} />
      <PageColumns>
        <Section title={t('apiKey.token')}>
          <Stack>
            <Notice tone="warn">{t('apiKey.copyNow')}</Notice>
            <Code block data-testid="token">
              {token}
            </Code>
            <Group>
              <CopyButton value={token}>
                {({ copied, copy }) => (
                  <Button onClick={copy}>{copied ? t('apiKey.copied') : t('apiKey.copy')}</Button>
                )}
              </CopyButton>
              <LinkButton href={paths.list(noun)} variant="default">
                {t('apiKey.done')}
              </LinkButton>
            </Group>
          </Stack>
        </Section>
      </PageColumns>
    </>
  )
}

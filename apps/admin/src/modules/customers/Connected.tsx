import { Button, CopyButton, Group, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Row } from '../../api.ts'
import { paths } from '../../paths.ts'
import { LinkButton } from '../../ui/Link.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Facts, Section } from '../../ui/Section.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'

/** What the technician needs now. The password is shown this once: the server keeps it sealed. */
export function Connected(props: { customer: Row; service: Row; password: string; onAnother: () => void }) {
  const { t } = useTranslation()
  const { customer, service, password } = props
  const login = String(service['login'] ?? '')
  return (
    <>
      <PageHeader
        title={t('connect.done', { name: String(customer['name']) })}
        number={String(customer['number'] ?? '')}
        chips={<StatusChip value={service['status']} />}
      />
      <PageColumns>
        <Section title={t('connect.access')}>
          <Stack>
            {password !== '' && <Notice tone="info">{t('connect.once')}</Notice>}
            <Facts
              facts={[
                { label: t('connect.login'), value: login && <code>{login}</code> },
                { label: t('connect.password'), value: password && <code>{password}</code> },
                { label: t('connect.address'), value: service['ipv4_address'] as string | null },
              ]}
            />
            <Group gap="xs">
              <LinkButton href={paths.customer(customer.id)} size="sm" data-autofocus>
                {t('connect.open')}
              </LinkButton>
              {password !== '' && (
                <CopyButton value={`${login}\t${password}`}>
                  {({ copied, copy }) => (
                    <Button size="sm" variant="default" onClick={copy}>
                      {copied ? t('apiKey.copied') : t('connect.copy')}
                    </Button>
                  )}
                </CopyButton>
              )}
              <Button size="sm" variant="default" onClick={props.onAnother}>
                {t('connect.another')}
              </Button>
            </Group>
          </Stack>
        </Section>
      </PageColumns>
    </>
  )
}

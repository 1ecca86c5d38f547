import { Button, Drawer, Stack, Table } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { labelOf } from '../../format.ts'
import { fieldNamed, useNoun } from '../../meta.ts'
import { RelatedList } from '../../resource/RelatedList.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Chip } from '../../ui/StatusChip.tsx'
import { When } from '../../ui/When.tsx'
import { RecordConsent, WithdrawConsent, type Said } from './ConsentForms.tsx'
import { usePeople } from './people.ts'

/** What people of this customer agreed to, as it stands now: since when, how it was obtained, and a way to take it back. */
export function Consents({ customer_id }: { customer_id: string }) {
  const { t } = useTranslation()
  const noun = useNoun('consent')
  const people = usePeople(customer_id)
  const [opened, setOpened] = useState<'record' | Said | null>(null)
  const { data, error } = useQuery({
    queryKey: ['consents', customer_id],
    queryFn: () => api.get<{ data: Said[] }>(`/customers/${customer_id}/consents`),
    meta: { live: ['consent'] },
  })
  if (!noun) return null
  const word = (name: string, value: string) => {
    const field = fieldNamed(noun, name)
    return field ? labelOf(field, value) : value
  }
  const rows = data?.data ?? []
  return (
    <Stack>
      <Section
        title={t('consent.inForce')}
        padded={false}
        aside={
          noun.can.create && (
            <Button
              variant="default"
              leftSection={<IconPlus size={14} />}
              onClick={() => setOpened('record')}
            >
              {t('consent.record')}
            </Button>
          )
        }
      >
        <ErrorNotice error={error} />
        {data && rows.length === 0 && <Empty small title={t('consent.none')} detail={t('consent.noneYet')} />}
        {rows.length > 0 && (
          <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table horizontalSpacing="md" aria-label={t('consent.inForce')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('consent.what')}</Table.Th>
                  <Table.Th>{t('consent.who')}</Table.Th>
                  <Table.Th>{t('consent.state')}</Table.Th>
                  <Table.Th>{t('consent.since')}</Table.Th>
                  <Table.Th>{t('consent.how')}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((said) => (
                  <Table.Tr key={said.id}>
                    <Table.Td>
                      {word('purpose', said.purpose)}
                      <small style={{ display: 'block', color: 'var(--isp-dim)' }}>
                        {said.channel ? word('channel', said.channel) : t('consent.everyChannel')}
                      </small>
                    </Table.Td>
                    <Table.Td>
                      {said.contact_id ? (people.get(said.contact_id) ?? '…') : t('consent.everybody')}
                    </Table.Td>
                    <Table.Td>
                      <Chip tone={said.status === 'given' ? 'ok' : 'idle'}>
                        {word('status', said.status)}
                      </Chip>
                    </Table.Td>
                    <Table.Td>
                      <When at={said.at} />
                    </Table.Td>
                    <Table.Td title={said.wording ?? undefined}>
                      {word('obtained_by', said.obtained_by)}
                    </Table.Td>
                    <Table.Td ta="right">
                      {noun.can.create && said.status === 'given' && (
                        <Button
                          variant="subtle"
                          size="compact-sm"
                          color="red"
                          aria-label={t('consent.withdrawThis', { what: word('purpose', said.purpose) })}
                          onClick={() => setOpened(said)}
                        >
                          {t('consent.withdraw')}
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Section>
      <RelatedList
        noun={noun}
        by="customer_id"
        id={customer_id}
        title={t('consent.history')}
        actions={<span />}
      />
      <Drawer
        opened={opened !== null}
        onClose={() => setOpened(null)}
        title={opened === 'record' ? t('consent.record') : t('consent.withdraw')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {opened === 'record' && (
          <RecordConsent noun={noun} customer_id={customer_id} onDone={() => setOpened(null)} />
        )}
        {opened !== null && opened !== 'record' && (
          <WithdrawConsent
            noun={noun}
            said={opened}
            customer_id={customer_id}
            onDone={() => setOpened(null)}
          />
        )}
      </Drawer>
    </Stack>
  )
}

import { Skeleton, Table } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { count } from '../../format.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { TextLink } from '../../ui/Link.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'

type Share = Record<'new' | 'activated' | 'returned' | 'blocked' | 'disabled', number> & {
  id: string | null
  title: string | null
}

/** The stretch of time as a whole, by the customers' partner or by the reason that was given. */
export function ChurnShares({ of, from, to }: { of: 'partner' | 'reason'; from: string; to: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['churn_by', of, from, to],
    queryFn: () => api.get<{ data: Share[] }>(`/reports/churn/by/${of}`, { query: { from, to } }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={120} m="md" />
  if (data.data.length === 0) return <Empty small title={t('churn.none')} />
  const numbers =
    of === 'partner'
      ? (['new', 'activated', 'returned', 'blocked', 'disabled'] as const)
      : (['disabled', 'blocked'] as const)
  return (
    <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t(`churn.of.${of}`)}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`churn.share.${of}`)}</Table.Th>
            {numbers.map((name) => (
              <Table.Th key={name} ta="right">
                {t(`churn.column.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.data.map((share, index) => (
            <Table.Tr key={share.id ?? share.title ?? index}>
              <Table.Th scope="row" fw={400}>
                {share.id ? (
                  <TextLink href={paths.customers({ partner_id: share.id })}>{share.title}</TextLink>
                ) : (
                  (share.title ?? t('churn.noReason'))
                )}
              </Table.Th>
              {numbers.map((name) => (
                <Table.Td key={name} ta="right">
                  {count(share[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

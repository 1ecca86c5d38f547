import { Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { date, readable } from '../../format.ts'
import { isRecord } from '../../meta.ts'
import { Money } from '../../ui/Money.tsx'
import { Section } from '../../ui/Section.tsx'

type Line = { description?: string; period_from?: string; period_to?: string; total?: string; net?: string }

/** What a change comes to, as the server reckons it: credited, charged, together. Nothing where it does not say. */
export function PlanMoney({ result }: { result: unknown }) {
  const { t } = useTranslation()
  const money = isRecord(result) && isRecord(result['money']) ? result['money'] : null
  if (!money) return null
  const lines = (Array.isArray(money['lines']) ? money['lines'] : []).filter(isRecord) as Line[]
  const amounts = (['credit', 'charge', 'fee', 'net', 'balance_before', 'balance_after'] as const).flatMap(
    (name) => {
      const amount = money[name]
      // What is not credited or charged need not be said; a balance of nothing is news.
      const said = typeof amount === 'string' && (name.startsWith('balance') || Number(amount) !== 0)
      return said ? [{ name, amount }] : []
    },
  )
  return (
    <Section title={t('plan.money')}>
      {typeof money['sentence'] === 'string' && <Text mb="xs">{readable(money['sentence'])}</Text>}
      <Table>
        <Table.Tbody>
          {lines.map((line, index) => (
            <Table.Tr key={index}>
              <Table.Td>
                {line.description}
                {line.period_from && line.period_to && (
                  <Text c="dimmed" fz={12}>
                    {date(line.period_from)} – {date(line.period_to)}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">
                <Money amount={line.total ?? line.net} />
              </Table.Td>
            </Table.Tr>
          ))}
          {amounts.map(({ name, amount }) => (
            <Table.Tr key={name}>
              <Table.Th>{t(`plan.${name}`)}</Table.Th>
              <Table.Td ta="right" fw={name === 'balance_after' ? 600 : undefined}>
                <Money amount={amount} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  )
}

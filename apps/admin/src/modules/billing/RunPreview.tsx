import { Button, Drawer, Group, Stack, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../../api.ts'
import { count } from '../../format.ts'
import { paths } from '../../paths.ts'
import { DataGrid, type Column } from '../../resource/DataGrid.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { ErrorNotice, Notice } from '../../ui/Notice.tsx'
import { useQueryState } from '../../ui/search.ts'
import { Section } from '../../ui/Section.tsx'
import { PreviewLines } from './PreviewLines.tsx'
import type { Change, PreviewPage, PreviewRow } from './run.ts'

const changes: Change[] = ['new', 'gone', 'up', 'down', 'same']

/** Each customer against last month, the odd ones first; filters by what changed. */
export function RunPreview({ id }: { id: string }) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const change = query['change'] ?? ''
  const sort = query['sort'] ?? '-odd'
  const preview = useInfiniteQuery({
    queryKey: ['preview', id, change, sort],
    queryFn: ({ pageParam }) =>
      api.get<PreviewPage>(`/billing_runs/${id}/preview`, {
        query: { limit: 50, cursor: pageParam, change, sort },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  })
  const found = preview.data?.pages.flatMap((page) => page.data) ?? []
  const summary = preview.data?.pages[0]?.summary ?? {}
  const rows = found.map((row): Row & { preview: PreviewRow } => ({ id: row.customer_id, preview: row }))
  const byId = new Map(found.map((row) => [row.customer_id, row]))
  const opened = query['customer'] ? byId.get(query['customer']) : undefined
  const of = (row: Row) => byId.get(row.id)
  const columns: Column[] = [
    {
      id: 'name',
      label: t('run.customer'),
      width: 280,
      sortable: true,
      cell: (row) => (
        <TextLink href={paths.customer(row.id)} inherit fw={500}>
          {of(row)?.customer_name}
        </TextLink>
      ),
    },
    { id: 'number', label: t('run.number'), width: 100, cell: (row) => of(row)?.number },
    {
      id: 'last_total',
      label: t('run.last'),
      width: 130,
      align: 'right',
      cell: (row) => <Money amount={of(row)?.last_total} />,
    },
    {
      id: 'total',
      label: t('run.this'),
      width: 130,
      align: 'right',
      sortable: true,
      cell: (row) => <Money amount={of(row)?.total} />,
    },
    {
      id: 'difference',
      label: t('run.difference'),
      width: 130,
      align: 'right',
      sortable: true,
      cell: (row) => <Difference row={of(row)} />,
    },
    {
      id: 'odd',
      label: t('run.warnings'),
      width: 300,
      sortable: true,
      cell: (row) => <Warnings row={of(row)} />,
    },
  ]
  return (
    <Section
      title={t('run.differences')}
      padded={false}
      aside={
        <Group gap={4} role="group" aria-label={t('run.filter')}>
          <Button
            size="compact-sm"
            variant={change === '' ? 'light' : 'subtle'}
            aria-pressed={change === ''}
            onClick={() => setQuery({ change: undefined })}
          >
            {t('run.all')}
          </Button>
          {changes.map((one) => (
            <Button
              key={one}
              size="compact-sm"
              variant={change === one ? 'light' : 'subtle'}
              color={change === one ? undefined : 'gray'}
              aria-pressed={change === one}
              onClick={() => setQuery({ change: one })}
            >
              {t(`run.kind.${one}`)} {count(summary[one] ?? 0)}
            </Button>
          ))}
        </Group>
      }
    >
      <ErrorNotice error={preview.error} />
      <DataGrid
        inline
        label={t('run.differences')}
        columns={columns}
        rows={rows}
        compact={phone ? (row) => <CompactPreview row={of(row)} /> : undefined}
        sort={sort}
        onSort={(next) => setQuery({ sort: next })}
        onOpen={(row) => setQuery({ customer: row.id }, true)}
        waiting={preview.isPending}
        stale={preview.isPlaceholderData}
        more={preview.hasNextPage}
        onMore={() => !preview.isFetching && void preview.fetchNextPage()}
        empty={<Empty small title={t('run.nobody')} />}
      />
      <Drawer
        opened={opened !== undefined}
        onClose={() => setQuery({ customer: undefined })}
        title={opened?.customer_name}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {opened && (
          <Stack>
            {opened.warnings.map((warning) => (
              <Notice key={warning} tone="warn">
                {warning}
              </Notice>
            ))}
            <PreviewLines row={opened} />
          </Stack>
        )}
      </Drawer>
    </Section>
  )
}

function CompactPreview({ row }: { row: PreviewRow | undefined }) {
  if (!row) return null
  return (
    <div
      style={{
        display: 'grid',
        gridTemplateColumns: 'minmax(0, 1fr) auto',
        lineHeight: '24px',
        columnGap: 12,
      }}
    >
      <TextLink href={paths.customer(row.customer_id)} fw={500} truncate>
        {row.customer_name}
      </TextLink>
      <span style={{ textAlign: 'right' }}>
        <Money amount={row.total} />
      </span>
      <span style={{ color: 'var(--isp-dim)', fontSize: 13 }}>{row.number}</span>
      <span style={{ textAlign: 'right' }}>
        <Difference row={row} />
      </span>
    </div>
  )
}

function Difference({ row }: { row: PreviewRow | undefined }) {
  const { t } = useTranslation()
  if (!row) return null
  if (row.change === 'new' || row.change === 'gone') return t(`run.kind.${row.change}`)
  if (Number(row.difference) === 0) return <span style={{ color: 'var(--isp-dim)' }}>–</span>
  return (
    <>
      {row.difference?.startsWith('-') ? '' : '+'}
      <Money amount={row.difference} />
    </>
  )
}

function Warnings({ row }: { row: PreviewRow | undefined }) {
  const [first] = row?.warnings ?? []
  if (!first) return null
  return (
    <Tooltip label={row?.warnings.join(' ')}>
      <span style={{ color: 'var(--isp-warn)' }}>
        <IconAlertTriangle size={14} aria-hidden style={{ verticalAlign: -2 }} /> {first}
      </span>
    </Tooltip>
  )
}

import { Button, Checkbox, Menu, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { IconBookmark, IconTrash, IconUsersGroup } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../api.ts'
import { isRecord, meQuery, useNoun, type Noun } from '../meta.ts'
import { refreshEverything } from '../query-client.ts'
import { ErrorNotice } from '../ui/Notice.tsx'
import type { Search } from '../ui/search.ts'
import { filtersOf, keyOf, listQuery } from './filters.ts'

type Props = {
  noun: Noun
  query: Search
  columns: string[]
  onChange: (change: Record<string, string | undefined>) => void
}

/** Named ways to look at this list, one's own and the shared ones. */
export function SavedViews({ noun, query, columns, onChange }: Props) {
  const { t } = useTranslation()
  const views = useNoun('saved_view')
  const [naming, setNaming] = useState(false)
  const { data } = useQuery({
    queryKey: ['views', noun.name],
    queryFn: () => api.get<Page<Row>>(views?.path ?? '', { query: { noun: noun.name, limit: 100 } }),
    enabled: views?.can.list === true,
  })
  const { user } = useSuspenseQuery(meQuery).data
  const remove = useMutation({
    mutationFn: (id: string) => api.delete(`${views?.path}/${id}`),
    onSuccess: refreshEverything,
  })
  if (!views?.can.list) return null
  const open = (view: Row) => {
    const stored = isRecord(view['query']) ? view['query'] : {}
    const cleared = Object.fromEntries(
      [...filtersOf(noun, query).map(keyOf), 'q', 'sort', 'columns'].map((key) => [key, undefined]),
    )
    const wanted = Object.fromEntries(
      Object.entries(stored).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
    onChange({ ...cleared, ...wanted })
  }
  const saved = (data?.data ?? []).filter((view) => view['shared'] === true || view['user_id'] === user.id)
  return (
    <>
      <Menu width={260}>
        <Menu.Target>
          <Button variant="subtle" color="gray" leftSection={<IconBookmark size={16} />}>
            {t('views.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {saved.length === 0 && <Menu.Label>{t('views.none')}</Menu.Label>}
          {saved.map((view) => (
            <Menu.Item
              key={view.id}
              onClick={() => open(view)}
              leftSection={
                view['shared'] === true ? (
                  <IconUsersGroup size={15} aria-label={t('views.shared')} />
                ) : (
                  <IconBookmark size={15} aria-hidden />
                )
              }
            >
              {String(view['name'])}
            </Menu.Item>
          ))}
          <Menu.Divider />
          {views.can.create && <Menu.Item onClick={() => setNaming(true)}>{t('views.save')}</Menu.Item>}
          {views.can.delete &&
            saved.map((view) => (
              <Menu.Item
                key={view.id}
                c="dimmed"
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={() => remove.mutate(view.id)}
              >
                {t('views.remove', { name: String(view['name']) })}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={naming}
        onClose={() => setNaming(false)}
        title={t('views.save')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <SaveView
          path={views.path}
          noun={noun}
          query={{ ...listQuery(noun, query), columns: columns.join(',') }}
          onDone={() => setNaming(false)}
        />
      </Modal>
    </>
  )
}

function SaveView({
  path,
  noun,
  query,
  onDone,
}: {
  path: string
  noun: Noun
  query: Search
  onDone: () => void
}) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const save = useMutation({
    mutationFn: () => api.post(path, { noun: noun.name, name, query, shared }),
    onSuccess: async () => {
      await refreshEverything()
      onDone()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack>
        <ErrorNotice error={save.error} />
        <TextInput
          label={t('views.name')}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox
          label={t('views.share')}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <Button type="submit" loading={save.isPending}>
          {t('views.save')}
        </Button>
      </Stack>
    </form>
  )
}

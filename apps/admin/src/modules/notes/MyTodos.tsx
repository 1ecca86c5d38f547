import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../../api.ts'
import { useMeta, useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { TextLink } from '../../ui/Link.tsx'
import { Section } from '../../ui/Section.tsx'
import { TodoList } from './Todos.tsx'

/** What is left for whoever is signed in, and what each hangs on. Nothing where there is nothing. */
export function MyTodos() {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const noun = useNoun('todo')
  const { data } = useQuery({
    queryKey: ['todos', 'mine'],
    queryFn: () => api.get<Page<Row>>('/todos/mine', { query: { limit: 20 } }),
    enabled: noun?.can.list === true,
    meta: { live: ['todo'] },
  })
  if (!noun || !data || data.data.length === 0) return null
  return (
    <Section title={t('todo.mine')}>
      <TodoList
        noun={noun}
        rows={data.data}
        refs={{}}
        about={(row) => {
          const known = data._refs?.[String(row['row_id'])]
          const about = nouns.find((one) => one.name === row['noun'])
          return known && about ? (
            <TextLink href={paths.row(about, String(row['row_id']))}>{known.title}</TextLink>
          ) : null
        }}
      />
    </Section>
  )
}

import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Refs, type Row } from '../../api.ts'
import { date, tenantToday } from '../../format.ts'
import { useMeta, useNoun, type Noun } from '../../meta.ts'
import { ReferencePicker } from '../../resource/ReferencePicker.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { useAttached, useSmallChange, type Bearer } from './attached.ts'
import classes from './Attached.module.css'

/** What is to be done about a row, until when and by whom; the most urgent first, what is done last. */
export function Todos(bearer: Bearer) {
  const { t } = useTranslation()
  const noun = useNoun('todo')
  const users = useNoun('user')
  const { data, error } = useAttached('todos', bearer, noun?.can.list === true, 'assignee_id')
  const [title, setTitle] = useState('')
  const [due_date, setDue] = useState('')
  const [assignee_id, setAssignee] = useState<string | null>(null)
  const change = useSmallChange()
  if (!noun?.can.list) return null
  const add = () =>
    change.mutate(async () => {
      await api.post('/todos', {
        ...bearer,
        title: title.trim(),
        ...(due_date ? { due_date } : {}),
        ...(assignee_id ? { assignee_id } : {}),
      })
      setTitle('')
      setDue('')
    })
  return (
    <Section title={noun.label_plural}>
      <ErrorNotice error={error} />
      {noun.can.create && (
        <form
          className={classes.composer}
          onSubmit={(event) => {
            event.preventDefault()
            if (title.trim() !== '') add()
          }}
        >
          <TextInput
            aria-label={t('todo.new')}
            placeholder={t('todo.new')}
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            aria-label={t('todo.due')}
            value={due_date}
            onChange={(event) => setDue(event.currentTarget.value)}
            style={{ flex: '0 1 150px' }}
          />
          {users?.can.list && (
            <div style={{ flex: '0 1 180px' }}>
              <ReferencePicker
                to="user"
                label={t('todo.assignee')}
                hideLabel
                value={assignee_id}
                onChange={setAssignee}
              />
            </div>
          )}
          <Button type="submit" disabled={title.trim() === ''} loading={change.isPending}>
            {t('todo.add')}
          </Button>
        </form>
      )}
      <TodoList noun={noun} rows={data?.data ?? []} refs={data?._refs ?? {}} />
    </Section>
  )
}

/** To-dos with their boxes; ticked, they are done, and can be taken up again. */
export function TodoList(props: {
  noun: Noun
  rows: Row[]
  refs: Refs
  about?: (row: Row) => React.ReactNode
}) {
  const rows = props.rows.toSorted(
    (a, b) =>
      Number(isOpen(b)) - Number(isOpen(a)) ||
      Number(b['pinned'] === true) - Number(a['pinned'] === true) ||
      String(a['due_date'] ?? '9999').localeCompare(String(b['due_date'] ?? '9999')),
  )
  const able = props.noun.commands.some((command) => command.verb === 'complete')
  return (
    <ul className={classes.list}>
      {rows.map((row) => (
        <TodoItem
          key={row.id}
          row={row}
          able={able}
          assignee={props.refs[String(row['assignee_id'])]?.title}
          about={props.about?.(row)}
        />
      ))}
    </ul>
  )
}

const isOpen = (row: Row) => row['status'] === 'open'

type ItemProps = { row: Row; able: boolean; assignee: string | undefined; about: React.ReactNode }

/** The tick shows at once; when the server refuses, it goes away again and the toast says why. */
function TodoItem({ row, able, assignee, about }: ItemProps) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const change = useSmallChange()
  const [ticked, setTicked] = useState<boolean | null>(null)
  const open = isOpen(row)
  const due = typeof row['due_date'] === 'string' ? row['due_date'] : null
  const late = open && due !== null && due < tenantToday(tenant)
  return (
    <li data-done={!open || undefined}>
      <Checkbox
        checked={ticked ?? !open}
        disabled={!able}
        label={String(row['title'])}
        description={
          <>
            {due && (
              <span className={late ? classes.late : undefined}>
                {t(late ? 'todo.late' : 'todo.until', { date: date(due) })}
              </span>
            )}
            {due && assignee && ' · '}
            {assignee}
            {!open && ` ${t('todo.doneBy', { name: String(row['done_by'] ?? '') })}`}
          </>
        }
        onChange={() => {
          setTicked(open)
          change.mutate(() => api.post(`/todos/${row.id}/${open ? 'complete' : 'reopen'}`, {}), {
            onSettled: () => setTicked(null),
          })
        }}
      />
      {about && <span className={classes.acts}>{about}</span>}
    </li>
  )
}

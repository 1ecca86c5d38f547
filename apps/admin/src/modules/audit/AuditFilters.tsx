import { NativeSelect, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allFields, useMeta, useNoun } from '../../meta.ts'
import { ReferencePicker } from '../../resource/ReferencePicker.tsx'
import { useQueryState } from '../../ui/search.ts'
import classes from './AuditFilters.module.css'

/** Of what, by whom, which field, since when and until when; the rest is among the list's own filters. */
export function AuditFilters() {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const users = useNoun('user')
  const [query, setQuery] = useQueryState()
  const about = nouns.find((noun) => noun.name === query['noun'])
  return (
    <div className={classes.filters}>
      <NativeSelect
        size="xs"
        label={t('audit.noun')}
        value={query['noun'] ?? ''}
        onChange={(event) =>
          setQuery({ noun: event.currentTarget.value || undefined, changed: undefined, row_id: undefined })
        }
        data={[
          { value: '', label: t('audit.anything') },
          ...nouns.map(({ name, label }) => ({ value: name, label })),
        ]}
      />
      <NativeSelect
        size="xs"
        label={t('audit.changed')}
        disabled={!about}
        value={query['changed'] ?? ''}
        onChange={(event) => setQuery({ changed: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: t('audit.anyField') },
          ...(about ? allFields(about).map(({ name, label }) => ({ value: name, label })) : []),
        ]}
      />
      {users?.can.list && (
        <ReferencePicker
          size="xs"
          to="user"
          label={t('audit.who')}
          value={query['actor_id'] ?? null}
          onChange={(id) => setQuery({ actor_id: id ?? undefined })}
        />
      )}
      <Day bound="gte" label={t('audit.from')} query={query} setQuery={setQuery} />
      <Day bound="lte" label={t('audit.to')} query={query} setQuery={setQuery} />
    </div>
  )
}

type DayProps = {
  bound: 'gte' | 'lte'
  label: string
  query: Record<string, string>
  setQuery: (change: Record<string, string | undefined>) => void
}

/** A whole day as this browser's person lives it: from its first moment, or until its last. */
function Day({ bound, label, query, setQuery }: DayProps) {
  const key = `at[${bound}]`
  const value = query[key]
  const at = value === undefined ? null : new Date(value)
  return (
    <TextInput
      size="xs"
      type="date"
      label={label}
      value={at && !Number.isNaN(at.getTime()) ? at.toLocaleDateString('sv-SE') : ''}
      onChange={(event) => {
        const day = event.currentTarget.value
        const instant = new Date(`${day}T${bound === 'gte' ? '00:00:00' : '23:59:59.999'}`)
        setQuery({ [key]: day === '' ? undefined : instant.toISOString() })
      }}
    />
  )
}

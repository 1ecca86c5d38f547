import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, type Page, type Row } from '../api.ts'
import { titleOf, useNoun } from '../meta.ts'

type Props = {
  name: string
  label: string
  description?: ReactNode
  required: boolean
  disabled: boolean
  error: string | undefined
  to: string
  value: string[]
  onChange: (ids: string[]) => void
}

/** Several rows of a small noun, such as labels or roles: all of them are offered. */
export function ReferencesPicker({ to, value, onChange, ...rest }: Props) {
  const noun = useNoun(to)
  const { data } = useQuery({
    queryKey: ['pick', noun?.path, 'all'],
    queryFn: () => api.get<Page<Row>>(noun?.path ?? '', { query: { limit: 200 } }),
    enabled: noun !== undefined,
  })
  const options = (data?.data ?? []).map((row) => ({
    value: row.id,
    label: noun ? titleOf(noun, row) : row.id,
  }))
  const unknown = value
    .filter((id) => !options.some((option) => option.value === id))
    .map((id) => ({ value: id, label: id.slice(0, 8) }))
  return (
    <MultiSelect {...rest} searchable data={[...options, ...unknown]} value={value} onChange={onChange} />
  )
}

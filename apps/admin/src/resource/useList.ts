import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, type Page, type Refs, type Row } from '../api.ts'
import { fieldNamed, nameFields, type Noun } from '../meta.ts'

const pageSize = 50

/** One list of a noun, page after page, of what its columns show and its rows are called by; references among them are resolved. */
export function listQueryOptions(noun: Noun, query: Record<string, string>, columns: string[]) {
  const include = referencesAmong(noun, columns)
  const fields = [...new Set([...columns, ...nameFields(noun)])]
    .filter((name) => fieldNamed(noun, name))
    .join()
  return infiniteQueryOptions({
    queryKey: ['list', noun.path, query, fields, include],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Row>>(noun.path, {
        query: {
          ...query,
          limit: pageSize,
          cursor: pageParam,
          fields,
          include,
          count: pageParam === '' ? 'true' : '',
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  })
}

export function referencesAmong(noun: Noun, columns: string[]): string {
  return columns.filter((name) => isReference(noun, name)).join(',')
}

function isReference(noun: Noun, name: string): boolean {
  const field = fieldNamed(noun, name)
  // A row of whichever noun the row names, as in the audit.
  if (name === 'row_id' && field?.kind === 'reference') return fieldNamed(noun, 'noun') !== undefined
  return field?.to !== undefined && ['reference', 'references', 'user', 'files'].includes(field.kind)
}

export function useList(
  noun: Noun,
  query: Record<string, string>,
  columns: string[],
  options: { still?: boolean } = {},
) {
  const result = useInfiniteQuery({
    ...listQueryOptions(noun, query, columns),
    meta: options.still ? {} : { live: [noun.name], rest_ms: 3000 },
  })
  const pages = result.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.data) ?? [], [pages])
  const refs = useMemo<Refs>(
    () => Object.assign({}, ...(pages?.map((page) => page._refs ?? {}) ?? [])),
    [pages],
  )
  const [first] = pages ?? []
  return { ...result, rows, refs, total: first?.total, total_at_least: first?.total_at_least }
}

import { useMemo, type ReactNode } from 'react'
import type { Refs, Row } from '../api.ts'
import { isNumeric } from '../format.ts'
import { fieldNamed, titleOf, valueOf, type Field, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { TextLink } from '../ui/Link.tsx'
import type { Column } from './DataGrid.tsx'
import { defaultWidth, type ColumnState } from './useColumns.ts'
import { Value } from './Value.tsx'

/** A column that a hand-made screen adds or draws in its own way. */
export type ExtraColumns = Record<string, (row: Row, field: Field) => ReactNode>

/** The list's columns; the same array until something about them changes, so that rows need not be drawn again. */
export function useGridColumns(noun: Noun, state: ColumnState, refs: Refs, extra?: ExtraColumns): Column[] {
  const { shown, widths } = state
  const names = shown.join()
  return useMemo(
    () => gridColumns(noun, names.split(','), widths, refs, extra),
    [noun, names, widths, refs, extra],
  )
}

function gridColumns(
  noun: Noun,
  shown: string[],
  widths: ColumnState['widths'],
  refs: Refs,
  extra: ExtraColumns = {},
): Column[] {
  return shown.flatMap((name): Column[] => {
    const field = fieldNamed(noun, name)
    if (!field) return []
    return [
      {
        id: name,
        label: field.label,
        width: widths[name] ?? defaultWidth(noun, field),
        ...(isNumeric(field) ? { align: 'right' as const } : {}),
        sortable: field.sortable === true,
        cell: (row) => extra[name]?.(row, field) ?? cellOf(noun, field, row, refs),
      },
    ]
  })
}

function cellOf(noun: Noun, field: Field, row: Row, refs: Refs): ReactNode {
  const value = valueOf(row, field.name)
  if (field.name === noun.title_field && field.kind !== 'reference' && noun.can.get) {
    return (
      <TextLink href={paths.row(noun, row.id)} inherit fw={500}>
        {titleOf(noun, row, refs)}
      </TextLink>
    )
  }
  return <Value field={field} value={value} refs={refs} currency={row['currency']} />
}

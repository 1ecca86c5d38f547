import type { Refs, Row } from '../api.ts'
import { isNumeric } from '../format.ts'
import { fieldNamed, titleOf, valueOf, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { TextLink } from '../ui/Link.tsx'
import { StatusChip } from '../ui/StatusChip.tsx'
import classes from './CompactRow.module.css'
import type { ExtraColumns } from './gridColumns.tsx'
import { Value } from './Value.tsx'

type Props = { noun: Noun; row: Row; shown: string[]; refs: Refs; extra?: ExtraColumns | undefined }

/** One row on a phone: title and state above; below, the next text of the list and its first amount, or number. */
export function CompactRow({ noun, row, shown, refs, extra = {} }: Props) {
  const rest = shown
    .flatMap((name) => fieldNamed(noun, name) ?? [])
    .filter(({ name }) => name !== noun.title_field && name !== 'status')
  const filled = rest.filter(({ name }) => ![null, undefined, ''].includes(valueOf(row, name) as null)) // Membership only.
  const number = filled.find(({ kind }) => kind === 'money') ?? filled.find(isNumeric)
  const texts = filled
    .filter((field) => !isNumeric(field) && !['choice', 'boolean', 'json'].includes(field.kind))
    .slice(0, 2)
  const title = noun.fields.find((field) => field.name === noun.title_field)
  return (
    <div className={classes.row}>
      <div className={classes.line}>
        <TextLink href={paths.row(noun, row.id)} fw={500} className={classes.text}>
          {(title && extra[title.name]?.(row, title)) ?? titleOf(noun, row, refs)}
        </TextLink>
        <StatusChip value={row['status']} field={noun.fields.find((field) => field.name === 'status')} />
      </div>
      <div className={classes.line}>
        <span className={classes.dim}>
          {texts.map((field, index) => (
            <span key={field.name}>
              {index > 0 && ' · '}
              <Value field={field} value={valueOf(row, field.name)} refs={refs} />
            </span>
          ))}
        </span>
        {number &&
          (extra[number.name]?.(row, number) ?? (
            <Value field={number} value={valueOf(row, number.name)} refs={refs} currency={row['currency']} />
          ))}
      </div>
    </div>
  )
}

import { useTranslation } from 'react-i18next'
import type { Row } from '../api.ts'
import { humanise } from '../format.ts'
import { allFields, valueOf, type Noun } from '../meta.ts'
import { Facts, Section } from '../ui/Section.tsx'
import { counts } from './counting.ts'
import { Value } from './Value.tsx'

const elsewhere = new Set(['id', 'version', 'custom', 'status'])

/** Every field with its value, those of a group together; a long one takes the whole width. */
export function FieldGroups({ noun, row, without = [] }: { noun: Noun; row: Row; without?: string[] }) {
  const { t } = useTranslation()
  const fields = allFields(noun).filter(
    (field) =>
      counts(field, noun.fields, row) &&
      !elsewhere.has(field.name) &&
      !without.includes(field.name) &&
      field.name !== noun.title_field,
  )
  const groups = Map.groupBy(fields, (field) =>
    field.name.startsWith('custom.') ? t('form.customGroup') : (field.group ?? t('page.details')),
  )
  return [...groups].map(([group, members]) => (
    <Section key={group} title={humanise(group)}>
      <Facts
        facts={members.map((field) => {
          const value = valueOf(row, field.name)
          const empty =
            value === null ||
            value === undefined ||
            value === '' ||
            (Array.isArray(value) && value.length === 0)
          return {
            label: field.label,
            value: empty ? null : (
              <Value field={field} value={value} refs={row._refs} currency={row['currency']} full />
            ),
            wide: field.kind === 'json' || field.kind === 'long_text' || field.kind === 'rich_text',
          }
        })}
      />
    </Section>
  ))
}

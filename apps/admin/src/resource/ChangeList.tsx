import { IconArrowRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { humanise } from '../format.ts'
import { fieldNamed, isRecord, type Field, type Noun } from '../meta.ts'
import classes from './ChangeList.module.css'
import { useReferenceTitle } from './useReferenceTitle.ts'
import { Value } from './Value.tsx'

const technical = new Set(['id', 'tenant_id', 'version', 'created_at', 'updated_at', 'partner_path', 'path'])

/** Old → new, a line a field, in the noun's own labels. */
export function ChangeList({ noun, changes }: { noun: Noun | undefined; changes: unknown }) {
  const { t } = useTranslation()
  if (!isRecord(changes)) return null
  const lines = Object.entries(changes).filter(([name]) => !technical.has(name))
  return (
    <ul className={classes.list}>
      {lines.map(([name, change]) => {
        const [before, after] = Array.isArray(change) ? change : [null, change]
        const field: Field = (noun && fieldNamed(noun, name)) ?? { name, label: humanise(name), kind: 'text' }
        const missing = <span className={classes.missing}>{t('changes.nothing')}</span>
        const filled = (value: unknown) => value !== null && value !== undefined && value !== ''
        if (!filled(before) && !filled(after)) return null
        return (
          <li key={name}>
            <span className={classes.label}>{field.label}</span>
            {filled(before) && (
              <>
                <span className={classes.before}>
                  <Shown field={field} value={before} />
                </span>
                <IconArrowRight size={13} aria-label={t('changes.becomes')} />
              </>
            )}
            <span>{filled(after) ? <Shown field={field} value={after} /> : missing}</span>
          </li>
        )
      })}
    </ul>
  )
}

function Shown({ field, value }: { field: Field; value: unknown }) {
  if (field.kind === 'reference' && typeof value === 'string')
    return <ReferenceTitle to={field.to} id={value} />
  if (field.kind === 'text' && typeof value === 'object') return JSON.stringify(value)
  return <Value field={field} value={value} />
}

function ReferenceTitle({ to, id }: { to: string | undefined; id: string }) {
  return useReferenceTitle(to, id) ?? id.slice(0, 8)
}

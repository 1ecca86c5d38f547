import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { inSentence } from '../format.ts'
import type { Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { LinkButton } from '../ui/Link.tsx'

/** “Add contact”, with what is known of it already; nothing for whoever may not create one. */
export function AddLink({ noun, given }: { noun: Noun; given: Record<string, string> }) {
  const { t } = useTranslation()
  if (!noun.can.create) return null
  return (
    <LinkButton href={paths.create(noun, given)} variant="default" leftSection={<IconPlus size={14} />}>
      {t('related.add', { what: inSentence(noun.label) })}
    </LinkButton>
  )
}

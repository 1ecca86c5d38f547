import { Drawer } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Row } from '../../api.ts'
import { instant } from '../../format.ts'
import { useMeta, type Noun } from '../../meta.ts'
import { Notice } from '../../ui/Notice.tsx'
import { useQueryState } from '../../ui/search.ts'
import { EraseForm } from './EraseForm.tsx'
import { Exports } from './Exports.tsx'

/** Verbs of a customer that have a drawer of their own here. */
export const privacyVerbs = ['export_personal_data', 'erase']

/** What a person may ask of an ISP: all that it knows, and to be forgotten. */
export function PersonalData({ noun, customer }: { noun: Noun; customer: Row }) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const verb = noun.commands.find((command) => command.verb === query['do'])?.verb
  const close = () => setQuery({ do: undefined })
  return (
    <Drawer
      opened={verb !== undefined && privacyVerbs.includes(verb)}
      onClose={close}
      title={t(verb === 'erase' ? 'privacy.eraseTitle' : 'privacy.exportTitle')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {verb === 'erase' && <EraseForm customer={customer} onDone={close} />}
      {verb === 'export_personal_data' && <Exports customer={customer} />}
    </Drawer>
  )
}

export function ErasedNotice({ customer }: { customer: Row }) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  if (!customer['erased_at']) return null
  const at = instant(String(customer['erased_at']), tenant.time_zone)
  return <Notice tone="info">{t('privacy.erased', { at })}</Notice>
}
